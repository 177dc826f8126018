"""The tables of a region by what they mean, and the rules of builds and money: half of `brute`."""

import itertools
from collections import defaultdict
from typing import NamedTuple

import numpy as np
from scipy.optimize import linprog

PHASES = ("primary", "secondary", "post_16")


class Build(NamedTuple):
    option: tuple
    size: int
    start: int
    opening: int


class Pool(NamedTuple):
    name: str
    site: str
    authority: str
    designation: str
    phase: str


def cell_list(cell):
    """Parts of a list cell; blank is none."""
    return [part.strip() for part in cell.split(";")] if isinstance(cell, str) and cell else []


def limit(row, name):
    """Return a number that may be blank, or have no column at all: no limit then."""
    number = getattr(row, name, None)
    return np.inf if number is None or np.isnan(number) else number


def sizes(cell):
    """8;16 is 8 or 16; 8x1-3 is 8, 16 or 24."""
    found = []
    for part in cell_list(cell):
        if "x" in part:
            places, numbers = part.split("x")
            few, many = map(int, numbers.split("-"))
            found += [int(places) * number for number in range(few, many + 1)]
        else:
            found.append(int(part))
    return found


def part_open(ramp, age):
    """Share of places that is open so many years after opening."""
    shares = [float(part) for part in cell_list(ramp)]
    return 0.0 if age < 0 else shares[age] if age < len(shares) else 1.0


class World:
    """The tables of a region, by what they mean."""

    def __init__(self, tables, choices):
        self.choices = choices
        horizon = choices.horizon
        self.years = horizon.years
        lengths = [b - a for a, b in itertools.pairwise(self.years)] + [horizon.last_period_years]
        self.weight = {
            year: length / (1 + horizon.discount_rate) ** (year - self.years[0])
            for year, length in zip(self.years, lengths, strict=True)
        }
        self.options = list(tables.options.itertuples())
        self.sets = list(tables.option_sets.itertuples())
        self.pots = list(tables.pots.itertuples())
        self.arrivals = list(tables.pot_funding.itertuples())
        self.site_authority = dict(zip(tables.sites["site_id"], tables.sites["authority_code"],
                                       strict=True))  # fmt: skip
        self.home = dict(zip(tables.need["area_code"], tables.need["authority_code"], strict=True))
        self.need = {
            (row.area_code, row.need_group, row.phase, row.academic_year): row.children
            for row in tables.need.itertuples()
        }
        self.groups = sorted({key[:3] for key, children in self.need.items() if children > 0})
        self.kept = list(tables.kept.itertuples())
        self.pool_rows = [
            row for row in tables.pools.itertuples() if row.academic_year in self.years
        ]
        self.drive = {
            (row.area_code, row.site_id): (row.minutes, row.distance_km)
            for row in tables.travel.itertuples()
        }
        self.rides = defaultdict(list)
        for row in tables.transport.itertuples():
            self.rides[row.authority_code, row.need_group, row.phase].append(row)
        self.stays = defaultdict(list)
        for row in tables.survival.itertuples():
            if row.academic_year in self.years:
                self.stays[row.authority_code, row.need_group, row.phase, row.entry_year].append(
                    (row.academic_year, row.in_phase, row.share)
                )
        self.room, self.room_to_stay = (
            {
                (row.area_code, row.need_group, row.phase, row.academic_year): getattr(row, name)
                for row in tables.followers.itertuples()
            }
            for name in ("share", "stay_share")
        )
        self.match = {
            (row.need_group, row.designation): row.penalty_gbp
            for row in tables.compatibility.itertuples()
            if row.match != "no"
        }
        self.top_up = dict(
            zip(tables.place_costs["need_group"], tables.place_costs["top_up_gbp"], strict=True)
        )
        self.place_funding = dict(
            zip(
                tables.place_costs["need_group"],
                tables.place_costs["place_funding_gbp"],
                strict=True,
            )
        )
        self.routes = defaultdict(list)
        for row in tables.fallback.itertuples():
            self.routes[row.authority_code, row.need_group, row.phase].append(row)
        self.exchange = {
            (row.authority_code, row.place_authority_code, row.need_group): row.children
            for row in tables.exchange.itertuples()
        }

    # Builds ------------------------------------------------------------------------------------

    def ways(self, option):
        """Every way to build an option: a size and a start, or not at all."""
        if option.locked_out:
            return [None]
        builds = [
            Build(option, size, opening - option.lead_years, opening)
            for size in sizes(option.sizes)
            for opening in self.years
            if option.earliest_start <= opening - option.lead_years <= option.latest_start
        ]
        return builds if option.locked_in else [None, *builds]

    def may_stand_together(self, builds):
        names = {build.option.option_id for build in builds}
        return all(
            set(cell_list(build.option.requires)) <= names
            and not set(cell_list(build.option.excludes)) & names
            for build in builds
        ) and all(len(set(cell_list(each.options)) & names) <= each.at_most for each in self.sets)

    @staticmethod
    def capital(build):
        return build.option.fixed_capital_gbp + build.option.capital_per_place_gbp * build.size

    def due(self, builds):
        """Return (option, year, £): equal parts from the start to the year before opening."""
        for build in builds:
            paid_in = range(build.start, build.opening) or [build.start]
            for year in paid_in:
                yield build.option, year, self.capital(build) / len(paid_in)

    def may_pay(self, pot, option, year):
        there = self.site_authority[option.site_id]
        uses = cell_list(pot.eligible_actions)
        if not pot.starts <= year <= pot.expires or not {"*", option.action} & set(uses):
            return False
        pooled = self.choices.siting.money == "pooled"
        if pooled and pot.owner != "REGION":
            return True
        area = cell_list(pot.eligible_authorities)
        if pot.pot_id not in cell_list(option.pots) or not {"*", there} & set(area):
            return False
        serves = set(cell_list(getattr(option, "serves", None)))
        return pot.owner in ("REGION", there) or bool({"*", pot.owner} & serves)

    def can_be_paid(self, builds):
        """Tell whether money can flow from arrivals to payments: each in a pot, none lapsed."""
        due = [row for row in self.due(builds) if row[2] > 0]
        flows = []
        for number, (option, year, _) in enumerate(due):
            for pot in self.pots:
                if not self.may_pay(pot, option, year):
                    continue
                for arrival, money in enumerate(self.arrivals):
                    lapsed = money.academic_year + limit(pot, "carry_years") < year
                    if money.pot_id == pot.pot_id and money.academic_year <= year and not lapsed:
                        flows.append((number, arrival))
        if not due:
            return True
        if {number for number, _ in flows} != set(range(len(due))):
            return False
        meets = np.zeros((len(due), len(flows)))
        draws = np.zeros((len(self.arrivals), len(flows)))
        for column, (number, arrival) in enumerate(flows):
            meets[number, column] = draws[arrival, column] = 1.0
        answer = linprog(
            np.zeros(len(flows)),
            A_eq=meets,
            b_eq=[gbp / 1000 for *_, gbp in due],
            A_ub=draws,
            b_ub=[money.gbp / 1000 for money in self.arrivals],
        )
        return answer.status == 0

    def build_cost(self, build):
        rate, life = self.choices.horizon.discount_rate, build.option.asset_life_years
        annuity = rate / (1 - (1 + rate) ** -life) if rate else 1 / life
        yearly = self.capital(build) * annuity
        each = self.place_funding[build.option.designation]
        return sum(
            self.weight[year]
            * (yearly + each * build.size * part_open(build.option.ramp, year - build.opening))
            for year in self.years
            if year >= build.opening
        )

    # Places ------------------------------------------------------------------------------------

    def pools_with(self, builds):
        """Return pools, places by (pool, year), and what each build opens where."""
        about, there = {}, defaultdict(float)
        for row in self.pool_rows:
            if row.places > 0:
                about[row.pool_id] = Pool(row.pool_id, row.site_id, row.authority_code,
                                          row.designation, row.phase)  # fmt: skip
                there[row.pool_id, row.academic_year] += row.places
        opened = []
        for build in builds:
            option = build.option
            for phase, name, share in self.slots(option):
                about.setdefault(name, Pool(name, option.site_id,
                                            self.site_authority[option.site_id],
                                            option.designation, phase))  # fmt: skip
                for year in self.years:
                    places = build.size * share * part_open(option.ramp, year - build.opening)
                    if places > 0:
                        opened.append((build, name, year, places))
        return about, there, opened

    def moves_on(self, pool):
        """Return the pool of the next phase, if it is sure to stand where the pool does.

        That is one that exists whatever is built, in every year in which something might open in
        it; or one that is opened by whatever opens this one.
        """
        after = PHASES[PHASES.index(pool.phase) + 1 :]
        if not after:
            return None
        years_of = defaultdict(set)
        for row in self.pool_rows:
            if row.places > 0:
                years_of[row.pool_id].add(row.academic_year)
        openers = defaultdict(set)
        for option in self.options:
            for _, name, _ in self.slots(option):
                openers[name].add(option.option_id)
        slot = (pool.site, pool.designation, after[0])
        there = [row.pool_id for row in self.pool_rows if row.places > 0
                 and (row.site_id, row.designation, row.phase) == slot]  # fmt: skip
        if there:
            name = min(there)
            return name if not openers[name] or years_of[name] == set(self.years) else None
        if years_of[pool.name] or not openers[pool.name] <= openers[":".join(slot)]:
            return None
        return ":".join(slot)

    def slots(self, option):
        """Return phase, pool and share of each part of an option: one that lasts, or its own."""
        lasting = defaultdict(list)
        for row in self.pool_rows:
            if row.places > 0 and row.academic_year == self.years[-1]:
                lasting[row.site_id, row.designation, row.phase].append(row.pool_id)
        for part in cell_list(option.phases):
            phase, share = part.split(":")
            slot = (option.site_id, option.designation, phase)
            yield phase, min(lasting[slot], default=":".join(slot)), float(share)

    # Children ----------------------------------------------------------------------------------

    def child_cost(self, group, pool, phase):
        """£ a child and year in a phase, and minutes in the vehicle; None if there is no way."""
        area, need_group, _ = group
        if (area, pool.site) not in self.drive:
            return None
        minutes, km = self.drive[area, pool.site]
        bands = self.rides[self.home[area], need_group, phase]
        ride = max((row for row in bands if row.from_km <= km), key=lambda row: row.from_km)
        aboard = ride.ride_minutes + ride.ride_factor * minutes
        travel = self.choices.travel
        soft = travel.soft_minutes_primary if phase == "primary" else travel.soft_minutes_secondary
        gbp = (
            self.top_up[need_group]
            + ride.gbp + ride.gbp_per_km * km + ride.gbp_per_minute * minutes
            + self.match[need_group, pool.designation]
            + travel.gbp_per_minute_over * max(0.0, aboard - soft)
        )  # fmt: skip
        return gbp, aboard
