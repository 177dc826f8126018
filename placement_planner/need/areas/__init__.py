"""Small areas: how an authority's children are shared between the areas they live in."""

from placement_planner.need.areas.history import known_homes
from placement_planner.need.areas.people import area_people
from placement_planner.need.areas.spread import (
    AreaDraws,
    area_draws,
    area_need,
    latent_need,
    sum_to_units,
)
from placement_planner.need.areas.weights import AreaWeights, area_weights

__all__ = [
    "AreaDraws",
    "AreaWeights",
    "area_draws",
    "area_need",
    "area_people",
    "area_weights",
    "known_homes",
    "latent_need",
    "sum_to_units",
]
