"""Rules of options and of the pots that pay for them."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING

import numpy as np

from placement_planner.checks.study import row_findings
from placement_planner.codes import code_list
from placement_planner.tables import sizes_of, split_list

if TYPE_CHECKING:
    from placement_planner.checks.study import CheckedStudy
    from placement_planner.errors import Finding

__all__ = [
    "check_agreements",
    "check_funding_years",
    "check_option_sets",
    "check_option_starts",
    "check_paying_pots",
    "check_phase_shares",
    "check_pot_actions",
    "check_pot_years",
    "check_provision_ramps",
    "check_ramps",
    "check_sizes",
]

_ANY = "*"
_SLACK = 1e-6


def check_option_starts(study: CheckedStudy) -> list[Finding]:
    """Report options whose latest start is before the earliest."""
    rows = study.rows("options", "earliest_start", "latest_start")
    wrong = rows[rows["latest_start"] < rows["earliest_start"]]
    words = "{latest_start:g}, earliest {earliest_start:g}"
    return study.report("options", "latest_start", wrong, words, "earliest_start or a later year")


def check_sizes(study: CheckedStudy) -> list[Finding]:
    """Report options whose sizes do not rise from above nought."""
    rows = study.rows("options", "sizes")
    wrong = rows[[not _rises([0, *sizes_of(cell)]) for cell in rows["sizes"]]]
    right = "rising sizes above 0, such as 8;16 or 8x1-4"
    return study.report("options", "sizes", wrong, "{sizes!r}", right)


def _rises(numbers: list[int]) -> bool:
    return all(low < high for low, high in itertools.pairwise(numbers))


def check_option_sets(study: CheckedStudy) -> list[Finding]:
    """Report sets that name an option twice, or that leave out no option."""
    rows = study.rows("option_sets", "options", "at_most").dropna()
    named = rows["options"].map(split_list)
    rows = rows.assign(number=np.array([len(each) for each in named], dtype=int))
    twice = rows[[len(set(each)) < len(each) for each in named]]
    idle = rows[rows["at_most"].to_numpy(dtype=float) >= rows["number"].to_numpy()]
    right = "fewer than the options of the set"
    return [
        *study.report("option_sets", "options", twice, "{options!r}", "each option named once"),
        *study.report("option_sets", "at_most", idle, "{at_most:g} of {number:g} options", right),
    ]


def check_phase_shares(study: CheckedStudy) -> list[Finding]:
    """Report options whose phase shares do not sum to one."""
    rows = study.rows("options", "phases")
    wrong = rows[[not _is_split(cell) for cell in rows["phases"]]]
    right = "phases named once, with shares that sum to 1, such as primary:0.4;secondary:0.6"
    return study.report("options", "phases", wrong, "{phases!r}", right)


def _is_split(cell: str) -> bool:
    parts = [part.partition(":") for part in split_list(cell)]
    shares = [_number(share) for _, _, share in parts]
    is_named_once = len({phase for phase, _, _ in parts}) == len(parts)
    return is_named_once and abs(sum(shares) - 1) < _SLACK


def check_ramps(study: CheckedStudy) -> list[Finding]:
    """Report ramps of options that are not rising shares from 0 to 1."""
    return _bad_ramps(study, "options")


def check_provision_ramps(study: CheckedStudy) -> list[Finding]:
    """Report ramps of provision that are not rising shares from 0 to 1."""
    return _bad_ramps(study, "provision")


def _bad_ramps(study: CheckedStudy, name: str) -> list[Finding]:
    rows = study.rows(name, "ramp").dropna()
    wrong = rows[[not _is_ramp(cell) for cell in rows["ramp"]]]
    right = "shares from 0 to 1 that do not fall, such as 0.5;1"
    return study.report(name, "ramp", wrong, "{ramp!r}", right)


def _is_ramp(cell: str) -> bool:
    shares = [_number(share) for share in split_list(cell)]
    return shares == sorted(shares) and all(0 <= share <= 1 for share in shares)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def check_paying_pots(study: CheckedStudy) -> list[Finding]:
    """Report pots of an option that may not pay for its action in the authority of its site."""
    options = study.rows("options", "option_id", "site_id", "action", "pots")
    columns = ("pot_id", "eligible_authorities", "eligible_actions")
    pots = study.rows("pots", *columns).set_index("pot_id")
    pots = pots[pots["eligible_actions"].map(_is_known).astype(bool)]
    sites = study.rows("sites", "site_id", "authority_code").set_index("site_id")
    asked = options.assign(
        row=options.index,
        pot_id=options["pots"].map(split_list),
        authority_code=options["site_id"].map(sites["authority_code"]),
    ).explode("pot_id")
    asked = asked.dropna(subset=["pot_id", "authority_code"]).join(pots, on="pot_id", how="inner")
    may = [
        _allows(areas, authority) and _allows(actions, action)
        for areas, authority, actions, action in zip(
            asked["eligible_authorities"],
            asked["authority_code"],
            asked["eligible_actions"],
            asked["action"],
            strict=True,
        )
    ]
    found = (
        (row, f"{pot} for {action} in {authority}")
        for row, pot, action, authority in asked.loc[
            ~np.array(may, dtype=bool), ["row", "pot_id", "action", "authority_code"]
        ].itertuples(index=False)
    )
    right = "pots whose eligible_authorities and eligible_actions allow it"
    return row_findings(study.tables["options"].file, "pots", found, right)


def _allows(cell: str, code: str) -> bool:
    allowed = split_list(cell)
    return _ANY in allowed or code in allowed


def check_pot_actions(study: CheckedStudy) -> list[Finding]:
    """Report actions of pots that are not in the list of actions."""
    rows = study.rows("pots", "eligible_actions")
    wrong = rows[[not _is_known(cell) for cell in rows["eligible_actions"]]]
    right = "* or a list of " + ", ".join(code_list("actions"))
    return study.report("pots", "eligible_actions", wrong, "{eligible_actions!r}", right)


def _is_known(actions: str) -> bool:
    return {_ANY, *code_list("actions")}.issuperset(split_list(actions))


def check_pot_years(study: CheckedStudy) -> list[Finding]:
    """Report pots that expire before they start."""
    rows = study.rows("pots", "starts", "expires")
    wrong = rows[rows["expires"] < rows["starts"]]
    words, right = "{expires:g}, starts in {starts:g}", "the year in starts or a later one"
    return study.report("pots", "expires", wrong, words, right)


def check_agreements(study: CheckedStudy) -> list[Finding]:
    """Report agreements of an authority with itself."""
    rows = study.rows("agreements", "authority_code", "place_authority_code")
    wrong = rows[rows["authority_code"] == rows["place_authority_code"]]
    words = "{place_authority_code}, where the children live too"
    right = "another authority; children need no agreement to hold places in their own"
    return study.report("agreements", "place_authority_code", wrong, words, right)


def check_funding_years(study: CheckedStudy) -> list[Finding]:
    """Report money that reaches a pot outside the years in which it may be spent."""
    pots = study.rows("pots", "pot_id", "starts", "expires").set_index("pot_id")
    pots = pots[pots["starts"] <= pots["expires"]]
    funding = study.rows("pot_funding", "pot_id", "academic_year")
    rows = funding.join(pots, on="pot_id", how="inner")
    wrong = rows[~rows["academic_year"].between(rows["starts"], rows["expires"])]
    words = "{academic_year:g} for {pot_id}, which runs from {starts:g} to {expires:g}"
    return study.report("pot_funding", "academic_year", wrong, words, "a year of the pot's life")
