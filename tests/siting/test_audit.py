"""A good plan passes; a plan that breaks a rule is told which, whichever rule it is."""

import inspect
import re
from dataclasses import replace
from types import SimpleNamespace

import pandas as pd
import pytest

from placement_planner.siting.audit import audit_plan, builds, children, money, places
from tests.siting.cases import option
from tests.siting.regions import (
    ASD,
    choices,
    in_fallback,
    lasting,
    placed_in,
    plan_for,
    pot,
    region,
)

HOME, AWAY, OLDER = ("A", ASD, "primary"), ("B", ASD, "primary"), ("A", ASD, "secondary")
YEARS = (2027, 2028)
CHOICES = choices()


@pytest.fixture(scope="module")
def tables():
    """Two authorities, children who keep a place, a route that is full, three options.

    A of L needs 15 places in primary and one in secondary, B of M needs 6. In S0 there are four
    primary places, of which two are kept, in S1 of M two, for a child of L among others.
    """
    return region(
        {HOME: [15, 15], AWAY: [6, 6], OLDER: [1, 1]},
        {"p": ("S0", ASD, "primary", [4, 4]), "q": ("S1", ASD, "primary", [2, 2]),
         "r": ("S0", ASD, "secondary", [1, 1])},
        homes={"A": "L", "B": "M"},
        sites={"S1": "M"},
        kept=[(*HOME, year, "p", 2) for year in YEARS],
        stays=lasting([("L", ASD, "primary"), ("M", ASD, "primary"), ("L", ASD, "secondary")],
                      YEARS),
        drives={("A", "S1"): 2, ("B", "S1"): 50},
        exchange={("L", "M", ASD): 1, ("M", "L", ASD): 0},
        routes={("M", ASD, "primary"): [("independent_day", 0.75, 48_000.0, 2),
                                        ("mainstream_without_base", 0.25, 16_000.0, None)]},
        options=[
            option("O1", "S0", sizes="5;10", minimum_fill=0.5, fixed_capital_gbp=5_000.0),
            option("O2", "S0", locked_out=True),
            option("O3", "S0", excludes="O1", capital_per_place_gbp=9e5),
        ],
        sets=[("X", "O1;O3", 1)],
        pots=[pot(owner="L"), pot("Q", eligible_actions="new_special")],
        funds={("P", 2025): 5_000, ("P", 2026): 10_000, ("Q", 2026): 1e6},
    )  # fmt: skip


@pytest.fixture(scope="module")
def plan(tables):
    return plan_for(tables, CHOICES)


def test_a_solved_plan_passes(plan, tables):
    """O1 opens ten places for ten of A; one of A crosses to S1, which leaves one place for B."""
    assert audit_plan(plan, tables, CHOICES) == []
    assert plan.builds[["option_id", "places"]].to_numpy().tolist() == [["O1", 10]]
    assert placed_in(plan, area_code="A", pool_id="q", academic_year=2027) == pytest.approx(1)
    assert placed_in(plan, is_kept=True, academic_year=2027) == 2
    assert in_fallback(plan, route="no_placement_found", academic_year=2027) == pytest.approx(1.75)


def test_a_plan_that_builds_nothing_passes_too(tables):
    nothing = replace(tables, options=tables.options.iloc[:0])

    assert audit_plan(plan_for(nothing, CHOICES), nothing, CHOICES) == []


def change(table, **columns):
    """Spoil a table of the plan; a column may be a function of the table."""
    return lambda p: replace(p.plan, **{table: getattr(p.plan, table).assign(**columns)})


def first(table, **columns):
    """Spoil the first row of a table of the plan."""

    def spoil(p):
        rows = getattr(p.plan, table).copy()
        for name, value in columns.items():
            old = rows.loc[0, name]
            rows.loc[0, name] = value(old) if callable(value) else value
        return replace(p.plan, **{table: rows})

    return spoil


def without(table, rows):
    """Leave out the rows of a table of the plan that a query finds."""
    return lambda p: replace(p.plan, **{table: getattr(p.plan, table).query(f"not ({rows})")})


def report(**changes):
    return lambda p: replace(p.plan, report=replace(p.plan.report, **changes))


def rule(table, **columns):
    """Change what the tables say instead of the plan."""

    def spoil(p):
        told = getattr(p.tables, table).assign(**columns)
        p.tables = replace(p.tables, **{table: told})
        return p.plan

    return spoil


def choice(**siting):
    def spoil(p):
        p.choices = p.choices.with_choices(**siting)
        return p.plan

    return spoil


def twice(table):
    def spoil(p):
        rows = getattr(p.plan, table)
        return replace(p.plan, **{table: pd.concat([rows, rows], ignore_index=True)})

    return spoil


def half_moved(p):
    """Put half of those who came to one pool into the other pool of their phase, a year later."""
    rows = p.plan.placements
    moves = (rows["pool_id"] == "p") & (rows["academic_year"] == 2028) & ~rows["is_kept"]
    return replace(p.plan, placements=rows.assign(pool_id=rows["pool_id"].mask(moves, "q")))


def kept_abroad(p):
    """Let the children who keep a place in S0 keep it in S1, across the border."""
    rows, keeps = p.plan.placements, p.plan.placements["is_kept"]
    moved = {
        "pool_id": rows["pool_id"].mask(keeps, "q"),
        "site_id": rows["site_id"].mask(keeps, "S1"),
    }
    return replace(p.plan, placements=rows.assign(**moved))


def rule_of_room(p):
    """Let the need have room for half of those who stay."""
    room = [("A", ASD, "primary", 2028, 1.0, 0.5)]
    p.tables = replace(
        p.tables, followers=pd.DataFrame(room, columns=list(p.tables.followers.columns))
    )
    return p.plan


def both(p):
    """Build O3 beside O1, which it excludes."""
    row = p.plan.builds.assign(option_id="O3", capital_gbp=9e6)
    return replace(p.plan, builds=pd.concat([p.plan.builds, row], ignore_index=True))


SPOILT = {
    "children lost or invented": [
        change("placements", children=lambda t: t["children"] + 1),
        without("fallback", "route == 'mainstream_without_base'"),
        rule("need", children=20.0),
    ],
    "placed in a year that is not planned": [first("entries", entry_year=2035)],
    "entries of fewer than no children": [first("entries", children=-1.0)],
    "fallback of fewer than no children": [first("fallback", children=-1.0)],
    "a child who held a place does not keep it": [
        without("placements", "is_kept and academic_year == 2028"),
        change("placements", is_kept=False),
    ],
    "placements do not follow from who came": [
        half_moved,
        without("entries", "pool_id == 'p'"),
        rule("survival", share=0.5),
        rule_of_room,
    ],
    "fallback route not at its share": [
        change("fallback", children=lambda t: t["children"].mean()),
    ],
    "fallback route above its limit": [
        change("fallback", route=lambda t: t["route"].replace("no_placement_found",
                                                               "independent_day")),
    ],
    "unknown fallback route": [first("fallback", route="by_parachute")],
    "journey that is not in the travel table": [
        change("placements", minutes=lambda t: t["minutes"] / 2),
        change("placements", distance_km=lambda t: t["distance_km"] + 1),
    ],
    "journey beyond the hard limit": [choice(travel={"hard_minutes_primary": 4.0})],
    "placed where no place is open": [
        change("entries", pool_id="elsewhere"),
        first("entries", site_id="S1"),
        rule("pools", places=0.0),
    ],
    "placed in another phase": [change("entries", phase="secondary")],
    "placed where the need is not met": [
        change("entries", need_group="semh_special"),
        rule("compatibility", match="no"),
    ],
    "places exceeded": [
        change("placements", children=lambda t: t["children"] * 2),
        rule("pools", places=lambda t: t["places"] - 1),
    ],
    "filled below the viable minimum": [
        without("placements", "pool_id == 'p' and not is_kept"),
        rule("options", minimum_fill=1.01),
    ],
    "more children placed in another authority than may be": [
        rule("exchange", children=0.0),
        kept_abroad,
    ],
    "unknown option built": [change("builds", option_id="X")],
    "option built twice": [twice("builds")],
    "locked out but built": [change("builds", option_id="O2"), rule("options", locked_out=True)],
    "locked in but not built": [rule("options", locked_in=True)],
    "size not allowed": [change("builds", places=11)],
    "start outside its years": [change("builds", start_year=2020), rule("options",
                                                                        latest_start=2025)],
    "opens too early": [change("builds", opening_year=lambda t: t["start_year"])],
    "opens outside the horizon": [change("builds", opening_year=2035)],
    "capital is not the option's": [change("builds", capital_gbp=1.0)],
    "a required option is missing": [rule("options", requires="O3")],
    "built with an option it excludes": [
        rule("options", excludes="O1"),
        both,
    ],
    "more of a set built than may be": [rule("option_sets", at_most=0)],
    "payments do not meet the capital": [
        without("spend", "gbp > 0"),
        change("spend", academic_year=2025),
    ],
    "payment for an unknown option or pot": [
        change("spend", pot_id="nobody's"),
        change("spend", option_id="X"),
    ],
    "pot may not pay": [
        change("spend", pot_id="Q"),
        change("spend", academic_year=2050),
        rule("pots", expires=2025),
        rule("pots", owner="M"),
        rule("pots", eligible_authorities="M"),
        rule("options", pots="Q"),
    ],
    "pot overspent": [
        change("spend", gbp=20_000.0),
        rule("pot_funding", gbp=lambda t: t["gbp"] - 1_000.0),
        rule("pots", carry_years=0.0),
    ],
    "objective is stated as": [report(objective_gbp=1.0, bound_gbp=0.0)],
    "bound £": [report(bound_gbp=1e12)],
    "status is": [report(bound_gbp=0.0), report(status="within gap", bound_gbp=0.0)],
}  # fmt: skip


WAYS = [
    pytest.param(told, spoil, id=f"{told} {number}")
    for told, spoils in SPOILT.items()
    for number, spoil in enumerate(spoils, start=1)
]


@pytest.mark.parametrize(("told", "spoil"), WAYS)
def test_a_spoilt_plan_is_told_how(told, spoil, plan, tables):
    given = SimpleNamespace(plan=plan, tables=tables, choices=CHOICES)
    spoilt = spoil(given)

    broken = audit_plan(spoilt, given.tables, given.choices)

    assert any(told in sentence for sentence in broken), broken


def test_every_rule_of_the_audit_is_broken_here():
    """The rules are read from the audit's source: a new one needs a plan that breaks it."""
    source = "".join(inspect.getsource(module) for module in (builds, children, money, places))
    rules = re.findall(r'told\(\s*f?"([^"]+)"', source)
    rules += re.findall(r'^            "([^"]+)": ', source, re.MULTILINE)
    rules += re.findall(r'yield \(?\s*f"([^:{]+)', source)

    missing = [
        rule for rule in rules
        if not any(told in rule.replace("{name}", "entries") or rule in told or
                   told.startswith(rule.strip()) for told in SPOILT)
    ]  # fmt: skip

    assert len(rules) > 30
    assert missing == []
