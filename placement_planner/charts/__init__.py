"""Charts of a projection, drawn from figures that may be shown."""

from placement_planner.charts.bars import waterfall_chart
from placement_planner.charts.chart import Chart
from placement_planner.charts.fans import fan_chart
from placement_planner.charts.gap import gap_chart, places_chart
from placement_planner.charts.needs import need_chart
from placement_planner.charts.policies import scenario_chart
from placement_planner.charts.siting import siting_chart
from placement_planner.charts.transport import cost_curve_chart, ride_curve_chart
from placement_planner.charts.trends import trend_chart

__all__ = [
    "Chart",
    "cost_curve_chart",
    "fan_chart",
    "gap_chart",
    "need_chart",
    "places_chart",
    "ride_curve_chart",
    "scenario_chart",
    "siting_chart",
    "trend_chart",
    "waterfall_chart",
]
