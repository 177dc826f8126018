"""What an option changes at a school, in the terms that statutory processes are triggered by."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from placement_planner.codes import code_table
from placement_planner.tables import split_list

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

__all__ = ["LAND", "UNKNOWN", "Change", "changes_of", "school_kinds"]

LAND, UNKNOWN = "land", "not_known"
_SPECIAL = {
    ("academy", "state_special"): "academy_special",
    ("academy", "alternative_provision"): "academy_special",
    ("maintained", "state_special"): "maintained_special",
    ("academy", "host"): "academy",
    ("maintained", "host"): "maintained",
}
_BOARDING = "maintained_special_boarding"
_FIRST_AGE = 4


@dataclass(frozen=True, kw_only=True)
class Change:
    """One change to a school.

    Attributes
    ----------
    change
        As in `codes/statutory_processes.csv`.
    words
        The same for people.
    places, capacity
        Specialist places, and places of the whole school, before it; NaN where not known.
    """

    change: str
    words: str
    places: float = math.nan
    capacity: float = math.nan

    def of(self, compared_with: str) -> float:
        """Return the size that a share is taken of."""
        return {"places": self.places, "capacity": self.capacity}.get(compared_with, math.nan)


def school_kinds(sites: pd.DataFrame) -> dict[str, str]:
    """Return who runs each site, as the rules part schools; "not_known" where no rule is for it.

    Parameters
    ----------
    sites
        site_id, site_kind, establishment_type; boarding, where it is there.

    Examples
    --------
    >>> import pandas as pd
    >>> school_kinds(pd.DataFrame({
    ...     "site_id": ["a", "b", "c"], "site_kind": ["mainstream", "state_special", "mainstream"],
    ...     "establishment_type": ["Academy converter", "Community special school", None]}))
    {'a': 'academy', 'b': 'maintained_special', 'c': 'not_known'}
    """
    types = code_table("establishment_types").drop_duplicates("type_name").set_index("type_name")
    known = dict(zip(types.index, zip(types["run_by"], types["role"], strict=True), strict=True))
    kinds = {}
    only_boards = sites["boarding"].eq("only") if "boarding" in sites else [False] * len(sites)
    for site_id, site_kind, name, boards in zip(
        sites["site_id"], sites["site_kind"], sites["establishment_type"], only_boards, strict=True
    ):
        kind = _SPECIAL.get(known.get(name, ("", "")), UNKNOWN)
        kind = LAND if site_kind == "land" else kind
        kinds[str(site_id)] = _BOARDING if boards and kind == "maintained_special" else kind
    return kinds


def changes_of(
    option: Mapping[Any, Any],
    options: pd.DataFrame,
    sites: pd.DataFrame,
    provision: pd.DataFrame,
    kinds: Mapping[str, str],
) -> tuple[str, tuple[Change, ...]]:
    """Return whose rules an option falls under, and what it changes.

    Parameters
    ----------
    option
        A row of `options`.
    options
        All of them: a satellite's parent is the special school that it requires to grow.
    sites, provision
        Schools, and the specialist places they have.
    kinds
        As from `school_kinds`.
    """
    if option["action"] == "new_special":
        return LAND, (Change(change="new_school", words="a new school"),)
    if option["action"] == "satellite":
        return _satellite(option, options, kinds)
    site = sites.loc[sites["site_id"].eq(option["site_id"])].iloc[0]
    pools = provision[provision["site_id"].eq(option["site_id"])]
    wanted = _expansion if option["action"] == "expand_special" else _base
    changes = [*wanted(option, site, pools), *_age_range(option, site)]
    return kinds[str(option["site_id"])], tuple(changes)


def _satellite(
    option: Mapping[Any, Any], options: pd.DataFrame, kinds: Mapping[str, str]
) -> tuple[str, tuple[Change, ...]]:
    """Tell whose satellite it is: it falls under the rules of its parent."""
    needed = options[options["option_id"].isin(split_list(option["requires"]))]
    parents = sorted(needed.loc[needed["action"].eq("expand_special"), "site_id"].astype(str))
    words = f"a satellite of {parents[0]}" if parents else "a satellite of a school not named"
    kind = kinds[parents[0]] if parents else UNKNOWN
    return kind, (Change(change="satellite", words=words),)


def _base(option: Mapping[Any, Any], site: pd.Series, pools: pd.DataFrame) -> list[Change]:
    types = code_table("provision_types").set_index("provision_type")["provision_kind"]
    bases = pools[pools["provision_type"].map(types).eq("base").to_numpy(dtype=bool)]
    same = bases[bases["designation"].eq(option["designation"])]
    held = {"places": float(same["planning_places"].sum()), "capacity": float(site["capacity"])}
    if same.empty:
        words = "a new base" if bases.empty else "a base for another need than the school has"
        changes = [Change(change="new_base", words=words, **held)]
    else:
        changes = [
            Change(change="enlarged_base", words=f"more in a base of {held['places']:g}", **held)
        ]
    if option["action"] == "new_base":
        words = f"more at a school of {held['capacity']:g}"
        changes.append(Change(change="capacity", words=words, **held))
    return changes


def _expansion(option: Mapping[Any, Any], site: pd.Series, pools: pd.DataFrame) -> list[Change]:
    places = float(pools["planning_places"].sum()) or math.nan
    words = "more at a special school"
    if not math.isnan(places):
        words = f"{words} of {places:g}"
    held = {"places": places, "capacity": float(site["capacity"])}
    changes = [Change(change="more_places", words=words, **held)]
    if len(pools) and option["designation"] not in set(pools["designation"]):
        changes.append(Change(change="other_need", words="another type of need", **held))
    return changes


def _age_range(option: Mapping[Any, Any], site: pd.Series) -> list[Change]:
    """Tell whether the option teaches a phase of which the school has no year."""
    phases = code_table("phases").query("places_phase != ''")
    ages = phases[phases["age"].astype(int).ge(_FIRST_AGE)].groupby("places_phase")["age"]
    first, last = ages.min().astype(int), ages.max().astype(int)
    new = [
        phase
        for phase in (part.partition(":")[0] for part in split_list(option["phases"]))
        if site["low_age"] > last[phase] or site["high_age"] <= first[phase]
    ]
    if not new:
        return []
    words = f"{' and '.join(new)} at a school for ages {site['low_age']:g} to {site['high_age']:g}"
    return [Change(change="age_range", words=words)]
