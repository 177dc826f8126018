"""How far an area's own history is believed: by hand, and in draws."""

import numpy as np
import pytest

from placement_planner.need.areas.factors import Factors, History, Strengths, estimate_strengths
from placement_planner.need.areas.history import KINDS, NO_HISTORY

SPECIAL = KINDS.index("special")
FIRM = 1e9


def history_of(observed, expected, middle=None, read_from="area_caseload", kind=SPECIAL):
    seen, told = np.zeros((2, len(observed), len(KINDS)))
    seen[:, kind], told[:, kind] = observed, expected
    number = np.zeros(len(observed), dtype=np.int64) if middle is None else np.array(middle)
    return History(middle=number, observed=seen, expected=told, read_from=read_from)


def test_factors_and_weights_of_two_areas_as_by_hand():
    """30 and 10 children where 20 and 20 are expected, in one larger area.

    The larger area: (40 + 10) / (40 + 10) = 1, own weight 40/50. Areas: (30 + 10) / (20 + 10) = 4/3
    and 2/3, weight 20/30. Special: (30 + 40) / (26⅔ + 40) = 1.05, weight 26⅔ / 66⅔ = 0.4; and
    (10 + 40) / (13⅓ + 40) = 0.9375, weight 0.25.
    """
    factors = Factors(
        history=history_of([30, 10], [20, 20]),
        strengths=Strengths(middle=10.0, area=10.0, kind=40.0),
    )

    table = factors.table(["a1", "a2"])

    assert table["middle_factor"].tolist() == pytest.approx([1, 1])
    assert table["middle_weight"].tolist() == pytest.approx([0.8, 0.8])
    assert table["area_factor"].tolist() == pytest.approx([4 / 3, 2 / 3])
    assert table["area_weight"].tolist() == pytest.approx([2 / 3, 2 / 3])
    assert table["special_factor"].tolist() == pytest.approx([1.05, 0.9375])
    assert table["special_weight"].tolist() == pytest.approx([0.4, 0.25])
    assert factors.mean()[:, SPECIAL].tolist() == pytest.approx([1.4, 0.625])


def test_larger_areas_lend_their_factor_to_areas_that_tell_little():
    """M1 has 30 of 10 expected, M2 10 of 30: (30 + 10) / (10 + 10) = 2 and (10 + 10) / 40 = 0.5."""
    past = history_of([15, 15, 5, 5], [5, 5, 15, 15], middle=[0, 0, 1, 1])

    mean = Factors(history=past, strengths=Strengths(middle=10.0, area=FIRM, kind=FIRM)).mean()

    assert mean[:, SPECIAL].tolist() == pytest.approx([2, 2, 0.5, 0.5])


def test_without_a_history_factors_are_one_and_weigh_nothing():
    past = history_of([0, 0], [0, 0], read_from=NO_HISTORY)

    table = Factors(history=past, strengths=Strengths(middle=9.0, area=9.0, kind=9.0)).table("ab")

    assert (table.filter(like="_factor") == 1).all(axis=None)
    assert (table.filter(like="_weight") == 0).all(axis=None)
    assert table["read_from"].tolist() == [NO_HISTORY] * 2


def test_flows_say_nothing_of_children_outside_bases_and_special_schools():
    worth = Strengths(middle=1.0, area=1.0, kind=1.0)
    from_flows = Factors(history=history_of([9, 1], [5, 5], read_from="flows"), strengths=worth)
    from_all = Factors(history=history_of([9, 1], [5, 5]), strengths=worth)

    assert from_flows.mean()[:, KINDS.index("none")].tolist() == [1, 1]
    assert (from_flows.draws(3, np.random.default_rng(1))[:, KINDS.index("none")] == 1).all()
    assert from_all.mean()[0, KINDS.index("none")] > 1


def test_draws_are_of_the_posterior():
    """30 of 20 expected, pooled with 10: gamma of shape 40 and rate 30, sd √40 / 30."""
    past = history_of([30, 10], [20, 20])
    factors = Factors(history=past, strengths=Strengths(middle=FIRM, area=10.0, kind=FIRM))

    drawn = factors.draws(40_000, np.random.default_rng(1))[0, SPECIAL]

    assert drawn.mean() == pytest.approx(40 / 30, rel=0.01)
    assert drawn.std() == pytest.approx(np.sqrt(40) / 30, rel=0.02)


def test_three_steps_do_not_add_up_the_same_doubt():
    """400 children of 400: known to about 1 / √400 = 0.05, however many steps tell it."""
    worth = Strengths(middle=10.0, area=10.0, kind=10.0)
    factors = Factors(history=history_of([400], [400]), strengths=worth)

    drawn = factors.draws(20_000, np.random.default_rng(1))[0, SPECIAL]

    assert drawn.std() == pytest.approx(0.05, rel=0.1)


def test_areas_that_differ_much_are_believed_more():
    rng = np.random.default_rng(1)
    told = np.full(200, 20.0)
    alike = history_of(rng.poisson(told), told, middle=np.arange(200))
    uneven = history_of(rng.poisson(told * rng.gamma(4, 0.25, 200)), told, middle=np.arange(200))

    assert estimate_strengths([uneven]).middle == pytest.approx(4, rel=0.4)
    assert estimate_strengths([alike]).middle > 100


def test_without_any_history_the_prior_strength_stands():
    """`strength_centre` of codes/rate_priors.csv: 20 children."""
    found = estimate_strengths([history_of([0, 0], [0, 0], read_from=NO_HISTORY)])

    assert (found.middle, found.area, found.kind) == pytest.approx((20, 20, 20), rel=1e-3)
