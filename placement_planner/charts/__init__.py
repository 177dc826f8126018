"""Charts of a projection, drawn from figures that may be shown."""

from placement_planner.charts.bars import waterfall_chart
from placement_planner.charts.chart import Chart
from placement_planner.charts.fans import fan_chart
from placement_planner.charts.needs import need_chart
from placement_planner.charts.policies import scenario_chart
from placement_planner.charts.trends import trend_chart

__all__ = [
    "Chart",
    "fan_chart",
    "need_chart",
    "scenario_chart",
    "trend_chart",
    "waterfall_chart",
]
