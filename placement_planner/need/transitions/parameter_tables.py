"""Parameters as tables, in the files and columns that the peer writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from placement_planner.need.transitions.parameters import Branches, Parameters
    from placement_planner.need.transitions.states import States

__all__ = ["parameter_tables"]

_NCY = {"ncy": "ay"}


def _with_beta(table: pd.DataFrame, weights: NDArray[np.float64]) -> pd.DataFrame:
    alpha, beta = weights.T
    return table.assign(alpha=alpha, beta=beta, expectation=alpha / (alpha + beta))


def _with_shares(table: pd.DataFrame, branches: Branches) -> pd.DataFrame:
    """Add the share, the sum of weights of the row, and the weight."""
    rows = np.diff(branches.start)
    ends = np.concatenate([[0.0], np.cumsum(branches.alpha)])[branches.start]
    total = np.repeat(np.diff(ends), rows)
    return table.assign(
        **{
            "expectation": branches.alpha / total,
            "normalisation-constant": total,
            "alpha": branches.alpha,
        }
    )


def _tables(parameters: Parameters) -> dict[str, pd.DataFrame]:
    states: States = parameters.states
    labels = states.labels()
    shown = np.ones(len(states), dtype=np.bool_) if states.valid is None else states.valid
    origin = np.repeat(np.arange(len(states)), np.diff(parameters.destinations.start))
    reached = labels.add_suffix("-destination").iloc[parameters.destinations.state]
    moves = pd.concat(
        [labels.iloc[origin].reset_index(drop=True), reached.reset_index(drop=True)], axis=1
    )
    moves = _with_shares(moves, parameters.destinations)[shown[origin]]
    joins = labels.iloc[parameters.joiner_states.state].reset_index(drop=True)
    return {
        "joiner_beta_expectations": _with_beta(
            pd.DataFrame({"ay": parameters.joiner_ncy}), parameters.joiners
        ),
        "joiners_dirichlet_expectations": _with_shares(
            joins.rename(columns=_NCY), parameters.joiner_states
        ),
        "leaver_beta_expectations": _with_beta(
            labels[shown].rename(columns=_NCY), parameters.leavers[shown]
        ),
        "mover_beta_expectations": _with_beta(
            labels[shown].rename(columns=_NCY), parameters.movers[shown]
        ),
        "movers_dirichlet_expectations": moves.rename(
            columns={**_NCY, "ncy-destination": "ay-destination"}
        ),
    }


def parameter_tables(parameters: Mapping[str, Parameters]) -> dict[str, pd.DataFrame]:
    """Lay parameters out as the peer's five tables.

    Parameters
    ----------
    parameters
        Parameters by authority code; one authority with the code "" has no column for it.

    Returns
    -------
    dict
        joiner_beta_expectations (ay, alpha, beta, expectation); joiners_dirichlet_expectations
        (ay, need, setting, expectation, normalisation-constant, alpha); leaver_beta_expectations
        and mover_beta_expectations (ay, need, setting, alpha, beta, expectation);
        movers_dirichlet_expectations (ay, need, setting, their -destination, expectation,
        normalisation-constant, alpha). `ay` of leavers and movers is the NCY before the step. With
        several authorities a column `authority` comes first. States that are only reached by
        growing older out of a setting's range are left out.
    """
    parts = {code: _tables(of_authority) for code, of_authority in parameters.items()}
    if list(parts) == [""]:
        return {name: table.reset_index(drop=True) for name, table in parts[""].items()}
    names = list(next(iter(parts.values()), {}))
    return {
        name: pd.concat(
            [tables[name].assign(authority=code) for code, tables in parts.items()],
            ignore_index=True,
        ).pipe(lambda table: table[["authority", *table.columns.drop("authority")]])
        for name in names
    }
