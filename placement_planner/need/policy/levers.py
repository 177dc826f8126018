"""Levers of a named policy scenario: read, checked, and what each is worth in a year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from placement_planner.codes import code_list, code_table
from placement_planner.errors import DataError
from placement_planner.tables import split_list
from placement_planner.tables.base import share_open

if TYPE_CHECKING:
    from pandera.typing import DataFrame

    from placement_planner.tables.study import PolicyLevers

__all__ = ["EVERYTHING", "SUPPORT_PLAN", "TREND", "Lever", "levers_of", "scenario_names"]

TREND = "trend"
SUPPORT_PLAN = "support_plan"
EVERYTHING = "*"
_GO_TO_A_SETTING = ("divert_joiners", "divert_movers", "move")
_MAY_END_IN_SUPPORT = ("joiners", "cease")


@dataclass(frozen=True, kw_only=True)
class Lever:
    """One lever; columns of `policy_levers`, lists as tuples ("*" for everything there is).

    Attributes
    ----------
    to_setting
        A setting, ``support_plan``, or empty.
    value
        Factor (joiners) or share (all other kinds) when in full force.
    """

    lever_id: str
    kind: str
    authorities: tuple[str, ...] = (EVERYTHING,)
    need_types: tuple[str, ...] = (EVERYTHING,)
    ncy_from: int = -4
    ncy_to: int = 20
    settings: tuple[str, ...] = (EVERYTHING,)
    from_year: int
    to_year: int
    ramp: str = ""
    at_transition: bool = False
    to_setting: str = ""
    value: float

    def force(self, year: int) -> float:
        """Return how much of the effect is in force in an academic year, from 0 to 1.

        Examples
        --------
        >>> lever = Lever(lever_id="a", kind="cease", from_year=2027, to_year=2029, ramp="0.5",
        ...     value=0.2)
        >>> [lever.force(year) for year in range(2026, 2031)]
        [0.0, 0.5, 1.0, 1.0, 0.0]
        """
        return share_open(self.ramp, year - self.from_year) if year <= self.to_year else 0.0

    def factor(self, year: int) -> float:
        """Return what joiners are multiplied by in an academic year."""
        return 1.0 + (self.value - 1.0) * self.force(year)

    def share(self, year: int) -> float:
        """Return the share that goes elsewhere in an academic year."""
        return self.value * self.force(year)


def scenario_names(own: DataFrame[PolicyLevers] | None = None) -> tuple[str, ...]:
    """Return the scenarios there are: those of `codes/` and of a study's own levers.

    Examples
    --------
    >>> scenario_names()
    ('inclusion_shift', 'moderated', 'no_reform', 'trend', 'white_paper')
    """
    known = {
        TREND,
        *code_table("policy_levers")["scenario"],
        *code_table("policy_paths")["scenario"],
    }
    return tuple(sorted(known | (set() if own is None else set(own["scenario"]))))


def levers_of(scenario: str, own: DataFrame[PolicyLevers] | None = None) -> tuple[Lever, ...]:
    """Return the levers of a scenario; a study's own rows of a name stand in place of `codes/`.

    Raises
    ------
    DataError
        If there is no such scenario, or a lever that contradicts itself; all faults at once.
    """
    names = scenario_names(own)
    if scenario not in names:
        raise DataError(
            f"policy.scenario = {scenario!r} is not known; right would be one of {', '.join(names)}"
        )
    rows = code_table("policy_levers")
    if own is not None and (own["scenario"] == scenario).any():
        rows = own
    mine = rows[rows["scenario"] == scenario].sort_values("lever_id")
    levers = tuple(_lever(row) for row in mine.to_dict("records"))
    faults = [fault for lever in levers for fault in _faults(lever)]
    if faults:
        raise DataError(
            f"{len(faults)} fault(s) in the levers of policy scenario {scenario}, for example "
            + "; ".join(faults[:3])
        )
    return levers


def _lever(row: dict[str, object]) -> Lever:
    def text(name: str) -> str:
        return "" if pd.isna(row[name]) else str(row[name])

    def number(name: str) -> int:
        return int(str(row[name]))

    return Lever(
        lever_id=text("lever_id"),
        kind=text("kind"),
        authorities=split_list(text("authorities")),
        need_types=split_list(text("need_types")),
        ncy_from=number("ncy_from"),
        ncy_to=number("ncy_to"),
        settings=split_list(text("settings")),
        from_year=number("from_year"),
        to_year=number("to_year"),
        ramp=text("ramp"),
        at_transition=bool(row["at_transition"]),
        to_setting=text("to_setting"),
        value=float(str(row["value"])),
    )


def _faults(lever: Lever) -> list[str]:
    """Say what is wrong with a lever that its table alone cannot tell."""
    settings, needs = code_list("settings"), code_list("need_types")
    unknown = [
        *(name for name in lever.settings if name not in (*settings, EVERYTHING)),
        *(name for name in lever.need_types if name not in (*needs, EVERYTHING)),
    ]
    wants_setting = lever.kind in _GO_TO_A_SETTING
    may_go: tuple[str, ...] = settings if wants_setting else ("",)
    if lever.kind in _MAY_END_IN_SUPPORT:
        may_go = ("", SUPPORT_PLAN)
    told_to = lever.to_setting or "no to_setting"
    rules = [
        (bool(unknown), f"{', '.join(unknown)} is no need or setting"),
        (lever.ncy_from > lever.ncy_to, f"NCY {lever.ncy_from} comes after {lever.ncy_to}"),
        (lever.from_year > lever.to_year, f"{lever.from_year} comes after {lever.to_year}"),
        (
            lever.to_setting not in may_go,
            f"{told_to}; a lever of kind {lever.kind} goes to "
            + ("a setting" if wants_setting else " or ".join(name or "none" for name in may_go)),
        ),
        (
            lever.value > 1 and (lever.kind != "joiners" or lever.to_setting == SUPPORT_PLAN),
            f"value {lever.value:g} is not a share from 0 to 1",
        ),
        (not _is_ramp(lever.ramp), f"ramp {lever.ramp!r} is not a list of shares from 0 to 1"),
    ]
    return [f"{lever.lever_id}: {fault}" for is_broken, fault in rules if is_broken]


def _is_ramp(ramp: str) -> bool:
    try:
        return all(0 <= float(share) <= 1 for share in split_list(ramp))
    except ValueError:
        return False
