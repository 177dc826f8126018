"""What every job of the pipeline does: put tables in order, and say how far it is."""

from __future__ import annotations

import time
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Callable

    from placement_planner.inputs import Inputs

__all__ = ["in_order", "silent", "with_time_left"]


def silent(_: str) -> None:
    """Tell nobody."""


def with_time_left(progress: Callable[[str], None], text: str) -> Callable[[int, int], None]:
    """Tell a long computation's steps in words, each tenth of them, with the time still to go."""
    started = time.perf_counter()

    def tell(done: int, of: int) -> None:
        if 10 * done // of > 10 * (done - 1) // of:
            left = (time.perf_counter() - started) / done * (of - done)
            progress(f"{text}: {done} of {of}, about {left:.0f} s left")

    return tell


def in_order(inputs: Inputs) -> Inputs:
    """Sort every table by its first columns, so that the order of a file's rows changes nothing."""
    tables: dict[str, Any] = {field.name: getattr(inputs, field.name) for field in fields(inputs)}
    ordered = {
        name: table.sort_values(_plain_columns(table)).reset_index(drop=True)
        for name, table in tables.items()
        if isinstance(table, pd.DataFrame)
    }
    return replace(inputs, **ordered)


def _plain_columns(table: pd.DataFrame) -> list[str]:
    return [name for name in table.columns if name != "geometry"]
