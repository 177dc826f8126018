"""What would point to a school that has not agreed to be named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyproj import Transformer

from placement_planner.codes import code_table

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["NotToBeNamed", "not_to_be_named", "point_words"]

_SHORTEST = 5


@dataclass(frozen=True)
class NotToBeNamed:
    """Names, codes and points that may stand in no file that leaves.

    Attributes
    ----------
    words
        Names and codes, each looked for as a whole.
    points
        Longitude and latitude, as from `point_words`.
    """

    words: frozenset[str] = frozenset()
    points: frozenset[str] = frozenset()


def point_words(longitude: float, latitude: float) -> str:
    """Write a point to four decimals, some ten metres.

    Examples
    --------
    >>> point_words(-2.1234567, 53.1)
    '-2.1235 53.1000'
    """
    return f"{longitude:.4f} {latitude:.4f}"


def not_to_be_named(
    options: pd.DataFrame, sites: pd.DataFrame, provision: pd.DataFrame, areas: pd.DataFrame
) -> NotToBeNamed:
    """Return what would point to schools and land of which no option may be shown by name.

    A school that has specialist places already is known for them: its name may stand beside these,
    but not the code of an option.

    Parameters
    ----------
    options, sites, provision, areas
        Tables of a study.

    Examples
    --------
    >>> import pandas as pd
    >>> options = pd.DataFrame({"option_id": ["BASE-1"], "site_id": ["100003"],
    ...                         "release_status": ["engaged"]})
    >>> sites = pd.DataFrame({"site_id": ["100003"], "site_name": ["Fir School"],
    ...                       "easting": [411_000.0], "northing": [392_500.0]})
    >>> provision = pd.DataFrame({"site_id": ["100001"]})
    >>> areas = pd.DataFrame({"area_name": ["Holt 001"], "middle_name": ["Holt"]})
    >>> sorted(not_to_be_named(options, sites, provision, areas).words)
    ['100003', 'BASE-1', 'Fir School']
    """
    by_name = code_table("release_statuses").set_index("release_status")["shown_by_name"].eq("yes")
    may = options["release_status"].map(by_name).astype(bool)
    told = {*options.loc[may, "site_id"], *provision["site_id"]}
    hidden = sites[sites["site_id"].isin(set(options.loc[~may, "site_id"]) - told)]
    localities = {*areas["area_name"], *areas["middle_name"]}
    names = [name for name in hidden["site_name"].dropna() if name not in localities]
    words = [*names, *hidden["site_id"], *options.loc[~may, "option_id"]]
    to_degrees = Transformer.from_crs("EPSG:27700", "EPSG:4326", always_xy=True)
    points = zip(
        *to_degrees.transform(hidden["easting"].to_numpy(), hidden["northing"].to_numpy()),
        strict=True,
    )
    return NotToBeNamed(
        words=frozenset(str(word) for word in words if len(str(word)) >= _SHORTEST),
        points=frozenset(point_words(*point) for point in points),
    )
