"""Rules of hosts: mainstream schools, with numbers that can be."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from placement_planner.checks.study import CheckedStudy
    from placement_planner.errors import Finding

__all__ = ["check_host_plans", "check_host_sites"]


def check_host_sites(study: CheckedStudy) -> list[Finding]:
    """Report hosts that are no mainstream schools."""
    rows = study.rows("hosts", "site_id").astype({"site_id": "str"})
    kinds = study.rows("sites", "site_id", "site_kind").drop_duplicates("site_id")
    kind = rows["site_id"].map(kinds.set_index("site_id")["site_kind"])
    wrong = rows.assign(kind=kind)[kind.notna() & kind.ne("mainstream")]
    right = "a site whose site_kind is mainstream"
    return study.report("hosts", "site_id", wrong, "{site_id}, which is {kind}", right)


def check_host_plans(study: CheckedStudy) -> list[Finding]:
    """Report hosts with more children with plans than children on roll."""
    rows = study.rows("hosts", "site_id", "children_with_plans")
    rolls = study.rows("sites", "site_id", "roll").drop_duplicates("site_id")
    roll = rows["site_id"].map(rolls.set_index("site_id")["roll"]).astype(float)
    wrong = rows.assign(roll=roll)[rows["children_with_plans"].astype(float) > roll]
    words = "{children_with_plans:g} of {roll:g} children on the roll of {site_id}"
    right = "at most the roll of the school"
    return study.report("hosts", "children_with_plans", wrong, words, right)
