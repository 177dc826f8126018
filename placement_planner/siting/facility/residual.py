r"""What multipliers leave open, where places are no limit, as an integer programme.

To serve client :math:`i` from site :math:`j` adds at least :math:`c_{ij} - u_i` to the bound: ways
that would lift it to the cost of the best plan are left out, as are sites that are shut. Most are,
once the bound is close, and the strong rows :math:`x_{ij} \le y_j` of those that remain are few.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_array, csc_array

from placement_planner.siting.highs import INFINITY, LiveModel

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from placement_planner.siting.facility.dual import Dual, SiteSet
    from placement_planner.siting.facility.shape import Facility

__all__ = ["Residual", "residual"]

_HALF = 0.5


@dataclass(frozen=True, kw_only=True)
class Residual:
    """The ways to serve clients, and to leave them in fallback, that a better plan may use.

    Attributes
    ----------
    facility, settled
        What it is left of, and the sites that are settled.
    sites
        (J',): those that are not shut.
    client, site
        (W,): of each way; the site by its number among `sites`.
    unserved
        Clients who may be in fallback.
    """

    facility: Facility
    settled: SiteSet
    sites: NDArray[np.int64]
    client: NDArray[np.int64]
    site: NDArray[np.int64]
    unserved: NDArray[np.int64]

    def solve(
        self, seconds: float, relative_gap: float, progress: Callable[[float, float, float], None]
    ) -> tuple[NDArray[np.bool_] | None, float, bool]:
        """Find the best sites among what is left.

        Returns
        -------
        tuple
            (J,): the sites that the best plan opens, if one was found; the bound, £, infinite if
            there is no such plan; whether Ctrl-C was pressed.
        """
        live = self._programme()
        count = len(self.sites)
        outcome = live.search(np.arange(count), seconds, relative_gap, progress)
        bound = np.inf if outcome.ended == "infeasible" else outcome.bound
        is_open = None
        if outcome.has_plan:
            is_open = np.zeros(len(self.facility.fixed), dtype=bool)
            is_open[self.sites[live.column_values()[:count] > _HALF]] = True
        return is_open, bound, outcome.ended == "interrupt"

    def _programme(self) -> LiveModel:
        """Return the sites, ways and fallback that are left: a row a client, a way and one more."""
        facility, sites = self.facility, self.sites
        clients, count, ways = len(facility.demand), len(sites), len(self.client)
        rows, way = clients + ways + 1, np.arange(ways)
        live = LiveModel(
            np.concatenate([np.ones(clients), np.full(ways, -INFINITY), [facility.least]]),
            np.concatenate([np.ones(clients), np.zeros(ways), [min(facility.most, count)]]),
        )

        def add(cost: NDArray[np.float64], least: NDArray[np.float64], entries: coo_array) -> None:
            live.add_columns(cost, least, np.ones(len(cost)), csc_array(entries))

        opens = (
            np.concatenate([-np.ones(ways), np.ones(count)]),
            (
                np.concatenate([clients + way, np.full(count, rows - 1)]),
                np.concatenate([self.site, np.arange(count)]),
            ),
        )
        serves = (
            np.ones(2 * ways),
            (np.concatenate([self.client, clients + way]), np.concatenate([way, way])),
        )
        nobody = (np.ones(len(self.unserved)), (self.unserved, np.arange(len(self.unserved))))
        least = self.settled.is_open[sites].astype(float)
        add(facility.fixed[sites], least, coo_array(opens, shape=(rows, count)))
        cost = facility.cost[self.client, sites[self.site]]
        add(cost, np.zeros(ways), coo_array(serves, shape=(rows, ways)))
        cost = facility.fallback[self.unserved]
        add(cost, np.zeros(len(cost)), coo_array(nobody, shape=(rows, len(cost))))
        return live


def residual(facility: Facility, settled: SiteSet, dual: Dual, cutoff: float) -> Residual:
    """Return what a plan that costs less than the cutoff may use, where places are no limit."""
    sites = np.flatnonzero(~settled.is_shut)
    more = facility.cost[:, sites] - dual.multipliers[:, None]
    client, site = np.nonzero(dual.bound + np.maximum(more, 0.0) < cutoff)
    unserved = dual.bound + facility.fallback - dual.multipliers < cutoff
    return Residual(
        facility=facility,
        settled=settled,
        sites=sites,
        client=client,
        site=site,
        unserved=np.flatnonzero(unserved),
    )
