"""Who could host a base, and options from it: need by area first, then schools."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from placement_planner import costs
from placement_planner.codes import code_table
from placement_planner.options import (
    Funding,
    OptionRules,
    base_pools,
    children_without_places,
    generate_options,
    host_scores,
    statutory_processes,
    with_lead_times,
)
from placement_planner.pipeline.ahead import look_ahead, project_baseline
from placement_planner.pipeline.steps import in_order, silent

if TYPE_CHECKING:
    from collections.abc import Callable

    from pandera.typing import DataFrame

    from placement_planner.inputs import Inputs
    from placement_planner.scenario import Scenario
    from placement_planner.tables.hosts import HostScores, Processes
    from placement_planner.tables.study import Options

__all__ = ["HostStudy", "score_hosts"]


@dataclass(frozen=True, kw_only=True)
class HostStudy:
    """Who could host, and what could be built there.

    Attributes
    ----------
    academic_year
        Year whose need is looked at.
    children, children_without
        Children who want a base, and those of them without a place near; not rounded.
    scores
        Every school by phase band and need group, each filter and factor in a column.
    options
        Candidate options from the scores, with leads that leave time for the process: ready to
        edit, none of them a proposal.
    processes
        What each option and size triggers.
    own_processes
        The same for the options that the study has already.
    priced_outside
        Options of the study, size by size, whose capital a place lies outside the range of the
        cost library at local prices.
    notes
        What was left out or assumed.
    """

    academic_year: int
    children: float
    children_without: float
    scores: DataFrame[HostScores]
    options: DataFrame[Options]
    processes: DataFrame[Processes]
    own_processes: DataFrame[Processes]
    priced_outside: pd.DataFrame
    notes: tuple[str, ...]


def _need_year(scenario: Scenario) -> int:
    """Return the last planned year no later than rolls are looked ahead, or the first there is."""
    base = scenario.need.base_january - 1
    years = [year for year in scenario.horizon.years if year >= base]
    near = [year for year in years if year <= base + scenario.hosts.years_ahead]
    return max(near) if near else min(years, default=base)


def _by_authority(need: pd.DataFrame) -> pd.DataFrame:
    """Sum children by authority, with the kind of place they want, as options are shared out."""
    kinds = code_table("need_groups").set_index("need_group")["provision_kind"]
    told = need.assign(specialism=need["need_group"].map(kinds))
    keys = ["authority_code", "specialism", "need_group", "phase"]
    return told.groupby(keys)["children"].sum().reset_index()


def _notes(inputs: Inputs, year: int) -> tuple[str, ...]:
    of_need = (
        f"Need is that of {year}/{(year + 1) % 100:02d}. A child has a place near where the bases "
        "that stand or are on their way offer one within a straight line; all distances are "
        "straight lines."
    )
    of_bases = (
        "Bases by need group follow the children without a place near; where an authority has none "
        "of a phase, the region's."
    )
    told = [of_need, of_bases, _of_capital(inputs)]
    if inputs.hosts is None:
        told.append(
            "The study has no table of hosts: interest, exclusions, inclusion record and condition "
            "are not known of any school."
        )
    return tuple(told)


def _of_capital(inputs: Inputs) -> str:
    """Say what prices options were generated at."""
    names = inputs.authorities.set_index("authority_code")["authority_name"]
    factors = costs.location_factors(inputs.authorities).reindex(names.index).fillna(1.0)
    words = "; ".join(
        f"{factor:g} in {', '.join(names[part.index])}" for factor, part in factors.groupby(factors)
    )
    return (
        "Capital of generated options: the cost library's price a place for the smallest size, the "
        "study's own line first, × its region's prices over England's, 1 where it has none: "
        f"{words}."
    )


def _of_outside(inputs: Inputs, outside: pd.DataFrame) -> tuple[str, ...]:
    """Say how many of the study's options are priced unlike the cost library."""
    if outside.empty:
        return ()
    first = outside.iloc[0]
    note = (
        f"{outside['option_id'].nunique()} of the study's {len(inputs.options)} options cost more "
        "or less a place than the range of the cost library at local prices, for example "
        f"{first['option_id']}, £{first['gbp_per_place']:,.0f} of {first['places']} places where "
        f"the range is £{first['low']:,.0f} to £{first['high']:,.0f}. Local knowledge may well be "
        "right."
    )
    return (note,)


def score_hosts(
    inputs: Inputs,
    scenario: Scenario,
    progress: Callable[[str], None] = silent,
    rules: OptionRules | None = None,
) -> HostStudy:
    """Score every mainstream school as a host, and generate options from the scores.

    Parameters
    ----------
    inputs
        A checked study.
    scenario
        Every choice; `hosts` holds limits and weights.
    progress
        Told, in a sentence, what is being done.
    rules
        Sizes and numbers an authority; default those of `OptionRules`.

    Raises
    ------
    DataError
        If need cannot be projected, or no pot may pay for an option.
    """
    inputs = in_order(inputs)
    year = _need_year(scenario)
    progress(f"projecting need to {year}")
    baseline = project_baseline(inputs, scenario, year, with_draws=False, progress=progress)
    need = pd.DataFrame(look_ahead(baseline, scenario).need([year]))
    progress("scoring hosts")
    wanted = need[need["need_group"].isin(_base_groups())]
    pools = base_pools(inputs.provision, inputs.sites, year)
    unmet = children_without_places(wanted, pools, inputs.areas, scenario.hosts.base_km)
    scores = host_scores(
        inputs.sites,
        inputs.provision,
        inputs.hosts,
        inputs.population_projection,
        inputs.areas,
        unmet,
        scenario.hosts,
        scenario.need.base_january - 1,
    )
    progress("generating options")
    homes = inputs.areas.set_index("area_code")["authority_code"]
    special = need[~need["need_group"].isin(_base_groups())]
    left = unmet.assign(authority_code=unmet["area_code"].map(homes))
    shared = _by_authority(pd.concat([left, special], ignore_index=True))
    lines, factors = (
        costs.capital_lines(inputs.capital_costs),
        costs.location_factors(inputs.authorities),
    )
    funding = Funding(inputs.pots, factors, lines)
    options = generate_options(
        inputs.sites, inputs.provision, shared, scores, funding, rules or OptionRules()
    )
    processes = statutory_processes(options, inputs.sites, inputs.provision)
    outside = costs.priced_outside(inputs.options, lines, _by_option(inputs, factors))
    return HostStudy(
        academic_year=year,
        scores=scores,
        options=with_lead_times(options, processes),
        processes=processes,
        own_processes=statutory_processes(inputs.options, inputs.sites, inputs.provision),
        priced_outside=outside,
        children=float(wanted["children"].sum()),
        children_without=float(unmet["children"].sum()),
        notes=(*_notes(inputs, year), *_of_outside(inputs, outside)),
    )


def _by_option(inputs: Inputs, factors: pd.Series) -> pd.Series:
    """Return local prices over England's by option_id, where they are known."""
    authority = inputs.sites.set_index("site_id")["authority_code"]
    factor = inputs.options["site_id"].map(authority).map(factors)
    return factor.set_axis(inputs.options["option_id"]).dropna()


def _base_groups() -> pd.Series:
    """Need groups of bases."""
    return code_table("need_groups").query("provision_kind == 'base'")["need_group"]
