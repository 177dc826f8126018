"""The textbook model in PuLP: every child, pool and year of entry a variable, nothing left out.

A reference for the model that the package writes: no arc is dropped, no row is there to strengthen
the relaxation, every pool may borrow, and the whole of a group's fallback is a variable. It reads
the arrays of a `Problem`, so that it checks how the model is written; `brute` checks the arrays.
"""

from collections import defaultdict

import pulp

from placement_planner.tables import split_list


class NaiveModel:
    """A model that grows family by family; costs in thousands of £."""

    def __init__(self, problem):
        self.p, self.problem = problem, pulp.LpProblem("naive", pulp.LpMinimize)
        self.cost, self.count = [], 0
        self.years = range(len(problem.years))
        self.built = [self.variable(gbp, binary=True) for gbp in problem.decisions["gbp"].tolist()]
        self.opened, self.is_open = defaultdict(list), defaultdict(list)
        for row in problem.opens.itertuples():
            self.opened[row.pool, row.year].append(row.places * self.built[row.decision])
            self.is_open[row.pool, row.year].append(self.built[row.decision])
        self.in_group, self.in_pool, self.in_border = (defaultdict(list) for _ in range(3))
        self.children()
        self.fallback()
        self.places()
        self.fill()
        self.borders()
        self.builds()
        self.money()
        self.problem.setObjective(pulp.lpSum(self.cost))

    def optimum(self):
        """Return the least cost, £; None if no plan keeps every rule."""
        self.problem.solve(pulp.HiGHS(msg=False, gapRel=0.0))
        if self.problem.sol_status != pulp.LpSolutionOptimal:
            return None
        return pulp.value(self.problem.objective) * 1000

    def variable(self, gbp=0.0, most=None, *, binary=False):
        self.count += 1
        kind = pulp.LpBinary if binary else pulp.LpContinuous
        new = self.problem.add_variable(f"v{self.count}", 0, 1 if binary else most, cat=kind)
        self.cost.append(gbp / 1000 * new)
        return new

    def children(self):
        p = self.p
        for link, (group, pool) in enumerate(zip(p.link_group, p.link_pool, strict=True)):
            profile = p.groups.table["profile"].iloc[group]
            for entry in self.years:
                gbp, counts = 0.0, []
                for phases_on in range(3):
                    later, holds = p.groups.following[group, phases_on], p.pools.following[
                        pool, phases_on
                    ]  # fmt: skip
                    if later < 0 or holds < 0:
                        continue
                    for year in self.years:
                        share = p.survival[profile, phases_on, entry, year]
                        if phases_on:
                            share *= p.groups.follow[later, year]
                        elif year > entry:
                            share *= p.groups.stay[later, year]
                        if share and p.pools.stands[holds, year]:
                            gbp += p.weights[year] * share * p.link_gbp[link, phases_on]
                            counts.append((later, holds, year, share))
                x = self.variable(gbp, None if p.pools.stands[pool, entry] else 0)
                for later, holds, year, share in counts:
                    self.in_group[later, year].append(share * x)
                    self.in_pool[holds, year].append(share * x)
                    self.in_border[p.exchange.of_link[link], year].append(share * x)

    def fallback(self):
        p = self.p
        left = {
            (group, year): self.variable(p.weights[year] * gbp)
            for group, gbp in enumerate(p.fallback_gbp)
            for year in self.years
        }
        for (group, year), f in left.items():
            everyone = pulp.lpSum(self.in_group[group, year]) + f
            self.problem += everyone == p.groups.children[group, year]
        for row, groups in zip(p.routes.table.itertuples(), p.routes.groups, strict=True):
            for year in self.years:
                spilt = self.variable(p.weights[year] * row.extra_gbp)
                taken = row.share * pulp.lpSum(left[group, year] for group in groups)
                self.problem += taken - spilt <= row.most_children

    def places(self):
        p = self.p
        balance = defaultdict(list)
        for pool, year in ((q, t) for q in range(len(p.pools.table)) for t in self.years):
            room = p.pools.places[pool, year] + pulp.lpSum(self.opened[pool, year])
            above = self.variable(p.weights[year] * p.over_gbp, p.pools.extra[pool, year])
            lent, borrowed = self.variable(), self.variable()
            here = pulp.lpSum(self.in_pool[pool, year])
            self.problem += here + lent - borrowed - above <= room
            self.problem += lent <= p.flexible_share * room
            if not p.pools.exists[pool, year]:
                everyone = p.groups.children[:, year].sum()
                self.problem += borrowed <= everyone * pulp.lpSum(self.is_open[pool, year])
            balance[p.pools.sites[pool], year] += [lent, -borrowed]
        for terms in balance.values():
            self.problem += pulp.lpSum(terms) == 0

    def fill(self):
        p = self.p
        least = dict(zip(p.options["option_id"], p.options["minimum_fill"], strict=True))
        for row in p.opens.itertuples():
            share = least[p.decisions["option_id"].iloc[row.decision]]
            if row.is_full and share:
                wanted = share * (p.pools.places[row.pool, row.year] + row.places)
                here = pulp.lpSum(self.in_pool[row.pool, row.year])
                self.problem += here >= wanted * self.built[row.decision]

    def borders(self):
        p = self.p
        served = defaultdict(list)
        for row in p.exchange.opens.itertuples():
            served[row.limit, row.year].append(row.places * self.built[row.decision])
        for (limit, year), terms in self.in_border.items():
            if limit >= 0:
                most = p.exchange.free[limit, year] + pulp.lpSum(served[limit, year])
                self.problem += pulp.lpSum(terms) <= most

    def builds(self):
        p = self.p
        chosen = defaultdict(list)
        for option_id, b in zip(p.decisions["option_id"], self.built, strict=True):
            chosen[option_id].append(b)
        number = {name: pulp.lpSum(terms) for name, terms in chosen.items()}
        for option in p.options.itertuples():
            own = number[option.option_id]
            self.problem += own <= 1
            self.problem += own >= int(option.locked_in)
            for other in split_list(option.requires):
                self.problem += own <= number.get(other, 0)
            for other in split_list(option.excludes):
                self.problem += own + number.get(other, 0) <= 1
        for each in p.sets.itertuples():
            members = [number[name] for name in split_list(each.options) if name in number]
            self.problem += pulp.lpSum(members) <= each.at_most

    def money(self):
        capital = self.p.capital
        drawn, met = defaultdict(list), defaultdict(list)
        for row in capital.pays.itertuples():
            y = self.variable()
            drawn[row.pot_id, row.academic_year].append(y)
            met[row.option_id, row.academic_year].append(y)
        due = defaultdict(list)
        for row in capital.cash.itertuples():
            due[row.option_id, row.academic_year].append(row.gbp / 1000 * self.built[row.decision])
        for key, terms in due.items():
            self.problem += pulp.lpSum(met[key]) == pulp.lpSum(terms)
        for fund in capital.funds.itertuples():
            spent = [y for (name, year), ys in drawn.items() for y in ys
                     if name == fund.pot_id and fund.first <= year <= fund.last]  # fmt: skip
            self.problem += pulp.lpSum(spent) <= fund.gbp / 1000
