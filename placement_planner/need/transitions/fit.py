"""The four tables made ready to project: steps counted, weights set, one job an authority."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from placement_planner.codes import code_table
from placement_planner.errors import DataError, Finding
from placement_planner.need.transitions.authorities import Job, with_transfers
from placement_planner.need.transitions.dynamics import RateChoices
from placement_planner.need.transitions.peer_prior import peer_parameters
from placement_planner.need.transitions.pooled_prior import pooled_parameters
from placement_planner.need.transitions.states import all_states, stock
from placement_planner.need.transitions.steps import count_steps, heads

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from placement_planner.need.transitions.parameters import Parameters
    from placement_planner.need.transitions.states import States
    from placement_planner.need.transitions.steps import Steps

__all__ = ["Fit", "Prior", "at_joining", "fit_transitions", "jobs_until"]

Prior = Literal["witan", "pooled"]
_FIRST_EXAMPLES = 5


@dataclass(frozen=True, kw_only=True)
class Fit:
    """Weights by authority, fitted on steps up to a January, and the stock at that January."""

    states: States
    steps: Mapping[str, Steps]
    parameters: Mapping[str, Parameters]
    weights: pd.DataFrame | None
    """Visible weights of the pooled prior; None for the peer's."""
    stocks: Mapping[str, NDArray[np.int64]]
    base_january: int
    prior: Prior


def fit_transitions(
    transitions: pd.DataFrame,
    population: pd.DataFrame,
    valid_states: pd.DataFrame,
    *,
    prior: Prior = "pooled",
    choices: RateChoices | None = None,
    fit_from: int | None = None,
) -> Fit:
    """Fit every authority's weights on its steps.

    Parameters
    ----------
    transitions, population, valid_states
        Frames of `FourTables`.
    prior
        ``witan`` as the peer has it; ``pooled`` shrinks small counts and lets rates move.
    choices
        Of the pooled prior.
    fit_from
        First January whose steps are used; default all.

    Raises
    ------
    DataError
        If no step is left.
    """
    chosen = choices or RateChoices()
    kept = transitions if fit_from is None else transitions[transitions["january"] >= fit_from]
    if kept.empty:
        last = int(transitions["january"].max())
        raise DataError(
            f"no transition starts in January {fit_from} or later; the last one starts in {last}"
        )
    base = int(kept["january"].max()) + 1
    states = all_states(valid_states, kept)
    steps = count_steps(kept, population, states, relabel=chosen.relabel_needs)
    weights = None
    if prior == "witan":
        parameters = {code: peer_parameters(mine, valid_states) for code, mine in steps.items()}
    else:
        steps = {code: at_joining(mine, population, code) for code, mine in steps.items()}
        parameters, weights = pooled_parameters(steps, valid_states, chosen)
    return Fit(
        states=states,
        steps=steps,
        parameters=parameters,
        weights=weights,
        stocks={code: stock(kept, states, base, code) for code in steps},
        base_january=base,
        prior=prior,
    )


def at_joining(steps: Steps, population: pd.DataFrame, code: str) -> Steps:
    """Set joiners against the population of the January they join by, where it is known."""
    after = heads(population, code, steps.joiner_ncy.tolist(), (steps.januaries + 1).tolist())
    return replace(steps, population=np.where(after > 0, after, steps.population))


def _joined_from(
    population: pd.DataFrame, code: str, parameters: Parameters, januaries: list[int], prior: Prior
) -> NDArray[np.float64]:
    """Children who may join: of the NCY in the year itself.

    With the peer's prior, they are as many more as the peer draws where it expects ten joiners or
    more (`codes/peer_prior.csv`).
    """
    people = heads(population, code, parameters.joiner_ncy.tolist(), januaries)
    if prior == "pooled":
        return people
    figures = code_table("peer_prior").set_index("prior")["value"]
    expected = people * parameters.joiners[:, 0] / parameters.joiners.sum(axis=1)
    many = expected >= float(figures["joiners_many"])
    return np.where(many, people * float(figures["joiners_excess"]), people)


def jobs_until(fit: Fit, population: pd.DataFrame, until: int) -> tuple[Job, ...]:
    """Return one job an authority, from the January of the stock to `until`.

    Raises
    ------
    DataError
        If `until` is not ahead, or the population lacks a year and NCY that children join at.
    """
    if until <= fit.base_january:
        raise DataError(
            f"--until {until} is not ahead: the last steps end in January {fit.base_january}; "
            f"right would be {fit.base_january + 1} or later"
        )
    januaries = list(range(fit.base_january + 1, until + 1))
    findings = [
        finding
        for code, parameters in fit.parameters.items()
        for finding in _missing(population, code, parameters.joiner_ncy.tolist(), januaries)
    ]
    if findings:
        raise DataError(f"population: {len(findings)} authority(ies) lack rows:", findings)
    jobs = tuple(
        Job(
            authority=code,
            parameters=parameters,
            stock=fit.stocks[code],
            population=_joined_from(population, code, parameters, januaries, fit.prior),
            first_january=fit.base_january,
        )
        for code, parameters in sorted(fit.parameters.items())
    )
    has_transfers = any(mine.transferred_in.any() for mine in fit.steps.values())
    return (
        with_transfers(jobs, [fit.steps[job.authority] for job in jobs]) if has_transfers else jobs
    )


def _missing(
    population: pd.DataFrame, code: str, ncys: list[int], januaries: list[int]
) -> list[Finding]:
    """Name the rows that projecting would need and the population does not have."""
    mine = population[population["authority_code"] == code]
    wanted = pd.MultiIndex.from_product([januaries, ncys])
    lacking = wanted.difference(pd.MultiIndex.from_frame(mine[["january", "ncy"]]))
    if lacking.empty:
        return []
    some = ", ".join(f"{year} NCY {ncy}" for year, ncy in lacking[:_FIRST_EXAMPLES])
    of = f" of authority {code}" if code else ""
    right = "a row for every calendar year up to --until and every NCY that children join at"
    return [
        Finding(
            "population.csv",
            None,
            "population",
            f"no row{of} for {len(lacking)} year(s) and NCYs, such as {some}",
            right,
        )
    ]
