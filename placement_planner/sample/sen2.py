"""An invented person-level export of one authority of the sample region, with planted faults.

Nobody in it is real: names are strings of letters that stand for the child's number in the
simulation, and no UPN, ULN or postcode has the form of an issued one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from placement_planner.sample.land import AUTHORITIES
from placement_planner.sample.seeds import random_stream
from placement_planner.sample.sen2_faults import plant_faults
from placement_planner.sample.sen2_files import third_thursday, write_modules

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import numpy as np

__all__ = ["invented_people", "write_postcode_lookup", "write_sen2_export"]

_NCY_0, _SEPTEMBER = 6, 9
_FIRST_JANUARY = 2020
_SYLLABLES = ("zaq", "vux", "kyj", "wox", "pez", "jiv", "quf", "xob", "yck", "zhu")
_POSTCODES_AN_AREA = 3
_LAST_WITHOUT_UPN, _FIRST_WITH_ULN, _FIRST_POST_16 = -1, 9, 12
_WITHOUT_NUMBERS, _ULN_ONLY = 50, 10
"""Every so-manieth child has neither UPN nor ULN; of those post-16, has a ULN only."""
_ELSEWHERE = ("OLA", "OPA", "EHE", "OTH", "NEET", "NIEC", "NIEO")
_ROWS_OF_REFUSED = 25


def _spelled(number: int) -> str:
    return "".join(_SYLLABLES[int(digit)] for digit in f"{number:05d}").capitalize()


def _postcode(area: int, which: int) -> str:
    return f"ZX{area} {which + 1}QZ"


def write_postcode_lookup(path: Path, areas: pd.DataFrame) -> Path:
    """Write three invented postcodes an area, in the columns of a postcode directory."""
    codes = sorted(areas["area_code"])
    rows = [
        (_postcode(number, which), code, f"E029{number:05d}")
        for number, code in enumerate(codes)
        for which in range(_POSTCODES_AN_AREA)
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    pd.DataFrame(rows, columns=["pcds", "lsoa21cd", "msoa21cd"]).to_csv(path, index=False)
    return path


def invented_people(children: pd.DataFrame, areas: pd.DataFrame) -> pd.DataFrame:
    """Give each simulated child a name, birth date, UPN, ULN and postcode that never change.

    Parameters
    ----------
    children
        What `simulate_children` returns.
    areas
        Areas of the sample region.

    Returns
    -------
    DataFrame
        One row a child: child, surname, forename, personbirthdate, upn, uniquelearnernumber,
        postcode, first and last (Januaries with a plan).
    """
    number = {code: place for place, code in enumerate(sorted(areas["area_code"]))}
    seen = children.sort_values("january").groupby("child")
    people = seen.agg(
        first=("january", "first"),
        last=("january", "last"),
        ncy=("ncy", "first"),
        area_code=("area_code", "first"),
    ).reset_index()
    child = people["child"]
    begins = people["first"] - people["ncy"] - _NCY_0
    born = pd.to_datetime({"year": begins, "month": _SEPTEMBER, "day": 1})
    return people.assign(
        surname=child.map(_spelled),
        forename=child.map(lambda item: _spelled(99_999 - item)),
        personbirthdate=born + pd.to_timedelta(child * 7 % 365, unit="D"),
        upn=child.map(lambda item: f"Z{90_000_000_000 + item}X"),
        uniquelearnernumber=child.map(lambda item: f"{9_100_000_000 + item}"),
        postcode=[
            _postcode(number[area], item % _POSTCODES_AN_AREA)
            for area, item in zip(people["area_code"], child, strict=True)
        ],
    ).drop(columns=["ncy", "area_code"])


def _sites_of_settings(
    sites: pd.DataFrame, provision: pd.DataFrame, authority: str
) -> dict[str, list[str]]:
    """Return URNs by setting: the authority's own where it has such schools."""
    planned = provision.loc[provision["opens"].notna(), "site_id"]
    existing = sites[sites["establishment_type"].notna() & ~sites["site_id"].isin(planned)]
    of_type = provision.groupby("provision_type")["site_id"].unique()
    with_base = {*of_type["sen_unit"], *of_type["resourced_provision"]}
    kind, name = existing["site_kind"], existing["establishment_type"]
    chosen = {
        "mainstream": kind.eq("mainstream") & ~existing["site_id"].isin(with_base),
        "independent_mainstream": name.eq("Other independent school"),
        "resourced_provision": existing["site_id"].isin(of_type["resourced_provision"]),
        "sen_unit": existing["site_id"].isin(of_type["sen_unit"]),
        "state_special": kind.eq("state_special"),
        "non_maintained_special": name.eq("Non-maintained special school"),
        "independent_special": name.eq("Other independent special school"),
        "alternative_provision": kind.eq("alternative_provision"),
        "further_education": name.eq("Further education"),
        "specialist_post_16": name.eq("Special post 16 institution"),
    }
    own = existing["authority_code"].eq(authority)
    return {
        setting: existing.loc[(mask & own) if (mask & own).any() else mask, "site_id"].tolist()
        for setting, mask in chosen.items()
    }


def _placed(
    rng: np.random.Generator, now: pd.DataFrame, urns: dict[str, list[str]]
) -> pd.DataFrame:
    """Choose a school or a setting code for each child by its setting."""
    draw = rng.random(len(now))
    urn, code = [], []
    for setting, spot in zip(now["setting"], draw, strict=True):
        schools = urns.get(setting, [])
        urn.append(schools[int(spot * len(schools))] if schools else "")
        elsewhere = _ELSEWHERE[int(spot * len(_ELSEWHERE))]
        code.append({"educated_elsewhere": elsewhere, "early_years": "EYP"}.get(setting, ""))
    return now.assign(urn=urn, sensetting=code)


def _day(rng: np.random.Generator, year: pd.Series) -> pd.Series:
    return pd.to_datetime({"year": year, "month": 1, "day": 2}) + pd.to_timedelta(
        rng.integers(0, 360, len(year)), unit="D"
    )


def _roster(
    rng: np.random.Generator, january: int, mine: pd.DataFrame, people: pd.DataFrame
) -> pd.DataFrame:
    """Return everybody in the export: with a plan, whose plan ceased in the year, or refused."""
    now = mine[mine["january"] == january]
    gone = people[people["child"].isin(mine["child"]) & people["last"].eq(january - 1)]
    listed = pd.concat([now[["child"]], gone[["child"]]]).merge(people, on="child")
    listed = listed.merge(now[["child", "ncy", "need", "setting"]], on="child", how="left")
    number = listed["child"]
    joined = listed["first"].where(listed["first"] > _FIRST_JANUARY, 2015 + number % 5)
    without = number % _WITHOUT_NUMBERS == 0
    ncy = january - listed["personbirthdate"].map(_academic_year) - _NCY_0
    only_uln = (ncy >= _FIRST_POST_16) & (number % _ULN_ONLY == 0)
    roster = listed.assign(
        upn=listed["upn"].mask(without | only_uln | (ncy <= _LAST_WITHOUT_UPN), ""),
        uniquelearnernumber=listed["uniquelearnernumber"].mask(
            without | (ncy < _FIRST_WITH_ULN), ""
        ),
        startdate=_day(rng, joined - 1),
        ceasedate=_day(rng, listed["last"]).where(listed["last"].eq(january - 1)),
        need=listed["need"].fillna(""),
        setting=listed["setting"].fillna(""),
    )
    return roster.iloc[rng.permutation(len(roster))].reset_index(drop=True)


def _academic_year(born: pd.Timestamp) -> int:
    return int(born.year) - int(born.month < _SEPTEMBER)


def write_sen2_export(
    folder: Path,
    january: int,
    children: pd.DataFrame,
    people: pd.DataFrame,
    sites: pd.DataFrame,
    provision: pd.DataFrame,
    authority_code: str,
    *,
    seed: int = 0,
) -> Mapping[str, int]:
    """Write the nine modules of one authority and January, with faults planted in them.

    No planted fault changes what is to be counted, but one: a child of each January has a
    postcode that is in no lookup. The export of a year that is even is written in UTF-8 with a
    mark, with `sex`; else in Windows-1252, with `gendercurrent`.

    Parameters
    ----------
    folder
        Folder to make.
    january
        Census year.
    children, people
        What `simulate_children` and `invented_people` return.
    sites, provision
        Of the sample region.
    authority_code
        Whose export.
    seed
        Of dates and schools.

    Returns
    -------
    Mapping
        Rows that each check must find.
    """
    rng = random_stream(seed, f"sen2 {authority_code} {january}")
    mine = children[children["authority_code"] == authority_code]
    roster = _roster(rng, january, mine, people)
    roster = _placed(rng, roster, _sites_of_settings(sites, provision, authority_code))
    refused = people[~people["child"].isin(mine["child"])].head(_ROWS_OF_REFUSED)
    day = third_thursday(january)
    roster, found = plant_faults(roster, day, sites, provision)
    la_code = AUTHORITIES.set_index("authority_code").loc[authority_code, "la_code"]
    write_modules(folder, roster, refused, day, str(la_code))
    return found
