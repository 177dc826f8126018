"""Reader of the DfE's local authority school places scorecards: what a place costs, where."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from placement_planner.errors import DataError
from placement_planner.sources.columns import as_code, as_number, pick_columns, read_text_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

__all__ = ["price_factors", "read_scorecards"]

_COSTS = ["CPP_P_NS", "CPP_P_EP", "CPP_S_NS", "CPP_S_EP"]
_ALIASES = {
    "year": ("year",),
    "level": ("geographic_level",),
    "la_code": ("lanumber", "old_la_code", "la_code"),
    **{name: (name,) for name in _COSTS},
}


def read_scorecards(path: Path, columns: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Read the cost per mainstream place, £, by authority and for England, newest year only.

    Returns
    -------
    DataFrame
        year, level ("Local authority" or "National"), la_code, and the cost of a place by route:
        primary (P) or secondary (S), new school (NS) or permanent expansion (EP).

    Raises
    ------
    DataError
        When a column is missing.
    """
    raw = pick_columns(read_text_table(path), _ALIASES, file=path.name, chosen=columns)
    raw[_COSTS] = raw[_COSTS].apply(as_number)
    raw["la_code"] = as_code(raw["la_code"])
    return raw[raw["year"].eq(raw["year"].max())].reset_index(drop=True)


def price_factors(costs: pd.DataFrame, la_codes: Sequence[str]) -> tuple[pd.Series, str]:
    """Local prices over England's, from the cost of a mainstream place, mean over four routes.

    Parameters
    ----------
    costs
        What `read_scorecards` returns.
    la_codes
        Authorities wanted.

    Returns
    -------
    tuple
        Factor by DfE code (1 where the file has no row for England), and a note.

    Raises
    ------
    DataError
        When an authority has no row.

    Examples
    --------
    >>> costs = pd.DataFrame({"year": "2024/25", "level": ["Local authority", "National"],
    ...     "la_code": ["352", ""], "CPP_P_NS": [110.0, 100.0], "CPP_P_EP": [110.0, 100.0],
    ...     "CPP_S_NS": [110.0, 100.0], "CPP_S_EP": [110.0, 100.0]})
    >>> price_factors(costs, ["352"])[0].round(3).to_dict()
    {'352': 1.1}
    """
    local = costs[costs["level"].eq("Local authority")].set_index("la_code")[_COSTS]
    missing = sorted(set(la_codes) - set(local.index))
    if missing:
        raise DataError(
            f"the scorecards have no row for {len(missing)} authority(ies), such as {missing[0]}"
        )
    national = costs.loc[costs["level"].eq("National"), _COSTS]
    if national.empty:
        return (
            pd.Series(1.0, index=list(la_codes)),
            "The scorecards have no row for England: capital stays at national prices.",
        )
    factors = (local.loc[list(la_codes)] / national.iloc[0]).mean(axis=1)
    year = costs["year"].iloc[0]
    return factors, (
        f"Capital per place is scaled to local prices by the {year} scorecards' cost of a "
        f"mainstream place: factors {factors.min():.2f} to {factors.max():.2f} of England's."
    )
