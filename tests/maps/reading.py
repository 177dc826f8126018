"""What a map file says: its tables, read as a program would that knows HTML and no more."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Part:
    """A body of a table: its attributes, and its rows of cells with their own attributes."""

    about: dict[str, str]
    rows: list[tuple[dict[str, str], list[str]]] = field(default_factory=list)


@dataclass
class Table:
    about: dict[str, str]
    caption: str = ""
    headings: list[tuple[dict[str, str], str]] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)

    @property
    def columns(self):
        return [about.get("data-column") for about, _ in self.headings]

    def part(self, group="all", phase="all"):
        return next(
            part
            for part in self.parts
            if (part.about["data-group"], part.about["data-phase"]) == (group, phase)
        )

    def figures(self, column, group="all", phase="all"):
        """Figures of a column by the code of their area, as they are written."""
        place = self.columns.index(column)
        return {
            about["data-code"]: cells[place]
            for about, cells in self.part(group, phase).rows
            if "data-code" in about
        }

    @property
    def rows(self):
        return [cells for part in self.parts for _, cells in part.rows]


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tables, self.place, self.text = [], "", None

    def handle_starttag(self, tag, attributes):
        about = {name: value or "" for name, value in attributes}
        if tag in {"td", "th", "tr", "tbody", "caption"}:
            self._end_cell()
        if tag == "table":
            self.tables.append(Table(about))
        elif tag in {"thead", "tbody", "caption"}:
            self.place = tag
            if tag == "tbody":
                self.tables[-1].parts.append(Part(about))
            if tag == "caption":
                self.text = ""
        elif tag == "tr" and self.place == "tbody":
            self.tables[-1].parts[-1].rows.append((about, []))
        elif tag in {"td", "th"}:
            self.text, self.about = "", about

    def handle_data(self, data):
        if self.text is not None:
            self.text += data

    def handle_endtag(self, tag):
        if tag in {"td", "th", "tr", "tbody", "table", "thead", "caption"}:
            self._end_cell()

    def _end_cell(self):
        if self.text is None:
            return
        text, self.text = " ".join(self.text.split()), None
        table = self.tables[-1]
        if self.place == "caption":
            table.caption = text
        elif self.place == "thead":
            table.headings.append((self.about, text))
        else:
            table.parts[-1].rows[-1][1].append(text)


def tables_of(page):
    """Return every table of a page."""
    reader = _Reader()
    reader.feed(page)
    return reader.tables


def layer_of(page, layer, pane=0):
    """Return the table of a layer of a pane."""
    return next(
        table
        for table in tables_of(page)
        if (table.about.get("data-layer"), table.about.get("data-pane")) == (layer, str(pane))
    )


def marks_of(page, name, pane=0):
    """Return the table that tells what the marks of a layer mean."""
    return next(
        table
        for table in tables_of(page)
        if (table.about.get("data-marks"), table.about.get("data-pane")) == (name, str(pane))
    )
