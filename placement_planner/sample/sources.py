"""SOURCES.toml: what each file is, what its figures follow, and its hash."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from placement_planner.sample.seeds import packaged_table

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["write_sources"]

HEADER = """# An invented region. No child, school, place or plan in these files is real; codes lie
# outside the real ranges, and the land lies in the North Sea. Published figures gave rates
# only: they contain public sector information under the Open Government Licence v3.0.
"""


def _entry(path: Path, what: str, follows: str, basis: str) -> str:
    digest = sha256(path.read_bytes()).hexdigest()
    return "\n".join(
        [
            "[[file]]",
            f'name = "{path.name}"',
            f'what = "{what}"',
            f'basis = "{basis}"',
            f'follows = "{follows}"',
            f'sha256 = "{digest}"',
            "",
        ]
    )


def write_sources(folder: Path) -> None:
    """Write SOURCES.toml beside the boundaries and beside the schools."""
    listed = packaged_table("sources")
    for name, rows in listed.groupby("folder"):
        entries = [
            _entry(folder / str(name) / row.file, row.what, row.follows, row.basis)
            for row in rows.itertuples()
        ]
        text = "\n".join([HEADER, *entries])
        (folder / str(name) / "SOURCES.toml").write_text(text, encoding="utf-8", newline="\n")
