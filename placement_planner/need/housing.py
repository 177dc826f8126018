r"""Children of new homes, above those that the population projection already carries.

A trend projection carries the homes of the years it was fitted to, so homes are compared before
children are counted. Of an authority's homes planned :math:`p` and carried :math:`c`, both since
the base year,

.. math:: h_t = \max\Bigl(0, \sum_{u \le t} p_u - \sum_{u \le t} c_u\Bigr)

stand above the projection in year :math:`t`. The sums and not the years are compared: homes that
come early are not counted on top of homes the projection carries later. After the last year of an
authority's trajectory nothing is known of what is planned, and :math:`h` stays.

The homes above are spread over the sites as the homes planned so far. They hold the children of
`codes/housing_yields.csv` from the January in which they are lived in, spread evenly over the ages
of a phase, and those children have plans at the rates of their authority and age: DfE found 4.0 %
of children in new homes with a plan in 2021/22 (pupil yields, 2023), near the rate of all pupils.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.codes import code_table
from placement_planner.errors import DataError
from placement_planner.need.held import AGE_AT_RECEPTION, people_by_ncy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from pandera.typing import DataFrame

    from placement_planner.need.cube import Cube
    from placement_planner.tables.study import Housing, HousingCarried, PopulationProjection

__all__ = ["NewHomes", "housing_factor", "new_homes", "with_housing", "with_new_people"]

_HOMES = ["authority_code", "academic_year", "planned", "carried", "above"]
_PEOPLE = ["authority_code", "area_code", "academic_year", "age", "children"]
_SLACK = 1e-6


@dataclass(frozen=True, kw_only=True)
class NewHomes:
    """New homes and the children in them.

    Attributes
    ----------
    homes
        authority_code, academic_year, planned, carried, above: homes since the base year.
    people
        authority_code, area_code, academic_year, age, children: above what the projection carries.
    notes
        How far plans and projection overlap.
    """

    homes: pd.DataFrame
    people: pd.DataFrame
    notes: tuple[str, ...]


def new_homes(
    housing: DataFrame[Housing],
    carried: DataFrame[HousingCarried] | None,
    areas: pd.DataFrame,
    base_year: int,
    years: Sequence[int],
    yields: pd.DataFrame | None = None,
) -> NewHomes:
    """Count homes above what the projection carries, and the children in them.

    Parameters
    ----------
    housing
        Homes planned by site, academic year and tenure; those up to the base year are in its
        population already.
    carried
        Homes that the population projection carries, by authority and academic year.
    areas
        area_code and authority_code of the small areas.
    base_year, years
        Academic year of the base population; academic years wanted, the base among them or not.
    yields
        phase, tenure, children_per_home; default `codes/housing_yields.csv`.

    Raises
    ------
    DataError
        If the homes carried of an authority with planned homes are not known for every year.
    """
    last = max([*years, base_year])
    planned = housing.merge(areas[["area_code", "authority_code"]], on="area_code")
    ahead = planned[planned["academic_year"].between(base_year + 1, last)]
    homes = _homes_above(ahead, _homes_carried(ahead, carried, base_year), base_year, last)
    homes = homes[homes["academic_year"].isin(list(years))].reset_index(drop=True)
    people = _children(_sites_to_date(ahead, homes), homes, yields)
    notes = (*_overlap(homes), *_not_counted(planned, base_year, last))
    return NewHomes(homes=homes, people=people, notes=notes)


def _homes_carried(
    planned: pd.DataFrame, carried: pd.DataFrame | None, base_year: int
) -> pd.DataFrame:
    """Return homes carried to the end of each authority's trajectory; refuse gaps."""
    ends = planned.groupby("authority_code")["academic_year"].max()
    wanted = pd.MultiIndex.from_tuples(
        [(code, year) for code, end in ends.items() for year in range(base_year + 1, int(end) + 1)],
        names=["authority_code", "academic_year"],
    )
    if wanted.empty:
        return pd.DataFrame(columns=[*wanted.names, "homes"])
    rows = pd.DataFrame(columns=[*wanted.names, "homes"]) if carried is None else carried
    known = rows.set_index(list(wanted.names))["homes"]
    lacking = wanted.difference(known.index).sort_values()
    if len(lacking):
        code, year = lacking[0]
        raise DataError(
            f"housing_carried has no homes of {len(lacking)} year(s) of authorities with planned "
            f"homes, for example of {code} in {year}; right would be the homes that the "
            "population projection carries in every year of the trajectory, 0 where none: without "
            "them their children would be counted twice"
        )
    return known.reindex(wanted).reset_index()


def _homes_above(
    planned: pd.DataFrame, carried: pd.DataFrame, base_year: int, last: int
) -> pd.DataFrame:
    """Compare homes planned and carried since the base year, by authority and academic year."""
    keys = ["authority_code", "academic_year"]
    codes = sorted(planned["authority_code"].unique())
    every = pd.MultiIndex.from_product([codes, range(base_year, last + 1)], names=keys)
    both = {
        "planned": planned.groupby(keys)["homes"].sum(),
        "carried": carried.groupby(keys)["homes"].sum(),
    }
    table = pd.DataFrame(
        {
            name: sums.reindex(every).fillna(0.0).astype(float).groupby(level=0).cumsum()
            for name, sums in both.items()
        },
        index=every,
    )
    above = table["planned"] - table["carried"]
    above = above.where(above > _SLACK, 0.0)
    return table.assign(above=above).reset_index()[_HOMES]


def _sites_to_date(planned: pd.DataFrame, homes: pd.DataFrame) -> pd.DataFrame:
    """Sum each area's homes of a tenure up to each year."""
    rows = planned.rename(columns={"academic_year": "lived_in"})
    rows = rows.merge(homes[["authority_code", "academic_year"]], on="authority_code")
    rows = rows[rows["lived_in"] <= rows["academic_year"]]
    keys = ["authority_code", "academic_year", "area_code", "tenure"]
    return rows.groupby(keys, as_index=False)["homes"].sum()


def _children(
    sites: pd.DataFrame, homes: pd.DataFrame, yields: pd.DataFrame | None
) -> pd.DataFrame:
    """Give the homes above the projection their children, by single year of age."""
    by_phase = code_table("housing_yields") if yields is None else yields
    ages = code_table("phases")[["phase", "age"]]
    ages["ages"] = ages.groupby("phase")["age"].transform("count")
    by_age = by_phase.merge(ages, on="phase")
    by_age["per_home"] = by_age["children_per_home"] / by_age["ages"]
    above = homes[homes["above"] > 0]
    people = sites.merge(above, on=["authority_code", "academic_year"])
    people = people.merge(by_age[["tenure", "age", "per_home"]], on="tenure")
    people["children"] = people["homes"] * people["above"] / people["planned"] * people["per_home"]
    return people.groupby(_PEOPLE[:-1], as_index=False)["children"].sum()


def _overlap(homes: pd.DataFrame) -> tuple[str, ...]:
    """Say, by authority, how many homes are planned, carried and counted."""
    if homes.empty:
        return ()
    ends = homes[homes["academic_year"] == homes["academic_year"].max()]
    return tuple(
        f"New homes in {row.authority_code} to {row.academic_year}: {row.planned:,.0f} planned, "
        f"{row.carried:,.0f} carried by the population projection in the years of the plans; "
        f"{row.planned - row.above:,.0f} are in both, and the children of {row.above:,.0f} are "
        "added."
        for row in ends.itertuples()
    )


def _not_counted(planned: pd.DataFrame, base_year: int, last: int) -> tuple[str, ...]:
    """Say how many planned homes lie outside the years."""
    early = planned.loc[planned["academic_year"] <= base_year, "homes"].sum()
    late = planned.loc[planned["academic_year"] > last, "homes"].sum()
    notes = []
    if early:
        notes.append(
            f"{early:,.0f} planned homes of {base_year} or before are not added: the base "
            "population holds their children."
        )
    if late:
        notes.append(f"{late:,.0f} planned homes after {last}, the last year, are not added.")
    return tuple(notes)


def housing_factor(
    people: pd.DataFrame,
    projection: DataFrame[PopulationProjection],
    cells: pd.DataFrame,
    years: Sequence[int],
) -> NDArray[np.float64]:
    r"""Return by how much the children of new homes raise each cell.

    .. math:: 1 + e_{lat} / P_{lat}

    with :math:`e` children of new homes and :math:`P` the population of authority, age and year;
    one where the projection has nobody of that age.

    Parameters
    ----------
    people
        As of `NewHomes`.
    projection
        Children by authority, academic year and age.
    cells
        authority_code and ncy, N rows.
    years
        Y academic years.

    Returns
    -------
    ndarray
        (Y, N).
    """
    keys = ["authority_code", "ncy", "academic_year"]
    extra = people.assign(ncy=people["age"] - AGE_AT_RECEPTION).groupby(keys)["children"].sum()
    there = people_by_ncy(projection)
    factor = np.ones((len(years), len(cells)))
    if extra.empty:
        return factor
    for place, year in enumerate(years):
        asked = pd.MultiIndex.from_frame(cells[keys[:2]].assign(academic_year=year))
        more, base = (
            series.reindex(asked).fillna(0.0).to_numpy(dtype=float) for series in (extra, there)
        )
        factor[place] += np.where(base > 0, more / np.where(base > 0, base, 1.0), 0.0)
    return factor


def with_housing(
    cube: Cube, people: pd.DataFrame, projection: DataFrame[PopulationProjection]
) -> Cube:
    """Return the cube with the children of new homes who have a plan, in every draw."""
    factor = housing_factor(people, projection, cube.cells, cube.academic_years)
    return replace(cube, children=cube.children * factor[:, :, None].astype(np.float32))


def with_new_people(
    projection: DataFrame[PopulationProjection], people: pd.DataFrame
) -> DataFrame[PopulationProjection]:
    """Return the population projection with the children of new homes, where it has rows."""
    keys = ["authority_code", "academic_year", "age"]
    if people.empty:
        return projection
    more = people.groupby(keys)["children"].sum()
    extra = more.reindex(pd.MultiIndex.from_frame(projection[keys])).fillna(0.0)
    raised: DataFrame[PopulationProjection] = projection.assign(
        children=projection["children"] + extra.to_numpy(dtype=float)
    )
    return raised
