"""Published files made into a study folder."""

from placement_planner.sources.report import ImportReport
from placement_planner.sources.study import import_study

__all__ = ["ImportReport", "import_study"]
