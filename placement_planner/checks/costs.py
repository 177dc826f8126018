"""Rules of fallback routes and unit costs: shares that sum to one, and a figure for all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from placement_planner.checks.study import row_findings
from placement_planner.codes import code_table
from placement_planner.tables.study import NEED_GROUPS, PHASES

if TYPE_CHECKING:
    from placement_planner.checks.study import CheckedStudy
    from placement_planner.errors import Finding

__all__ = ["check_fallback_cover", "check_fallback_shares", "check_unit_costs"]

_ANY = "*"
_SLACK = 1e-6
_GROUP = ("authority_code", "need_group", "phase")
_ITEMS = ("place_funding", "top_up", "transport_fixed", "transport_per_km", "transported_share")


def check_fallback_shares(study: CheckedStudy) -> list[Finding]:
    """Report need groups and phases whose routes have shares that do not sum to one."""
    rows = study.whole("fallback", *_GROUP, "share")
    total = rows.groupby(list(_GROUP))["share"].transform("sum").round(6)
    wrong = rows.assign(total=total)[(total - 1).abs() > _SLACK].drop_duplicates(list(_GROUP))
    words = "shares that sum to {total:g} for {authority_code}, {need_group}, {phase}"
    return study.report("fallback", "share", wrong, words, "shares that sum to 1")


def check_fallback_cover(study: CheckedStudy) -> list[Finding]:
    """Report need groups and phases without routes, neither for all authorities nor for each."""
    rows = study.whole("fallback", *_GROUP)
    authorities = set(study.whole("authorities", "authority_code")["authority_code"])
    held = rows.groupby(["need_group", "phase"])["authority_code"].agg(set)
    found = [
        (None, f"no route for {group}, {phase}" + (f" in {min(lacking)}" if some else ""))
        for group in NEED_GROUPS
        for phase in PHASES
        for some in [held.get((group, phase), set())]
        for lacking in [authorities - some]
        if _ANY not in some and lacking
    ]
    right = "routes for authority * or for every authority"
    return row_findings(study.tables["fallback"].file, "need_group", found, right)


def check_unit_costs(study: CheckedStudy) -> list[Finding]:
    """Report items without a cost for a need group, its kind of provision or ``*``."""
    rows = study.whole("unit_costs", "item", "applies_to")
    held = set(zip(rows["item"], rows["applies_to"], strict=True))
    groups = code_table("need_groups")[["need_group", "provision_kind"]]
    found = []
    for item in _ITEMS:
        lacking = [
            group
            for group, kind in groups.itertuples(index=False)
            if not held.intersection({(item, group), (item, kind), (item, _ANY)})
        ]
        if lacking:
            found.append((None, f"no {item} for {', '.join(lacking)}"))
    right = "a row for each need group, for base and special, or for *"
    return row_findings(study.tables["unit_costs"].file, "applies_to", found, right)
