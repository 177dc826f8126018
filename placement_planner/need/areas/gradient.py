"""How plans rise with deprivation, from England's authorities and who lives in their areas.

The gradient is ecological: authorities are compared, not children. What more deprived authorities
issue depends on their own ways of working, too, so the gradient between authorities need not be
the one between the areas within them.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import compress
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
from scipy.optimize import brentq

from placement_planner.codes import code_table
from placement_planner.errors import DataError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Slopes = Literal["none", "common", "by_phase"]

__all__ = ["AGES", "DECILES", "PHASES", "Counts", "Gradient", "counts_of", "fit_gradient"]

_PHASE_OF_AGE = code_table("phases").set_index("age")["phase"]
AGES = tuple(int(age) for age in _PHASE_OF_AGE.index)
PHASES = tuple(dict.fromkeys(_PHASE_OF_AGE))
DECILES = tuple(range(1, 11))
FEWEST = 20
"""Authorities below which a gradient cannot be told from chance."""
_IN_PHASE = np.array([[_PHASE_OF_AGE[age] == phase for age in AGES] for phase in PHASES], float)
_STEP = (np.array(DECILES) - 5.5) / 4.5
_NEWTON, _ROUNDS, _LONGEST = 60, 100, 0.5
_CLOSE, _TINY = 1e-7, 1e-9
_SETTLED = 1e-3
"""How little dispersions and regions' standard deviations may still change."""
_FIRST_DISPERSION, _FIRST_VARIANCE = 0.05, 0.01


@dataclass(frozen=True, kw_only=True)
class Counts:
    """Children with plans, and children, of some authorities.

    Attributes
    ----------
    authorities, regions
        Codes, one an authority.
    plans
        Children with plans (authorities, ages of `AGES`).
    people
        Children who live there (authorities, deciles of deprivation, ages).
    """

    authorities: tuple[str, ...]
    regions: tuple[str, ...]
    plans: Floats
    people: Floats

    def __len__(self) -> int:
        """Count authorities."""
        return len(self.authorities)

    def rates(self, *, by_age: bool = True) -> Floats:
        """Plans a child at each age, all authorities together; by phase alone where asked."""
        plans, people = self.plans.sum(axis=0), self.people.sum(axis=(0, 1))
        if not by_age:
            plans, people = plans @ _IN_PHASE.T @ _IN_PHASE, people @ _IN_PHASE.T @ _IN_PHASE
        rates: Floats = np.divide(plans, people, out=np.zeros_like(plans), where=people > 0)
        return rates

    def expected(self, rates: Floats) -> Floats:
        """Plans (authorities, phases, deciles) if every child had the rate of that age."""
        expected: Floats = np.einsum("lda,a,pa->lpd", self.people, rates, _IN_PHASE)
        return expected

    def by_phase(self) -> Floats:
        """Children with plans (authorities, phases)."""
        plans: Floats = self.plans @ _IN_PHASE.T
        return plans

    def heads(self) -> Floats:
        """Children who live there (authorities, phases)."""
        heads: Floats = self.people.sum(axis=1) @ _IN_PHASE.T
        return heads

    def only(self, kept: NDArray[np.bool_]) -> Counts:
        """Keep some authorities."""
        return Counts(
            authorities=tuple(compress(self.authorities, kept)),
            regions=tuple(compress(self.regions, kept)),
            plans=self.plans[kept],
            people=self.people[kept],
        )


def counts_of(plans: pd.DataFrame, people: pd.DataFrame, measure: str) -> Counts:
    """Put two tables into arrays, authorities in order of their codes.

    Parameters
    ----------
    plans
        authority_code, region_code, age (0 to 24) and `measure`: children with plans.
    people
        authority_code, imd_decile (1 most deprived), age, children.
    measure
        Column of `plans` that is counted.

    Raises
    ------
    DataError
        When there are too few authorities, one has no children, a decile is not 1 to 10, an age
        has plans and no children, or nobody of a phase has a plan.
    """
    regions = plans.groupby("authority_code")["region_code"].first().sort_index()
    lonely = sorted(set(regions.index) - set(people["authority_code"]))
    if lonely:
        raise DataError(
            f"{len(lonely)} authority(ies) have plans and no area, such as {lonely[0]}: the table "
            "of areas should have every authority of the caseload file"
        )
    strange = people.loc[~people["imd_decile"].isin(DECILES), "imd_decile"]
    if len(strange):
        raise DataError(
            f"{len(strange)} row(s) of people have no decile of deprivation from 1 to 10, such as "
            f"{strange.iloc[0]}"
        )
    if len(regions) < FEWEST:
        raise DataError(
            f"{len(regions)} authorities with plans by age: a gradient with deprivation needs at "
            f"least {FEWEST}; right would be the file of all England"
        )
    old = plans.loc[~plans["age"].isin(AGES), "age"]
    if len(old):
        raise DataError(f"{len(old)} row(s) of plans at age {old.iloc[0]}: right would be 0 to 24")
    codes = list(regions.index)
    by_age = plans.pivot_table(
        index="authority_code", columns="age", values=measure, aggfunc="sum", observed=False
    )
    places = pd.MultiIndex.from_product([codes, DECILES, AGES])
    living = people.groupby(["authority_code", "imd_decile", "age"])["children"].sum()
    counts = Counts(
        authorities=tuple(codes),
        regions=tuple(regions),
        plans=by_age.reindex(index=codes, columns=AGES, fill_value=0.0).fillna(0.0).to_numpy(float),
        people=living.reindex(places, fill_value=0.0)
        .to_numpy(float)
        .reshape(len(codes), len(DECILES), len(AGES)),
    )
    _check(counts, measure)
    return counts


def _check(counts: Counts, measure: str) -> None:
    """Refuse ages with plans and no children, and phases without plans."""
    homeless = (counts.plans > 0) & (counts.people.sum(axis=1) == 0)
    if homeless.any():
        authority, age = (int(at[0]) for at in np.nonzero(homeless))
        raise DataError(
            f"{int(homeless.sum())} authority(ies) and age(s) have plans and no children, such as "
            f"{counts.authorities[authority]} at age {AGES[age]}"
        )
    empty = [
        phase
        for phase, found in zip(PHASES, counts.by_phase().sum(axis=0), strict=True)
        if found == 0
    ]
    if empty:
        raise DataError(f"nobody counted under {measure!r} is in phase {', '.join(empty)}")


@dataclass(frozen=True, kw_only=True)
class Gradient:
    """Plans against what England's rates by age would give.

    Attributes
    ----------
    levels
        Logarithm of the level, a phase each.
    slopes, slope_errors
        Logarithm of the rate's change from the middle of the deciles to the least deprived one, a
        phase each (the same where it is common), and its standard error within the model.
    region_codes, regions
        Codes; logarithm of each region's factor (phases, regions).
    dispersion
        Squared coefficient of variation between authorities beyond counting, a phase each.
    region_variance
        Variance of regions' logarithms, a phase each.
    """

    levels: Floats
    slopes: Floats
    slope_errors: Floats
    region_codes: tuple[str, ...]
    regions: Floats
    dispersion: Floats
    region_variance: Floats

    def predicted(self, expected: Floats, regions: tuple[str, ...]) -> Floats:
        """Children with plans (authorities, phases) from `Counts.expected`."""
        at = [self.region_codes.index(region) for region in regions]
        factors = np.exp(self.levels[:, None] + self.slopes[:, None] * _STEP)
        plans: Floats = (expected * factors).sum(axis=2) * np.exp(self.regions.T[at])
        return plans

    def relative_rates(self, expected: Floats) -> Floats:
        """Rate of each phase and decile against the mean of all children expected to have a plan.

        Weighted by `expected`, summed over authorities, every phase has mean 1.
        """
        rates = np.exp(self.slopes[:, None] * _STEP)
        weight = expected.sum(axis=0)
        relative: Floats = rates * (
            weight.sum(axis=1, keepdims=True) / (weight * rates).sum(axis=1, keepdims=True)
        )
        return relative


def _slope_columns(slopes: Slopes) -> Floats:
    """Give the slope each phase uses (phases, slopes)."""
    phases = len(PHASES)
    shapes = {
        "none": np.zeros((phases, 0)),
        "common": np.ones((phases, 1)),
        "by_phase": np.eye(phases),
    }
    return shapes[slopes]


@dataclass(frozen=True, kw_only=True)
class _Problem:
    """Observed and expected plans, and what explains them.

    Coefficients are one vector: for each phase its level and its regions, then the slopes.

    Attributes
    ----------
    observed, expected
        Plans (authorities, phases), and (authorities, phases, deciles).
    member
        One, then one where the authority is of the region (authorities, one and regions).
    slopes
        Which slope a phase uses (phases, slopes).
    """

    observed: Floats
    expected: Floats
    member: Floats
    slopes: Floats

    @property
    def own(self) -> int:
        """Number of coefficients that belong to one phase each."""
        return len(PHASES) * int(self.member.shape[1])

    def plans(self, found: Floats) -> tuple[Floats, Floats]:
        """Plans for coefficients, and how they change with each of the phase's (phases first)."""
        level = self.member @ found[: self.own].reshape(len(PHASES), -1).T
        tilt = (self.slopes @ found[self.own :])[:, None] * _STEP
        cells = self.expected * np.exp(level[:, :, None] + tilt)
        plans = cells.sum(axis=2)
        with_level = plans.T[:, :, None] * self.member
        with_slope = (cells @ _STEP).T[:, :, None] * self.slopes[:, None, :]
        return plans, np.concatenate([with_level, with_slope], axis=2)

    def solve(
        self, start: Floats, dispersion: Floats, penalty: Floats
    ) -> tuple[Floats, Floats, Floats]:
        """Fisher scoring for given dispersions and penalties; also plans and covariance."""
        slopes = np.broadcast_to(
            np.arange(self.own, len(start)), (len(PHASES), self.slopes.shape[1])
        )
        at = np.hstack([np.arange(self.own).reshape(len(PHASES), -1), slopes])
        found = start
        for _ in range(_NEWTON):
            plans, change = self.plans(found)
            weight = 1 / np.maximum(plans + dispersion * plans**2, _TINY)
            weighted = np.swapaxes(change * weight.T[:, :, None], 1, 2)
            information = np.diag(penalty + _TINY)
            np.add.at(information, (at[:, :, None], at[:, None, :]), weighted @ change)
            pull = -penalty * found
            np.add.at(pull, at, (weighted @ (self.observed - plans).T[:, :, None])[:, :, 0])
            step = np.linalg.solve(information, pull).clip(-_LONGEST, _LONGEST)
            found = found + step
            if np.abs(step).max() < _CLOSE:
                covariance: Floats = np.linalg.inv(information).astype(float)
                return found, self.plans(found)[0], covariance
        raise DataError(
            "no gradient fits these plans: counts by authority and phase differ from England's "
            "rates beyond measure; check that plans and people are of the same authorities"
        )


def _dispersion(observed: Floats, plans: Floats, freedom: float) -> float:
    """Give the dispersion at which squared residuals are as large as expected (by moments)."""
    some = plans > 0
    off, mean = (observed - plans)[some] ** 2, plans[some]
    most = float((off / mean**2).sum() / freedom)

    def surplus(dispersion: float) -> float:
        return float((off / (mean + dispersion * mean**2)).sum() - freedom)

    return float(brentq(surplus, 0.0, most)) if surplus(0.0) > 0 else 0.0


def fit_gradient(
    counts: Counts,
    *,
    slopes: Slopes = "common",
    region_codes: tuple[str, ...] | None = None,
) -> Gradient:
    r"""Fit plans of authorities to the children of their areas, by age, deprivation and region.

    Of authority :math:`l` in region :math:`r` and phase :math:`p`, with :math:`P` children and
    England's rate by age :math:`\rho_a`,

    .. math:: E\,y_{lp} = e^{\alpha_p + u_{pr}}
        \sum_d e^{\beta_p (d - 5.5) / 4.5} \sum_{a \in p} \rho_a P_{lda},
        \quad \mathrm{Var}\,y = \mu + \varphi_p \mu^2, \quad u_{pr} \sim N(0, \tau_p^2)

    by quasi-likelihood with negative-binomial weights, so that a large authority counts little
    more than a middling one. Regions are pooled: :math:`\tau_p^2` by expectation-maximisation,
    :math:`\varphi_p` by moments.

    Parameters
    ----------
    counts
        Authorities that are fitted.
    slopes
        One slope for all phases, one a phase, or none.
    region_codes
        Regions that get a factor, also those without an authority here (factor 1).

    Raises
    ------
    DataError
        When no fit is found.

    References
    ----------
    Breslow and Clayton (1993), "Approximate inference in generalized linear mixed models",
    section 2: penalised quasi-likelihood.
    """
    codes = region_codes or tuple(sorted(set(counts.regions)))
    at = [codes.index(region) for region in counts.regions]
    problem = _Problem(
        observed=counts.by_phase(),
        expected=counts.expected(counts.rates()),
        member=np.column_stack([np.ones(len(counts)), np.eye(len(codes))[at]]),
        slopes=_slope_columns(slopes),
    )
    phases, each = len(PHASES), problem.slopes.shape[1]
    found = np.zeros(problem.own + each)
    dispersion = np.full(phases, _FIRST_DISPERSION)
    variance = np.full(phases, _FIRST_VARIANCE)
    for _ in range(_ROUNDS):
        strength = np.column_stack([np.zeros(phases), np.tile(1 / variance, (len(codes), 1)).T])
        penalty = np.append(strength, np.zeros(each))
        found, plans, covariance = problem.solve(found, dispersion, penalty)
        spread = np.diag(covariance)[: problem.own].reshape(phases, -1)[:, 1:]
        factors = found[: problem.own].reshape(phases, -1)
        freedom = len(counts) - 1 - (1 - spread / variance[:, None]).sum(axis=1)
        before = np.append(dispersion, np.sqrt(variance))
        dispersion = np.array(
            [
                _dispersion(*columns)
                for columns in zip(problem.observed.T, plans.T, freedom, strict=True)
            ]
        )
        variance = np.maximum((factors[:, 1:] ** 2 + spread).mean(axis=1), _TINY)
        if np.abs(np.append(dispersion, np.sqrt(variance)) - before).max() < _SETTLED:
            break
    return Gradient(
        levels=factors[:, 0],
        slopes=problem.slopes @ found[problem.own :],
        slope_errors=problem.slopes @ np.sqrt(np.diag(covariance)[problem.own :]),
        region_codes=codes,
        regions=factors[:, 1:],
        dispersion=dispersion,
        region_variance=variance,
    )
