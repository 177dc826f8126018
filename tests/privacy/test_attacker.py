"""Somebody with every released table, prices and drives tries to work out who was withheld.

The attacker knows nothing of how figures were chosen to be withheld: whole children are looked for,
by an integer programme, that agree with all that is shown (see `tests/privacy/region.py`).
"""

from itertools import islice

import numpy as np
import pytest

from placement_planner.privacy import WITHHELD
from placement_planner.scenario import PrivacyChoices
from tests.privacy.region import Attack, Group, children, knowledge, published

THRESHOLD, MANY = 5, 999


def small(shown, x):
    """Every withheld count under the threshold, and what it is."""
    for frame in shown.values():
        for row in frame[frame["children"] == WITHHELD].to_dict("records"):
            group = Group(row["place"], row["need"], row["phase"])
            if group.members @ x < THRESHOLD:
                yield group, group.members @ x


def is_told(attack, group, count):
    """Whether fewer than three counts are possible, sought from the true one outwards."""
    near = sorted(range(10), key=lambda other: abs(other - count))
    possible = (other for other in near if attack.could_be(group.members, other, other))
    return len(list(islice(possible, 3))) < 3


def attacked(seed, *, twice):
    """Return the small counts of a run, the attack on it, or on it and one with a child more."""
    x = children(seed)
    shown = published(x)
    more = x.copy()
    more[np.random.default_rng(seed).integers(len(x))] += 1
    later = knowledge(published(more), more) if twice else ()
    return list(small(shown, x)), Attack(knowledge(shown, x), later)


@pytest.mark.parametrize("seed", [11, 22])
def test_no_table_tells_that_a_count_is_small(seed):
    """In each of these regions two counts are told if only the small ones are withheld."""
    found, attack = attacked(seed, twice=False)

    assert len(found) >= 4
    assert all(attack.could_be(group.members, THRESHOLD, MANY) for group, _ in found)


def test_two_runs_that_one_child_tells_apart_tell_no_small_count():
    found, attack = attacked(1, twice=True)

    assert len(found) >= 5
    assert not any(is_told(attack, group, count) for group, count in found)


def test_without_secondary_suppression_the_attack_succeeds():
    """The same attack on tables of which only the small counts themselves are withheld."""
    told = 0
    for seed in (1, 5):
        x = children(seed)
        shown = published(x, PrivacyChoices(threshold=1, rounding=1))
        for frame in shown.values():
            counts = frame["children"].astype(float)
            is_small = (counts > 0) & (counts < THRESHOLD)
            frame["children"] = (5 * (counts / 5).add(0.5).floordiv(1)).astype(object)
            frame.loc[is_small, "children"] = WITHHELD
            frame.loc[frame["children"] == 0, "children"] = 0.0
        attack = Attack(knowledge(shown, x))
        told += sum(
            not attack.could_be(group.members, THRESHOLD, MANY) for group, _ in small(shown, x)
        )

    assert told > 0


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 18))
@pytest.mark.parametrize("twice", [False, True], ids=["one run", "two runs"])
def test_of_every_small_count_three_values_stay_possible(seed, twice):
    found, attack = attacked(seed, twice=twice)

    assert not any(is_told(attack, group, count) for group, count in found)
