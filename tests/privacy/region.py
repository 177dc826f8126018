"""A region of whole children, what it publishes of them, and who attacks it with all of it.

Two authorities of three larger areas of two small areas each; four need groups; two phases. Every
child lives in an area, needs a group of place, and is in a phase. Prices of a child by need group
and minutes from each area to each kind of place are public, as they are in the real thing.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp

from placement_planner.figures.exact.dimensions import place_of, study_dimensions
from placement_planner.privacy import WITHHELD, Published, release
from placement_planner.scenario import PrivacyChoices

AUTHORITIES = {"A": ("M1", "M2", "M3"), "B": ("M4", "M5", "M6")}
AREAS = pd.DataFrame(
    [
        {"area_code": f"{middle}{half}", "middle_code": middle, "authority_code": authority}
        for authority, middles in AUTHORITIES.items()
        for middle in middles
        for half in "ns"
    ]
)
KINDS = {
    "ci_base": "base",
    "semh_base": "base",
    "asd_special": "special",
    "semh_special": "special",
}
PHASES = ("primary", "secondary")
PRICES = {"ci_base": 12_000, "semh_base": 16_000, "asd_special": 48_000, "semh_special": 60_000}
CHILDREN = pd.DataFrame(
    list(product(AREAS["area_code"], KINDS, PHASES)), columns=["area_code", "need_group", "phase"]
).merge(AREAS, on="area_code")
MINUTES = 10 + (np.arange(len(CHILDREN)) * 7) % 31
PUBLIC = PrivacyChoices()


def children(seed):
    """Few children in most cells, many in some."""
    rng = np.random.default_rng(seed)
    return rng.poisson(rng.gamma(0.6, 4.0, len(CHILDREN))).astype(float)


@dataclass(frozen=True)
class Group:
    """Some of the children: those of one row of a table."""

    place: str
    need: str = "all"
    phase: str = "all"

    @property
    def members(self):
        rows = CHILDREN
        level, _, code = self.place.partition(" ")
        is_here = pd.Series(data=True, index=rows.index)
        if self.place != "all":
            is_here &= rows[f"{level}_code"] == code
        if self.need != "all":
            kinds = rows["need_group"].map(KINDS)
            is_here &= (rows["need_group"] == self.need) | (kinds == self.need)
        if self.phase != "all":
            is_here &= rows["phase"] == self.phase
        return is_here.to_numpy(dtype=float)


def table(groups, x):
    """Count each group, with £ and the mean journey."""
    rows = [
        {
            "place": group.place,
            "need": group.need,
            "phase": group.phase,
            "children": group.members @ x,
            "gbp": (group.members * CHILDREN["need_group"].map(PRICES)) @ x,
            "minutes": (group.members * MINUTES) @ x / max(group.members @ x, 1),
        }
        for group in groups
    ]
    return pd.DataFrame(rows)


def places(level):
    return sorted(set(place_of(level, AREAS[f"{level}_code"])))


def tables():
    """Every table that the region publishes, by level, as a plan and a gap publish theirs.

    Areas of everybody and of either kind; authorities by need group and phase; need groups and
    authorities together and apart, as journeys are told.
    """
    levels = ("area", "middle", "authority")
    return {
        **{
            f"areas:{need}": {
                level: [Group(place, need) for place in places(level)] for level in levels
            }
            for need in ("all", "base", "special")
        },
        "cells": {"": [Group(*key) for key in product(places("authority"), KINDS, PHASES)]},
        "groups": {"": [Group("all", need) for need in ("all", *KINDS)]},
        "journeys": {"": [Group(*key) for key in product(places("authority"), ("all", *KINDS))]},
    }


DERIVED = {
    "areas:all": {"minutes": "children"},
    "groups": {"gbp": "children"},
    "journeys": {"gbp": "children", "minutes": "children"},
}
"""Which tables have £ and minutes."""


def published(x, choices=PUBLIC):
    """Release all of them together."""
    exact = {
        name: Published(
            title=name,
            by_level={level: table(groups, x) for level, groups in by_level.items()},
            keys={"place": "place", "need": "need", "phase": "phase"},
            counts={"children": "children"},
            derived=DERIVED.get(name, {}),
            kind="base",
        )
        for name, by_level in tables().items()
    }
    shown = release(exact, study_dimensions(AREAS), choices)
    return {name: each.frame for name, each in shown.items()}


def knowledge(shown, x):
    """What a reader of the released tables knows of the 96 counts: rows of coefficients, low, high.

    A count that is shown is within two of its figure, and not under five. £ and the mean are within
    half of what they were rounded to; how roughly that was, the reader is told as well (from `x`).
    """
    price = CHILDREN["need_group"].map(PRICES).to_numpy(dtype=float)
    rows = []
    for name, frame in shown.items():
        derived = DERIVED.get(name, {})
        for row in frame.to_dict("records"):
            members = Group(row["place"], row["need"], row["phase"]).members
            if row["children"] == WITHHELD:
                rows.append((members, 1, np.inf))
                continue
            told = float(row["children"])
            rows.append((members, *((0, 0) if told == 0 else (max(told - 2, 5), told + 2))))
            if told and "gbp" in derived:
                half = _half_step(members * price, members, x)
                rows.append((members * price, row["gbp"] - half, row["gbp"] + half))
            if told and "minutes" in derived:
                half = _half_step(members * MINUTES / (members @ x), members, x)
                rows.append((members * (MINUTES - row["minutes"] - half), -np.inf, 0))
                rows.append((members * (MINUTES - row["minutes"] + half), 0, np.inf))
    return rows


def _half_step(worth, members, x):
    """Half of what a figure was rounded to: five children's share of it, or up to half less."""
    share = 5 * (worth @ x) / (members @ x)
    power = 10 ** np.floor(np.log10(share))
    return max(step * power for step in (1, 2, 5) if step * power <= share) / 2


class Attack:
    """Looks for whole children in every cell that go with everything that is known.

    Parameters
    ----------
    rows
        As from `knowledge`.
    later
        The same of a run with one child more, nobody knows where.
    """

    def __init__(self, rows, later=()):
        size = len(CHILDREN)
        coefficients = [np.concatenate([worth, np.zeros(size)]) for worth, _, _ in rows]
        coefficients += [np.concatenate([worth, worth]) for worth, _, _ in later]
        more = 1 if later else 0
        coefficients.append(np.concatenate([np.zeros(size), np.ones(size)]))
        self.rows = np.array(coefficients)
        self.low = [*(low for _, low, _ in [*rows, *later]), more]
        self.high = [*(high for _, _, high in [*rows, *later]), more]

    def could_be(self, members, low, high):
        """Tell whether some children could count from `low` to `high`, for all the reader knows."""
        size = len(CHILDREN)
        aim = np.concatenate([members, np.zeros(size)])
        found = milp(
            np.zeros(2 * size),
            integrality=np.ones(2 * size),
            bounds=Bounds(0, np.repeat([200, 1], size)),
            constraints=LinearConstraint(
                np.vstack([self.rows, aim]), [*self.low, low], [*self.high, high]
            ),
            options={"time_limit": 60},
        )
        assert found.status in {0, 2}, found.message
        return found.status == 0
