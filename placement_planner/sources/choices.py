"""What an IMPORT.toml says: which published file plays which part, and by which rules."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from placement_planner.errors import DataError, Finding
from placement_planner.options import OptionRules
from placement_planner.scenario import Scenario

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "AssumedRoads",
    "Files",
    "ImportChoices",
    "NamedFile",
    "PotChoices",
    "ProvisionRules",
    "RoadsFile",
    "SchoolsFile",
    "SpatialFile",
    "read_import_choices",
]

RoadClass = Literal["motorway", "a_road", "b_road", "minor"]


class _Choices(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class NamedFile(_Choices):
    """One published file: where it is, who published it, and columns that go by other names."""

    file: str = Field(min_length=1, description="path, relative to the IMPORT.toml")
    source: str = Field(min_length=1, description="publisher, title and date")
    licence: str = Field("Open Government Licence v3.0", description="licence of the file")
    columns: dict[str, str] = Field(
        default_factory=dict, description="our name of a column = the file's name of it"
    )


class SpatialFile(NamedFile):
    """A file of shapes: GeoPackage, GeoJSON or GeoParquet."""

    layer: str | None = Field(None, description="layer of a GeoPackage")


class SchoolsFile(NamedFile):
    """A GIAS extract: the full download or the shorter open extract."""

    estimated: tuple[str, ...] = Field(
        (), description="columns that are old or borrowed, flagged in every row that has them"
    )


class AssumedRoads(_Choices):
    """What road files do not say."""

    road_class: RoadClass = Field(
        "a_road", description="class of segments whose file names none (assumption)"
    )
    motorway_kmh: float | None = Field(
        None,
        gt=0,
        le=130,
        description="speed of motorways; blank, as all of these: by kind of "
        "road and how rural it is, codes/road_speeds.csv",
    )
    a_road_kmh: float | None = Field(None, gt=0, le=130, description="the same, A roads")
    b_road_kmh: float | None = Field(None, gt=0, le=130, description="the same, B roads")
    minor_kmh: float | None = Field(None, gt=0, le=130, description="the same, minor roads")

    def given_kmh(self) -> dict[str, float]:
        """Return the speeds that are given, by class of road.

        Examples
        --------
        >>> AssumedRoads(minor_kmh=30).given_kmh()
        {'minor': 30.0}
        """
        classes = ("motorway", "a_road", "b_road", "minor")
        told = {name: getattr(self, f"{name}_kmh") for name in classes}
        return {name: kmh for name, kmh in told.items() if kmh is not None}


class RoadsFile(SpatialFile):
    """A table of road edges: from, to, length; positions from its shapes or from a node file."""

    nodes: str | None = Field(None, description="node file of an edge table that has no shapes")
    buffer_km: float = Field(20.0, ge=0, le=100, description="roads kept this far from the areas")
    assumed: AssumedRoads = AssumedRoads()


class Files(_Choices):
    """The parts that published files play."""

    areas: NamedFile
    boundaries: SpatialFile
    schools: SchoolsFile
    school_links: NamedFile | None = None
    earlier_schools: NamedFile | None = None
    caseload: NamedFile
    needs: NamedFile
    postcodes: NamedFile | None = None
    roads: RoadsFile | None = None
    scorecards: NamedFile | None = None
    requests: NamedFile | None = None
    assessments: NamedFile | None = None
    new_plans: NamedFile | None = None

    @model_validator(mode="after")
    def _earlier_schools_need_links(self) -> Files:
        if self.earlier_schools and not self.school_links:
            raise ValueError(
                "earlier_schools are asked for the rolls of predecessors, which school_links name"
            )
        return self

    @model_validator(mode="after")
    def _flows_come_together(self) -> Files:
        named = [self.requests, self.assessments, self.new_plans]
        if any(named) and not all(named):
            raise ValueError("requests, assessments and new_plans must be named together")
        return self

    def by_part(self) -> dict[str, NamedFile]:
        """Return the files that are named, by the part they play."""
        named = {name: getattr(self, name) for name in type(self).model_fields}
        return {name: part for name, part in named.items() if part is not None}


class ProvisionRules(_Choices):
    """How specialist places are estimated where no file publishes them."""

    excluded_words: tuple[str, ...] = Field(
        ("hospital",), description="special schools with such a word in their name hold no places"
    )
    primary_words: tuple[str, ...] = Field(
        ("primary", "infant", "junior", "nursery"), description="names of primary special schools"
    )
    secondary_words: tuple[str, ...] = Field(
        ("high", "secondary", "college"),
        description="names of secondary special schools, which also take post-16",
    )
    designations_per_school: int = Field(
        3, ge=1, le=4, description="most need groups that one special school is designed for"
    )
    smallest_pool_places: float = Field(
        8.0, ge=0, le=50, description="fewest places of a special school worth a pool of their own"
    )
    smallest_base_children: float = Field(
        4.0,
        ge=0,
        le=50,
        description="children under which a need group joins the largest base of "
        "its authority and phase",
    )


class PotChoices(_Choices):
    """Capital that each authority gets: its share, by plans, of a national allocation a year."""

    name: str = Field(min_length=1, description="name of the fund")
    national_gbp: float = Field(gt=0, description="national allocation a year, GBP")
    national_plans: float = Field(gt=0, description="plans in England that it is shared by")
    years: tuple[int, ...] = Field(min_length=1, description="academic years in which money comes")
    expires: int = Field(description="last academic year in which it may be spent")
    source: str = Field(min_length=1, description="where the figures come from")

    @field_validator("years")
    @classmethod
    def _years_rise(cls, years: tuple[int, ...]) -> tuple[int, ...]:
        if list(years) != sorted(set(years)):
            raise ValueError("years must rise")
        return years


class ImportChoices(_Choices):
    """All that an import needs to know."""

    name: str = Field(min_length=1, description="name of the region")
    base_january: int = Field(ge=2010, le=2060, description="census year the study starts from")
    authorities: dict[str, str] = Field(
        min_length=1, description="code of each authority = its DfE three-digit code"
    )
    files: Files
    pots: PotChoices
    provision: ProvisionRules = ProvisionRules()
    options: OptionRules = OptionRules()
    scenario: dict[str, Any] = Field(
        default_factory=dict, description="choices of the scenario that differ from the defaults"
    )

    @field_validator("authorities")
    @classmethod
    def _three_digits(cls, authorities: dict[str, str]) -> dict[str, str]:
        wrong = [code for code in authorities.values() if len(code) != 3 or not code.isdigit()]  # noqa: PLR2004
        if wrong or len(set(authorities.values())) < len(authorities):
            raise ValueError(
                f"DfE codes must be three digits and differ, such as 352; found {wrong}"
            )
        return authorities

    @field_validator("scenario")
    @classmethod
    def _scenario_holds(cls, scenario: dict[str, Any]) -> dict[str, Any]:
        Scenario.model_validate(scenario)
        return scenario

    def make_scenario(self) -> Scenario:
        """Return the scenario that is written into the study."""
        need = {**self.scenario.get("need", {}), "base_january": self.base_january}
        return Scenario.model_validate({"name": self.name, **self.scenario, "need": need})


def _missing_files(choices: ImportChoices, import_file: Path) -> list[Finding]:
    named = [(f"files.{part}.file", item.file) for part, item in choices.files.by_part().items()]
    if choices.files.roads and choices.files.roads.nodes:
        named.append(("files.roads.nodes", choices.files.roads.nodes))
    return [
        Finding(
            import_file.name,
            None,
            key,
            f"no file {file}",
            f"a file that exists, relative to {import_file.parent}",
        )
        for key, file in named
        if not (import_file.parent / file).is_file()
    ]


def _choice_findings(error: ValidationError, name: str) -> list[Finding]:
    return [
        Finding(
            name,
            None,
            ".".join(map(str, item["loc"])) or None,
            repr(item["input"])[:80],
            item["msg"],
        )
        for item in error.errors()
    ]


def read_import_choices(import_file: Path) -> ImportChoices:
    """Read an IMPORT.toml and check that every file it names is there.

    Raises
    ------
    DataError
        With every choice that is unknown or wrong, or every file that is missing, in one go.
    """
    if not import_file.is_file():
        raise DataError(f"{import_file}: no such import file")
    try:
        values = tomllib.loads(import_file.read_text(encoding="utf-8"))
        choices = ImportChoices.model_validate(values)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError(f"{import_file.name}: not a TOML file: {error}") from error
    except ValidationError as error:
        findings = _choice_findings(error, import_file.name)
        raise DataError(
            f"{import_file.name}: {len(findings)} choice(s) wrong:", findings
        ) from error
    missing = _missing_files(choices, import_file)
    if missing:
        raise DataError(f"{import_file.name} names {len(missing)} missing file(s):", missing)
    return choices
