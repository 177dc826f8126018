"""The field's code lists: one CSV file each, read once, never changed.

Every figure among them carries its source, date and basis; a basis of "assumption" asks to be
replaced locally.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import pandas as pd

__all__ = ["code_list", "code_table"]


@cache
def _read(name: str) -> pd.DataFrame:
    with files(__name__).joinpath(f"{name}.csv").open(encoding="utf-8") as handle:
        return pd.read_csv(handle, keep_default_na=False)


def code_table(name: str) -> pd.DataFrame:
    """Return a fresh copy of one code table.

    Examples
    --------
    >>> code_table("actions").set_index("action").loc["new_special", "lead_years"].item()
    4
    """
    return _read(name).copy()


def code_list(name: str) -> tuple[str, ...]:
    """Return the codes of a table: its first column, in the table's own order.

    Examples
    --------
    >>> code_list("rural_urban")[:2]
    ('UN1', 'UF1')
    >>> len(code_list("need_groups"))
    9
    """
    return tuple(_read(name).iloc[:, 0].astype(str))
