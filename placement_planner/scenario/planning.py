"""Choices of the plan: years, siting, solver and disclosure."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from placement_planner.scenario.base import Choices

__all__ = ["Horizon", "PrivacyChoices", "SitingChoices", "SolverChoices"]

Level = Literal["area", "middle"]


class Horizon(Choices):
    """The academic years that are planned, and how money in them is weighed."""

    years: tuple[int, ...] = Field(
        (2027, 2028, 2029, 2030, 2031, 2032, 2034),
        description="academic years planned, rising; a gap makes a period of several years",
    )
    last_period_years: int = Field(
        2, ge=1, le=10, description="years that the last period stands for"
    )
    discount_rate: float = Field(
        0.035,
        ge=0,
        le=0.2,
        description="real discount rate a year (Green Book, HM Treasury, Feb 2026; published)",
    )

    @field_validator("years")
    @classmethod
    def _years_rise(cls, years: tuple[int, ...]) -> tuple[int, ...]:
        if not years or list(years) != sorted(set(years)):
            raise ValueError("years must be a rising list with at least one academic year")
        return years

    @property
    def weights(self) -> tuple[int, ...]:
        """Years that each period stands for.

        Examples
        --------
        >>> Horizon(years=(2027, 2028, 2030), last_period_years=2).weights
        (1, 2, 2)
        """
        gaps = [late - early for early, late in zip(self.years, self.years[1:], strict=False)]
        return (*gaps, self.last_period_years)

    def discount(self, academic_year: int) -> float:
        """Worth in the first planned year of £1 in `academic_year`."""
        return float((1 + self.discount_rate) ** (self.years[0] - academic_year))

    def annual_cost(self, capital_gbp: float, life_years: int) -> float:
        r"""Equivalent annual cost of capital over an asset's life.

        .. math:: a = K \frac{r}{1 - (1 + r)^{-L}}

        Examples
        --------
        >>> round(Horizon(discount_rate=0.1).annual_cost(1000.0, 2), 2)  # 576.19/1.1 + 576.19/1.21
        576.19
        >>> Horizon(discount_rate=0.0).annual_cost(1000.0, 4)
        250.0
        """
        if self.discount_rate == 0:
            return capital_gbp / life_years
        return capital_gbp * self.discount_rate / (1 - (1 + self.discount_rate) ** -life_years)


class SitingChoices(Choices):
    """What the optimiser may do, and what counts."""

    mode: Literal["continuity", "snapshot"] = Field(
        "continuity",
        description="continuity: children who hold a place keep it until they leave their school, "
        "and so does everybody who is placed; snapshot: every child is placed afresh each year",
    )
    level: Level = Field(
        "middle",
        description="areas that need is summed to for siting: area (LSOA) or middle (MSOA)",
    )
    money: Literal["own", "pooled"] = Field(
        "own",
        description="own: each authority's pots build for its own children, and no more of them "
        "hold places in other authorities than today or by the study's agreements; pooled: pots "
        "and places of all authorities are everybody's",
    )
    independent_stays: bool = Field(
        True,
        description="whether children in independent and non-maintained schools stay until they "
        "leave the phase; false: they may be offered a local place in any year",
    )
    flexible_share: float = Field(
        0.1,
        ge=0,
        le=1,
        description="share of the places of one designation and phase that the others of the same "
        "site may use (assumption)",
    )
    over_capacity_share: float = Field(
        0.0,
        ge=0,
        le=1,
        description="children who may be placed above the places of a pool, as a share of them; "
        "those who hold places now stay whatever this says",
    )
    over_capacity_gbp: float = Field(
        10_000.0,
        ge=0,
        le=1e6,
        description="price of each of them, GBP a year (assumption)",
    )
    displacement: Literal["as_routes", "stated"] = Field(
        "as_routes",
        description="which placements a new place saves: as_routes, those of the fallback routes "
        "in their shares; stated, independent ones in the share below, others for the rest",
    )
    displacement_share: float = Field(
        0.6,
        ge=0,
        le=1,
        description="share of new places that save an independent placement, if stated "
        "(assumption: a plan is told at 30, 60 and 100 %)",
    )
    nowhere_gbp: float = Field(
        5_000.0,
        ge=0,
        le=1e6,
        description="price of a child whom a full fallback route cannot take, above the dearest "
        "route, GBP a year (assumption)",
    )


class SolverChoices(Choices):
    """When to stop. Seed and threads are fixed so that runs repeat."""

    relative_gap: float = Field(0.001, ge=0, le=1, description="stop at this relative gap")
    time_limit_s: float = Field(300.0, gt=0, le=86_400, description="stop after this many seconds")
    method: Literal["auto", "monolithic", "decomposed"] = Field(
        "auto",
        description="monolithic: the whole model to the solver, through PuLP; decomposed: bounds "
        "from generated placements, for large problems; auto: by size",
    )
    arcs_at_once: int = Field(
        50_000,
        ge=0,
        description="possible placements up to which auto gives the whole model to the solver",
    )
    clusters: int = Field(
        0,
        ge=0,
        description="areas are taken together, need by need, as so many clusters to decide what "
        "is built, where there are more of them; what that costs is in the gap (0: as 400 above "
        "2,000,000 possible placements, otherwise not)",
    )
    memory_gb: float = Field(
        8.0, gt=0, description="a search that would take more memory, GB, is refused"
    )
    seed: int = Field(0, ge=0, le=2**31 - 1, description="solver's seed")
    threads: int = Field(1, ge=1, le=64, description="solver's threads")


class PrivacyChoices(Choices):
    """Disclosure control of everything that leaves."""

    profile: Literal["public", "internal"] = Field(
        "public", description="public: suppressed and rounded; internal: not for publication"
    )
    threshold: int = Field(5, ge=1, le=100, description="counts under this are withheld as c")
    rounding: int = Field(5, ge=1, le=100, description="shown counts are rounded to this")
    rate_population: int = Field(
        20,
        ge=1,
        le=10_000,
        description="rates and shares of fewer people are withheld (assumption)",
    )
