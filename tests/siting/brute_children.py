"""The best placements for one set of builds, as a linear programme: half of `brute`."""

from collections import defaultdict

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_array

from tests.siting.brute_world import PHASES, cell_list, limit


class Placement:
    """The children, places and borders of one set of builds."""

    def __init__(self, world, builds):
        self.world, self.builds = world, builds
        self.about, self.there, self.opened = world.pools_with(builds)
        self.gbp, self.most = [], []
        self.equal, self.upper = [], []
        stands = {key for key, places in self.there.items() if places > 0}
        self.stands = stands | {(name, year) for _, name, year, _ in self.opened}
        self.new = defaultdict(float)
        for _, name, year, places in self.opened:
            self.new[name, year] += places
        held = defaultdict(float)
        for row in world.kept:
            held[row.pool_id, row.academic_year] += row.children
        self.free = {key: max(0.0, self.there.get(key, 0.0) - held[key]) for key in self.stands}

    def variable(self, gbp, most=None):
        self.gbp.append(gbp)
        self.most.append(most)
        return len(self.gbp) - 1

    def way_up(self, pool, phase):
        """Return the pool that a child of a pool is in once in a phase; None if there is none."""
        for _ in PHASES[PHASES.index(pool.phase) : PHASES.index(phase)]:
            pool = self.about.get(self.world.moves_on(pool))
            if pool is None:
                return None
        return pool

    def stay(self, group, pool, entry):
        """Yield (group, pool, year, share, £ a child) of those who come in a year."""
        world = self.world
        area, need_group, phase = group
        for year, by_then, counted in world.stays[world.home[area], need_group, phase, entry]:
            later, where = (area, need_group, by_then), self.way_up(pool, by_then)
            rooms = world.room_to_stay if by_then == phase else world.room
            room = 1.0 if year == entry else rooms.get((*later, year), 1.0)
            if where is None or (where.name, year) not in self.stands or later not in world.groups:
                continue
            gbp, _ = world.child_cost(later, where, by_then)
            share = counted * room
            yield later, where, year, share, world.weight[year] * share * gbp

    def cost(self):
        """Least cost with these builds, and no others; None if they cannot be filled."""
        in_group, in_pool, over_border = (defaultdict(list) for _ in range(3))
        self._children(in_group, in_pool, over_border)
        self._groups(in_group)
        self._places(in_pool)
        self._fill(in_pool)
        if self.world.choices.siting.money == "own":
            self._borders(over_border)
        answer = self._answer()
        if answer is None:
            return None
        return answer + sum(self.world.build_cost(build) for build in self.builds)

    def _children(self, in_group, in_pool, over_border):
        world, travel = self.world, self.world.choices.travel
        for group in world.groups:
            area, need_group, phase = group
            hard = (travel.hard_minutes_primary if phase == "primary"
                    else travel.hard_minutes_secondary)  # fmt: skip
            for pool in self.about.values():
                if pool.phase != phase or (need_group, pool.designation) not in world.match:
                    continue
                way = world.child_cost(group, pool, phase)
                if way is None or way[1] > hard:
                    continue
                for entry in world.years:
                    if (pool.name, entry) not in self.stands:
                        continue
                    stay = list(self.stay(group, pool, entry))
                    x = self.variable(sum(row[4] for row in stay))
                    for later, where, year, share, _ in stay:
                        in_group[later, year].append((x, share))
                        in_pool[where.name, year].append((x, share))
                        border = (world.home[area], pool.authority, need_group)
                        over_border[border, year].append((x, share))

    def _groups(self, in_group):
        """Everybody is placed or in fallback; routes take their shares, up to their limits."""
        world = self.world
        left = defaultdict(list)
        held = defaultdict(float)
        for row in world.kept:
            key = (row.area_code, row.need_group, row.phase, row.academic_year)
            held[key] += row.children
        for group in world.groups:
            who = (world.home[group[0]], *group[1:])
            each = sum(route.share * route.cost_gbp for route in world.routes[who])
            for year in world.years:
                f = self.variable(world.weight[year] * each)
                left[who, year].append(f)
                to_place = max(0.0, world.need.get((*group, year), 0.0) - held[*group, year])
                self.equal.append(([*in_group[group, year], (f, 1.0)], to_place))
        for (who, year), members in left.items():
            dearest = max(route.cost_gbp for route in world.routes[who])
            nowhere = dearest + world.choices.siting.nowhere_gbp
            for route in world.routes[who]:
                most = limit(route, "most_children")
                if np.isfinite(most) and route.share > 0:
                    v = self.variable(world.weight[year] * (nowhere - route.cost_gbp))
                    taken = [(f, route.share) for f in members]
                    self.upper.append(([*taken, (v, -1.0)], most))

    def _places(self, in_pool):
        """No more children than places, but for those above them, and those lent within a site."""
        world, siting = self.world, self.world.choices.siting
        lent = defaultdict(list)
        for key in sorted(self.stands):
            name, year = key
            room = self.free[key] + self.new[key]
            site = self.about[name].site, year
            most = siting.over_capacity_share * self.there.get(key, 0.0)
            above = self.variable(world.weight[year] * siting.over_capacity_gbp, most)
            lends = self.variable(0.0, siting.flexible_share * room)
            borrows = self.variable(0.0)
            lent[site] += [(lends, 1.0), (borrows, -1.0)]
            self.upper.append(([*in_pool[key], (lends, 1.0), (borrows, -1.0), (above, -1.0)], room))
        self.equal += [(terms, 0.0) for terms in lent.values()]

    def _fill(self, in_pool):
        for build, name, year, places in self.opened:
            ramp = cell_list(build.option.ramp)
            if build.option.minimum_fill > 0 and year - build.opening >= len(ramp) - 1:
                least = build.option.minimum_fill * (self.free[name, year] + places)
                self.upper.append(([(x, -share) for x, share in in_pool[name, year]], -least))

    def _borders(self, over_border):
        world = self.world
        for ((home, there, need_group), year), terms in over_border.items():
            if there in (home, "OUTSIDE"):
                continue
            holding = sum(
                row.children
                for row in world.kept
                if row.academic_year == year
                and (row.authority_code, row.need_group) == (home, need_group)
                and self._authority_of(row) == there
            )
            most = max(0.0, world.exchange.get((home, there, need_group), 0.0) - holding)
            for build, _, opened_in, places in self.opened:
                option = build.option
                if (
                    opened_in == year
                    and world.site_authority[option.site_id] == there
                    and {"*", home} & set(cell_list(getattr(option, "serves", None)))
                    and (need_group, option.designation) in world.match
                ):
                    most += places
            self.upper.append((terms, most))

    def _authority_of(self, row):
        known = {pool.pool_id: pool.authority_code for pool in self.world.pool_rows}
        return known.get(row.pool_id, self.world.site_authority.get(row.site_id))

    def _answer(self):
        def matrix(rules):
            cells = [(i, x, share) for i, (terms, _) in enumerate(rules) for x, share in terms]
            row, column, value = zip(*cells, strict=True) if cells else ((), (), ())
            return coo_array((value, (row, column)), shape=(len(rules), len(self.gbp))).tocsr()

        answer = linprog(
            np.array(self.gbp) / 1000,
            A_eq=matrix(self.equal),
            b_eq=[right for _, right in self.equal],
            A_ub=matrix(self.upper) if self.upper else None,
            b_ub=[right for _, right in self.upper] or None,
            bounds=[(0, most) for most in self.most],
        )
        return answer.fun * 1000 if answer.status == 0 else None
