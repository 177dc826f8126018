"""Rules of fallback routes: shares that sum to one. The library has a figure for all else."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from placement_planner.checks.study import CheckedStudy
    from placement_planner.errors import Finding

__all__ = ["check_fallback_shares"]

_SLACK = 1e-6
_GROUP = ("authority_code", "need_group", "phase")


def check_fallback_shares(study: CheckedStudy) -> list[Finding]:
    """Report need groups and phases whose routes have shares that do not sum to one."""
    rows = study.whole("fallback", *_GROUP, "share")
    total = rows.groupby(list(_GROUP))["share"].transform("sum").round(6)
    wrong = rows.assign(total=total)[(total - 1).abs() > _SLACK].drop_duplicates(list(_GROUP))
    words = "shares that sum to {total:g} for {authority_code}, {need_group}, {phase}"
    return study.report("fallback", "share", wrong, words, "shares that sum to 1")
