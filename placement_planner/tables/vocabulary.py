"""Words, years and columns that several tables share."""

from __future__ import annotations

from placement_planner.codes import code_list
from placement_planner.tables.base import column

FIRST_YEAR, LAST_YEAR = 2010, 2060
PHASES = ("primary", "secondary", "post_16")
NEED_TYPES = code_list("need_types")
SETTINGS = code_list("settings")
NEED_GROUPS = code_list("need_groups")
BASES = code_list("bases")
BOUNDARIES, SCHOOLS = "boundaries", "schools"
YEARS_RANGE = f"({FIRST_YEAR} to {LAST_YEAR})"
ACADEMIC_YEAR_IN_WORDS = f"an academic year's first calendar year, such as 2026 {YEARS_RANGE}"
JANUARY_IN_WORDS = f"the year of a January, such as 2026 {YEARS_RANGE}"


def basis_column() -> str:
    """Declare how a row is known."""
    return column("How the row is known", isin=BASES)  # type: ignore[no-any-return]


def estimated_column() -> str:
    """Declare which columns of a row are estimates."""
    return column(  # type: ignore[no-any-return]
        "Columns of this row that are estimates or assumptions", nullable=True, is_list=True
    )


def year_column(about: str, right: str = ACADEMIC_YEAR_IN_WORDS) -> int:
    """Declare a year."""
    return column(about, ge=FIRST_YEAR, le=LAST_YEAR, right=right)  # type: ignore[no-any-return]
