"""A Folium map that asks nothing of the network: Leaflet alone, inlined from its own package."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

import folium
from folium.template import Template
from xstatic.pkg import leaflet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from branca.element import Figure

__all__ = ["MapParts", "OfflineMap", "leaflet_css", "leaflet_js", "rendered"]

_FOLDER = Path(leaflet.BASE_DIR)
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_ELEMENT_ID = re.compile(r"(?<=_)[0-9a-f]{32}")
_IMAGE = re.compile(r"url\(images/([\w.-]+\.png)\)")
_SOURCE_MAP = re.compile(r"^//# sourceMappingURL=.*$", re.MULTILINE)


class OfflineMap(folium.Map):
    """A Folium map without links: no jQuery, Bootstrap, icon fonts or tiles.

    Only parts that need Leaflet itself may be added to it: GeoJson with its tooltips and popups,
    feature groups, panes, the layer control. The page's own script has ``showRegion``, which frames
    the map on `bounds`, ((south, west), (north, east)) in degrees.
    """

    _template = Template(
        """
        {% macro html(this, kwargs) %}<div class="map" id={{ this.get_name()|tojson }}></div>
        {% endmacro %}
        {% macro script(this, kwargs) %}
        var {{ this.get_name() }} = L.map({{ this.get_name()|tojson }},
            {{ this.options|tojavascript }});
        L.control.scale({imperial: false}).addTo({{ this.get_name() }});
        showRegion({{ this.get_name() }}, {{ this.bounds|tojson }});
        {% endmacro %}
        """
    )

    def __init__(self, bounds: Sequence[Sequence[float]]) -> None:
        super().__init__(tiles=None, attribution_control=False, zoom_snap=0.25, zoom_delta=0.5)
        self.default_js, self.default_css = [], []
        self.bounds = bounds


@dataclass(frozen=True)
class MapParts:
    """What a page needs to hold a map: styles, an element, and the script that fills it."""

    header: str
    html: str
    script: str


def rendered(page_map: OfflineMap) -> MapParts:
    """Render a map into its parts, with the same names for the same map every time."""
    figure = cast("Figure", page_map.get_root())
    page_map.render()  # type: ignore[no-untyped-call]
    parts = [part.render() for part in (figure.header, figure.html, figure.script)]
    found = dict.fromkeys(_ELEMENT_ID.findall("".join(parts)))
    numbers = {element_id: str(number) for number, element_id in enumerate(found)}
    named = [_ELEMENT_ID.sub(lambda match: numbers[match.group()], part) for part in parts]
    return MapParts(*named)


def leaflet_js() -> str:
    """Return Leaflet's script, without the line that would ask for its source map."""
    return _SOURCE_MAP.sub("", (_FOLDER / "leaflet.js").read_text(encoding="utf-8"))


def leaflet_css() -> str:
    """Return Leaflet's styles, with its few small images inside and without comments."""
    styles = _COMMENT.sub("", (_FOLDER / "leaflet.css").read_text(encoding="utf-8"))
    return _IMAGE.sub(lambda match: f"url({_data_uri(match.group(1))})", styles)


def _data_uri(name: str) -> str:
    image = base64.b64encode((_FOLDER / "images" / name).read_bytes()).decode("ascii")
    return f"data:image/png;base64,{image}"
