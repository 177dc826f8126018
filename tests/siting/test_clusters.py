"""Areas taken together: what is kept exactly, and that bound and plan hold for every area."""

import numpy as np
import pytest

from placement_planner.pipeline import find_plan
from placement_planner.siting import search
from placement_planner.siting.arcs import stays_of
from placement_planner.siting.decompose.blocks import build_blocks, no_charges
from placement_planner.siting.decompose.clusters import cluster
from placement_planner.siting.decompose.split import split
from placement_planner.siting.decompose.ways import best_ways, entrants_of
from placement_planner.siting.problem import build_problem
from tests.siting.large import large_region
from tests.siting.roads import on_road, report

TOWN = {"areas": 16, "sites": 8, "years": (2027, 2028)}
MANY = 32  # 16 areas × 2 needs


def used(problem, placed):
    """Return children by group and year who are placed."""
    stays = stays_of(problem, placed.link, placed.entry)
    told = np.zeros(problem.groups.children.shape)
    np.add.at(told, (stays.group, stays.year), stays.share * placed.children[stays.arc])
    return told


@pytest.fixture(scope="module")
def problem():
    return build_problem(*large_region(1, **TOWN))


def test_clusters_have_the_children_of_their_areas(problem):
    whole = cluster(problem, 10).problem

    table = whole.groups.table
    assert len(table.drop_duplicates(["area_code", "need_group"])) == 10
    assert whole.groups.children.sum(axis=0) == pytest.approx(problem.groups.children.sum(axis=0))


def test_a_cluster_of_each_area_is_the_problem_itself(problem):
    clusters = cluster(problem, MANY)

    same = clusters.problem
    assert len(same.links) == len(problem.links)
    assert same.groups.children[clusters.of_group] == pytest.approx(problem.groups.children)
    assert sorted(same.links["gbp_0"]) == pytest.approx(sorted(problem.links["gbp_0"]))


def test_costs_are_means_weighed_by_children(problem):
    """Of two clusters a need at most: a link costs what its areas' links cost on average."""
    clusters = cluster(problem, 4)
    whole, weight = clusters.problem, problem.groups.children.sum(axis=1)
    links = problem.links.assign(
        cluster=clusters.of_group[problem.link_group], weight=weight[problem.link_group]
    )
    for row in whole.links.sample(20, random_state=0).itertuples():
        own = links[(links["cluster"] == row.group) & (links["pool"] == row.pool)]
        assert row.gbp_0 == pytest.approx(np.average(own["gbp_0"], weights=own["weight"]))


def test_everybody_takes_the_best_way_once_and_no_group_is_above_its_children(problem):
    """Without charges everybody whom a place is cheaper for than the fallback has one."""
    ways = best_ways(problem, build_blocks(problem), no_charges(problem))

    placed = used(problem, entrants_of(problem, ways.link))

    children = problem.groups.children
    assert (placed <= children + 1e-9).all()
    assert placed[ways.link >= 0] == pytest.approx(children[ways.link >= 0])


def test_the_plan_of_clusters_is_split_without_loss(problem):
    """As many children as the clusters place, within the children of every area."""
    clusters = cluster(problem, 6)
    whole = clusters.problem
    ways = best_ways(whole, build_blocks(whole), no_charges(whole))
    of_clusters = entrants_of(whole, ways.link)

    of_areas = split(problem, clusters, of_clusters)

    assert (used(problem, of_areas) <= problem.groups.children + 1e-9).all()
    assert used(problem, of_areas).sum() == pytest.approx(used(whole, of_clusters).sum(), rel=1e-6)
    both = (
        np.bincount(p.link_pool[each.link], each.children, minlength=len(p.pools.table))
        for p, each in ((problem, of_areas), (whole, of_clusters))
    )
    assert next(both) == pytest.approx(next(both), rel=1e-6)


@pytest.mark.parametrize(
    "seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (1, 2, 3))]
)
def test_what_is_planned_by_clusters_holds_for_every_area(seed):
    """The plan passes its audit; the optimum of the whole lies between its bound and its cost."""
    tables, choices = large_region(seed, **TOWN)
    best = report(tables, choices).objective_gbp
    by_clusters = on_road("decomposed", choices).with_choices(
        solver={"clusters": 8, "time_limit_s": 30}
    )

    told = find_plan(tables, by_clusters).report

    assert told.bound_gbp <= best * (1 + 1e-6)
    assert told.objective_gbp >= best * (1 - 1e-6)
    assert told.objective_gbp <= 1.1 * best


def test_vast_problems_are_planned_by_clusters_without_being_asked(monkeypatch):
    """Here vast is what has more than 40 possible placements, and clusters are 8."""
    monkeypatch.setattr(search, "_VAST", 40)
    monkeypatch.setattr(search, "_CLUSTERS", 8)
    tables, choices = large_region(0, **TOWN)
    told = []

    find_plan(tables, on_road("decomposed", choices), told.append)

    assert any("by clusters of areas" in words for words in told)
    assert any("taken together as 16 to decide" in words for words in told)  # 8 × 2 phases
