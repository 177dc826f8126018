"""Authorities that split or merged: the groups whose series can be joined."""

from __future__ import annotations

from typing import TYPE_CHECKING

from placement_planner.codes import code_table
from placement_planner.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

__all__ = ["joined_series", "series_of"]


def _groups() -> list[tuple[frozenset[str], frozenset[str]]]:
    """Predecessors and successors that hang together."""
    changes = code_table("authority_changes").astype("str")
    groups: list[tuple[set[str], set[str]]] = []
    for before, after in zip(changes["predecessor"], changes["successor"], strict=True):
        touched = [group for group in groups if before in group[0] or after in group[1]]
        merged = (
            {before}.union(*(group[0] for group in touched)),
            {after}.union(*(group[1] for group in touched)),
        )
        groups = [group for group in groups if group not in touched] + [merged]
    return [(frozenset(before), frozenset(after)) for before, after in groups]


def series_of(la_codes: pd.Series) -> pd.Series:
    """Code of the longest series an authority is part of.

    Its own code; for authorities that split or merged (`codes/authority_changes.csv`), the
    successors' codes joined by "+".

    Examples
    --------
    >>> import pandas as pd
    >>> series_of(pd.Series(["350", "909", "943", "836"])).tolist()
    ['350', '942+943', '942+943', '838+839']
    """
    code = {
        member: "+".join(sorted(after)) for before, after in _groups() for member in before | after
    }
    return la_codes.map(lambda la_code: code.get(la_code, la_code)).astype("str")


def joined_series(counts: pd.DataFrame, by: Sequence[str] = ()) -> pd.DataFrame:
    """Sum authorities that split or merged to the group whose area did not change.

    In a January a group is its predecessors, or its successors where they report. Where one of
    them is missing, or has no count, the group's count is blank: a part is not the whole.

    Parameters
    ----------
    counts
        Columns la_code, la_name, series, january, children, and those of `by`.
    by
        Further key columns, such as "setting".

    Returns
    -------
    pandas.DataFrame
        series, la_name (of the members, parted by semicolons), january, those of `by`, children;
        sorted by series and January.

    Raises
    ------
    DataError
        When a predecessor and a successor report the same January: children would count twice.
    """
    predecessors = {code for before, _ in _groups() for code in before}
    successors = {code for _, after in _groups() for code in after}
    members = counts[["series", "la_code", "la_name", "january"]].drop_duplicates(
        ["series", "la_code", "january"]
    )
    is_before = members["la_code"].isin(predecessors)
    is_after = members["la_code"].isin(successors)
    both = members.assign(before=is_before, after=is_after).groupby(["series", "january"])
    double = both[["before", "after"]].any().all(axis=1)
    if double.any():
        series, january = double.index[double][0]
        raise DataError(
            f"{int(double.sum())} group(s) of authorities have rows of predecessors and successors "
            f"in one January, such as {series} in January {january}: keep one of them"
        )
    sizes = {"+".join(sorted(after)): (len(before), len(after)) for before, after in _groups()}
    reporting = both.agg(
        la_name=("la_name", lambda names: "; ".join(sorted(names))),
        reporting=("la_code", "nunique"),
        split=("after", "any"),
    ).reset_index()
    wanted = [
        sizes.get(series, (1, 1))[int(split)]
        for series, split in zip(reporting["series"], reporting["split"], strict=True)
    ]
    keys = ["series", "january", *by]
    summed = counts.groupby(keys)["children"].agg(["sum", "count", "size"]).reset_index()
    summed = summed.merge(reporting.assign(wanted=wanted), on=["series", "january"])
    is_whole = summed["count"].eq(summed["size"]) & summed["reporting"].eq(summed["wanted"])
    summed["children"] = summed["sum"].where(is_whole)
    columns = ["series", "la_name", "january", *by, "children"]
    return summed.sort_values(keys)[columns].reset_index(drop=True)
