"""One small model for each family of rules, as PuLP writes it: `tests/data/lp`.

``python -m tests.siting.lp_files`` writes the files again; read what has changed before committing.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

from placement_planner.siting.problem import build_problem
from tests.siting.cases import option
from tests.siting.regions import ASD, SEMH, choices, pot, region

FOLDER = Path(__file__).parents[1] / "data" / "lp"
ONE, TWO = (2027,), (2027, 2028)
A, B, OLDER = ("A", ASD, "primary"), ("B", ASD, "primary"), ("A", ASD, "secondary")
ANXIOUS = ("A", SEMH, "primary")
FOUR = {"p": ("S", ASD, "primary", [4])}


def children():
    """Every child is placed or in fallback; half of those of 2027 are still there in 2028."""
    stays = [
        ("L", ASD, "primary", 2027, 2027, "primary", 1.0),
        ("L", ASD, "primary", 2027, 2028, "primary", 0.5),
        ("L", ASD, "primary", 2027, 2028, "secondary", 0.25),
        ("L", ASD, "primary", 2028, 2028, "primary", 1.0),
        ("L", ASD, "secondary", 2028, 2028, "secondary", 1.0),
    ]
    pools = {"p": ("S", ASD, "primary", [4, 4]), "q": ("S", ASD, "secondary", [4, 4])}
    return region({A: [6, 6], OLDER: [0, 1]}, pools, stays=stays), choices()


def routes():
    """Three quarters of those in fallback take a route for two: a third one pays £5,000 more."""
    limited = [
        ("independent_day", 0.75, 48_000.0, 2),
        ("mainstream_without_base", 0.25, 16e3, None),
    ]
    tables = region({A: [3], B: [5]}, FOUR, years=ONE, homes={"A": "L", "B": "L"},
                    routes={("L", ASD, "primary"): limited})  # fmt: skip
    return tables, choices(ONE)


def places():
    """Four places, one more child than places at £10,000, and five places that O could open."""
    tables = region({A: [9]}, FOUR, years=ONE, options=[option("O", "S", sizes="5")])
    return tables, choices(ONE, siting={"over_capacity_share": 0.25})


def lending():
    """Two pools of a site, the second of O: each may lend half of its places to the other."""
    tables = region({A: [4], ANXIOUS: [6]}, {"p": ("S", ASD, "primary", [8])}, years=ONE,
                    options=[option("O", "S", designation=SEMH, sizes="4")])  # fmt: skip
    return tables, choices(ONE, siting={"flexible_share": 0.5})


def fill():
    """O of 5 or 10 places beside four free ones must see 60 % of all of them filled."""
    return region({A: [8]}, FOUR, years=ONE, options=[
        option("O", "S", sizes="5;10", minimum_fill=0.6)]), choices(ONE)  # fmt: skip


def opening():
    """Nobody of either area comes to a new pool before something has opened in it."""
    build = option("O", "S", sizes="5;10")
    return region({A: [3], B: [4]}, years=ONE, homes={"A": "L", "B": "L"}, options=[build]), (
        choices(ONE)
    )


def borders():
    """Two children of L may hold places in M, one does; O, which serves L, opens five more."""
    tables = region({A: [9]}, FOUR, years=ONE, sites={"S": "M"}, kept=[(*A, 2027, "p", 1)],
                    exchange={("L", "M", ASD): 2},
                    options=[option("O", "S", sizes="5", serves="L")])  # fmt: skip
    return tables, choices(ONE)


def builds():
    """One size an option; O requires P, P bars Q, at most one of O and Q; P is locked in."""
    options = [
        option("O", "S", sizes="5;10", requires="P"),
        option("P", "S", excludes="Q", locked_in=True, sizes="2"),
        option("Q", "S", sizes="9"),
    ]
    return region({A: [9]}, FOUR, years=ONE, options=options, sets=[("X", "O;Q", 1)]), choices(ONE)


def pots():
    """£10,000 over two years: P's £8,000 of 2025 lapse after a year, Q has £4,000 in 2026."""
    build = option("O", "S", lead_years=2, earliest_start=2025, pots="P;Q")
    tables = region({A: [9]}, years=ONE, options=[build],
                    pots=[pot(carry_years=1), pot("Q")],
                    funds={("P", 2025): 8_000, ("Q", 2026): 4_000})  # fmt: skip
    return tables, choices(ONE)


FAMILIES = (children, routes, places, lending, fill, opening, borders, builds, pots)


def written(family):
    """Return the model of a family as PuLP writes it, under what it shows."""
    model = build_problem(*family()).to_pulp()
    with TemporaryDirectory() as folder:
        path = Path(folder) / "model.lp"
        model.writeLP(str(path))
        return f"\\* {family.__doc__} *\\\n{path.read_text(encoding='utf-8')}"


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for each in FAMILIES:
        (FOLDER / f"{each.__name__}.lp").write_text(written(each), encoding="utf-8")
