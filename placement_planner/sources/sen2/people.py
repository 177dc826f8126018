"""People of an export without anything personal, and who is who from January to January.

Names, UPN, ULN, birth date and postcode go in; out come keyed hashes whose key is drawn anew in
every import and kept nowhere, the academic year of birth and the small area. Once children are
joined the hashes go too, and a running number is left.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING

import pandas as pd

from placement_planner.sources.postcodes import plain_postcode
from placement_planner.sources.sen2.dates import read_dates
from placement_planner.tables.children import UNKNOWN_HOME

if TYPE_CHECKING:
    from collections.abc import Sequence

    from placement_planner.sources.sen2.faults import Faults

__all__ = ["KEYS", "Linked", "hide_people", "link_people"]

KEYS = ("upn", "uln", "name")
_UPN = r"[A-Z]\d{11}[0-9A-Z]"
_ULN = r"(?!0{10}|9{10})\d{10}"
_FIRST_MONTH = 9


@dataclass(frozen=True, kw_only=True, repr=False)
class Linked:
    """One January's people by running number.

    Attributes
    ----------
    people
        persontableid, child (the running number), birth_year (academic year of birth by its first
        calendar year; blank where unknown), area_code.
    faults
        Row keys by check.
    held
        Children by the best key they have: upn, uln, name, none.
    joined
        Children known from an earlier January, by the key that joined them.
    """

    people: pd.DataFrame
    faults: Faults
    held: dict[str, int]
    joined: dict[str, int]


def _hidden(text: pd.Series, salt: bytes) -> pd.Series:
    """Return keyed hashes, which cannot be turned back; blank stays blank."""
    return pd.Series(
        [
            blake2b(item.encode(), key=salt, digest_size=16).hexdigest() if item else ""
            for item in text
        ],
        index=text.index,
        dtype="str",
    )


def _letters(text: str) -> str:
    """Return letters alone, without accents and capitals, so that spellings agree."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(letter for letter in plain if letter.isalpha())


def _names(person: pd.DataFrame, born: pd.Series) -> pd.Series:
    surnames, forenames = (person[name].map(_letters) for name in ("surname", "forename"))
    text = surnames + " " + forenames + " " + born
    whole = surnames.ne("") & forenames.ne("") & born.ne("")
    return text.where(whole, "").astype("str")


def _matching(text: pd.Series, pattern: str) -> pd.Series:
    plain = text.str.upper().str.replace(r"\s+|\.0$", "", regex=True)
    return plain.where(plain.str.fullmatch(pattern), "")


def _homes(postcodes: pd.Series, homes: pd.Series) -> pd.Series:
    areas = plain_postcode(postcodes).map(homes).astype("object")
    return areas.fillna(UNKNOWN_HOME).astype("str")


def hide_people(person: pd.DataFrame, homes: pd.Series, salt: bytes) -> pd.DataFrame:
    """Turn the person module into one that names nobody.

    Parameters
    ----------
    person
        The module as text: persontableid, surname, forename, personbirthdate, upn,
        uniquelearnernumber, postcode.
    homes
        Small area by plain postcode.
    salt
        Secret of this import; the same for all its Januaries.

    Returns
    -------
    DataFrame
        persontableid, upn, uln, name, born (keyed hashes, blank where there is nothing to hash; a
        UPN has 13 signs, a ULN 10 digits, a name goes with the birth date), birth_year, area_code.
    """
    days = read_dates(person["personbirthdate"])
    born = days.dt.strftime("%Y-%m-%d").fillna("").astype("str")
    begun = (days.dt.month >= _FIRST_MONTH).astype("float64")
    return pd.DataFrame(
        {
            "persontableid": person["persontableid"],
            "upn": _hidden(_matching(person["upn"], _UPN), salt),
            "uln": _hidden(_matching(person["uniquelearnernumber"], _ULN), salt),
            "name": _hidden(_names(person, born), salt),
            "born": _hidden(born, salt),
            "birth_year": days.dt.year - 1 + begun,
            "area_code": _homes(person["postcode"], homes),
        }
    )


def _without_shared(people: pd.DataFrame, key: str) -> pd.Series:
    """Return the key, blank where rows share it whose birth dates differ."""
    births = people[people["born"].ne("")].groupby(key)["born"].nunique()
    return people[key].where(people[key].map(births).fillna(0).le(1), "")


def _one_row_a_child(people: pd.DataFrame) -> tuple[pd.DataFrame, Faults]:
    """Give rows of the same key the same `row_child`, within one January."""
    seen = people["persontableid"].duplicated()
    repeated = people["upn"].ne("") & people["upn"].duplicated(keep=False)
    kept = people.assign(upn=_without_shared(people, "upn"), uln=_without_shared(people, "uln"))
    identity = "row " + kept["persontableid"]
    for key in reversed(KEYS):
        identity = identity.where(kept[key].eq(""), key + " " + kept[key])
    nameless = kept[list(KEYS)].eq("").all(axis=1)
    faults = {
        "key_repeated": people.loc[seen, "persontableid"],
        "upn_repeated": people.loc[repeated, "persontableid"],
        "nothing_to_join_by": people.loc[nameless, "persontableid"],
    }
    return kept.assign(row_child=pd.factorize(identity)[0])[~seen], faults


def _children(rows: pd.DataFrame) -> pd.DataFrame:
    """Return one row a child: the first of each key that is not blank."""
    keys = rows[["row_child", "persontableid", *KEYS]].replace("", None)
    firsts = keys.groupby("row_child", sort=True).first().fillna("").astype("str")
    return firsts.reset_index()


def _once(rows: pd.DataFrame, key: str) -> pd.DataFrame:
    """Return the rows whose key is there and no other row has."""
    return rows[rows[key].ne("") & ~rows[key].duplicated(keep=False)]


def _join(
    children: pd.DataFrame, known: pd.DataFrame
) -> tuple[pd.DataFrame, dict[str, int], pd.Series]:
    """Find children among those known, key by key; return them, counts by key, and conflicts.

    A name does not join where both sides have UPNs, or ULNs, that differ.
    """
    found = pd.DataFrame({"row_child": [], "child": []}, dtype="int64")
    joined, conflicts = {}, pd.Series([], dtype="str")
    for key in KEYS:
        here = _once(children[~children["row_child"].isin(found["row_child"])], key)
        there = _once(known[~known["child"].isin(found["child"])], key)
        pairs = here.merge(there, on=key, suffixes=("", "_known"))
        if key == "name":
            differ = pd.Series(False, index=pairs.index)
            for other in ("upn", "uln"):
                both = pairs[other].ne("") & pairs[f"{other}_known"].ne("")
                differ |= both & pairs[other].ne(pairs[f"{other}_known"])
            conflicts = pairs.loc[differ, "persontableid"]
            pairs = pairs[~differ]
        joined[key] = len(pairs)
        found = pd.concat([found, pairs[["row_child", "child"]]], ignore_index=True)
    return found, joined, conflicts


def _held(children: pd.DataFrame) -> dict[str, int]:
    counts, rest = {}, children
    for key in KEYS:
        counts[key] = int(rest[key].ne("").sum())
        rest = rest[rest[key].eq("")]
    return {**counts, "none": len(rest)}


def _updated(known: pd.DataFrame, numbered: pd.DataFrame) -> pd.DataFrame:
    """Return who is known after a January: the newest of each key goes before older ones."""
    both = pd.concat([numbered[["child", *KEYS]], known]).replace("", None)
    firsts = both.groupby("child", sort=True).first().fillna("").astype("str")
    return firsts.reset_index()


def link_people(januaries: Sequence[pd.DataFrame]) -> list[Linked]:
    """Give each child one number in all Januaries.

    They are joined by UPN where both Januaries have it, else by ULN, else by name and birth date,
    each only where it is on one child alone on both sides. A child without UPN who gets one
    later is joined by the next key.

    Parameters
    ----------
    januaries
        What `hide_people` returns, earliest January first.

    Returns
    -------
    list
        One `Linked` a January; the hashes are gone. The latest known birth year counts in all.
    """
    known = pd.DataFrame({"child": pd.Series([], dtype="int64"), **dict.fromkeys(KEYS, "")})
    linked, latest = [], pd.Series([], dtype="float64")
    for hidden in januaries:
        rows, faults = _one_row_a_child(hidden)
        children = _children(rows)
        found, joined, conflicts = _join(children, known)
        numbers = found.set_index("row_child")["child"].reindex(children["row_child"])
        new = numbers.isna().to_numpy()
        numbers.loc[new] = range(len(known), len(known) + int(new.sum()))
        numbered = children.assign(child=numbers.astype("int64").to_numpy())
        known = _updated(known, numbered)
        child = rows["row_child"].map(numbered.set_index("row_child")["child"])
        people = rows.assign(child=child)[["persontableid", "child", "birth_year", "area_code"]]
        born = people.dropna(subset="birth_year").drop_duplicates("child", keep="last")
        born_year = born.set_index("child")["birth_year"]
        before = born["child"].map(latest)
        moved = before.notna() & before.ne(born["birth_year"])
        faults |= {
            "identity_conflict": conflicts,
            "birth_year_changed": born.loc[moved, "persontableid"],
        }
        latest = born_year.combine_first(latest).astype("float64")
        linked.append(Linked(people=people, faults=faults, held=_held(children), joined=joined))
    return [_with_births(item, latest) for item in linked]


def _with_births(linked: Linked, births: pd.Series) -> Linked:
    people = linked.people.assign(birth_year=linked.people["child"].map(births).astype("float64"))
    return Linked(people=people, faults=linked.faults, held=linked.held, joined=linked.joined)
