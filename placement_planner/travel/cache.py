"""Drives kept by content: measured once for the same inputs, and anew after any change of them."""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from placement_planner.tables import checked
from placement_planner.tables.stages import Travel

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from pandera.typing import DataFrame

__all__ = ["FOLDER", "Measured", "content_key", "kept_or_measured"]

FOLDER = ".drives"
"""Where a study keeps its drives, unless told otherwise."""
KEEP = 4
"""Files of drives that a folder keeps: the last ones used."""
_META = b"placement_planner"
_KEY_LETTERS = 16


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What a measurement came to.

    `stranded` holds area_code and reason; `notes` are sentences.
    """

    travel: DataFrame[Travel]
    stranded: pd.DataFrame
    notes: tuple[str, ...]


def content_key(
    modules: tuple[str, ...], tables: Mapping[str, pd.DataFrame], choices: Mapping[str, Any]
) -> str:
    """Return the SHA-256 of everything that drives depend on.

    Parameters
    ----------
    modules
        Modules of this package that measure them: their source is the version of the method.
    tables
        Tables by name; names of columns, order of rows and every cell count.
    choices
        Choices by name.

    Examples
    --------
    >>> key = content_key((), {"sites": pd.DataFrame({"easting": [1.0]})}, {"snap_km": 3.0})
    >>> key == content_key((), {"sites": pd.DataFrame({"easting": [1.5]})}, {"snap_km": 3.0})
    False
    """
    digest = hashlib.sha256(version("placement_planner").encode())
    for name in sorted(modules):
        digest.update(files(__package__).joinpath(f"{name}.py").read_bytes())
    digest.update(json.dumps(dict(choices), sort_keys=True).encode())
    for name in sorted(tables):
        digest.update(name.encode())
        _add(digest, tables[name])
    return digest.hexdigest()


def _add(digest: Any, frame: pd.DataFrame) -> None:  # noqa: ANN401
    """Take the columns of a table into a digest: numbers as they are, the rest by its codes."""
    for name in frame.columns:
        values = frame[name].to_numpy()
        if values.dtype.kind not in "fiub":
            codes, labels = pd.factorize(np.asarray(values, dtype=object), use_na_sentinel=True)
            digest.update(json.dumps([str(label) for label in labels]).encode())
            values = codes
        digest.update(f"{name} {values.dtype} {len(values)};".encode())
        digest.update(np.ascontiguousarray(values).tobytes())


def kept_or_measured(
    folder: Path | None,
    mode: str,
    key: str,
    measure: Callable[[], Measured],
    progress: Callable[[str], None],
) -> Measured:
    """Return the drives kept under a key, or measure and keep them.

    Parameters
    ----------
    folder
        Where files of drives are kept; made if need be. Without one nothing is kept.
    mode, key
        How they are measured and the content they depend on: the file's name.
    measure
        Measures them.
    progress
        Told where they come from.

    Returns
    -------
    Measured
        A file that is damaged is measured anew, and a folder that cannot be written is no error:
        either is said in the notes.
    """
    if folder is None:
        return measure()
    path = folder / f"drives-{mode}-{key[:_KEY_LETTERS]}.parquet"
    notes: list[str] = []
    if path.exists():
        try:
            kept = _read(path, key)
        except (OSError, ValueError, KeyError, TypeError, pa.ArrowException) as error:
            why = str(error).splitlines()[0] if str(error) else type(error).__name__
            notes.append(f"{path.name} could not be relied on ({why}): drives were measured anew.")
        else:
            progress(f"drives as kept in {path}")
            with suppress(OSError):
                path.touch()
            return kept
    measured = measure()
    try:
        _write(path, key, measured)
        _prune(folder)
    except OSError as error:
        notes.append(f"Drives could not be kept in {folder}: {error.strerror or error}.")
    return Measured(
        travel=measured.travel,
        stranded=measured.stranded,
        notes=(*measured.notes, *notes),
    )


def _content(travel: pd.DataFrame, told: Mapping[str, Any]) -> str:
    """Return the SHA-256 of what a file holds: its drives and what is told beside them."""
    digest = hashlib.sha256(json.dumps(told, sort_keys=True).encode())
    _add(digest, travel)
    return digest.hexdigest()


def _write(path: Path, key: str, measured: Measured) -> None:
    told = {
        "key": key,
        "stranded": measured.stranded[["area_code", "reason"]].astype(str).to_numpy().tolist(),
        "notes": list(measured.notes),
    }
    meta = {"told": told, "content": _content(measured.travel, told)}
    table = pa.Table.from_pandas(measured.travel, preserve_index=False)
    table = table.replace_schema_metadata({_META: json.dumps(meta).encode()})
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        pq.write_table(table, partial, compression="zstd")
        partial.replace(path)
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)


def _read(path: Path, key: str) -> Measured:
    """Read a file of drives.

    Raises
    ------
    ValueError
        If it belongs to other inputs, or does not hold what was written.
    """
    table = pq.read_table(path)
    meta = json.loads(table.schema.metadata[_META])
    told = meta["told"]
    travel = table.to_pandas()
    if told["key"] != key:
        raise ValueError("it belongs to other inputs")
    if meta["content"] != _content(travel, told):
        raise ValueError("it does not hold what was written")
    stranded = pd.DataFrame(told["stranded"], columns=["area_code", "reason"], dtype="str")
    return Measured(travel=checked(Travel, travel), stranded=stranded, notes=tuple(told["notes"]))


def _prune(folder: Path) -> None:
    """Leave the files of drives that were used last."""
    kept = sorted(folder.glob("drives-*.parquet"), key=lambda path: path.stat().st_mtime_ns)
    for path in kept[:-KEEP]:
        path.unlink(missing_ok=True)
