"""Every rule of a study, each table by itself and all of them together, told in one go."""

from placement_planner.checks.rules import check_tables
from placement_planner.checks.study import CheckedStudy, CheckedTable

__all__ = ["CheckedStudy", "CheckedTable", "check_tables"]
