"""Rules of temporary places, of children across the border, and of neighbouring places."""

from __future__ import annotations

from typing import TYPE_CHECKING

from placement_planner.checks.locations import area_of_points
from placement_planner.checks.shapes import sound_areas

if TYPE_CHECKING:
    from placement_planner.checks.study import CheckedStudy
    from placement_planner.errors import Finding

__all__ = [
    "check_from_elsewhere",
    "check_neighbours_apart",
    "check_neighbours_beyond",
    "check_temporary_places",
]

_ON_THE_BORDER_M = 0.001


def check_temporary_places(study: CheckedStudy) -> list[Finding]:
    """Report temporary places that never close."""
    rows = study.rows("provision", "provision_id", "standing", "closes")
    if "closes" in study.faulty("provision"):
        return []
    wrong = rows[(rows["standing"] == "temporary") & rows["closes"].isna()]
    words = "{provision_id} temporary without a year"
    right = "the first academic year without the places, or standing permanent"
    return study.report("provision", "closes", wrong, words, right)


def check_from_elsewhere(study: CheckedStudy) -> list[Finding]:
    """Report children from elsewhere in pools unknown, or of another phase or authority."""
    pools = study.whole("provision", "provision_id", "site_id", "phase")
    sites = study.whole("sites", "site_id", "authority_code")
    known = pools.merge(sites, on="site_id").set_index("provision_id")
    columns = ["direction", "place", "phase", "authority_code"]
    rows = study.rows("cross_border", *columns)
    rows = rows[rows["direction"] == "in"]
    is_known = rows["place"].isin(known.index)
    right = "a provision_id of schools/provision.csv where direction is in"
    found = study.report("cross_border", "place", rows[~is_known], "{place}", right)
    of_pool = known.reindex(rows["place"]).set_axis(rows.index)
    for name in ("phase", "authority_code"):
        stands = rows.assign(of_pool=of_pool[name])
        wrong = stands[is_known & (stands[name] != stands["of_pool"])]
        words = f"{{{name}}} for {{place}}, which is of {{of_pool}}"
        right = "that of the pool of places, and of the site it stands on"
        found += study.report("cross_border", name, wrong, words, right)
    return found


def check_neighbours_apart(study: CheckedStudy) -> list[Finding]:
    """Report neighbouring places that share an identifier with the region's own."""
    found = []
    for column, table, key in (
        ("site_id", "sites", "site_id"),
        ("place_id", "provision", "provision_id"),
    ):
        own = study.whole(table, key)[key]
        rows = study.rows("neighbouring_places", column)
        words = f"{{{column}}}, which is also a {key} of the region"
        wrong = rows[rows[column].isin(own)]
        right = "a school outside the region, with an identifier of its own"
        found += study.report("neighbouring_places", column, wrong, words, right)
    return found


def check_neighbours_beyond(study: CheckedStudy) -> list[Finding]:
    """Report neighbouring places that lie inside the region."""
    rows = study.rows("neighbouring_places", "site_name", "easting", "northing")
    areas = sound_areas(study)
    inside = area_of_points(rows["easting"], rows["northing"], areas, snap_m=_ON_THE_BORDER_M)
    wrong = rows.assign(area_code=inside)[inside.notna()]
    words = "{site_name} in area {area_code}: {easting:.0f}, {northing:.0f}"
    right = "a position outside all areas; schools of the region belong in sites and provision"
    return study.report("neighbouring_places", "easting", wrong, words, right)
