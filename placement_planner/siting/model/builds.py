"""Rules of builds: one size and start an option, what goes together, and who pays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from placement_planner.siting.model.variables import EQ, LE, UNIT_GBP, grouped
from placement_planner.tables import split_list

if TYPE_CHECKING:
    from placement_planner.siting.model.variables import SitingModel
    from placement_planner.siting.problem import Problem

__all__ = ["decide_once", "keep_within_pots"]


def decide_once(problem: Problem, model: SitingModel) -> None:
    """Build an option at one size and start; what it requires; not what it excludes; sets."""
    ones = ((built, 1.0) for built in model.built)
    decided = grouped(problem.decisions["option_id"], ones)
    for option in problem.options.itertuples():
        own = option.option_id
        most = float(not option.locked_out)
        model.add(decided[own], EQ if option.locked_in else LE, most, f"once_{own}")
        for other in split_list(option.requires):
            terms = [*decided[own], *((b, -1.0) for b, _ in decided[other])]
            model.add(terms, LE, 0.0, f"requires_{own}_{other}")
        for other in split_list(option.excludes):
            model.add([*decided[own], *decided[other]], LE, 1.0, f"excludes_{own}_{other}")
    for each in problem.sets.itertuples():
        terms = [term for option_id in split_list(each.options) for term in decided[option_id]]
        if terms:
            model.add(terms, LE, float(each.at_most), f"set_{each.set_id}")


def keep_within_pots(problem: Problem, model: SitingModel) -> None:
    """Meet every payment from pots; no pot pays more than it has at hand."""
    capital = problem.capital
    pays, cash = capital.pays, capital.cash
    paid = grouped(
        zip(pays["option_id"], pays["academic_year"], strict=True),
        ((y, 1.0) for y in model.paid),
    )
    due = grouped(
        zip(cash["option_id"], cash["academic_year"], strict=True),
        zip((model.built[n] for n in cash["decision"]), (-cash["gbp"] / UNIT_GBP), strict=True),
    )
    for (option_id, year), terms in due.items():
        model.add([*paid[option_id, year], *terms], EQ, 0.0, f"payment_{option_id}_{year}")
    drawn = grouped(pays["pot_id"], zip(model.paid, pays["academic_year"].tolist(), strict=True))
    for fund in capital.funds.itertuples():
        terms = [(y, 1.0) for y, year in drawn[fund.pot_id] if fund.first <= year <= fund.last]
        name = f"pot_{fund.pot_id}_{fund.first}_{fund.last}"
        model.add(terms, LE, fund.gbp / UNIT_GBP, name)
