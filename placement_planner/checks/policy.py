"""Rules of policy levers: whom they reach, when, how much and where to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from placement_planner.codes import code_list
from placement_planner.tables import split_list

if TYPE_CHECKING:
    from placement_planner.checks.study import CheckedStudy
    from placement_planner.errors import Finding

__all__ = [
    "check_lever_destinations",
    "check_lever_ramps",
    "check_lever_ranges",
    "check_lever_reach",
    "check_lever_shares",
]

_ANY = "*"
_SUPPORT_PLAN = "support_plan"
_TO_A_SETTING = ("divert_joiners", "divert_movers", "move")
_TO_SUPPORT = ("joiners", "cease")
_TABLE = "policy_levers"


def check_lever_ranges(study: CheckedStudy) -> list[Finding]:
    """Report levers whose last year group or year comes before the first."""
    findings = []
    for first, last in (("ncy_from", "ncy_to"), ("from_year", "to_year")):
        rows = study.rows(_TABLE, first, last)
        wrong = rows[rows[last] < rows[first]]
        words = f"{{{last}:g}}, {first} {{{first}:g}}"
        findings += study.report(_TABLE, last, wrong, words, f"{first} or later")
    return findings


def check_lever_reach(study: CheckedStudy) -> list[Finding]:
    """Report needs and settings of levers that are in no list."""
    findings = []
    for column in ("need_types", "settings"):
        known = code_list(column)
        rows = study.rows(_TABLE, column)
        wrong = rows[[not {_ANY, *known}.issuperset(split_list(cell)) for cell in rows[column]]]
        right = "* or a list of " + ", ".join(known)
        findings += study.report(_TABLE, column, wrong, f"{{{column}!r}}", right)
    return findings


def check_lever_destinations(study: CheckedStudy) -> list[Finding]:
    """Report levers that lead nowhere, or where their kind does not lead."""
    rows = study.rows(_TABLE, "kind", "to_setting")
    rows = rows.assign(to_setting=rows["to_setting"].fillna(""))
    allowed = {kind: (*code_list("settings"),) for kind in _TO_A_SETTING}
    allowed |= dict.fromkeys(_TO_SUPPORT, ("", _SUPPORT_PLAN))
    is_wrong = [
        to_setting not in allowed.get(kind, ("",))
        for kind, to_setting in rows[["kind", "to_setting"]].itertuples(index=False)
    ]
    words = "{to_setting!r} for {kind}"
    right = (
        f"a setting for {', '.join(_TO_A_SETTING)}; blank or {_SUPPORT_PLAN} for "
        f"{', '.join(_TO_SUPPORT)}; else blank"
    )
    return study.report(_TABLE, "to_setting", rows[np.array(is_wrong, dtype=bool)], words, right)


def check_lever_shares(study: CheckedStudy) -> list[Finding]:
    """Report shares above one; joiners alone are multiplied, and not if a share goes elsewhere."""
    rows = study.rows(_TABLE, "kind", "to_setting", "value")
    is_factor = (rows["kind"] == "joiners") & (rows["to_setting"].fillna("") != _SUPPORT_PLAN)
    wrong = rows[(rows["value"] > 1) & ~is_factor]
    return study.report(_TABLE, "value", wrong, "{value:g} for {kind}", "a share from 0 to 1")


def check_lever_ramps(study: CheckedStudy) -> list[Finding]:
    """Report ramps that are not shares from 0 to 1."""
    rows = study.rows(_TABLE, "ramp").dropna()
    wrong = rows[[not _is_shares(cell) for cell in rows["ramp"]]]
    right = "shares from 0 to 1 parted by semicolons, such as 0.5;1"
    return study.report(_TABLE, "ramp", wrong, "{ramp!r}", right)


def _is_shares(cell: str) -> bool:
    try:
        return all(0 <= float(share) <= 1 for share in split_list(cell))
    except ValueError:
        return False
