"""The workbook, and the summary that the command line prints."""

from placement_planner.reports.summary import summary_lines
from placement_planner.reports.workbook import write_workbook

__all__ = ["summary_lines", "write_workbook"]
