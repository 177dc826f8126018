"""Pages: their tables, words, attributes, comments, and the data within their scripts."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

from placement_planner.privacy.finished.pieces import Figure, Text, grid_pieces, record_pieces
from placement_planner.privacy.finished.unnamed import point_words

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["html_pieces", "json_pieces"]

_SKIPPED = {"class", "style", "d", "points", "transform", "viewbox", "src"}
_STRINGS = re.compile(r'"((?:[^"\\]|\\.)*)"|\'((?:[^\'\\]|\\.)*)\'')
_SHORTEST_DATA = 8
_TABLE_ROWS = {"td", "th"}


class _Page(HTMLParser):
    """Collects what a page says, shown or not."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[Text] = []
        self.scripts: list[tuple[str, str]] = []
        self.tables: list[tuple[str, list[list[str]], str]] = []
        self._open: list[tuple[list[list[str]], list[str]]] = []
        self._within: list[str] = []
        self._cell: list[str] | None = None
        self._caption: list[str] | None = None

    def _place(self) -> str:
        line, _ = self.getpos()
        return f"line {line}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if value and name not in _SKIPPED:
                self.texts.append(
                    Text(f"{self._place()}, attribute {name} of <{tag}>", value, name)
                )
        if tag in {"script", "style"}:
            self._within.append(tag)
        elif tag == "table":
            self._open.append(([], []))
        elif tag == "tr" and self._open:
            self._open[-1][0].append([])
        elif tag in _TABLE_ROWS and self._open and self._open[-1][0]:
            self._cell = []
        elif tag == "caption":
            self._caption = []

    def handle_endtag(self, tag: str) -> None:
        if tag in {"script", "style"} and self._within:
            self._within.pop()
        elif tag in _TABLE_ROWS and self._cell is not None and self._open:
            self._open[-1][0][-1].append(" ".join("".join(self._cell).split()))
            self._cell = None
        elif tag == "caption" and self._caption is not None and self._open:
            self._open[-1][1].append(" ".join("".join(self._caption).split()))
            self._caption = None
        elif tag == "table" and self._open:
            rows, captions = self._open.pop()
            self.tables.append((self._place(), rows, " ".join(captions)))

    def handle_data(self, data: str) -> None:
        if self._within:
            if self._within[-1] == "script":
                self.scripts.append((self._place(), data))
            return
        for kept in (self._cell, self._caption):
            if kept is not None:
                kept.append(data)
        if data.strip():
            self.texts.append(Text(self._place(), " ".join(data.split())))

    def handle_comment(self, data: str) -> None:
        self.texts.append(Text(f"{self._place()}, comment", data))


def html_pieces(text: str, within: str = "") -> Iterator[Figure | Text]:
    """Give everything that a page says: tables, words, attributes, comments, data in scripts.

    Parameters
    ----------
    text
        The page.
    within
        What stands before every place.
    """
    page = _Page()
    page.feed(text)
    page.close()
    for each in page.texts:
        yield Text(within + each.place, each.words, each.label)
    for place, rows, caption in page.tables:
        places = [
            [f"{within}table that ends on {place}, row {row}" for _ in cells]
            for row, cells in enumerate(rows, start=1)
        ]
        yield from grid_pieces(rows, places, caption)
    for place, script in page.scripts:
        yield from _script_pieces(script, f"{within}script on {place}")


def _script_pieces(script: str, place: str) -> Iterator[Figure | Text]:
    """Give the data that a script holds: whatever in it is JSON, and every other string."""
    decoder = json.JSONDecoder()
    at, rest = 0, []
    while at < len(script):
        start = _next_opening(script, at)
        if start is None:
            break
        try:
            value, end = decoder.raw_decode(script, start)
        except ValueError:
            rest.append(script[at : start + 1])
            at = start + 1
            continue
        if end - start >= _SHORTEST_DATA:
            yield from json_pieces(value, f"{place}, ")
        rest.append(script[at:start])
        at = end
    rest.append(script[at:])
    for found in _STRINGS.finditer("".join(rest)):
        words = found.group(1) or found.group(2) or ""
        if words:
            yield from _with_markup(iter([Text(place, _unescaped(words))]))


def _next_opening(script: str, at: int) -> int | None:
    found = re.compile(r"[{\[]").search(script, at)
    return None if found is None else found.start()


def _unescaped(words: str) -> str:
    """Read the escapes of a string in a script."""
    try:
        return str(json.loads(f'"{words}"'))
    except ValueError:
        return words


def json_pieces(value: Any, place: str = "", about: str = "") -> Iterator[Figure | Text]:  # noqa: ANN401
    """Give every figure and string of data in JSON, GeoJSON among it; markup in it is read too."""
    if isinstance(value, dict):
        told = _told(value, place)
        here = {key: each for key, each in value.items() if not isinstance(each, dict | list)}
        yield from _with_markup(record_pieces([here], told, about))
        for key, each in value.items():
            if isinstance(each, dict | list) and key != "coordinates":
                yield from json_pieces(each, f"{told}{key}, ", f"{about} {key}")
            elif key == "coordinates":
                yield from _point_pieces(each, told)
    elif isinstance(value, list):
        scalars = [each for each in value if not isinstance(each, dict | list)]
        label = about.rpartition(" ")[2]
        records = ({label: each} for each in scalars)
        yield from _with_markup(record_pieces(records, place, about))
        for number, each in enumerate(value, start=1):
            if isinstance(each, dict | list):
                yield from json_pieces(each, f"{place}{number}, ", about)


def _told(value: dict[str, Any], place: str) -> str:
    name = value.get("name") or value.get("code") or value.get("id")
    return f"{place}{name}, " if isinstance(name, str) and name else place


def _with_markup(pieces: Iterator[Figure | Text]) -> Iterator[Figure | Text]:
    for piece in pieces:
        if isinstance(piece, Text) and "<" in piece.words and ">" in piece.words:
            yield from html_pieces(piece.words, f"{piece.place}, ")
        else:
            yield piece


def _point_pieces(coordinates: Any, place: str) -> Iterator[Text]:  # noqa: ANN401
    """Give a point as words: longitude and latitude."""
    if (
        isinstance(coordinates, list)
        and coordinates
        and all(isinstance(each, int | float) for each in coordinates)
    ):
        yield Text(f"{place}coordinates", point_words(*coordinates[:2]), "point")
