"""Pots, fallback, unit costs and compatibility of an imported study."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from placement_planner.codes import code_table
from placement_planner.tables import checked
from placement_planner.tables.study import Compatibility, PotFunding, Pots

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pandera.typing import DataFrame

    from placement_planner.sources.choices import PotChoices

__all__ = [
    "build_compatibility",
    "build_pot_funding",
    "build_pots",
]


def build_pots(choices: PotChoices, authorities: Mapping[str, str]) -> DataFrame[Pots]:
    """One pot an authority, named by authority code, for its own sites and any action.

    Parameters
    ----------
    choices
        The fund, its years and source.
    authorities
        Authority code = name.
    """
    return checked(
        Pots,
        pd.DataFrame(
            {
                "pot_id": [f"capital-{code}" for code in authorities],
                "pot_name": [f"{choices.name}, {name}" for name in authorities.values()],
                "owner": list(authorities),
                "eligible_authorities": list(authorities),
                "eligible_actions": "*",
                "payer": "capital_grant",
                "starts": choices.years[0],
                "expires": choices.expires,
                "source": choices.source,
                "basis": "derived",
            }
        ),
    )


def build_pot_funding(choices: PotChoices, plans: pd.Series) -> DataFrame[PotFunding]:
    """Share the national allocation of every year by the plans of each authority.

    Parameters
    ----------
    choices
        National allocation a year, and the plans in England it is shared by.
    plans
        Plans at the base January by authority code.
    """
    yearly = plans * choices.national_gbp / choices.national_plans
    return checked(
        PotFunding,
        pd.concat(
            [
                pd.DataFrame(
                    {
                        "pot_id": "capital-" + plans.index,
                        "academic_year": year,
                        "gbp": yearly.round(0).to_numpy(),
                    }
                )
                for year in choices.years
            ]
        ),
    )


def build_compatibility() -> DataFrame[Compatibility]:
    """Return the matches of `codes/`, for the planner to edit."""
    return checked(Compatibility, code_table("compatibility"))
