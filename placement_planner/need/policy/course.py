"""The course of a policy: January by January, levers at work and a path met."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from placement_planner.need.policy.displacement import carried, undisplaced
from placement_planner.need.policy.paths import Effort, meet
from placement_planner.need.policy.reach import carrying
from placement_planner.need.policy.rerouting import Steering, after_levers

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from placement_planner.need.origins import Origins
    from placement_planner.need.policy.displacement import Arrivals, Displacement
    from placement_planner.need.policy.measures import Measure
    from placement_planner.need.policy.paths import Path
    from placement_planner.need.policy.reach import Grid, Reach

__all__ = ["Course", "PathToMeet", "policy_course"]


@dataclass(frozen=True, kw_only=True)
class PathToMeet:
    """A path, how it is measured, and what may be done to meet it.

    Attributes
    ----------
    path, measure
        What is asked for, and in what.
    review_share
        Share of plans that reviews end at first.
    reviews_everywhere
        Whether reviews reach special schools and bases too.
    may_yield
        Whether elasticities give way where all else is not enough.
    """

    path: Path
    measure: Measure
    review_share: float
    reviews_everywhere: bool
    may_yield: bool


@dataclass(frozen=True, kw_only=True)
class Course:
    """What policy changes in every year; effort and measure reached in every year after the base.

    `efforts` is empty where there is no path.
    """

    displacements: tuple[Displacement, ...]
    efforts: tuple[tuple[Effort, float], ...]


@dataclass(frozen=True, kw_only=True)
class _Year:
    """One year's step, open for any effort."""

    before: Displacement
    origins: Origins
    place: int
    grid: Grid
    levers: Sequence[Reach]
    elasticity: NDArray[np.float64]
    to_meet: PathToMeet | None

    def arrivals(self, yielded: float) -> Arrivals:
        """Carry the displacement of the January before along."""
        part = carrying(self.elasticity)
        return carried(
            self.before,
            self.origins.stayed[self.place - 1],
            self.origins.joined[self.place - 1],
            self.grid,
            part + yielded * (1.0 - part),
        )

    def after(self, arrivals: Arrivals, effort: Effort) -> Displacement:
        """Let levers and the effort of a path work."""
        path = None if self.to_meet is None else self.to_meet.path
        steering = Steering(
            elasticity=self.elasticity + effort.yielded * (1.0 - self.elasticity),
            factor=effort.factor,
            review_share=effort.review_share,
            reviews_everywhere=self.to_meet is not None and self.to_meet.reviews_everywhere,
            to_support=path is not None and path.to_support,
        )
        year = self.origins.academic_years[self.place]
        return after_levers(arrivals, year, self.levers, steering, self.grid)


def policy_course(
    origins: Origins,
    grid: Grid,
    levers: Sequence[Reach],
    elasticity: NDArray[np.float64],
    to_meet: PathToMeet | None = None,
) -> Course:
    """Carry what policy changes from the base January to the last, a year at a time.

    Parameters
    ----------
    origins
        Where the children of each cell were the January before.
    grid
        The cells.
    levers
        Those of the scenario, with whom they reach.
    elasticity
        Of special schools, bases and other placements; (3,).
    to_meet
        The path of the scenario, if it has one.
    """
    displacements, efforts = [undisplaced(grid)], []
    for place in range(1, len(origins.academic_years)):
        step = _Year(
            before=displacements[-1],
            origins=origins,
            place=place,
            grid=grid,
            levers=levers,
            elasticity=elasticity,
            to_meet=to_meet,
        )
        arrivals, effort = step.arrivals(0.0), Effort()
        if to_meet is not None:
            effort, reached = _effort(step, arrivals, to_meet)
            efforts.append((effort, reached))
            arrivals = step.arrivals(effort.yielded) if effort.yielded > 0 else arrivals
        displacements.append(step.after(arrivals, effort))
    return Course(displacements=tuple(displacements), efforts=tuple(efforts))


def _effort(step: _Year, arrivals: Arrivals, to_meet: PathToMeet) -> tuple[Effort, float]:
    """Find what meets the path in a year, and what is reached."""
    path, year = to_meet.path, step.origins.academic_years[step.place]

    def measured(effort: Effort) -> float:
        come = step.arrivals(effort.yielded) if effort.yielded > 0 else arrivals
        return to_meet.measure.value(step.place, step.after(come, effort), step.grid)

    share = to_meet.review_share if path.reviews(year) else None
    return meet(measured, path.targets[year], share, may_yield=to_meet.may_yield)
