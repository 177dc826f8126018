"""The workbook, the folder of a projection, and the summaries that the command line prints."""

from placement_planner.reports.plan_log import write_plan_log
from placement_planner.reports.projection import write_projection
from placement_planner.reports.projection_summary import projection_lines
from placement_planner.reports.summary import summary_lines
from placement_planner.reports.workbook import write_workbook

__all__ = [
    "projection_lines",
    "summary_lines",
    "write_plan_log",
    "write_projection",
    "write_workbook",
]
