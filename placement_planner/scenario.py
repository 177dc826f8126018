"""A scenario: every choice of a run, declared once with default, range, meaning and source."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from placement_planner.errors import ScenarioError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "Horizon",
    "NeedChoices",
    "PrivacyChoices",
    "Scenario",
    "SitingChoices",
    "SolverChoices",
    "TravelChoices",
    "in_plain_words",
    "read_scenario",
    "scenario_template",
]

Level = Literal["area", "middle"]


class _Choices(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Horizon(_Choices):
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


class NeedChoices(_Choices):
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
    history_weight: float = Field(
        0.5,
        ge=0,
        le=1,
        description="share of an area's weight taken from where children live now, where known; "
        "the rest is population and deprivation (assumption)",
    )
    residential_share: float = Field(
        0.038,
        ge=0,
        le=1,
        description="share of independent and non-maintained placements that are residential and "
        "stay out of scope (843 + 444 of about 34,000 in January 2025, DfE EHC plans; derived)",
    )


class TravelChoices(_Choices):
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


class SitingChoices(_Choices):
    """What the optimiser may do."""

    mode: Literal["snapshot"] = Field(
        "snapshot", description="snapshot: every child is placed afresh each year"
    )
    level: Level = Field(
        "middle",
        description="areas that need is summed to for siting: area (LSOA) or middle (MSOA)",
    )


class SolverChoices(_Choices):
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


class PrivacyChoices(_Choices):
    """Disclosure control of everything that leaves."""

    profile: Literal["public", "internal"] = Field(
        "public", description="public: suppressed and rounded; internal: not for publication"
    )
    threshold: int = Field(5, ge=1, le=100, description="counts under this are withheld as c")
    rounding: int = Field(5, ge=1, le=100, description="shown counts are rounded to this")


class Scenario(_Choices):
    """A named, immutable set of choices. Use `model_copy(update=...)` for what-if runs."""

    name: str = Field("Default", min_length=1, description="name of the scenario")
    notice: str = Field(
        "modelling, not a proposal", description="words that stand on every map and page"
    )
    horizon: Horizon = Horizon()
    need: NeedChoices = NeedChoices()
    travel: TravelChoices = TravelChoices()
    siting: SitingChoices = SitingChoices()
    solver: SolverChoices = SolverChoices()
    privacy: PrivacyChoices = PrivacyChoices()

    def with_choices(self, **sections: dict[str, Any]) -> Self:
        """Return a copy with some choices changed and everything checked again.

        Raises
        ------
        ScenarioError
            With every choice that is unknown or out of range.

        Examples
        --------
        >>> Scenario().with_choices(siting={"level": "area"}).siting.level
        'area'
        """
        values = self.model_dump()
        known = [name for name, value in values.items() if isinstance(value, dict)]
        for section, changes in sections.items():
            if section not in known:
                raise ScenarioError(
                    f"{section}: no such section; right would be one of {', '.join(known)}"
                )
            values[section] = {**values[section], **changes}
        try:
            return type(self).model_validate(values)
        except ValidationError as error:
            raise ScenarioError("\n".join(_wrong_choices(error))) from error


def _wrong_choices(error: ValidationError) -> list[str]:
    return [
        f"{'.'.join(map(str, item['loc']))}: {in_plain_words(item['msg'])}, found {item['input']!r}"
        for item in error.errors()
    ]


def in_plain_words(message: str) -> str:
    """Return what pydantic says of a choice without the name of an exception.

    Examples
    --------
    >>> in_plain_words("Value error, years must rise")
    'years must rise'
    """
    return message.removeprefix("Value error, ")


def read_scenario(path: Path) -> Scenario:
    """Read a scenario from TOML; unknown keys are errors, missing ones take defaults.

    Raises
    ------
    ScenarioError
        With every choice that is unknown or out of range.
    """
    if not path.is_file():
        raise ScenarioError(f"{path}: no such scenario file")
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
        return Scenario.model_validate(values)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ScenarioError(f"{path.name}: not a TOML file: {error}") from error
    except ValidationError as error:
        lines = [f"  {line}" for line in _wrong_choices(error)]
        raise ScenarioError(
            "\n".join([f"{path.name}: {len(lines)} choice(s) wrong:", *lines])
        ) from error


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, tuple):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    return str(value)


def scenario_template(scenario: Scenario | None = None) -> str:
    """Write a scenario as TOML with the meaning of each choice beside it.

    Examples
    --------
    >>> print(scenario_template().splitlines()[0])
    name = "Default"  # name of the scenario
    """
    shown = scenario or Scenario()
    top, sections = [], []
    for name, field in Scenario.model_fields.items():
        value = getattr(shown, name)
        if not isinstance(value, _Choices):
            top.append(f"{name} = {_toml(value)}  # {field.description}")
            continue
        sections += ["", f"[{name}]"]
        for key, choice in type(value).model_fields.items():
            sections.append(f"# {choice.description}")
            sections.append(f"{key} = {_toml(getattr(value, key))}")
    return "\n".join([*top, *sections]) + "\n"
