"""Tables of hosts that may be shown: counts for everybody, names inside alone."""

import pandas as pd
import pytest

from placement_planner.figures.hosts import (
    COUNT_NAMES,
    FILTER_NAMES,
    shown_counts,
    shown_factors,
    shown_hosts,
    shown_processes,
)
from placement_planner.scenario import HostChoices, PrivacyChoices
from placement_planner.tables.hosts import FACTORS, FILTERS
from tests.options.region import HOSTS, SITES, changed, scores_of

AUTHORITIES = pd.DataFrame({"authority_code": ["A"], "authority_name": ["Ayshire"]})


@pytest.fixture(scope="module")
def scores():
    """P would host; Q is full and only a building would do; X has a base, Y another phase."""
    hosts = changed(HOSTS, "site_id", "P", interest="yes")
    sites = changed(SITES, "site_id", "Q", capacity=200.0)
    sites = changed(sites, "site_id", "Y", roll=100.0)
    return scores_of(sites=sites, hosts=hosts).reset_index()


def test_schools_are_counted_once_by_authority_and_phase(scores):
    """X of unknown roll has no spare places that are known: only a building, for other needs.

    Twelve places of Y's base are more than a tenth of its roll of 100: shut out by the cap.
    """
    counts = shown_counts(scores, AUTHORITIES).set_index("phase")

    told = ["schools", "could_adapt", "could_only_build", "shut_out", "would_host"]
    assert counts.loc["primary", told].tolist() == [3, 1, 2, 0, 1]
    assert counts.loc["secondary", told].tolist() == [1, 0, 0, 1, 0]
    assert counts.loc["secondary", "cap on base places"] == 1
    assert counts.loc["primary", "base for the need already"] == 0


def test_every_factor_stands_with_its_weight_and_for_whom_it_is_known(scores):
    """Q's roll fills its capacity: no spare place; the roll of X is not known."""
    table = shown_factors(scores, HostChoices(weight_spare=7.0)).set_index("Factor")

    assert len(table) == len(FACTORS)
    spare = table.loc["Spare places now"]
    known = scores.drop_duplicates(["site_id", "phase"])["factor_spare"].dropna()
    assert (spare["Weight"], spare["Known for"]) == (7.0, len(known))
    assert spare["Lowest"] == 0.0


def test_processes_are_counted_by_option_and_say_how_they_stand():
    processes = pd.DataFrame(
        [
            ("O1", 8, "Academy significant change", "in_force", 6, None),
            ("O1", 16, "Academy significant change", "in_force", 6, None),
            ("O2", 8, "Academy significant change", "in_force", 6, None),
            ("O3", 80, "Free school presumption", "under_repeal", 12, "a day is awaited"),
        ],
        columns=["option_id", "size", "process_name", "standing", "months", "note"],
    )

    assert shown_processes(processes).to_numpy().tolist() == [
        ["Academy significant change", "in force", 6, 2, ""],
        ["Free school presumption", "under repeal", 12, 1, "a day is awaited"],
    ]


def test_every_count_has_a_name(scores):
    told = shown_counts(scores, AUTHORITIES).columns
    assert set(told) - {"authority_code"} <= {*COUNT_NAMES, *FILTER_NAMES.values()}


def test_every_filter_has_a_name():
    assert set(FILTER_NAMES) == set(FILTERS)


def test_no_school_is_named_outside(scores):
    assert shown_hosts(scores, AUTHORITIES, PrivacyChoices()).empty


def test_the_best_schools_are_named_inside_with_every_factor(scores):
    table = shown_hosts(scores, AUTHORITIES, PrivacyChoices(profile="internal"), best=1)

    row = table[table["Need"].str.startswith("Communication") & table["Phase"].eq("Primary")]
    assert row["School"].tolist() == ["P School"]
    assert row["Would host"].tolist() == ["yes"]
    assert row["Could"].tolist() == ["Adapt rooms for a base, Build a new base"]
    assert len(table.columns) == 9 + len(FACTORS)
