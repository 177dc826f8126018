"""Published tables: read as text, columns found by their names or known aliases."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from placement_planner.errors import DataError, Finding

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

__all__ = ["as_code", "as_number", "pick_columns", "read_text_table"]

Aliases = dict[str, tuple[str, ...]]


def read_text_table(path: Path, encoding: str = "utf-8-sig") -> pd.DataFrame:
    """Read a CSV (also gzipped) or Parquet file with every cell as text, blanks as ``""``.

    Raises
    ------
    DataError
        When the file is not in that encoding or is no such table.
    """
    try:
        if path.suffix == ".parquet":
            return pd.read_parquet(path).astype("str").fillna("")
        return pd.read_csv(path, dtype="str", keep_default_na=False, encoding=encoding)
    except FileNotFoundError as error:
        raise DataError(f"{path}: no such file") from error
    except pd.errors.EmptyDataError as error:
        raise DataError(
            f"{path.name}: the file is empty; right would be a header and rows"
        ) from error
    except (UnicodeDecodeError, ValueError, OSError) as error:
        raise DataError(f"{path.name}: cannot be read as a table in {encoding}: {error}") from error


def pick_columns(
    frame: pd.DataFrame,
    aliases: Mapping[str, Sequence[str]],
    *,
    file: str,
    chosen: Mapping[str, str] | None = None,
    optional: Sequence[str] = (),
) -> pd.DataFrame:
    """Return the columns of `aliases` under our names; names are compared without case.

    Parameters
    ----------
    frame
        A published table.
    aliases
        For each of our names, the names that publishers use, best first.
    file
        Name of the file, for messages.
    chosen
        Our name = the file's name, which goes before the aliases.
    optional
        Of our names, those that may be absent; they are then left out.

    Raises
    ------
    DataError
        Naming every column that is missing, and what it may be called.

    Examples
    --------
    >>> raw = pd.DataFrame({"LA (code)": ["352"], "Other": [1]})
    >>> pick_columns(raw, {"la_code": ("la_code", "la (code)")}, file="x.csv").columns.tolist()
    ['la_code']
    """
    named = {str(column).strip().lower(): column for column in frame.columns}
    found: dict[str, str] = {}
    findings = []
    for ours, theirs in {**aliases, **dict.fromkeys(chosen or {}, ())}.items():
        wanted = [chosen[ours]] if chosen and ours in chosen else list(aliases.get(ours, theirs))
        hit = next((named[name.lower()] for name in wanted if name.lower() in named), None)
        if hit is not None:
            found[ours] = hit
        elif ours not in optional or (chosen and ours in chosen):
            findings.append(
                Finding(file, None, ours, "no such column", "a column named " + " or ".join(wanted))
            )
    if findings:
        raise DataError(f"{file}: {len(findings)} column(s) missing:", findings)
    return pd.DataFrame({ours: frame[theirs] for ours, theirs in found.items()})


def as_number(text: pd.Series) -> pd.Series:
    """Turn text into numbers; what is no number becomes blank."""
    return pd.to_numeric(text, errors="coerce").astype("float64")


def as_code(text: pd.Series) -> pd.Series:
    """Write codes that a spreadsheet turned into numbers as plain text again.

    Examples
    --------
    >>> as_code(pd.Series(["352", "352.0", "1e+05", "E08000003"])).tolist()
    ['352', '352', '100000', 'E08000003']
    """
    number = as_number(text)
    whole = number.notna() & (number % 1 == 0)
    digits = number.where(whole, 0).astype("int64").astype("str")
    return text.astype("str").str.strip().where(~whole, digits)
