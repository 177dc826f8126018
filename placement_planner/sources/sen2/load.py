"""Exports in, tables of a study and a report of what was wrong out."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from placement_planner.errors import DataError
from placement_planner.sources.sen2.counts import (
    count_area_caseload,
    count_caseload,
    count_requests,
    count_transitions,
)
from placement_planner.sources.sen2.export import read_exports
from placement_planner.sources.sen2.faults import fault_table
from placement_planner.sources.sen2.flows import count_flows
from placement_planner.sources.sen2.homes import read_homes
from placement_planner.sources.sen2.people import hide_people, link_people
from placement_planner.sources.sen2.placements import main_needs, main_placements
from placement_planner.sources.sen2.plans import one_plan_a_child, read_plans
from placement_planner.sources.sen2.report import report_table
from placement_planner.sources.sen2.schools import read_schools
from placement_planner.sources.sen2.study import read_study
from placement_planner.tables.children import UNKNOWN_HOME
from placement_planner.tables.four_tables import OUTSIDE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from placement_planner.sources.sen2.export import Export
    from placement_planner.sources.sen2.faults import Faults
    from placement_planner.sources.sen2.people import Linked
    from placement_planner.sources.sen2.plans import Plans
    from placement_planner.sources.sen2.study import StudyTables

__all__ = ["Sen2Import", "import_sen2"]

_FIRST_NCY, _LAST_NCY = -4, 20
_NCY_0 = 6
"""In January J a child born in academic year B is in NCY J - B - 6."""
_HELD = {
    "upn": "people with a UPN",
    "uln": "people without UPN, with a ULN",
    "name": "people with name and birth date alone",
    "none": "people with nothing to join by",
}


@dataclass(frozen=True, kw_only=True)
class Sen2Import:
    """What an import came to.

    Attributes
    ----------
    authority
        Code of the authority.
    januaries
        Januaries read, earliest first.
    tables
        Tables of a study by name: caseload, area_caseload, requests, and where they can be made
        transitions and flows.
    report
        What `report_table` returns: totals and checks.
    areas
        Codes of the authority's areas in the study; empty without a study.
    """

    authority: str
    januaries: tuple[int, ...]
    tables: dict[str, pd.DataFrame]
    report: pd.DataFrame
    areas: frozenset[str]


@dataclass(frozen=True, kw_only=True, repr=False)
class _January:
    """One January's children with plans, who are numbers by now."""

    january: int
    children: pd.DataFrame
    requests: pd.DataFrame
    faults: Faults
    totals: dict[str, int]


def _hidden(exports: Sequence[Export], homes: pd.Series) -> tuple[list[Export], list[Linked]]:
    """Join the children of all Januaries, and drop the person modules."""
    salt = secrets.token_bytes(32)
    hidden = [hide_people(export.modules["person"], homes, salt) for export in exports]
    bare = [
        replace(
            export,
            modules={**export.modules, "person": export.modules["person"][["persontableid"]]},
        )
        for export in exports
    ]
    return bare, link_people(hidden)


def _of_age(children: pd.DataFrame, january: int) -> tuple[pd.DataFrame, Faults]:
    """Give children their year group; leave out those whose age is unknown or out of bounds."""
    ncy = january - children["birth_year"] - _NCY_0
    unknown, inside = ncy.isna(), ncy.between(_FIRST_NCY, _LAST_NCY)
    faults = {
        "age_unknown": children.loc[unknown, "persontableid"],
        "age_outside": children.loc[~unknown & ~inside, "persontableid"],
    }
    kept = children.assign(ncy=ncy, january=january)[inside]
    return kept.astype({"ncy": "int64"}), faults


def _at_home(
    children: pd.DataFrame, study: StudyTables | None, january: int
) -> tuple[pd.DataFrame, Faults]:
    """Make homes outside the study UNKNOWN."""
    unknown = children["area_code"].eq(UNKNOWN_HOME)
    known = study.areas["area_code"] if study else children["area_code"]
    away = ~unknown & ~children["area_code"].isin(known)
    if len(children) and away[~unknown].all() and not unknown.all():
        raise DataError(
            f"January {january}: none of {int((~unknown).sum()):,} homes lies in an area of the "
            f"study; its areas are coded like {known.iloc[0]}: name the column of the lookup that "
            "has such codes with --area-column"
        )
    faults = {
        "postcode_not_found": children.loc[unknown, "persontableid"],
        "home_outside_study": children.loc[away, "persontableid"],
    }
    return children.assign(area_code=children["area_code"].mask(away, UNKNOWN_HOME)), faults


def _together(*several: Faults) -> Faults:
    """Put faults of the same name together."""
    names = dict.fromkeys(name for faults in several for name in faults)
    return {
        name: pd.concat([faults[name] for faults in several if name in faults]) for name in names
    }


def _count_january(
    export: Export,
    linked: Linked,
    schools: pd.DataFrame,
    study: StudyTables | None,
    authority: str,
) -> _January:
    plans: Plans = read_plans(export)
    everyone, doubles = one_plan_a_child(plans, linked)
    aged, ages = _of_age(everyone, export.january)
    children, homes = _at_home(aged, study, export.january)
    places, placed = main_placements(export, plans, children, schools)
    needs, needed = main_needs(export, plans, children)
    ids = children["requeststableid"]
    children = children.assign(
        setting=ids.map(places["setting"]), urn=ids.map(places["urn"]), need_type=ids.map(needs)
    )
    requests, dated = count_requests(export, plans, linked, authority)
    broken = {"row_broken": pd.Series([""] * sum(export.broken.values()), dtype="str")}
    kept = ["child", "january", "ncy", "need_type", "setting", "area_code", "urn"]
    return _January(
        january=export.january,
        children=children[kept],
        requests=requests,
        faults=_together(
            broken, linked.faults, plans.faults, doubles, ages, homes, placed, needed, dated
        ),
        totals={
            "rows of person": len(export.modules["person"]),
            "rows of requests": len(export.modules["requests"]),
            "plans open on the day": int(plans.plans["is_open"].sum()),
            "children counted": len(children),
            **{_HELD[key]: held for key, held in linked.held.items()},
            **{f"joined to an earlier January by {key}": n for key, n in linked.joined.items()},
        },
    )


def _steps_in_words(transitions: pd.DataFrame | None) -> list[tuple[int, str, int]]:
    """Return joiners, leavers and those who stay, by the January that a step starts from."""
    if transitions is None:
        return []
    joins, leaves = transitions["setting_1"].eq(OUTSIDE), transitions["setting_2"].eq(OUTSIDE)
    kinds = {"children who join": joins, "children who leave": leaves}
    kinds["children who stay"] = ~joins & ~leaves
    return [
        (int(january), f"{kind} by the next January", int(rows["children"].sum()))
        for kind, chosen in kinds.items()
        for january, rows in transitions[chosen].groupby("january")
    ]


def _check_children(januaries: Sequence[_January]) -> None:
    empty = [str(found.january) for found in januaries if found.children.empty]
    if empty:
        raise DataError(
            f"no child with an open plan is left in January {', '.join(empty)}; right would be "
            "plans that started by the day of the census and have not ceased, of children aged "
            "0-25"
        )


def _check_authority(exports: Sequence[Export], study: StudyTables, authority: str) -> None:
    codes = study.authorities.set_index("authority_code")["la_code"]
    if authority not in codes.index:
        raise DataError(
            f"{authority} is no authority of the study; right would be one of "
            + ", ".join(codes.index)
        )
    others = sorted({export.la_code for export in exports} - {"", codes[authority]})
    if others:
        raise DataError(
            f"the export is of authority {', '.join(others)}, but {authority} is {codes[authority]}"
        )


def import_sen2(
    exports: Sequence[Path],
    *,
    schools: Path,
    postcodes: Path,
    authority: str,
    study: Path | None = None,
    area_column: str | None = None,
    tell: Callable[[str], None] = lambda _text: None,
) -> Sen2Import:
    """Count the children of an authority's SEN2 exports into tables of a study.

    Parameters
    ----------
    exports
        One folder a January, with the nine modules.
    schools
        GIAS extract: URN to type of establishment.
    postcodes
        Postcode lookup: postcode to small area.
    authority
        Code of the authority, such as E08000003.
    study
        Study folder to take areas, sites and provision from; needed for flows.
    area_column
        Column of the lookup with the codes of the study's areas; default: LSOA 2021.
    tell
        Called with what is being done.

    Returns
    -------
    Sen2Import
        Tables and report; nothing in it is about one child.

    Raises
    ------
    DataError
        Naming every file and column that lacks; when the export is of another authority, or no
        child with a plan is left. No message repeats a cell of the export.
    """
    tell("reading the exports")
    read = read_exports(exports)
    base = read[-1].january
    held = read_study(study, base) if study else None
    if held:
        _check_authority(read, held, authority)
    tell("finding homes and joining children over the Januaries")
    bare, linked = _hidden(read, read_homes(postcodes, area_column))
    del read
    tell("finding schools, placements and needs")
    register = read_schools(schools)
    januaries = [
        _count_january(export, people, register, held, authority)
        for export, people in zip(bare, linked, strict=True)
    ]
    _check_children(januaries)
    tell("counting children")
    children = pd.concat([found.children for found in januaries], ignore_index=True)
    tables: dict[str, pd.DataFrame] = {
        "caseload": count_caseload(children, authority),
        "area_caseload": count_area_caseload(children, authority, base),
        "requests": pd.concat([found.requests for found in januaries], ignore_index=True),
    }
    steps = count_transitions(children, authority)
    if steps is not None:
        tables["transitions"] = steps
    totals = [(found.january, *total) for found in januaries for total in found.totals.items()]
    totals += _steps_in_words(steps)
    if held:
        flows, places = count_flows(children[children["january"] == base], held, authority)
        totals += [(base, what, number) for what, number in places.items()]
        if flows is not None:
            tables["flows"] = flows
    checks = [fault_table(found.faults, found.january) for found in januaries]
    lacking = [(export.january, column) for export in bare for column in export.lacking]
    own = held.areas.query("authority_code == @authority")["area_code"] if held else ()
    return Sen2Import(
        authority=authority,
        januaries=tuple(found.january for found in januaries),
        tables=tables,
        report=report_table(authority, totals, pd.concat(checks, ignore_index=True), lacking),
        areas=frozenset(own),
    )
