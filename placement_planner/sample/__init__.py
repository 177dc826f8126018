"""An invented region to learn, demonstrate and test with."""

from placement_planner.sample.study import write_sample

__all__ = ["write_sample"]
