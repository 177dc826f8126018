"""What the command line prints after a plan."""

import re
from dataclasses import replace

import pytest

from placement_planner.reports import summary_lines
from tests.maps import village


@pytest.fixture(scope="module")
def lines(outcome):
    return summary_lines(outcome)


def line_with(lines, words):
    [line] = [line for line in lines if words in line]
    return re.split(r" {2,}", line)


def test_it_begins_with_what_it_is(lines):
    assert lines[0] == "Village: modelling, not a proposal"
    assert lines[1].startswith("Academic years 2027/28 to 2028/29")


def test_both_plans_are_told_for_the_same_children(lines):
    assert line_with(lines, "Children who need")[1:] == ["108", "108"]
    assert line_with(lines, "Children without")[1:] == ["68", "18"]
    assert line_with(lines, "Mean journey")[1:] == ["30.0 minutes", "14.0 minutes"]
    assert line_with(lines, "nine children in ten")[1:] == ["40.0 minutes", "40.0 minutes"]
    assert line_with(lines, "Longest journey")[1:] == ["40.0 minutes", "40.0 minutes"]


def test_a_small_count_is_withheld_here_too(lines):
    assert line_with(lines, "soft limit")[1:] == ["0", "c"]


def test_builds_are_named_with_exact_cost(lines):
    assert line_with(lines, "Fir School") == [
        "2026/27",
        "2027/28",
        "20",
        "£1.25m",
        "20",
        (
            "Open a satellite of a special school: Fir School, Thorpe; "
            "Autism and communication special, primary"
        ),
    ]


def test_every_pot_says_funded_spent_and_left(lines):
    assert line_with(lines, "Own borrowing")[1:] == ["Whole region", "£2.00m", "£1.25m", "£750,000"]


def test_it_ends_with_status_bound_and_gap(lines):
    assert lines[-2].startswith("Status: within gap.")
    assert lines[-1] == (
        "Cost £6.00m, proven bound £5.95m. Another plan could save at most £50,000 more "
        "(0.83 % of the cost of all planned years; 2.5 % of what building saves). "
        "That is less than the smallest scheme it builds costs: the choice is settled."
    )


def test_a_plan_without_builds_says_so(outcome):
    lines = summary_lines(replace(outcome, plan=outcome.do_nothing))

    assert "Nothing would be built." in lines


def test_a_bound_that_was_not_proven_is_said_so(outcome):
    last = summary_lines(village.unproven(outcome, float("nan")))[-1]

    assert last == (
        "Cost £6.00m, bound not proven. How much another plan could save is not proven."
    )
