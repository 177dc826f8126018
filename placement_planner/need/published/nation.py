"""England as published: the whole that an authority's own numbers are shrunk to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from placement_planner.codes import code_table

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["authority_children", "national_plans"]


def authority_children() -> pd.Series:
    """Children and young people aged 0 to 24 by the DfE's three-digit code and "England", mid-2020.

    Examples
    --------
    >>> int(authority_children()["352"])  # Manchester
    209600
    """
    table = code_table("authority_children")
    return table.set_index(table["la_code"].astype(str))["children"].astype(float)


def national_plans(setting: str | None = None) -> pd.Series:
    """England's children with a plan by January: all of them, or those in a setting.

    Examples
    --------
    >>> int(national_plans()[2024])
    576474
    """
    table = code_table("national_caseload")
    kept = table if setting is None else table[table["setting"] == setting]
    return kept.groupby("january")["children"].sum().astype(float)
