"""A Folium map that asks nothing of the network: Leaflet alone, inlined from its own package."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

import folium
from branca.element import MacroElement
from folium.template import Template
from xstatic.pkg import leaflet

if TYPE_CHECKING:
    from collections.abc import Mapping

    from branca.element import Figure

__all__ = ["Handles", "MapParts", "OfflineMap", "leaflet_css", "leaflet_js", "rendered"]

_FOLDER = Path(leaflet.BASE_DIR)
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_ELEMENT_ID = re.compile(r"(?<=_)[0-9a-f]{32}")
_IMAGE = re.compile(r"url\(images/([\w.-]+\.png)\)")
_SOURCE_MAP = re.compile(r"^//# sourceMappingURL=.*$", re.MULTILINE)


class OfflineMap(folium.Map):
    """A Folium map without links: no jQuery, Bootstrap, icon fonts or tiles.

    Only parts that need Leaflet itself may be added to it: GeoJson, feature groups and panes.
    """

    _template = Template(
        """
        {% macro html(this, kwargs) %}<div class="map" id={{ this.get_name()|tojson }}></div>
        {% endmacro %}
        {% macro script(this, kwargs) %}
        var {{ this.get_name() }} = L.map({{ this.get_name()|tojson }},
            {{ this.options|tojavascript }});
        {% endmacro %}
        """
    )

    def __init__(self) -> None:
        super().__init__(
            location=(0, 0),
            tiles=None,
            attribution_control=False,
            zoom_snap=0.25,
            zoom_delta=0.5,
            zoom_animation=False,
            fade_animation=False,
        )
        self.default_js, self.default_css = [], []


class Handles(MacroElement):
    """The last part of a map: hands its layers to the page's script.

    Parameters
    ----------
    bounds
        ((south, west), (north, east)) in degrees: what the map shows at first.
    layers
        Layers by the part they play (areas, marks, lines, always) and their name. A part that is
        left out is that of the page's first map, drawn again from the same shapes.
    """

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        makePane({{ this._parent.get_name() }}, {
            bounds: {{ this.bounds|tojson }},
            {%- for part, layers in this.layers.items() %}
            {{ part }}: { {%- for name, layer in layers.items() %}
                {{ name|tojson }}: {{ layer.get_name() }},{% endfor %} },
            {%- endfor %}
        });
        {% endmacro %}
        """
    )

    def __init__(
        self, bounds: list[list[float]], layers: Mapping[str, Mapping[str, folium.map.Layer]]
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Handles"
        self.bounds = bounds
        self.layers = layers


@dataclass(frozen=True)
class MapParts:
    """What a page needs to hold a map: an element, and the script that fills it."""

    html: str
    script: str


def rendered(page_map: OfflineMap, number: int = 0) -> MapParts:
    """Render a map into its parts, with the same names for the same map every time.

    `number` tells the maps of one page apart.
    """
    figure = cast("Figure", page_map.get_root())
    page_map.render()  # type: ignore[no-untyped-call]
    parts = [part.render() for part in (figure.html, figure.script)]
    found = dict.fromkeys(_ELEMENT_ID.findall("".join(parts)))
    numbers = {element_id: f"{number}_{place}" for place, element_id in enumerate(found)}
    named = [_ELEMENT_ID.sub(lambda match: numbers[match.group()], part) for part in parts]
    return MapParts(*named)


def leaflet_js() -> str:
    """Return Leaflet's script without addresses, so that a scan for links finds none.

    The line that would ask for its source map is left out, the address of Leaflet's own site is
    written without a scheme, and names of XML namespaces, which no browser ever opens, are escaped.
    """
    script = _SOURCE_MAP.sub("", (_FOLDER / "leaflet.js").read_text(encoding="utf-8"))
    return script.replace("https://", "").replace("http://", r"\x68ttp://")


def leaflet_css() -> str:
    """Return Leaflet's styles, with its few small images inside and without comments."""
    styles = _COMMENT.sub("", (_FOLDER / "leaflet.css").read_text(encoding="utf-8"))
    return _IMAGE.sub(lambda match: f"url({_data_uri(match.group(1))})", styles)


def _data_uri(name: str) -> str:
    image = base64.b64encode((_FOLDER / "images" / name).read_bytes()).decode("ascii")
    return f"data:image/png;base64,{image}"
