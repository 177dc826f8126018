"""Choices of the plan: years, journeys, siting, solver and disclosure."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field, ValidationInfo, field_validator

from placement_planner.scenario.base import Choices

__all__ = ["Horizon", "PrivacyChoices", "SitingChoices", "SolverChoices", "TravelChoices"]

Level = Literal["area", "middle"]


class Horizon(Choices):
    """The academic years that are planned, and how money in them is weighed."""

    years: tuple[int, ...] = Field(
        (2027, 2028, 2029, 2030, 2031),
        description="academic years planned, rising; a gap makes a period of several years",
    )
    last_period_years: int = Field(
        1, ge=1, le=10, description="years that the last period stands for"
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


class TravelChoices(Choices):
    """Straight line × circuity, speed by rural-urban class, limits by phase."""

    model_config = ConfigDict(validate_default=True)

    circuity_at_1_km: float = Field(
        1.72, ge=1, le=3, description="road over straight line at 1 km (Levinson 2009 fit; derived)"
    )
    circuity_fall: float = Field(
        0.14, ge=0, le=1, description="fall of circuity per log km (Levinson 2009 fit; derived)"
    )
    circuity_low: float = Field(1.15, ge=1, le=3, description="smallest circuity (assumption)")
    circuity_high: float = Field(1.75, ge=1, le=3, description="largest circuity (assumption)")
    terminal_minutes: float = Field(
        3.0, ge=0, le=30, description="minutes to board and alight, every journey (assumption)"
    )
    soft_minutes_primary: float = Field(
        45.0,
        ge=1,
        le=240,
        description="journey one way beyond which minutes are priced, primary "
        "(DfE home-to-school travel guidance, general guide)",
    )
    soft_minutes_secondary: float = Field(
        75.0, ge=1, le=240, description="the same, secondary and post-16"
    )
    hard_minutes_primary: float = Field(
        60.0, ge=1, le=300, description="longest journey offered, primary (assumption)"
    )
    hard_minutes_secondary: float = Field(
        90.0,
        ge=1,
        le=300,
        description="longest journey offered, secondary and post-16 (assumption)",
    )
    gbp_per_minute_over: float = Field(
        150.0,
        ge=0,
        le=10_000,
        description="price of each minute one way over the soft limit, GBP per child a year "
        "(assumption)",
    )

    trips_per_year: float = Field(
        380.0, ge=0, le=1000, description="one-way journeys a year: 190 school days, there and back"
    )

    @field_validator("circuity_high")
    @classmethod
    def _limits_do_not_cross(cls, value: float, info: ValidationInfo) -> float:
        low = info.data.get("circuity_low", value)
        if value < low:
            raise ValueError(f"must be at least travel.circuity_low, which is {low:g}")
        return value

    def soft_minutes(self, phase: str) -> float:
        """Soft limit of a phase."""
        return self.soft_minutes_primary if phase == "primary" else self.soft_minutes_secondary

    def hard_minutes(self, phase: str) -> float:
        """Hard limit of a phase."""
        return self.hard_minutes_primary if phase == "primary" else self.hard_minutes_secondary


class SitingChoices(Choices):
    """What the optimiser may do."""

    mode: Literal["snapshot"] = Field(
        "snapshot", description="snapshot: every child is placed afresh each year"
    )
    level: Level = Field(
        "middle",
        description="areas that need is summed to for siting: area (LSOA) or middle (MSOA)",
    )


class SolverChoices(Choices):
    """When to stop. Seed and threads are fixed so that runs repeat."""

    relative_gap: float = Field(0.001, ge=0, le=1, description="stop at this relative gap")
    time_limit_s: float = Field(300.0, gt=0, le=86_400, description="stop after this many seconds")
    arcs_at_once: int = Field(
        50_000,
        ge=0,
        description="possible placements given to the solver at once; a larger problem is priced: "
        "those that no good plan uses are left out, and the bound still holds for all",
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
