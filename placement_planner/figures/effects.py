"""What a plan is worth by how much it displaces, and what it does for each authority."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.figures.plan import shown_builds
from placement_planner.figures.released import released_plan
from placement_planner.privacy import WITHHELD, cost_band
from placement_planner.siting.displacement import break_even
from placement_planner.siting.pots import REGION

if TYPE_CHECKING:
    from placement_planner.outcome import Outcome

__all__ = ["EFFECT_NAMES", "break_even_sentence", "shown_effects", "shown_savings"]

EFFECT_NAMES = {
    "authority": "Authority",
    "children_in_need": "Children in need",
    "fallback_do_nothing": "Without a local place, nothing built",
    "fallback_plan": "Without a local place, plan",
    "saved_gbp": "Saved that year (£)",
    "paid_gbp": "Capital from its pots (£)",
    "used_gbp": "Capital its children use (£)",
    "transfer_gbp": "Received from other pots (£)",
}
"""Columns of `shown_effects`, in words."""


def shown_savings(outcome: Outcome) -> pd.DataFrame:
    """Return what building saves by the share of places that replace independent placements.

    Returns
    -------
    DataFrame
        share (a fraction; blank for the routes' own shares, which the plan was made for), words,
        benefit_gbp.
    """
    savings = outcome.savings
    words = [
        "as the fallback routes say (what the plan was made for)"
        if np.isnan(share)
        else f"{share:.0%} of new places replace an independent placement"
        for share in savings["share"]
    ]
    return pd.DataFrame(
        {"share": savings["share"], "words": words, "benefit_gbp": savings["benefit_gbp"]}
    )


def break_even_sentence(outcome: Outcome) -> str:
    """Say from which share on the plan saves more than it costs."""
    share = break_even(outcome.savings)
    if not np.isfinite(share):
        return "Whatever share of new places replaces independent placements, it changes nothing."
    if share <= 0:
        return "It saves more than it costs even where no place replaces an independent placement."
    if share > 1:
        return "It costs more than it saves even where every place replaces an independent one."
    return (
        f"It saves more than it costs where at least {share:.0%} of new places replace an "
        "independent placement."
    )


def shown_effects(outcome: Outcome) -> pd.DataFrame:
    """Return each authority's children and money, with and without the plan, as they may leave.

    Returns
    -------
    DataFrame
        `EFFECT_NAMES`; a row an authority, and one for the pots of the whole region. Children and
        savings are of the final planned year, capital of the whole plan. Where the plan has builds
        whose cost may not be told, capital stands in bands and what is received is withheld.
    """
    names = outcome.inputs.authorities.set_index("authority_code")["authority_name"].to_dict()
    told = released_plan(outcome)["effects"].frame
    whole = outcome.authorities[outcome.authorities["authority_code"] == REGION]
    frame = pd.concat([told, whole.astype(object)], ignore_index=True)
    frame = frame.assign(
        authority=frame["authority_code"].map(names | {REGION: "Pots of the whole region"})
    )
    if not shown_builds(outcome)["is_named"].astype(bool).all():
        exact = outcome.authorities.set_index("authority_code")
        for name in ("paid_gbp", "used_gbp"):
            bands = cost_band(frame["authority_code"].map(exact[name]).astype(float))
            frame[name] = bands.astype(object).where(frame[name] != WITHHELD, WITHHELD)
        frame = frame.assign(transfer_gbp=WITHHELD)
    return frame[list(EFFECT_NAMES)]
