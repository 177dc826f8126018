r"""The cube where no transitions are known: totals, placements and year groups brought together.

Totals and placements of every authority grow as `growth.py` says, per head of its population;
year groups move on by cohort-flow ratios within the total; needs and settings take the base
January's mix at the year group that is reached, fitted to the placements' totals.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.need.cube import CELL, Cube
from placement_planner.need.published.cohort_flow import year_group_paths
from placement_planner.need.published.growth import fade_of, fit_growth, growth_draws, growth_prior
from placement_planner.need.published.nation import authority_children, national_plans
from placement_planner.need.published.panel import growth_panel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from pandera.typing import DataFrame

    from placement_planner.need.published.panel import Panel
    from placement_planner.scenario import NeedChoices
    from placement_planner.tables.study import Caseload, CaseloadTotals, PopulationProjection

__all__ = ["published_cube"]

_OLDEST = 24
_ROUNDS = 20
_NOBODY = 1e-9
_UNSAID = "not_recorded"
_LEAST = 0.5
_MIX = ["need_type", "setting"]


@dataclass(frozen=True, kw_only=True)
class _Levels:
    """Children of authorities by year and draw, all plans and by setting."""

    authorities: tuple[str, ...]
    settings: tuple[str, ...]
    totals: NDArray[np.float64]
    """(H, L, D)."""
    placements: NDArray[np.float64]
    """(H, L, K, D); add up to the totals."""


def _series(
    caseload: DataFrame[Caseload], totals: DataFrame[CaseloadTotals] | None
) -> pd.DataFrame:
    """Children by code, january and setting; the caseload's where both know a January."""
    own = caseload.groupby(["authority_code", "january", "setting"], as_index=False)["children"]
    series = own.sum()
    if totals is not None:
        known = pd.MultiIndex.from_frame(series[["authority_code", "january"]].drop_duplicates())
        further = pd.MultiIndex.from_frame(totals[["authority_code", "january"]])
        series = pd.concat([series, totals.loc[~further.isin(known), list(series.columns)]])
    return series.rename(columns={"authority_code": "code"})


def _heads(projection: DataFrame[PopulationProjection]) -> pd.Series:
    """Children and young people up to 24 by code and january."""
    young = projection[projection["age"] <= _OLDEST]
    heads = young.groupby(["authority_code", "academic_year"])["children"].sum()
    return heads.rename_axis(["code", "january"]).rename(lambda year: year + 1, level="january")


def _at_base_population(series: pd.DataFrame, heads: pd.Series, base: int) -> pd.DataFrame:
    """Scale past children to the base January's population, so that growth is of rates."""
    there = heads.reindex(pd.MultiIndex.from_frame(series[["code", "january"]])).to_numpy()
    at_base = heads.xs(base, level="january").reindex(series["code"]).to_numpy()
    factor = np.where(there > 0, at_base / np.where(there > 0, there, 1.0), 1.0)
    return series.assign(children=series["children"] * np.nan_to_num(factor, nan=1.0))


def _draws(
    panel: Panel,
    series: str,
    years: int,
    choices: NeedChoices,
    fade: float = 0.0,
) -> NDArray[np.float64]:
    fit = fit_growth(panel, growth_prior(series))
    rng = np.random.default_rng([choices.seed, *series.encode()])
    return growth_draws(
        panel,
        fit,
        years,
        damping=choices.growth_damping,
        draws=choices.draws,
        rng=rng,
        fade=fade,
    )


def _levels(series: pd.DataFrame, heads: pd.Series, years: int, choices: NeedChoices) -> _Levels:
    base = choices.base_january
    rates = _at_base_population(series, heads, base)
    everyone = authority_children()["England"]
    population = heads.xs(base, level="january")
    one_region = pd.Series(0, index=population.index)
    totals = rates.groupby(["code", "january"], as_index=False)["children"].sum()
    nation = (national_plans(), everyone)
    whole = growth_panel(totals, one_region, population, base, nation=nation)
    total_draws = _draws(whole, "total", years, choices)
    growth = (
        np.stack(
            [
                heads.xs(base + year + 1, level="january").reindex(whole.codes)
                for year in range(years)
            ]
        )
        / population.reindex(whole.codes).to_numpy()
    )
    total_draws = total_draws * growth[:, :, None]
    fade = fade_of(fit_growth(whole, growth_prior("total")))
    settings = tuple(sorted(rates.loc[rates["january"] == base, "setting"].unique()))
    placed = []
    for setting in settings:
        of_setting = _completed(rates[rates["setting"] == setting], whole)
        if setting == _UNSAID:
            placed.append(_with_the_total(of_setting, base, whole, total_draws))
            continue
        panel = growth_panel(
            of_setting,
            one_region,
            population,
            base,
            nation=(national_plans(setting), everyone),
            whole=whole,
        )
        drawn = np.nan_to_num(_draws(panel, setting, years, choices, fade))
        placed.append(drawn * growth[:, :, None])
    return _Levels(
        authorities=whole.codes,
        settings=settings,
        totals=total_draws,
        placements=_reconciled(np.stack(placed, axis=2), total_draws),
    )


def _with_the_total(
    counts: pd.DataFrame, base: int, whole: Panel, totals: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Hold a setting's share: children whose placement is not recorded tell of no placement."""
    now = counts[counts["january"] == base].set_index("code")["children"]
    share = now.reindex(list(whole.codes)).fillna(0.0).to_numpy() / whole.plans[:, -1]
    held: NDArray[np.float64] = totals * share[:, None]
    return held


def _reconciled(
    placements: NDArray[np.float64], totals: NDArray[np.float64]
) -> NDArray[np.float64]:
    r"""Make placements (H, L, K, D) add up to the totals, the least sure giving way most.

    .. math:: m'_k = m_k + \frac{v_k}{\sum v} \Big(T - \sum m\Big)

    with means :math:`m` and variances :math:`v` over draws (least squares with the variances as
    weights); no placement gives up more than `_LEAST` of itself. Each draw is then scaled.
    """
    mean = placements.mean(axis=-1)
    variance = placements.var(axis=-1)
    spare = totals.mean(axis=-1) - mean.sum(axis=2)
    share = variance / np.maximum(variance.sum(axis=2, keepdims=True), _NOBODY)
    wanted = np.maximum(mean + share * spare[:, :, None], _LEAST * mean)
    factor = wanted / np.maximum(mean, _NOBODY)
    moved = placements * factor[..., None]
    scaled: NDArray[np.float64] = (
        moved / np.maximum(moved.sum(axis=2, keepdims=True), _NOBODY) * totals[:, :, None]
    )
    return scaled


def _completed(counts: pd.DataFrame, whole: Panel) -> pd.DataFrame:
    """Give every authority a row at the base January: nobody, where it has none."""
    base = whole.januaries[-1]
    missing = sorted(set(whole.codes) - set(counts.loc[counts["january"] == base, "code"]))
    rows = pd.DataFrame({"code": missing, "january": base, "children": 0.0})
    return pd.concat([counts[["code", "january", "children"]], rows.astype({"code": object})])


def _mix(caseload: DataFrame[Caseload], base_january: int, paths: pd.DataFrame) -> pd.DataFrame:
    """Share of need and setting within authority and NCY; the region's where nobody is.

    A year group that nobody of the region is in takes the nearest one's mix.
    """
    keys = ["authority_code", "ncy"]
    base = caseload[(caseload["january"] == base_january) & (caseload["children"] > 0)]
    own = base[[*keys, *_MIX, "children"]]
    own = own.assign(share=own["children"] / own.groupby(keys)["children"].transform("sum"))
    region = base.groupby(["ncy", *_MIX], as_index=False)["children"].sum()
    region["share"] = region["children"] / region.groupby("ncy")["children"].transform("sum")
    wanted = paths[keys].drop_duplicates()
    told = own[keys].drop_duplicates()
    untold = wanted.merge(told, on=keys, how="left", indicator=True)
    untold = untold[untold["_merge"] == "left_only"][keys].sort_values("ncy")
    known = region[["ncy"]].drop_duplicates().assign(like=lambda rows: rows["ncy"])
    untold = pd.merge_asof(untold, known, on="ncy", direction="nearest")
    columns = [*keys, *_MIX, "share"]
    lent = untold.merge(region.rename(columns={"ncy": "like"}), on="like")
    return pd.concat([own[columns], lent[columns]], ignore_index=True)


def _expected_cells(
    mix: pd.DataFrame, paths: pd.DataFrame, levels: _Levels, years: Sequence[int]
) -> tuple[pd.DataFrame, NDArray[np.float64]]:
    """Cells, and their expected children (H, N): fitted to year groups and to placements."""
    cells = mix.sort_values(CELL, ignore_index=True)
    pair = cells.merge(
        paths.pivot_table(
            index=["authority_code", "ncy"], columns="academic_year", values="children"
        ),
        left_on=["authority_code", "ncy"],
        right_index=True,
        how="left",
    )
    authority = pd.Index(levels.authorities).get_indexer(cells["authority_code"])
    setting = pd.Index(levels.settings).get_indexer(cells["setting"])
    group = cells.groupby(["authority_code", "ncy"], sort=True).ngroup().to_numpy()
    placed = authority * len(levels.settings) + setting
    expected = np.empty((len(years), len(cells)))
    for place, year in enumerate(years):
        aged = np.nan_to_num(pair[year].to_numpy(dtype="float64"))
        children = aged * cells["share"].to_numpy()
        by_setting = levels.placements[place].mean(axis=-1).ravel()
        by_year_group = np.bincount(group, children).astype(np.float64)
        for _ in range(_ROUNDS):
            children = children * _factor(by_setting, placed, children)
            children = children * _factor(by_year_group, group, children)
        expected[place] = children
    return cells[CELL], expected


def _factor(
    wanted: NDArray[np.float64], number: NDArray[np.int64], children: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return what each cell is multiplied by so that its group adds up to what is wanted."""
    sums = np.bincount(number, children, minlength=len(wanted))
    factor: NDArray[np.float64] = (wanted / np.maximum(sums, _NOBODY))[number]
    return factor


def _base_cells(caseload: DataFrame[Caseload], base: int, cells: pd.DataFrame) -> pd.Series:
    """Children of the base January in each cell."""
    now = caseload[caseload["january"] == base].set_index(CELL)["children"]
    return now.reindex(pd.MultiIndex.from_frame(cells)).fillna(0.0)


def _cell_draws(
    cells: pd.DataFrame,
    expected: NDArray[np.float64],
    levels: _Levels,
    choices: NeedChoices,
) -> NDArray[np.float32]:
    """Draw cells (H, N, D): as their placement goes, with a spread of their own, to the totals.

    A cell's own spread has variance :math:`m + h c m^2` for :math:`m` expected children,
    :math:`h` years ahead and :math:`c` of `need.cell_variance`; authorities' totals are kept.
    """
    authority = pd.Index(levels.authorities).get_indexer(cells["authority_code"])
    setting = pd.Index(levels.settings).get_indexer(cells["setting"])
    rng = np.random.default_rng([choices.seed, len(cells)])
    draws = np.empty((*expected.shape, levels.totals.shape[-1]), dtype=np.float32)
    for place, means in enumerate(expected):
        some = np.flatnonzero(means > _NOBODY)
        placement = levels.placements[place]
        middle = np.maximum(placement.mean(axis=-1, keepdims=True), _NOBODY)
        goes = (placement / middle)[authority[some], setting[some]]
        shape = 1 / (1 / means[some] + (place + 1) * choices.cell_variance)
        spread = rng.standard_gamma(shape[:, None], size=goes.shape) / shape[:, None]
        raw = goes * spread
        raw *= (means[some] / np.maximum(raw.mean(axis=1), _NOBODY))[:, None]
        sums = np.zeros_like(levels.totals[place])
        np.add.at(sums, authority[some], raw)
        factor = levels.totals[place] / np.maximum(sums, _NOBODY)
        draws[place] = 0.0
        draws[place, some] = raw * factor[authority[some]]
    return draws


def published_cube(
    caseload: DataFrame[Caseload],
    totals: DataFrame[CaseloadTotals] | None,
    projection: DataFrame[PopulationProjection],
    years: Sequence[int],
    choices: NeedChoices,
    *,
    with_draws: bool,
) -> Cube:
    """Project the cube from published counts.

    Parameters
    ----------
    caseload
        The base January by year group, need and setting, and any earlier ones.
    totals
        Earlier Januaries that are known by setting alone.
    projection
        Children of each age, from the academic year of the first January to the last wanted.
    years
        Academic years wanted, after the base year.
    choices
        Base January, damping, pooling and seed.
    with_draws
        False for expected children alone, as if one draw: totals are the draws' own means, cells
        come close to them.

    Returns
    -------
    Cube
        The base year, as it is known, and `years`.
    """
    base = choices.base_january
    ahead = tuple(range(base, max([*years, base - 1]) + 1))
    levels = _levels(_series(caseload, totals), _heads(projection), len(ahead), choices)
    middle = pd.Series(
        levels.totals.mean(axis=-1).ravel(),
        index=pd.MultiIndex.from_product(
            [ahead, levels.authorities], names=["academic_year", "authority_code"]
        ),
    )
    paths = year_group_paths(
        caseload, projection, base, ahead, choices.pooling_children, totals=middle
    )
    cells, expected = _expected_cells(_mix(caseload, base, paths), paths, levels, ahead)
    wanted = [place for place, year in enumerate(ahead) if year in set(years)]
    later = (
        _cell_draws(cells, expected, levels, choices)
        if with_draws
        else expected[:, :, None].astype(np.float32)
    )[wanted]
    now = _base_cells(caseload, base, cells).to_numpy(dtype=np.float32)
    first = np.broadcast_to(now[None, :, None], (1, *later.shape[1:]))
    return Cube(
        cells=cells,
        academic_years=(base - 1, *(ahead[place] for place in wanted)),
        children=np.concatenate([first, later]),
    )
