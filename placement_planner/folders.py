"""A folder of outputs: whole, or not there at all."""

from __future__ import annotations

import shutil
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from placement_planner.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["check_new_folder", "new_folder"]


def check_new_folder(folder: Path) -> None:
    """Refuse a folder that holds something already.

    Raises
    ------
    DataError
        If `folder` exists and is not empty.
    """
    if folder.is_file() or (folder.is_dir() and any(folder.iterdir())):
        raise DataError(f"{folder} exists and is not empty; name another folder with --out")


@contextmanager
def new_folder(folder: Path) -> Iterator[Path]:
    """Yield a hidden folder that becomes `folder` if all goes well, and nothing if not.

    Raises
    ------
    DataError
        If `folder` exists and is not empty.
    """
    check_new_folder(folder)
    partial = folder.parent / f".{folder.name}.partial"
    made = [parent for parent in partial.parents if not parent.exists()]
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        yield partial
        if folder.exists():
            folder.rmdir()
        partial.rename(folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
        with suppress(OSError):  # the first that holds something stays, and those above it
            for parent in made:
                parent.rmdir()
