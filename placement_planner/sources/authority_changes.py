"""Authorities that split or merged: the groups whose series can be joined."""

from __future__ import annotations

from typing import TYPE_CHECKING

from placement_planner.codes import code_table
from placement_planner.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["refuse_double_counts", "series_of"]


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


def refuse_double_counts(counts: pd.DataFrame) -> None:
    """Refuse Januaries in which a predecessor and a successor both report.

    Parameters
    ----------
    counts
        Columns la_code, series, january.

    Raises
    ------
    DataError
        Naming the first such group: its children would count twice.
    """
    groups = _groups()
    before = counts["la_code"].isin({code for members, _ in groups for code in members})
    after = counts["la_code"].isin({code for _, members in groups for code in members})
    both = counts.assign(before=before, after=after).groupby(["series", "january"])
    double = both[["before", "after"]].any().all(axis=1)
    if double.any():
        series, january = double.index[double][0]
        raise DataError(
            f"{int(double.sum())} group(s) of authorities have rows of predecessors and successors "
            f"in one January, such as {series} in January {january}: keep one of them"
        )
