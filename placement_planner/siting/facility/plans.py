"""Plans for pure facility location: the best service from a set of open sites, and better sets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_array, csc_array

from placement_planner.siting.highs import INFINITY, LiveModel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from placement_planner.siting.facility.shape import Facility

__all__ = ["Service"]

_NEAREST = 12
_HELPS = 1e-9
_UNHURRIED_S = 1e6


class Service:
    """Serves clients from open sites at least cost: by the nearest, or by a live transport problem.

    `best` and `open` are the least cost seen, and the sites that it opens.
    """

    def __init__(self, facility: Facility) -> None:
        self.facility = facility
        self.best = np.inf
        self.open = np.zeros(len(facility.fixed), dtype=bool)
        self._costs: dict[bytes, float] = {}
        self._live: LiveModel | None = None
        if not facility.is_uncapacitated:
            self._start()

    def cost_of(self, is_open: NDArray[np.bool_]) -> float:
        """Return the least cost with these sites open; infinite where they cannot hold all."""
        key = np.packbits(is_open).tobytes()
        if key not in self._costs:
            fixed = float(self.facility.fixed[is_open].sum())
            served = self._nearest(is_open) if self._live is None else self._transport(is_open)
            self._costs[key] = fixed + served
            if fixed + served < self.best:
                self.best, self.open = fixed + served, is_open.copy()
        return self._costs[key]

    def _nearest(self, is_open: NDArray[np.bool_]) -> float:
        if not is_open.any():
            return float(self.facility.fallback.sum())
        nearest = self.facility.cost[:, is_open].min(axis=1)
        return float(np.minimum(nearest, self.facility.fallback).sum())

    def _start(self) -> None:
        """Make the transport problem: a row a client and a site; fallback; the nearest arcs."""
        facility = self.facility
        clients, sites = facility.cost.shape
        upper = np.concatenate([np.ones(clients), np.zeros(sites)])
        lower = np.concatenate([np.ones(clients), np.full(sites, -INFINITY)])
        self._live = LiveModel(lower, upper)
        slack = np.where(np.isfinite(facility.fallback), facility.fallback, self._dear())
        self._live.add_columns(
            slack,
            np.zeros(clients),
            np.ones(clients),
            csc_array(
                coo_array(
                    (np.ones(clients), (np.arange(clients), np.arange(clients))),
                    shape=(clients + sites, clients),
                )
            ),
        )
        self._client = self._site = np.zeros(0, dtype=np.int64)
        self._has = np.zeros(facility.cost.shape, dtype=bool)
        few = min(_NEAREST, sites)
        nearest = np.argpartition(facility.cost, few - 1, axis=1)[:, :few]
        rows = np.repeat(np.arange(clients), few)
        self._add(rows, nearest.ravel())

    def _dear(self) -> NDArray[np.float64]:
        """Return for each client more than any sites that could serve it would charge: (I,).

        To make room for a unit of demand, others move from site to site, one after the other: each
        of them adds at most its dearest way, by unit, to what the unit is charged.
        """
        facility = self.facility
        chain = float((facility.dearest / facility.demand).sum())
        dear: NDArray[np.float64] = 1.0 + facility.dearest + facility.demand * chain
        return dear

    def _add(self, client: NDArray[np.int64], site: NDArray[np.int64]) -> None:
        new = ~self._has[client, site] & np.isfinite(self.facility.cost[client, site])
        client, site = client[new], site[new]
        if not len(client) or self._live is None:
            return
        clients, count = len(self.facility.demand), len(client)
        column = np.arange(count)
        entries = coo_array(
            (
                np.concatenate([np.ones(count), self.facility.demand[client]]),
                (np.concatenate([client, clients + site]), np.concatenate([column, column])),
            ),
            shape=(clients + len(self.facility.fixed), count),
        )
        self._live.add_columns(
            self.facility.cost[client, site],
            np.zeros(count),
            np.full(count, INFINITY),
            csc_array(entries),
        )
        self._has[client, site] = True
        self._client = np.concatenate([self._client, client])
        self._site = np.concatenate([self._site, site])

    def _transport(self, is_open: NDArray[np.bool_]) -> float:
        """Solve the transport problem over all arcs of the open sites."""
        facility, live = self.facility, self._live
        if live is None:
            return np.inf
        must = np.isinf(facility.fallback)
        if facility.capacity[is_open].sum() < facility.demand[must].sum() * (1 - _HELPS):
            return np.inf
        clients, sites = facility.cost.shape
        rows = clients + np.arange(sites)
        places = np.where(is_open, facility.capacity, 0.0)
        live.set_row_bounds(rows, np.full(sites, -INFINITY), places)
        while True:
            if live.solve(_UNHURRIED_S) != "optimal":
                return np.inf
            duals = live.row_duals()
            reduced = (
                facility.cost - duals[:clients, None] - facility.demand[:, None] * duals[clients:]
            )
            helpful = (reduced < -_HELPS * (1 + np.abs(facility.cost))) & ~self._has & is_open
            client, site = np.nonzero(helpful & np.isfinite(facility.cost))
            if not len(client):
                break
            self._add(client, site)
        left = live.column_values()[:clients]
        return np.inf if (left[must] > _HELPS).any() else live.value

    def shares(self) -> NDArray[np.float64]:
        """Return the share of each client that each site serves in the best plan: (I, J)."""
        shares = np.zeros(self.facility.cost.shape)
        if self._live is None:
            if self.open.any():
                cost = np.where(self.open, self.facility.cost, np.inf)
                nearest = cost.argmin(axis=1)
                clients = np.flatnonzero(cost.min(axis=1) < self.facility.fallback)
                shares[clients, nearest[clients]] = 1.0
            return shares
        self._transport(self.open)
        values = self._live.column_values()[len(self.facility.demand) :]
        shares[self._client, self._site] = values
        return shares

    def better(self, sites: NDArray[np.int64], most_tries: int) -> None:
        """Open, shut and swap some sites of the best plan while that helps."""
        if self._live is None:
            self.interchange(self.open)
            return
        tries, improved = 0, True
        while improved and tries < most_tries:
            improved = False
            for changed in self._moves(sites):
                before = self.best
                tries += 1
                improved = self.cost_of(changed) < before * (1 - _HELPS)
                if improved or tries >= most_tries:
                    break

    def interchange(self, is_open: NDArray[np.bool_]) -> None:
        """From a set of sites without limits on places, take the best swap, opening or closure.

        And again, until none helps.
        With nearest and second nearest open site of every client, what a swap changes is a sum over
        clients for each pair of sites: one product of matrices (Whitaker 1983).
        """
        facility = self.facility
        while True:
            opened = np.flatnonzero(is_open)
            nowhere = np.full(len(facility.demand), np.inf)
            near = np.column_stack([facility.cost[:, opened], facility.fallback, nowhere])
            order = np.argsort(near, axis=1, kind="stable")
            rows = np.arange(len(near))
            first, second = near[rows, order[:, 0]], near[rows, order[:, 1]]
            dear = self._dear()
            first, second = np.minimum(first, dear), np.minimum(second, dear)
            cost = np.minimum(facility.cost, dear[:, None])
            gain = np.maximum(first[:, None] - cost, 0.0).sum(axis=0) - facility.fixed
            served = np.zeros((len(opened) + 1, len(near)))
            served[order[:, 0], rows] = 1.0
            loss = served[:-1] @ (np.clip(cost, first[:, None], second[:, None]) - first[:, None])
            change = loss - facility.fixed[opened][:, None] - gain
            change[:, opened] = np.inf
            alone = served[:-1] @ (second - first) - facility.fixed[opened]
            moves = [(0.0, -1, -1)]
            if len(opened):
                swap, out = int(change.argmin()), int(alone.argmin())
                moves.append((float(change.min()), *divmod(swap, change.shape[1])))
                moves.append((float(alone[out]), out, -1))
            if len(opened) < facility.most:
                more = np.where(is_open, -np.inf, gain)
                moves.append((-float(more.max()), -1, int(more.argmax())))
            delta, out, into = min(moves)
            if delta >= -_HELPS * max(1.0, abs(self.best)):
                return
            changed = is_open.copy()
            if out >= 0:
                changed[opened[out]] = False
            if into >= 0:
                changed[into] = True
            if self.cost_of(changed) >= self.cost_of(is_open):
                return
            is_open = changed

    def _moves(self, sites: NDArray[np.int64]) -> list[NDArray[np.bool_]]:
        """Return the best plan with one site shut, one opened, or one swapped for another."""
        is_open = self.open
        inside = [site for site in sites.tolist() if is_open[site]]
        outside = [site for site in sites.tolist() if not is_open[site]]
        moves = []
        for out in [None, *inside]:
            for into in [None, *outside]:
                changed = is_open.copy()
                if out is not None:
                    changed[out] = False
                if into is not None:
                    changed[into] = True
                if (out is not None or into is not None) and changed.sum() <= self.facility.most:
                    moves.append(changed)
        return moves
