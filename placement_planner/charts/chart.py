"""A chart with words for those who cannot see it, and the looks that all charts share."""

from __future__ import annotations

import base64
import math
from dataclasses import dataclass
from html import escape
from io import BytesIO
from textwrap import fill
from typing import TYPE_CHECKING

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from placement_planner.wording import year_label

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from matplotlib.axes import Axes
    from matplotlib.gridspec import GridSpec

__all__ = [
    "BLACK",
    "BLUE",
    "GREEN",
    "GREY",
    "ORANGE",
    "PINK",
    "Chart",
    "lay_out",
    "number",
    "panel_title",
    "year_axis",
]

_YEARS_A_LABEL_TAKES = 3

# Okabe and Ito's colours, told apart by colour-blind eyes.
BLUE, ORANGE, GREEN, PINK = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
BLACK, GREY = "#222222", "#6b6b6b"
_DPI = 110
_SMALL, _MEDIUM, _LARGE = 8.5, 10, 13.5
_LETTERS_AN_INCH = 12.5
_LINE_IN = 0.17


@dataclass(frozen=True)
class Chart:
    """A figure with its title, and its content in words.

    Notebooks show it as a picture with the words as its alternative text.
    """

    figure: Figure
    title: str
    description: str

    def png(self) -> bytes:
        """Return the picture, with title and words as its metadata."""
        file = BytesIO()
        words = {"Title": self.title, "Description": self.description, "Software": None}
        FigureCanvasAgg(self.figure)
        self.figure.savefig(file, format="png", dpi=_DPI, metadata=words)
        return file.getvalue()

    def write(self, path: Path, mark: str = "") -> Path:
        """Write the picture to a file, with words across its head that say that it is internal."""
        told = self.figure.text(0.99, 0.995, mark, ha="right", va="top", size=_SMALL, color=ORANGE)
        path.write_bytes(self.png())
        told.remove()
        return path

    def _repr_html_(self) -> str:
        picture = base64.b64encode(self.png()).decode("ascii")
        words = escape(f"{self.title}. {self.description}", quote=True)
        return f'<img alt="{words}" src="data:image/png;base64,{picture}">'


def number(value: float) -> str:
    """Write a count of children.

    Examples
    --------
    >>> number(12345.6), number(-0.2), number(float("nan"))
    ('12,346', '0', 'withheld')
    """
    return "withheld" if math.isnan(value) else f"{round(value) + 0:,}"


def lay_out(
    title: str,
    caption: Sequence[str],
    panels: int,
    *,
    columns: int,
    panel: tuple[float, float],
    has_legend: bool = False,
) -> tuple[Figure, list[Axes]]:
    """Return a figure with panels, a title above and a caption below; spare panels are left out.

    Parameters
    ----------
    title, caption
        Title, and sentences that stand under the panels, each on lines of its own.
    panels
        Number of panels.
    columns
        Most panels beside each other.
    panel
        Width and height of a panel in inches, its words included.
    has_legend
        Whether room is left for a line under the title.
    """
    across = min(columns, panels)
    down = -(-panels // across)
    width = across * panel[0]
    lines = [fill(line, int(width * _LETTERS_AN_INCH)) for line in caption]
    text = "\n".join(lines)
    foot = _LINE_IN * (text.count("\n") + 1) + 0.15
    head = 0.75 if has_legend else 0.45
    height = down * panel[1] + head + foot
    figure = Figure(figsize=(width, height), dpi=_DPI, facecolor="white")
    figure.text(0.12 / width, 1 - 0.12 / height, title, fontsize=_LARGE, weight="bold", va="top")
    figure.text(0.12 / width, 0.1 / height, text, fontsize=_SMALL, color=GREY, va="bottom")
    grid: GridSpec = figure.add_gridspec(
        down,
        across,
        left=0.62 / width,
        right=1 - 0.35 / width,
        bottom=(foot + 0.3) / height,
        top=1 - (head + 0.55) / height,
        hspace=0.95 / (panel[1] - 0.95),
        wspace=0.7 / (panel[0] - 0.7),
    )
    axes = [figure.add_subplot(grid[place // across, place % across]) for place in range(panels)]
    for axis in axes:
        axis.spines[["top", "right", "left"]].set_visible(False)
        axis.grid(axis="y", color="#e0e0e0", linewidth=0.8)
        axis.set_axisbelow(True)
        axis.tick_params(labelsize=_SMALL, length=0)
        axis.tick_params(axis="x", pad=6)
        axis.yaxis.set_major_locator(MaxNLocator(nbins=4, integer=True))
        axis.yaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
    return figure, axes


def panel_title(axis: Axes, name: str, words: str, width: float) -> None:
    """Name a panel in bold, wrapped, with a line of words under the name."""
    wrapped = fill(name, int(width * 9.5))
    axis.annotate(
        words,
        (0, 1),
        (0, 6),
        xycoords="axes fraction",
        textcoords="offset points",
        fontsize=_SMALL,
        color=BLACK,
        va="bottom",
    )
    axis.annotate(
        wrapped,
        (0, 1),
        (0, 6 + 12 * (words.count("\n") + 1)),
        xycoords="axes fraction",
        textcoords="offset points",
        fontsize=_MEDIUM,
        weight="bold",
        va="bottom",
    )


def year_axis(axis: Axes, years: Sequence[int], base_year: int) -> None:
    """Label the first, the base and the last academic year, and mark the base."""
    has_room = base_year - years[0] >= _YEARS_A_LABEL_TAKES
    shown = sorted({base_year, years[-1]} | ({years[0]} if has_room else set()))
    axis.set_xticks(shown, [year_label(year) for year in shown])
    axis.set_xlim(years[0] - 0.4, years[-1] + 0.4)
    axis.axvline(base_year, color="#bdbdbd", linewidth=0.8, zorder=0)
    axis.set_ylim(bottom=0)
