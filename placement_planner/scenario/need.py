"""Choices of need: how it is projected, what policy changes, how it is spread."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from placement_planner.scenario.base import Choices

__all__ = ["NeedChoices", "PolicyChoices"]


class NeedChoices(Choices):
    """How the caseload is projected and spread over areas."""

    base_january: int = Field(
        2026, ge=2010, le=2060, description="census year the projection starts from"
    )
    method: Literal["auto", "transitions", "published", "held"] = Field(
        "auto",
        description="transitions: joiners, movers and leavers; published: growth of totals and "
        "cohort-flow ratios; held: the base January's rates per head, population alone; auto: "
        "transitions where every authority has them, else published",
    )
    draws: int = Field(
        500, ge=20, le=20_000, description="draws of the future behind every interval and mean"
    )
    seed: int = Field(2_026, ge=0, description="seed of the draws")
    trend: Literal["flat", "damped", "trend"] = Field(
        "damped",
        description="joiner rates ahead: held flat, their growth fading, or their growth held "
        "(back-tested: docs/method.md)",
    )
    joiner_damping: float = Field(
        0.85,
        ge=0,
        le=1,
        description="share of the growth of joiner rates that is left a year later, if damped "
        "(midway between two readings of England's new plans; assumption)",
    )
    recency: float = Field(
        1.0,
        gt=0,
        le=1,
        description="weight of a year's steps beside the year after it; 1 counts all years alike "
        "(assumption)",
    )
    relabel_needs: bool = Field(
        True,
        description="whether primary needs are relabelled as children grow, as observed in the "
        "transitions; false keeps every child's need",
    )
    growth_damping: float = Field(
        0.9,
        ge=0,
        le=1,
        description="share of the nation's growth that is left a year later, published method "
        "(back-tests to 2024 favour 0.95 to 1; DfE's 1.0m plans in 2032/33, NAO Oct 2024, would "
        "need about 0.8 from January 2025; assumption)",
    )
    pooling_children: float = Field(
        100.0,
        ge=0,
        le=1e6,
        description="children that an authority's own cohort ratio is pooled with, from the "
        "region's and the nation's, published method (assumption)",
    )
    cell_variance: float = Field(
        0.02,
        ge=0,
        le=1,
        description="relative variance that a year adds to a year group's need and setting, "
        "published method (assumption)",
    )
    prevalence_cap: float = Field(
        0.35,
        gt=0,
        le=1,
        description="largest share of an area's children of a phase that may have a plan "
        "(assumption)",
    )
    latent_demand: float = Field(
        0.0,
        ge=0,
        le=1,
        description="share of the shortfall of under-identified deprived areas that is added as "
        "latent demand, beside the projection (0: none; assumption)",
    )
    hidden_need: Literal["left_out", "held", "grown"] = Field(
        "held",
        description="need that placements hide, where the study counts it: left_out, held at the "
        "number counted, or grown with the children in the same setting",
    )
    new_homes: Literal["above_projection", "left_out"] = Field(
        "above_projection",
        description="children of new homes, where the study lists them: counted above what the "
        "population projection carries, or left_out",
    )
    residential_share: float = Field(
        0.038,
        ge=0,
        le=1,
        description="share of independent and non-maintained placements that are residential and "
        "stay out of scope (843 + 444 of about 34,000 in January 2025, DfE EHC plans; derived)",
    )


class PolicyChoices(Choices):
    """What policy is assumed to change, and whom it reaches first."""

    scenario: str = Field(
        "trend",
        min_length=1,
        description="trend: as projected; moderated, inclusion_shift, white_paper, no_reform: "
        "codes/policy_levers.csv and codes/policy_paths.csv; or a scenario of the study's own "
        "policy_levers",
    )
    bound: Literal["elastic", "special_unchanged", "proportional"] = Field(
        "elastic",
        description="whom a path of plans reaches: elastic, by the elasticities below; "
        "special_unchanged: special need as without the policy; proportional: all placements "
        "alike (the two bounds)",
    )
    special_elasticity: float = Field(
        0.25,
        ge=0,
        le=1,
        description="change of those newly placed in special schools for a change of plans of 1 "
        "(assumption)",
    )
    base_elasticity: float = Field(
        0.5, ge=0, le=1, description="the same for bases in mainstream schools (assumption)"
    )
    mainstream_elasticity: float = Field(
        1.0, ge=0, le=1, description="the same for every other placement (assumption)"
    )
    review_share: float = Field(
        0.2,
        ge=0,
        le=1,
        description="share of plans outside special schools and bases that end in an individual "
        "support plan at a review at transition, while a path asks for fewer plans (white paper: "
        "1 in 8 of those held moves by 2035; assumption)",
    )
    support_plan_base_share: float = Field(
        0.1,
        ge=0,
        le=1,
        description="share of children with an individual support plan in place of an EHC plan "
        "who need a place in a base (assumption)",
    )
    path_basis: Literal["absolute", "relative"] = Field(
        "absolute",
        description="shares of a path: of the region's own pupils, or relative to England's share "
        "at the start of the path",
    )
