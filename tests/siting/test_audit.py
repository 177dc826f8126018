"""A good plan passes; a plan spoilt in one way is told that way."""

from dataclasses import replace

import pytest

from placement_planner.pipeline import find_plan
from placement_planner.siting.audit import audit_plan
from tests.siting.cases import make_tables, option, scenario

CHOICES = scenario()


@pytest.fixture(scope="module")
def tables():
    options = [
        option("O1", "S1", sizes="10;20", minimum_fill=0.5, ramp="0.5;1"),
        option("O2", "S0", locked_out=True),
        option("O3", "S0", excludes="O1", capital_per_place_gbp=9e5),
    ]
    return make_tables([10, 20], [10, 0], [[5, 10], [10, 5]], options, funds={2026: 15_000})


@pytest.fixture(scope="module")
def plan(tables):
    return find_plan(tables, CHOICES)


def test_a_solved_plan_passes(plan, tables):
    assert len(plan.builds) == 1
    assert audit_plan(plan, tables, CHOICES) == []


def _placements(**changes):
    return lambda plan: replace(plan, placements=plan.placements.assign(**changes))


def _builds(**changes):
    return lambda plan: replace(plan, builds=plan.builds.assign(**changes))


def _report(**changes):
    return lambda plan: replace(plan, report=replace(plan.report, **changes))


SPOILT = {
    "children lost or invented": _placements(children=lambda t: t["children"] + 1),
    "fallback route not at its share": lambda plan: replace(
        plan, fallback=plan.fallback.assign(children=plan.fallback["children"].mean())
    ),
    "journey that is not in the travel table": _placements(minutes=lambda t: t["minutes"] / 2),
    "placed where no place is open": _placements(pool_id="elsewhere"),
    "placed in another phase": _placements(phase="secondary"),
    "placed where the need is not met": _placements(need_group="semh_special"),
    "places exceeded": _placements(children=lambda t: t["children"] * 2),
    "filled below the viable minimum": lambda plan: replace(
        plan, placements=plan.placements[plan.placements["site_id"] != "S1"]
    ),
    "unknown option built": _builds(option_id="X"),
    "locked out but built": _builds(option_id="O2"),
    "size not allowed": _builds(places=11),
    "start outside its years": _builds(start_year=2020),
    "opens too early": _builds(opening_year=lambda t: t["start_year"]),
    "opens outside the horizon": _builds(opening_year=2035),
    "capital is not the option's": _builds(capital_gbp=1.0),
    "payments do not meet the capital": lambda plan: replace(plan, spend=plan.spend.iloc[:0]),
    "pot overspent": lambda plan: replace(plan, spend=plan.spend.assign(gbp=20_000.0)),
    "pot may not pay": lambda plan: replace(plan, spend=plan.spend.assign(academic_year=2050)),
    "objective is stated as": _report(objective_gbp=1e6, bound_gbp=0.0),
    "bound £": _report(bound_gbp=1e12),
}


@pytest.mark.parametrize("rule", SPOILT)
def test_a_spoilt_plan_is_told_how(rule, plan, tables):
    broken = audit_plan(SPOILT[rule](plan), tables, CHOICES)

    assert any(rule in sentence for sentence in broken), broken


def test_locks_requires_and_excludes_are_audited(plan, tables):
    must = tables.options.assign(locked_in=[False, False, True])
    needs = tables.options.assign(requires=["O3", None, None])
    bars = tables.options.assign(excludes=["O1", None, None])

    told = [
        " ".join(audit_plan(plan, replace(tables, options=options), CHOICES))
        for options in (must, needs, bars)
    ]

    assert "locked in but not built" in told[0]
    assert "a required option is missing" in told[1]
    assert "built with an option it excludes" in told[2]
