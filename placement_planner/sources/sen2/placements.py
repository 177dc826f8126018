"""Where a child with a plan is placed, and what the primary need is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from placement_planner.codes import code_list
from placement_planner.sources.columns import as_code
from placement_planner.sources.sen2.dates import read_dates, unreadable_dates
from placement_planner.sources.sen2.schools import looked_up, settings_of

if TYPE_CHECKING:
    from placement_planner.sources.sen2.export import Export
    from placement_planner.sources.sen2.faults import Faults
    from placement_planner.sources.sen2.plans import Plans

__all__ = ["main_needs", "main_placements"]

NOT_RECORDED, NO_NEED, HOST = "not_recorded", "NR", "mainstream"
_MAIN = "1"
_YES, _NO = ("1", "true", "y", "yes", "t"), ("0", "false", "n", "no", "f")
_WHERE = ["urn", "ukprn", "sensetting"]
_FLAGS = ["senunitindicator", "resourcedprovisionindicator"]


def _main(rank: pd.Series) -> pd.Series:
    """Tell which rows are the main one: rank 1, or no rank told."""
    return as_code(rank).isin([_MAIN, ""])


def _says_where(rows: pd.DataFrame) -> pd.Series:
    return rows[_WHERE].ne("").any(axis=1)


def _current(export: Export, plans: Plans, wanted: pd.Series) -> tuple[pd.DataFrame, pd.Series]:
    """Return the main placement on the day by request, and where dates cannot be read."""
    rows = export.modules["placementdetail"].merge(plans.active, on="activeplanstableid")
    rows = rows[rows["requeststableid"].isin(wanted)]
    entry, leaving = read_dates(rows["entrydate"]), read_dates(rows["leavingdate"])
    odd = unreadable_dates(rows["entrydate"], entry) | unreadable_dates(
        rows["leavingdate"], leaving
    )
    here = ~(entry > export.day) & ~(leaving <= export.day)
    now = rows.assign(entry=entry)[here & _main(rows["placementrank"]) & _says_where(rows)]
    now = now.sort_values("entry", na_position="first", kind="stable")
    return now.drop_duplicates("requeststableid", keep="last"), rows.loc[odd, "requeststableid"]


def _named(export: Export, children: pd.DataFrame) -> pd.DataFrame:
    """Return what the named plan says, by request."""
    rows = export.modules["plandetail"].merge(
        children[["namedplantableid", "requeststableid"]].dropna(), on="namedplantableid"
    )
    main = rows[_main(rows["placementrank"]) & _says_where(rows)]
    return main.drop_duplicates("requeststableid")


def _flag(text: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Tell which cells say yes, and which say neither yes nor no."""
    plain = text.str.lower()
    yes = plain.isin(_YES)
    return yes, ~yes & ~plain.isin(_NO)


def _settings(places: pd.DataFrame, schools: pd.DataFrame) -> tuple[pd.Series, Faults]:
    """Return the setting of each placement before its flags: by URN, UKPRN, else its code."""
    urn, ukprn, ids = places["urn"], places["ukprn"], places["requeststableid"]
    code = places["sensetting"].str.upper()
    providers = schools[schools["ukprn"].ne("")].drop_duplicates("ukprn").set_index("ukprn")
    by_urn = looked_up(urn, schools["setting"])
    by_ukprn = looked_up(ukprn.where(urn.eq(""), ""), providers["setting"])
    by_code = looked_up(code, settings_of("sensetting"))
    unlisted = urn.eq("") & ukprn.ne("") & code.eq("")
    setting = by_code.mask(unlisted, settings_of("provider")["ukprn"])
    setting = setting.where(by_ukprn.eq(""), by_ukprn).where(by_urn.eq(""), by_urn)
    faults = {
        "urn_unknown": ids[urn.ne("") & by_urn.eq("")],
        "setting_code_bad": ids[code.ne("") & setting.eq("")],
    }
    setting = setting.where(setting.ne(""), NOT_RECORDED)
    return setting, faults


def _with_bases(
    places: pd.DataFrame, setting: pd.Series, schools: pd.DataFrame
) -> tuple[pd.Series, Faults]:
    """Turn mainstream into SEN unit or resourced provision where the flags say so."""
    ids = places["requeststableid"]
    (unit, unit_blank), (resourced, resourced_blank) = (_flag(places[name]) for name in _FLAGS)
    at_school = places["urn"].isin(schools.index)
    has_none = [
        places["urn"].isin(schools.index[schools[column].eq(other=False)])
        for column in ("has_unit", "has_resourced")
    ]
    host = setting.eq(HOST)
    faults = {
        "flag_not_in_register": ids[at_school & (unit & has_none[0] | resourced & has_none[1])],
        "indicator_missing": ids[host & (unit_blank | resourced_blank)],
    }
    flagged = setting.mask(host & resourced, "resourced_provision").mask(host & unit, "sen_unit")
    return flagged, faults


def main_placements(
    export: Export, plans: Plans, children: pd.DataFrame, schools: pd.DataFrame
) -> tuple[pd.DataFrame, Faults]:
    """Find the setting and the school of each child with an open plan.

    The main placement counts (rank 1, or no rank told) that was entered last and not left by the
    day of the census; where there is none, the main placement that the plan names. Its URN tells
    the setting by type of establishment, a SEN unit or resourced provision by the indicators of
    the placement; without a URN the provider or the setting code does.

    Parameters
    ----------
    export, plans
        One January's.
    children
        What `one_plan_a_child` returns.
    schools
        What `read_schools` returns.

    Returns
    -------
    tuple
        setting and urn (blank where none) by requeststableid; faults.
    """
    wanted = children["requeststableid"]
    current, odd = _current(export, plans, wanted)
    named = _named(export, children)
    named = named[~named["requeststableid"].isin(current["requeststableid"])]
    columns = ["requeststableid", *_WHERE, *_FLAGS]
    places = pd.concat([current[columns], named[columns]], ignore_index=True)
    places = places.astype("str").assign(urn=lambda rows: as_code(rows["urn"]))
    places["ukprn"] = as_code(places["ukprn"])
    setting, faults = _settings(places, schools)
    setting, more = _with_bases(places, setting, schools)
    none = ~wanted.isin(places["requeststableid"])
    moved_in = children["is_transferred"]
    faults |= more | {
        "placement_date_unreadable": odd,
        "placement_missing": wanted[none & ~moved_in],
        "transferred_without_placement": wanted[none & moved_in],
    }
    found = places.assign(setting=setting).set_index("requeststableid")[["setting", "urn"]]
    missing = wanted[none]
    rest = pd.DataFrame({"setting": NOT_RECORDED, "urn": ""}, index=missing, dtype="str")
    return pd.concat([found, rest]), faults


def main_needs(export: Export, plans: Plans, children: pd.DataFrame) -> tuple[pd.Series, Faults]:
    """Find the primary need of each child: rank 1, or no rank told.

    Returns
    -------
    tuple
        Need type by requeststableid, NR where none is known; faults.
    """
    wanted = children["requeststableid"]
    rows = export.modules["senneed"].merge(plans.active, on="activeplanstableid")
    rows = rows[rows["requeststableid"].isin(wanted) & _main(rows["sentyperank"])]
    rows = rows[rows["sentype"].ne("")].drop_duplicates("requeststableid")
    code = rows["sentype"].str.upper()
    known = code.isin([need for need in code_list("need_types") if need != NO_NEED])
    needs = code.where(known, NO_NEED).set_axis(rows["requeststableid"])
    faults = {
        "need_missing": wanted[~wanted.isin(rows["requeststableid"])],
        "need_code_bad": rows.loc[~known, "requeststableid"],
    }
    return needs.astype("str").reindex(wanted, fill_value=NO_NEED), faults
