"""Figures of hosts that may be shown: schools by name inside an authority alone, counts outside."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from placement_planner.codes import code_table
from placement_planner.tables import split_list
from placement_planner.tables.hosts import FACTORS, FILTERS

if TYPE_CHECKING:
    from pandera.typing import DataFrame

    from placement_planner.scenario import HostChoices, PrivacyChoices
    from placement_planner.tables.hosts import HostScores, Processes
    from placement_planner.tables.study import Authorities

__all__ = [
    "COUNT_NAMES",
    "FILTER_NAMES",
    "shown_counts",
    "shown_factors",
    "shown_hosts",
    "shown_processes",
]

FILTER_NAMES = {
    "is_state_mainstream": "no state-funded mainstream school",
    "phase_fits": "wrong phase",
    "is_not_excluded": "known reason",
    "is_not_unwilling": "would not host",
    "need_is_new_here": "base for the need already",
    "is_under_cap": "cap on base places",
}
COUNT_NAMES = {
    "authority_name": "Authority",
    "phase": "Phase",
    "schools": "Schools",
    "could_adapt": "Rooms could be adapted",
    "could_only_build": "Only a new building",
    "shut_out": "Shut out",
    "would_host": "Asked and willing",
}
"""What the counts of `shown_counts` mean, in the reader's words."""
_STANDING = {
    "in_force": "in force",
    "under_repeal": "under repeal",
    "only_in_rounds": "only in rounds of applications",
    "not_yet_in_force": "not in force yet",
}
_FACTOR_NAMES = {
    "need": "Children without a place near",
    "spare": "Spare places now",
    "spare_ahead": "Spare places ahead",
    "base_distance": "No base for the need near",
    "continuity": "Base of the other phase in reach",
    "inclusion": "Inclusion record",
    "condition": "Condition and access",
    "deprivation": "Deprivation",
}
_WHO = ["authority_code", "phase"]


def shown_counts(
    scores: DataFrame[HostScores], authorities: DataFrame[Authorities]
) -> pd.DataFrame:
    """Count schools by authority and phase: who could host for any need, and why others cannot.

    Schools are counted, no child is, and none is named: the table may leave.

    Parameters
    ----------
    scores
        As from `options.host_scores`.
    authorities
        Their names.

    Returns
    -------
    DataFrame
        authority_code, authority_name, phase, schools, could_adapt (rooms for at least one need),
        could_only_build, shut_out (for every need), would_host (and are not shut out), and a
        column a hard filter: schools that it shuts out for every need; a school may count in
        several.
    """
    may = scores["may"].map(split_list)
    can_adapt = may.map(lambda actions: "adapt_rooms" in actions)
    can_build = may.map(lambda actions: "new_base" in actions)
    schools = (
        scores.assign(can_adapt=can_adapt, can_build=can_build, says=scores["interest"].eq("yes"))
        .groupby([*_WHO, "site_id"], as_index=False)
        .agg(
            can_adapt=("can_adapt", "any"),
            can_build=("can_build", "any"),
            says=("says", "any"),
            **{name: (name, "any") for name in FILTERS},
        )
    )
    schools = schools.assign(
        schools=1,
        could_adapt=schools["can_adapt"],
        could_only_build=schools["can_build"] & ~schools["can_adapt"],
        shut_out=~schools["can_build"],
        would_host=schools["says"] & schools["can_build"],
        **{FILTER_NAMES[name]: ~schools[name] for name in FILTERS},
    )
    counted = ["schools", "could_adapt", "could_only_build", "shut_out", "would_host"]
    table = schools.groupby(_WHO)[[*counted, *FILTER_NAMES.values()]].sum().astype(int)
    table = table.reset_index()
    names = authorities.set_index("authority_code")["authority_name"]
    table.insert(1, "authority_name", table["authority_code"].map(names))
    return table


def shown_factors(scores: DataFrame[HostScores], choices: HostChoices) -> pd.DataFrame:
    """Return each soft factor with its weight, for how many schools it is known, and its spread.

    Parameters
    ----------
    scores
        As from `options.host_scores`.
    choices
        The weights.

    Returns
    -------
    DataFrame
        Factor, Weight, Known for (schools of a phase), Lowest, Mean, Highest.
    """
    schools = scores.drop_duplicates(["site_id", "phase"])
    columns = [f"factor_{name}" for name in FACTORS]
    spread = schools[columns].agg(["count", "min", "mean", "max"]).T
    return pd.DataFrame(
        {
            "Factor": [_FACTOR_NAMES[name] for name in FACTORS],
            "Weight": [getattr(choices, f"weight_{name}") for name in FACTORS],
            "Known for": spread["count"].astype(int).to_numpy(),
            "Lowest": spread["min"].round(2).to_numpy(),
            "Mean": spread["mean"].round(2).to_numpy(),
            "Highest": spread["max"].round(2).to_numpy(),
        }
    )


def shown_processes(processes: DataFrame[Processes]) -> pd.DataFrame:
    """Count options by the process that they trigger, in people's words; no school is named.

    Parameters
    ----------
    processes
        As from `options.statutory_processes`.

    Returns
    -------
    DataFrame
        Process, How it stands, Months, Options (in some size), What may change.
    """
    keys = ["process_name", "standing", "months", "note"]
    table = processes.fillna({"note": ""}).groupby(keys)["option_id"].nunique().reset_index()
    table = table.sort_values(["option_id", "process_name"], ascending=[False, True])
    return pd.DataFrame(
        {
            "Process": table["process_name"],
            "How it stands": table["standing"].map(_STANDING),
            "Months": table["months"],
            "Options": table["option_id"],
            "What may change": table["note"],
        }
    ).reset_index(drop=True)


def shown_hosts(
    scores: DataFrame[HostScores],
    authorities: DataFrame[Authorities],
    privacy: PrivacyChoices,
    best: int = 3,
) -> pd.DataFrame:
    """Return the best ranked schools in people's words; no row outside the internal profile.

    Schools have not been asked: a list of names is for use inside an authority alone.

    Parameters
    ----------
    scores
        As from `options.host_scores`.
    authorities
        Their names.
    privacy
        Anything but the internal profile gives an empty table.
    best
        Schools of each authority, phase and need group.

    Returns
    -------
    DataFrame
        Authority, Phase, Need, Rank, School, Would host, Score, a column a factor, Could, Warnings.
    """
    kept = scores[scores["rank"].le(best)]
    if privacy.profile != "internal":
        kept = kept.head(0)
    groups = code_table("need_groups").set_index("need_group")["name"]
    actions = code_table("actions").set_index("action")["name"].to_dict()
    names = authorities.set_index("authority_code")["authority_name"]
    factors = {_FACTOR_NAMES[name]: kept[f"factor_{name}"].round(2) for name in FACTORS}
    could = [", ".join(actions[code] for code in split_list(cell)) for cell in kept["may"]]
    return pd.DataFrame(
        {
            "Authority": kept["authority_code"].map(names),
            "Phase": kept["phase"].str.capitalize(),
            "Need": kept["need_group"].map(groups),
            "Rank": kept["rank"].astype(int),
            "School": kept["site_name"],
            "Would host": kept["interest"].fillna("not asked"),
            "Score": kept["score"].round(2),
            **factors,
            "Could": pd.Series(could, index=kept.index, dtype="object"),
            "Warnings": kept["warnings"].fillna(""),
        }
    ).reset_index(drop=True)
