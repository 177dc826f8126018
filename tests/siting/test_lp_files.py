"""The rules as PuLP writes them, family by family: as in the files, and solved from the files."""

import highspy
import pytest

from tests.siting.lp_files import FAMILIES, FOLDER, written

BY_HAND = {
    "children": 9 * 10.5 + 4 * 40,  # 4 in 2027; 2 stay, 2 come and 1 moves up in 2028
    "routes": 4 * 10.5 + 4 * 40 + 5,  # 3 of the 4 in fallback would take the route for 2
    "places": 9 * 10.5 + 25.25,  # O opens: 5 × 5, and 5 / 20 for the building
    "lending": 10 * 10.5 + 20.2,  # O's 4 places and 2 borrowed ones
    "fill": 8 * 10.5 + 25.25,  # O of 5: 8 are more than 60 % of 9
    "opening": 7 * 10.5 + 50.5,
    "borders": 6 * 10.5 + 2 * 40 + 25.25,  # 1 by today's limit, 5 that O serves
    "builds": 9 * 10.5 + 10.1 + 25.25,  # P is locked in, O of 5 follows
    "pots": 9 * 10.5 + 50.5,  # P pays 5 in 2025 and 3 in 2026, Q 2
}
"""Thousands of £: 10.5 a child placed, 40 in fallback."""


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.__name__)
def test_the_model_is_written_as_in_the_file(family):
    stored = (FOLDER / f"{family.__name__}.lp").read_text(encoding="utf-8")

    assert written(family) == stored, "see tests/siting/lp_files.py: how to write them again"


@pytest.mark.parametrize(("name", "thousands"), BY_HAND.items())
def test_a_file_by_itself_has_the_optimum_found_by_hand(name, thousands):
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    assert highs.readModel(str(FOLDER / f"{name}.lp")) == highspy.HighsStatus.kOk
    highs.run()

    assert highs.getInfo().objective_function_value == pytest.approx(thousands)


def test_every_file_is_of_a_family():
    assert sorted(path.stem for path in FOLDER.glob("*.lp")) == sorted(BY_HAND)
    assert set(BY_HAND) == {family.__name__ for family in FAMILIES}
