"""Choices of journeys: how far it is, how children ride, what that costs."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field, ValidationInfo, field_validator

from placement_planner.scenario.base import Choices

__all__ = ["TransportChoices", "TravelChoices"]


class TravelChoices(Choices):
    """How far it is: by roads, a matrix or straight lines; limits by phase."""

    model_config = ConfigDict(validate_default=True)

    mode: Literal["auto", "matrix", "roads", "straight_line"] = Field(
        "auto",
        description="matrix: the study's travel_matrix; roads: its road network; straight_line: "
        "straight lines × circuity; auto: the first of these that the study has",
    )
    search_minutes: float = Field(
        150.0,
        gt=0,
        le=600,
        description="drive one way beyond which roads are not searched",
    )
    snap_km: float = Field(
        3.0,
        gt=0,
        le=50,
        description="straight line to the nearest road beyond which an area or site counts as too "
        "far from any (assumption)",
    )
    access_kmh: float = Field(
        18.3,
        gt=0,
        le=130,
        description="speed to and from the nearest road (11.4 mph, local streets in the morning "
        "peak, DfT; published)",
    )
    access_detour: float = Field(
        1.3, ge=1, le=3, description="road over straight line on that leg (assumption)"
    )
    urban_kmh: float = Field(
        26.0,
        gt=0,
        le=130,
        description="door to door speed over straight lines × circuity, urban areas (15-18 mph in "
        "the school peak; assumption)",
    )
    mixed_kmh: float = Field(
        40.0, gt=0, le=130, description="the same, town and suburb (22-28 mph; assumption)"
    )
    rural_kmh: float = Field(
        51.0, gt=0, le=130, description="the same, rural areas (28-35 mph; assumption)"
    )
    circuity_at_1_km: float = Field(
        1.72, ge=1, le=3, description="road over straight line at 1 km (Levinson 2009 fit; derived)"
    )
    circuity_fall: float = Field(
        0.14, ge=0, le=1, description="fall of circuity per log km (Levinson 2009 fit; derived)"
    )
    circuity_low: float = Field(1.15, ge=1, le=3, description="smallest circuity (assumption)")
    circuity_high: float = Field(1.75, ge=1, le=3, description="largest circuity (assumption)")
    terminal_minutes: float = Field(
        3.0, ge=0, le=30, description="minutes to board and alight, every ride (assumption)"
    )
    soft_minutes_primary: float = Field(
        45.0,
        ge=1,
        le=240,
        description="time in the vehicle one way beyond which minutes are priced, primary "
        "(DfE home-to-school travel guidance, general guide)",
    )
    soft_minutes_secondary: float = Field(
        75.0, ge=1, le=240, description="the same, secondary and post-16"
    )
    hard_minutes_primary: float = Field(
        60.0, ge=1, le=300, description="longest ride offered, primary (assumption)"
    )
    hard_minutes_secondary: float = Field(
        90.0,
        ge=1,
        le=300,
        description="longest ride offered, secondary and post-16 (assumption)",
    )
    gbp_per_minute_over: float = Field(
        150.0,
        ge=0,
        le=10_000,
        description="price of each minute one way over the soft limit, GBP per child a year "
        "(assumption)",
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

    def kmh(self, rural_urban: str) -> float:
        """Door to door speed of a rural-urban class over straight lines × circuity."""
        return {"urban": self.urban_kmh, "mixed": self.mixed_kmh, "rural": self.rural_kmh}[
            rural_urban
        ]


class TransportChoices(Choices):
    """What journeys cost, and what that is calibrated to."""

    trips_per_year: float = Field(
        380.0, ge=0, le=1000, description="one-way journeys a year: 190 school days, there and back"
    )
    calibrate_to: Literal["national", "authority_totals", "none"] = Field(
        "national",
        description="national: the mean below at the distance below; authority_totals: each "
        "authority's own total where the study has transport_totals, else national; none: the cost "
        "lines as they stand",
    )
    national_gbp: float = Field(
        8116.0,
        ge=0,
        le=100_000,
        description="mean cost a year of a child with SEND in arranged transport (NAO, Oct 2025, "
        "for 2023-24; published)",
    )
    national_km: float = Field(
        9.7,
        gt=0,
        le=200,
        description="mean road distance one way of those children (6 miles; no published figure: "
        "assumption)",
    )
