"""How the audit says what it found, and the slack of a solver's arithmetic."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["RELATIVE", "SLACK", "SLACK_GBP", "told"]

SLACK = 1e-4
"""Children; a solver's feasibility tolerance, summed over a pool, stays well under it."""
SLACK_GBP = 1.0
RELATIVE = 1e-6


def told(rule: str, broken: Iterable[object]) -> Iterator[str]:
    """Say a broken rule, how often and where first; nothing where it holds."""
    examples = list(broken)
    if examples:
        yield f"{rule}: {len(examples)} time(s), for example {examples[0]}"
