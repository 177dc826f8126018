"""Our drives held against a matrix of the user's own: detour and speed by rural-urban class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from placement_planner.errors import DataError
from placement_planner.travel.straight import SHORTEST_KM, circuity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from pandera.typing import DataFrame

    from placement_planner.scenario import TravelChoices
    from placement_planner.tables.stages import Travel

__all__ = ["Calibration", "calibrate", "calibration_pairs"]

FEWEST_AREAS = 30
"""Areas in the fit below which a class takes the slope of the largest one; its own says little."""
_FEWEST_IN_ALL = 3
_CLASSES = ("urban", "mixed", "rural")
_KMH = (1.0, 130.0)
_SHORT_KM = 2.0


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """A fit of our drives to a matrix, judged on areas kept out of it.

    Attributes
    ----------
    mode
        straight_line or roads: whose drives were fitted.
    intercept_minutes
        Minutes of the matrix that no distance explains. It tests the shape and enters no default.
    classes
        By rural_urban: `areas` in the fit, `has_own_slope`, `slope` (minutes of the matrix a km of
        ours, or by road a minute of ours), `detour` (km of the matrix over straight km; blank
        where it has none), and on the areas kept out `judged_areas` and `judged_mae` (minutes).
    choices
        The choices with the fitted circuity, where the matrix has km and drives are straight lines.
    pairs, areas, sites, judged_areas
        What was compared in all, and how many areas were kept out of the fit.
    fit_r2, fit_mae, judged_r2, judged_mae
        Share of variance explained and mean absolute error in minutes, in the fit and outside it.
    nearest_km, farthest_km
        Straight lines of the pairs compared.
    """

    mode: Literal["straight_line", "roads"]
    intercept_minutes: float
    classes: pd.DataFrame
    choices: TravelChoices
    pairs: int
    areas: int
    sites: int
    judged_areas: int
    fit_r2: float
    fit_mae: float
    judged_r2: float
    judged_mae: float
    nearest_km: float
    farthest_km: float

    def lines(self) -> tuple[str, ...]:
        """Say in sentences what was compared, what was fitted, and how well it holds."""
        compared = (
            f"{self.mode.replace('_', ' ')}: {self.pairs:,} pairs of {self.areas:,} areas and "
            f"{self.sites:,} sites, {self.nearest_km:.1f} to {self.farthest_km:.1f} km apart; "
            f"fitted on {self.areas - self.judged_areas:,} areas, judged on "
            f"{self.judged_areas:,} kept out."
        )
        judged = (
            f"Judged: R² {self.judged_r2:.3f}, mean error {self.judged_mae:.2f} minutes "
            f"(in the fit {self.fit_r2:.3f} and {self.fit_mae:.2f})."
        )
        intercept = (
            f"Intercept {self.intercept_minutes:.1f} minutes: it tests the shape alone and enters "
            "no default."
        )
        return compared, judged, *map(self._class_line, self._rows()), intercept

    def scenario_lines(self) -> tuple[str, ...]:
        """Return what was fitted as lines for a scenario.toml; the intercept is left out."""
        if self.mode == "roads":
            return tuple(
                f"# {row['rural_urban']}: road speeds × {1 / row['slope']:.3f} would fit"
                for row in self._rows()
                if row["slope"] > 0
            )
        told = [row for row in self._rows() if _can_be_told(row)]
        untold = [row for row in self._rows() if not _can_be_told(row)]
        return (
            "[travel]",
            f"circuity_at_1_km = {self.choices.circuity_at_1_km:.3f}",
            f"circuity_fall = {self.choices.circuity_fall:.3f}",
            *(f"{row['rural_urban']}_kmh = {_kmh(row):.1f}" for row in told),
            *(
                f"# {row['rural_urban']}_kmh: no speed can be fitted to {row['areas']} area(s)"
                for row in untold
            ),
            *(
                f"# {row['rural_urban']}: a straight line of {_SHORT_KM:g} km takes "
                f"{self.short_minutes(row['slope']):.1f} minutes by this"
                for row in told
            ),
        )

    def _rows(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.classes.to_dict("records")
        return rows

    def short_minutes(self, slope: float) -> float:
        """Minutes of a straight line of 2 km at a slope, without the intercept."""
        line = np.array([_SHORT_KM])
        return float(slope * (line * circuity(line, self.choices))[0])

    def _class_line(self, row: dict[str, Any]) -> str:
        unit = "km" if self.mode == "straight_line" else "minute by road"
        speed = f" ({60 / row['slope']:.1f} km/h)" if self.mode == "straight_line" else ""
        own = "" if row["has_own_slope"] else " (slope of the largest class: too few areas)"
        detour = "" if np.isnan(row["detour"]) else f", detour {row['detour']:.2f}"
        judged = (
            f", mean error {row['judged_mae']:.2f} on {row['judged_areas']:,} areas kept out"
            if row["judged_areas"]
            else ""
        )
        return (
            f"  {row['rural_urban']}, {row['areas']:,} areas: {row['slope']:.3f} minutes a {unit}"
            f"{speed}{own}{detour}{judged}"
        )


def _kmh(row: dict[str, Any]) -> float:
    return 60 / float(row["slope"])


def _can_be_told(row: dict[str, Any]) -> bool:
    """Tell whether a class has a speed of its own that a scenario may hold."""
    return bool(row["has_own_slope"] and row["slope"] > 0 and _KMH[0] <= _kmh(row) <= _KMH[1])


def calibration_pairs(
    drives: DataFrame[Travel], matrix: DataFrame[Travel], areas: pd.DataFrame, sites: pd.DataFrame
) -> pd.DataFrame:
    """Put our drives and a matrix's side by side.

    Parameters
    ----------
    drives
        Our own, by straight line or road.
    matrix
        Another engine's; km may be all zero where it tells none.
    areas, sites
        Centroids with rural_urban, and sites.

    Returns
    -------
    DataFrame
        Of the pairs that both have: area_code, site_id, rural_urban, straight_km, minutes and
        distance_km (ours), matrix_minutes, matrix_km (blank where the matrix has none).
    """
    theirs = matrix.rename(columns={"minutes": "matrix_minutes", "distance_km": "matrix_km"})
    pairs = drives.merge(theirs, on=["area_code", "site_id"])
    if not (pairs["matrix_km"] > 0).any():
        pairs = pairs.assign(matrix_km=np.nan)
    homes, schools = areas.set_index("area_code"), sites.set_index("site_id")
    pairs = pairs[pairs["area_code"].isin(homes.index) & pairs["site_id"].isin(schools.index)]
    from_home, to_school = homes.loc[pairs["area_code"]], schools.loc[pairs["site_id"]]
    east, north = (
        from_home[axis].to_numpy(dtype=float) - to_school[axis].to_numpy(dtype=float)
        for axis in ("easting", "northing")
    )
    return pairs.assign(
        rural_urban=from_home["rural_urban"].to_numpy(),
        straight_km=np.maximum(np.hypot(east, north) / 1000, SHORTEST_KM),
    ).sort_values(["area_code", "site_id"], ignore_index=True)


def calibrate(
    pairs: pd.DataFrame,
    mode: Literal["straight_line", "roads"],
    choices: TravelChoices,
    *,
    holdout_share: float = 1 / 3,
    seed: int = 0,
) -> Calibration:
    r"""Fit our drives to a matrix on some areas, and judge the fit on the others.

    Least squares with one intercept and a slope for each rural-urban class :math:`c`:

    .. math:: m = a + \sum_c b_c [\text{class} = c] \, x

    Here :math:`m` is the matrix's minutes and :math:`x` our minutes by road, or our km over a
    straight line :math:`d \, Q(d)`. Where the matrix has km, :math:`Q` is fitted first, by least
    squares of :math:`\text{km} / d` on :math:`\ln d`.

    Parameters
    ----------
    pairs
        From `calibration_pairs`.
    mode
        Whose drives `pairs` holds.
    choices
        Circuity where the matrix has no km, and its limits.
    holdout_share
        Share of the areas kept out of the fit, drawn at random by `seed`.

    Raises
    ------
    DataError
        If fewer than three areas can be compared.
    """
    codes = np.sort(pairs["area_code"].unique())
    if len(codes) < _FEWEST_IN_ALL:
        raise DataError(
            f"{len(codes)} area(s) have drives both of ours and of the matrix: right would be at "
            f"least {_FEWEST_IN_ALL}, under the same area_code and site_id"
        )
    n_judged = int(np.clip(round(holdout_share * len(codes)), 1, len(codes) - 2))
    out = np.random.default_rng(seed).permutation(codes)[:n_judged]
    is_judged = pairs["area_code"].isin(out).to_numpy()
    fitted = choices if mode == "roads" else _with_circuity(pairs[~is_judged], choices)
    x = _explaining(pairs, mode, fitted)
    column = _slope_of(pairs[~is_judged])
    design = _design(pairs, x, column)
    minutes = pairs["matrix_minutes"].to_numpy(dtype=float)
    terms = np.linalg.lstsq(design[~is_judged], minutes[~is_judged], rcond=None)[0]
    told = design @ terms
    fit, judged = (_scores(minutes[which], told[which]) for which in (~is_judged, is_judged))
    slopes = dict(zip(dict.fromkeys(column.values()), terms[1:], strict=True))
    return Calibration(
        mode=mode,
        intercept_minutes=float(terms[0]),
        classes=_classes(pairs, is_judged, np.abs(minutes - told), column, slopes),
        choices=fitted,
        pairs=len(pairs),
        areas=len(codes),
        sites=pairs["site_id"].nunique(),
        judged_areas=n_judged,
        fit_r2=fit[0],
        fit_mae=fit[1],
        judged_r2=judged[0],
        judged_mae=judged[1],
        nearest_km=float(pairs["straight_km"].min()),
        farthest_km=float(pairs["straight_km"].max()),
    )


def _with_circuity(pairs: pd.DataFrame, choices: TravelChoices) -> TravelChoices:
    """Fit circuity to the km of the matrix, within the range of the choices."""
    if pairs["matrix_km"].isna().any():
        return choices
    straight = pairs["straight_km"].to_numpy(dtype=float)
    design = np.column_stack([np.ones_like(straight), -np.log(straight)])
    ratio = pairs["matrix_km"].to_numpy(dtype=float) / straight
    at_1_km, fall = np.linalg.lstsq(design, ratio, rcond=None)[0]
    return choices.model_copy(
        update={
            "circuity_at_1_km": float(np.clip(at_1_km, 1, 3)),
            "circuity_fall": float(np.clip(fall, 0, 1)),
        }
    )


def _explaining(pairs: pd.DataFrame, mode: str, choices: TravelChoices) -> NDArray[np.float64]:
    """Return what explains the minutes: ours by road, or km over a straight line."""
    if mode == "roads":
        return np.asarray(pairs["minutes"], dtype=float)
    straight = pairs["straight_km"].to_numpy(dtype=float)
    return np.asarray(straight * circuity(straight, choices))


def _slope_of(pairs: pd.DataFrame) -> dict[str, str]:
    """Return whose slope each class takes: its own, or that of the class with most areas."""
    areas = pairs.groupby("rural_urban")["area_code"].nunique().reindex(_CLASSES, fill_value=0)
    return {
        name: name if count >= FEWEST_AREAS else str(areas.idxmax())
        for name, count in areas.items()
    }


def _design(
    pairs: pd.DataFrame, x: NDArray[np.float64], column: dict[str, str]
) -> NDArray[np.float64]:
    """Return a column of ones, and one of `x` for each slope."""
    taken = pairs["rural_urban"].map(column).to_numpy()
    slopes = [np.where(taken == name, x, 0.0) for name in dict.fromkeys(column.values())]
    return np.column_stack([np.ones_like(x), *slopes])


def _scores(minutes: NDArray[np.float64], told: NDArray[np.float64]) -> tuple[float, float]:
    """Return share of variance explained (blank where nothing varies) and mean absolute error."""
    spread = ((minutes - minutes.mean()) ** 2).sum()
    r2 = 1 - ((minutes - told) ** 2).sum() / spread if spread > 0 else np.nan
    return float(r2), float(np.abs(minutes - told).mean())


def _classes(
    pairs: pd.DataFrame,
    is_judged: NDArray[np.bool_],
    error: NDArray[np.float64],
    column: dict[str, str],
    slopes: dict[str, float],
) -> pd.DataFrame:
    """Return slope, detour and errors of the classes that were compared."""
    told = pairs.assign(is_judged=is_judged, error=error)
    return pd.DataFrame(_class_rows(told, column, slopes))


def _class_rows(
    pairs: pd.DataFrame, column: dict[str, str], slopes: dict[str, float]
) -> Iterator[dict[str, object]]:
    for name in (name for name in _CLASSES if (pairs["rural_urban"] == name).any()):
        of_class = pairs[pairs["rural_urban"] == name]
        judged, fit = of_class[of_class["is_judged"]], of_class[~of_class["is_judged"]]
        straight = of_class["straight_km"].sum()
        yield {
            "rural_urban": name,
            "areas": fit["area_code"].nunique(),
            "has_own_slope": fit["area_code"].nunique() >= FEWEST_AREAS,
            "slope": float(slopes[column[name]]),
            "detour": float(of_class["matrix_km"].sum(skipna=False) / straight),
            "judged_areas": judged["area_code"].nunique(),
            "judged_mae": float(judged["error"].mean()) if len(judged) else np.nan,
        }
