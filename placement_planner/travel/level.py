"""From small areas to the areas that places are sited for: means by children, nobody left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from placement_planner.tables import checked
from placement_planner.tables.stages import Travel

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pandera.typing import DataFrame

__all__ = ["siting_units", "to_level"]

_LEAST_PEOPLE = 1e-9


def siting_units(
    areas: pd.DataFrame, level: Literal["area", "middle"], stranded: Iterable[str] = ()
) -> pd.Series:
    """Return the unit of the siting level that each small area belongs to.

    Parameters
    ----------
    areas
        area_code, middle_code.
    level
        Small areas themselves, or the larger ones they nest in.
    stranded
        Codes of small areas that reach no site: each is a unit of its own, so that its children
        are counted where they are and the others' journeys are not lost with theirs.

    Returns
    -------
    Series
        Code of the unit by area_code, in order.

    Examples
    --------
    >>> areas = pd.DataFrame({"area_code": ["a", "b", "isle"], "middle_code": "M"})
    >>> siting_units(areas, "middle", ["isle"]).to_dict()
    {'a': 'M', 'b': 'M', 'isle': 'isle'}
    """
    by_code = areas.set_index("area_code", drop=False).sort_index()
    own = by_code["area_code"].isin(list(stranded)) | (level == "area")
    return by_code["area_code"].where(own, by_code["middle_code"]).astype("str").rename("unit")


def to_level(travel: DataFrame[Travel], units: pd.Series, people: pd.Series) -> DataFrame[Travel]:
    r"""Return drives from the units of the siting level: means over their small areas.

    .. math:: m_{us} = \frac{\sum_{a \in u} w_a m_{as}}{\sum_{a \in u} w_a}

    Parameters
    ----------
    travel
        Drives from small areas.
    units
        Unit of each small area (`siting_units`), by area_code.
    people
        Children by area_code: the weights :math:`w`. Areas that are absent or without children
        weigh next to nothing.

    Returns
    -------
    DataFrame
        By unit and site. A pair that any small area of the unit lacks is absent: a mean over
        those who happen to reach a site would hide the others.

    Examples
    --------
    >>> drives = pd.DataFrame(
    ...     [("a", "s", 6.0, 4.0), ("b", "s", 10.0, 8.0), ("a", "t", 9.0, 9.0)],
    ...     columns=["area_code", "site_id", "minutes", "distance_km"])
    >>> to_level(drives, pd.Series({"a": "M", "b": "M"}), pd.Series({"a": 30.0, "b": 10.0}))
      area_code site_id  minutes  distance_km
    0         M       s      7.0          5.0
    """
    codes, unit_of = np.unique(units.to_numpy(dtype=str), return_inverse=True)
    sites, site = np.unique(travel["site_id"].to_numpy(dtype=str), return_inverse=True)
    row = units.index.get_indexer(travel["area_code"])
    known = row >= 0
    weight = np.maximum(people.reindex(units.index).fillna(0.0).to_numpy(float), _LEAST_PEOPLE)
    pair = unit_of[row[known]] * len(sites) + site[known]
    cells, position = np.unique(pair, return_inverse=True)
    unit = cells // max(1, len(sites))

    def total(values: np.ndarray) -> np.ndarray:
        return np.bincount(position, weights=values, minlength=len(cells))

    share = weight[row[known]]
    complete = total(np.ones(len(share))) == np.bincount(unit_of, minlength=len(codes))[unit]
    means = {
        name: total(share * travel[name].to_numpy(float)[known]) / total(share)
        for name in ("minutes", "distance_km")
    }
    frame = pd.DataFrame(
        {"area_code": codes[unit], "site_id": sites[cells % max(1, len(sites))], **means}
    )
    return checked(Travel, frame[complete])
