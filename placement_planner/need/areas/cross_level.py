"""Validation across levels: an authority left out of the fit, predicted from its areas."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.need.areas.gradient import (
    DECILES,
    PHASES,
    Gradient,
    counts_of,
    fit_gradient,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from placement_planner.need.areas.gradient import Counts, Slopes

    Floats = NDArray[np.float64]

__all__ = ["ALL", "MEASURES", "METHODS", "CrossLevel", "score_predictions", "validate_levels"]

MEASURES = {"plans": "children", "special": "special"}
"""What is predicted, and the column that counts it."""
METHODS = ("per_head", "per_head_by_age", "without_deprivation", "predicted")
ALL = "all"
_SPREAD = ("r2_plans", "r2_per_head")
_WORDS = {
    "per_head": "per head of the phase",
    "per_head_by_age": "per head of each age",
    "without_deprivation": "age and region",
    "predicted": "age, region and deprivation",
}
_TOLD = {
    "r2_plans": "R² of plans",
    "r2_per_head": "R² of plans a head",
    "median_error": "median error",
    "weighted_error": "weighted error",
}
_ECOLOGICAL = (
    "Authorities are compared, not children: the gradient between authorities need not be the one "
    "between the areas within them."
)


@dataclass(frozen=True, kw_only=True)
class CrossLevel:
    """What leaving out one authority after the other came to.

    Attributes
    ----------
    predictions
        One row a measure (plans, special), authority and phase (also "all"): authority_code,
        authority, region_code, measure, phase, children (who live there), observed, and a column
        each of `METHODS`, children with plans.
    scores
        One row a measure, phase and method: see `score_predictions`.
    gradients
        One row a measure and phase ("all": the slope common to the phases): measure, phase,
        slope (logarithm, from the middle of the deciles to the least deprived), standard_error
        (common: jackknife over authorities; a phase: within the model), most_to_least (rate of
        decile 1 over decile 10), region_sd, dispersion.
    rates
        imd_decile, phase, relative_rate (all plans), special_rate (special schools): mean 1 over
        England's children expected to have a plan.
    notes
        What was read.
    """

    predictions: pd.DataFrame
    scores: pd.DataFrame
    gradients: pd.DataFrame
    rates: pd.DataFrame
    notes: tuple[str, ...]

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the tables by file name, rounded."""
        return {
            "cross_level": self.predictions.round(3),
            "cross_level_scores": self.scores.round(6),
            "gradients": self.gradients.round(6),
            "relative_rates": self.rates.round(4),
        }

    def lines(self) -> list[str]:
        """Say the scores, the gradients, and where the areas beat the plain per-head spread."""
        told = [
            "Each authority predicted from its areas by a fit without it: R² of plans,",
            "R² of plans a head, median error, weighted error, share nearer than per head of phase",
        ]
        for (measure, phase), rows in self.scores.groupby(["measure", "phase"], sort=False):
            told.append(f"{measure}, {phase} ({rows['authorities'].iloc[0]} authorities):")
            for row in rows.itertuples():
                nearer = "" if row.method == "per_head" else f"{row.nearer:6.0%}"
                told.append(
                    f"  {_WORDS[row.method]:28} {row.r2_plans:6.3f} {row.r2_per_head:7.3f} "
                    f"{row.median_error:6.1%} {row.weighted_error:6.1%}{nearer}"
                )
        told += [
            _verdict(measure, other, self.scores) for measure in MEASURES for other in METHODS[:-1]
        ]
        told += [_slope_line(row) for row in self.gradients.to_dict("records")]
        return [*told, _ECOLOGICAL]


def _verdict(measure: str, other: str, scores: pd.DataFrame) -> str:
    """Say in which of the four scores prediction from areas beats another way, and in which not."""
    of_all = scores[scores["measure"].eq(measure) & scores["phase"].eq(ALL)].set_index("method")
    ours, theirs = of_all.loc["predicted"], of_all.loc[other]
    better = {
        words: ours[name] > theirs[name] if name in _SPREAD else ours[name] < theirs[name]
        for name, words in _TOLD.items()
    }
    won = ", ".join(words for words, is_better in better.items() if is_better)
    lost = ", ".join(words for words, is_better in better.items() if not is_better)
    told = f"{measure}: {_WORDS['predicted']} beats {_WORDS[other]} on {won or 'nothing'}"
    return f"{told}; not on {lost}." if lost else f"{told}."


def _slope_line(row: Mapping[str, float | str]) -> str:
    return (
        f"{row['measure']}, {row['phase']}: {row['most_to_least']:.2f} plans a child in decile 1 "
        f"for one in decile 10 (slope {row['slope']:+.3f}, standard error "
        f"{row['standard_error']:.3f})"
    )


def _left_out(counts: Counts, slopes: Slopes, tell: Callable[[], None]) -> tuple[Floats, Floats]:
    """Predict each authority by a fit without it; also the first phase's slope of each fit."""
    regions = tuple(sorted(set(counts.regions)))
    predicted = np.zeros((len(counts), len(PHASES)))
    found = np.zeros(len(counts))
    for at in range(len(counts)):
        alone = np.arange(len(counts)) == at
        others, one = counts.only(~alone), counts.only(alone)
        fit = fit_gradient(others, slopes=slopes, region_codes=regions)
        predicted[at] = fit.predicted(one.expected(others.rates()), one.regions)[0]
        found[at] = fit.slopes[0]
        tell()
    return predicted, found


def _per_head(counts: Counts, *, by_age: bool) -> Floats:
    """Spread the others' plans per head of the phase, or of each age, to each authority."""
    predicted = np.zeros((len(counts), len(PHASES)))
    for at in range(len(counts)):
        alone = np.arange(len(counts)) == at
        rates = counts.only(~alone).rates(by_age=by_age)
        predicted[at] = counts.only(alone).expected(rates).sum(axis=2)[0]
    return predicted


def _jackknife(estimates: Floats) -> float:
    """Give the standard error of estimates that leave out one each."""
    number = len(estimates)
    off = estimates - estimates.mean()
    return float(np.sqrt((number - 1) / number * (off**2).sum()))


def score_predictions(predictions: pd.DataFrame) -> pd.DataFrame:
    r"""Score predictions of authorities, by measure, phase and method.

    .. math:: R^2 = 1 - \sum (y - \hat y)^2 / \sum (y - \bar y)^2

    Parameters
    ----------
    predictions
        As in `CrossLevel`; authorities where nobody has a plan do not count in the median.

    Returns
    -------
    DataFrame
        measure, phase, method, authorities, r2_plans, r2_per_head (of plans a child),
        median_error (absolute, of observed), weighted_error (sum of absolute errors over plans),
        nearer (share of authorities nearer to what was observed than `per_head`).

    Examples
    --------
    >>> plans = pd.DataFrame({"measure": "plans", "phase": "primary", "children": [10.0, 20.0],
    ...     "observed": [1.0, 3.0], "per_head": [2.0, 2.0], "predicted": [1.0, 2.0]})
    >>> score_predictions(plans)[["method", "r2_plans", "weighted_error", "nearer"]].values.tolist()
    [['per_head', 0.0, 0.5, 0.0], ['predicted', 0.5, 0.25, 0.5]]
    """
    rows = []
    for (measure, phase), group in predictions.groupby(["measure", "phase"], sort=False):
        seen, heads = group["observed"].to_numpy(float), group["children"].to_numpy(float)
        plain = np.abs(group["per_head"].to_numpy(float) - seen)
        for method in [name for name in METHODS if name in group]:
            said = group[method].to_numpy(float)
            off = np.abs(said - seen)
            rows.append(
                {
                    "measure": measure,
                    "phase": phase,
                    "method": method,
                    "authorities": len(group),
                    "r2_plans": _r_squared(seen, said),
                    "r2_per_head": _r_squared(seen / heads, said / heads),
                    "median_error": float(np.median(off[seen > 0] / seen[seen > 0])),
                    "weighted_error": float(off.sum() / seen.sum()),
                    "nearer": float((off < plain).mean()),
                }
            )
    return pd.DataFrame(rows)


def _r_squared(seen: Floats, said: Floats) -> float:
    """Give R²; not a number where all authorities are the same."""
    spread = ((seen - seen.mean()) ** 2).sum()
    return float(1 - ((seen - said) ** 2).sum() / spread) if spread > 0 else math.nan


def _predictions(counts: Counts, measure: str, methods: Mapping[str, Floats]) -> pd.DataFrame:
    """Put observed and predicted plans into rows, phases and all of them together."""
    values = {"children": counts.heads(), "observed": counts.by_phase(), **methods}
    tables = []
    for at, phase in enumerate((ALL, *PHASES)):
        columns = {
            name: found.sum(axis=1) if phase == ALL else found[:, at - 1]
            for name, found in values.items()
        }
        keys = {"authority_code": counts.authorities, "measure": measure, "phase": phase}
        tables.append(pd.DataFrame(keys | columns))
    return pd.concat(tables, ignore_index=True)


def _gradients(
    measure: str, common: Gradient, error: float, apart: Gradient
) -> list[dict[str, float | str]]:
    """Tell the common slope with its jackknife error, then each phase's own."""
    own = zip(
        PHASES,
        apart.slopes,
        apart.slope_errors,
        apart.region_variance,
        apart.dispersion,
        strict=True,
    )
    rows = [
        (ALL, common.slopes[0], error, np.nan, np.nan),
        *((phase, slope, spread, variance, over) for phase, slope, spread, variance, over in own),
    ]
    return [
        {
            "measure": measure,
            "phase": phase,
            "slope": float(slope),
            "standard_error": float(spread),
            "most_to_least": float(np.exp(-2 * slope)),
            "region_sd": float(np.sqrt(variance)),
            "dispersion": float(over),
        }
        for phase, slope, spread, variance, over in rows
    ]


def validate_levels(
    plans: pd.DataFrame,
    people: pd.DataFrame,
    notes: tuple[str, ...] = (),
    progress: Callable[[int, int], None] = lambda _done, _of: None,
) -> CrossLevel:
    """Predict every authority from its areas without having seen it.

    Four ways, each fitted without the authority: the others' plans per head of the phase; per head
    of each single age; with the factor of its region (pooled); and with deprivation of its areas as
    well (`fit_gradient`, one slope for all phases).

    Parameters
    ----------
    plans
        authority_code, authority, region_code, age, children, special.
    people
        authority_code, imd_decile, age, children.
    notes
        Of the tables; handed on.
    progress
        Told how many of how many fits are done.

    Raises
    ------
    DataError
        As in `counts_of` and `fit_gradient`.
    """
    counts = {name: counts_of(plans, people, column) for name, column in MEASURES.items()}
    fits = sum(2 * len(of_measure) for of_measure in counts.values())
    done = 0

    def tell() -> None:
        nonlocal done
        done += 1
        progress(done, fits)

    tables, gradients, rates = [], [], {}
    for measure, found in counts.items():
        common, apart = fit_gradient(found), fit_gradient(found, slopes="by_phase")
        predicted, slopes = _left_out(found, "common", tell)
        methods = {
            "per_head": _per_head(found, by_age=False),
            "per_head_by_age": _per_head(found, by_age=True),
            "without_deprivation": _left_out(found, "none", tell)[0],
            "predicted": predicted,
        }
        tables.append(_predictions(found, measure, methods))
        gradients += _gradients(measure, common, _jackknife(slopes), apart)
        rates[measure] = common.relative_rates(found.expected(found.rates()))
    predictions = pd.concat(tables, ignore_index=True)
    names = plans.groupby("authority_code")[["authority", "region_code"]].first()
    predictions = predictions.join(names, on="authority_code")
    first = ["authority_code", "authority", "region_code"]
    predictions = predictions[[*first, *predictions.columns.drop(first)]]
    return CrossLevel(
        predictions=predictions,
        scores=score_predictions(predictions),
        gradients=pd.DataFrame(gradients),
        rates=pd.DataFrame(
            {
                "imd_decile": np.tile(DECILES, len(PHASES)),
                "phase": np.repeat(PHASES, len(DECILES)),
                "relative_rate": rates["plans"].ravel(),
                "special_rate": rates["special"].ravel(),
            }
        ),
        notes=notes,
    )
