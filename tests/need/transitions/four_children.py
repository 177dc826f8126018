"""Four children of one authority and one step, small enough to work out by hand."""

import pandas as pd

from placement_planner.tables.four_tables import OUTSIDE

COLUMNS = [
    "authority_code",
    "authority_2",
    "january",
    "ncy_1",
    "need_1",
    "setting_1",
    "ncy_2",
    "need_2",
    "setting_2",
    "children",
]


def steps_table(*rows):
    """Rows (authority, authority after, January, NCY, need setting, need setting, children)."""
    cells = []
    for first, second, january, ncy, before, after, children in rows:
        need_1, setting_1 = before.split() if before else (OUTSIDE, OUTSIDE)
        need_2, setting_2 = after.split() if after else (OUTSIDE, OUTSIDE)
        cells.append(
            (first, second, january, ncy, need_1, setting_1, ncy + 1, need_2, setting_2, children)
        )
    return pd.DataFrame(cells, columns=COLUMNS)


def valid_table(*rows):
    """Rows (setting, first NCY, last NCY, needs, settings a child may move to)."""
    return pd.DataFrame(
        [
            (setting, "", low, high, tuple(needs), tuple(to))
            for setting, low, high, needs, to in rows
        ],
        columns=["setting", "setting_group", "ncy_min", "ncy_max", "needs", "may_move_to"],
    )


def people_table(januaries, ncys, population, authorities=("",)):
    cells = [(a, y, n, float(population)) for a in authorities for y in januaries for n in ncys]
    return pd.DataFrame(cells, columns=["authority_code", "january", "ncy", "population"])


FOUR = steps_table(
    ("", "", 2013, 0, "A M", "A M", 1),
    ("", "", 2013, 0, "A M", "A S", 1),
    ("", "", 2013, 0, "A M", "", 1),
    ("", "", 2013, 0, "", "A S", 1),
)
VALID = valid_table(("M", 0, 1, "A", "MS"), ("S", 1, 2, "A", "MS"))
PEOPLE = people_table([2013, 2014], [0, 1, 2], 10)
