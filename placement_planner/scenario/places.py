"""Choices of places: what counts as a place, who could host, how the gap is measured."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from placement_planner.scenario.base import Choices

__all__ = ["GapChoices", "HostChoices", "SupplyChoices"]


class SupplyChoices(Choices):
    """Which places there are to plan with, and who is taken to hold them."""

    places: Literal["planning", "commissioned", "physical"] = Field(
        "planning",
        description="places to plan with: the planning, commissioned or physical ones; where a "
        "pool's number is blank, its planning places",
    )
    temporary: bool = Field(True, description="whether temporary places count while they stand")
    neighbours: bool = Field(
        True,
        description="whether places offered by schools outside the region count, where the study "
        "lists them",
    )
    flows: Literal["auto", "observed", "gravity"] = Field(
        "auto",
        description="who is placed where now: observed (the study's flows), gravity (estimated "
        "from rolls, caseload and published distances), auto: observed where there are flows",
    )


class HostChoices(Choices):
    """Who could host a base: limits that shut a school out, and weights of what speaks for it."""

    spare_places: int = Field(
        8,
        ge=0,
        le=1000,
        description="fewest spare places now or ahead for a base in rooms there are (assumption)",
    )
    base_share: float = Field(
        0.10,
        gt=0,
        le=1,
        description="largest share of a school's roll that its base places may make up (planning "
        "practice; assumption)",
    )
    years_ahead: int = Field(5, ge=1, le=15, description="years by which rolls ahead are looked at")
    base_km: float = Field(
        8.0,
        gt=0,
        le=100,
        description="distance to the nearest base for the need and phase at which a school scores "
        "in full (assumption)",
    )
    continuity_km: float = Field(
        8.0,
        gt=0,
        le=100,
        description="distance within which a primary base finds a secondary one for the same need, "
        "and the other way round (assumption)",
    )
    weight_need: float = Field(
        3.0,
        ge=0,
        le=10,
        description="weight of children without a place near (all weights: assumption)",
    )
    weight_spare: float = Field(2.0, ge=0, le=10, description="weight of spare places now")
    weight_spare_ahead: float = Field(
        1.0, ge=0, le=10, description="weight of spare places as rolls change"
    )
    weight_base_distance: float = Field(
        2.0, ge=0, le=10, description="weight of the distance to the nearest base for the need"
    )
    weight_continuity: float = Field(
        1.0, ge=0, le=10, description="weight of a base of the other phase within reach"
    )
    weight_inclusion: float = Field(
        1.0,
        ge=0,
        le=10,
        description="weight of the inclusion record: few suspensions, a share of children with "
        "plans near the authority's",
    )
    weight_condition: float = Field(
        1.0, ge=0, le=10, description="weight of the building's condition and access"
    )
    weight_deprivation: float = Field(
        1.0, ge=0, le=10, description="weight of deprivation around the school"
    )


class GapChoices(Choices):
    """How places in reach are counted."""

    catchment_minutes_primary: float = Field(
        45.0,
        ge=1,
        le=240,
        description="time in the vehicle within which a place counts as accessible, primary "
        "(the guide of the DfE travel guidance)",
    )
    catchment_minutes_secondary: float = Field(
        75.0, ge=1, le=240, description="the same, secondary and post-16"
    )

    def catchment_minutes(self, phase: str) -> float:
        """Catchment of a phase."""
        if phase == "primary":
            return self.catchment_minutes_primary
        return self.catchment_minutes_secondary
