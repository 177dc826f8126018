"""The rules that a finished file is checked by, and what breaks them."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from placement_planner.privacy.finished.files import PICTURES, file_pieces
from placement_planner.privacy.finished.labels import (
    counts_children,
    named_counts,
    personal_field,
    personal_value,
)
from placement_planner.privacy.finished.pieces import Figure, Text
from placement_planner.privacy.rules import NEARLY_NOTHING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from placement_planner.privacy.finished.unnamed import NotToBeNamed
    from placement_planner.scenario import PrivacyChoices

__all__ = ["Leak", "Verdict", "check_file"]

_INTERNAL = re.compile(r"INTERNAL, NOT FOR PUBLICATION")
_TOTALS = re.compile(r"^(all|all .*|total.*|whole region|everybody)$", re.IGNORECASE)


@dataclass(frozen=True)
class Leak:
    """One thing that a file gives away: what, where, and as it stands there."""

    file: str
    place: str
    what: str
    example: str

    def __str__(self) -> str:
        return f"{self.file}: {self.place}: {self.what}, for example {self.example}"


@dataclass(frozen=True)
class Verdict:
    """What the check of one file came to; `unchecked` says what nobody looked at."""

    leaks: tuple[Leak, ...]
    figures: int
    unchecked: tuple[str, ...] = ()


def check_file(path: Path, choices: PrivacyChoices, unnamed: NotToBeNamed) -> Verdict:
    """Read a finished file again and find what it gives away.

    Parameters
    ----------
    path
        The file.
    choices
        Threshold and rounding that it should keep to.
    unnamed
        Schools that may not be named.

    Raises
    ------
    DataError
        If the file is absent, of a kind that is not known, or broken.
    """
    if path.suffix.lower() in PICTURES:
        return Verdict((), 0, (f"{path.name} is a picture: look at it yourself",))
    pieces = list(file_pieces(path))
    figures = [piece for piece in pieces if isinstance(piece, Figure)]
    texts = [piece for piece in pieces if isinstance(piece, Text)]
    found = [
        *_marked_internal(texts),
        *_small_figures(figures, choices),
        *_figures_that_totals_tell(figures, choices),
        *_small_words(texts, choices),
        *_personal(texts),
        *_schools(texts, unnamed),
    ]
    leaks = (Leak(path.name, place, what, example) for place, what, example in found)
    return Verdict(tuple(dict.fromkeys(leaks)), len(figures))


_Found = tuple[str, str, str]


def _marked_internal(texts: Iterable[Text]) -> Iterator[_Found]:
    for text in texts:
        if _INTERNAL.search(text.words):
            yield text.place, "the file says that it is internal", text.words[:80]
            return


def _small_figures(figures: Iterable[Figure], choices: PrivacyChoices) -> Iterator[_Found]:
    """Find counts of children under the threshold, and such as were not rounded."""
    for figure in figures:
        if figure.value is None or not _counts_children(figure):
            continue
        told = f"{figure.label} {figure.value:g}" + (f" ({figure.row[:60]})" if figure.row else "")
        if NEARLY_NOTHING < abs(figure.value) < choices.threshold - NEARLY_NOTHING:
            yield figure.place, f"a count of children under {choices.threshold}", told
        elif not _is_rounded(figure.value, choices.rounding):
            yield (
                figure.place,
                f"a count of children that is not rounded to {choices.rounding}",
                told,
            )


def _counts_children(figure: Figure) -> bool:
    """Tell whether a figure counts children, by either heading that it may have."""
    headings = {figure.label, figure.first_label or figure.label}
    return any(counts_children(label, figure.row, figure.about) for label in headings)


def _is_rounded(value: float, multiple: int) -> bool:
    return abs(value - multiple * round(value / multiple)) <= NEARLY_NOTHING


def _figures_that_totals_tell(
    figures: Sequence[Figure], choices: PrivacyChoices
) -> Iterator[_Found]:
    """Find columns whose total leaves for the one figure withheld no count but a small one."""
    columns: dict[tuple[str, str], list[Figure]] = defaultdict(list)
    for figure in figures:
        if _counts_children(figure):
            columns[figure.about, figure.label].append(figure)
    half = (choices.rounding - 1) / 2
    for (_, label), column in columns.items():
        totals = [each for each in column if _TOTALS.match(each.row) and each.value is not None]
        parts = [each for each in column if not _TOTALS.match(each.row)]
        hidden = [each for each in parts if each.value is None]
        shown = [each.value for each in parts if each.value is not None]
        if len(totals) != 1 or len(hidden) != 1:
            continue
        total = totals[0].value or 0.0
        least_shown = sum(max(value - half, min(value, choices.threshold)) for value in shown)
        most = total + half - least_shown
        if most < choices.threshold - NEARLY_NOTHING:
            told = f"{label}: {total:g} in all, {sum(shown):g} shown"
            yield hidden[0].place, "a total that tells the one figure withheld", told


def _small_words(texts: Iterable[Text], choices: PrivacyChoices) -> Iterator[_Found]:
    """Find small counts of children in sentences, cards and tooltips."""
    for text in texts:
        for count in named_counts(text.words):
            if 0 < count < choices.threshold:
                what = f"a count of children under {choices.threshold}"
                yield text.place, what, _around(text.words, f"{count:g}")


def _personal(texts: Iterable[Text]) -> Iterator[_Found]:
    labels: set[str] = set()
    for text in texts:
        what = personal_field(text.label)
        if what is not None and text.label not in labels:
            labels.add(text.label)
            yield text.place, f"a field for {what}", text.label
        if told := personal_value(text.words):
            yield text.place, told[0], told[1]


def _schools(texts: Iterable[Text], unnamed: NotToBeNamed) -> Iterator[_Found]:
    if not unnamed.words and not unnamed.points:
        return
    words = sorted(unnamed.words, key=len, reverse=True)
    pattern = (
        re.compile(
            r"(?<![\w.])(" + "|".join(_loose(each) for each in words) + r")(?!\w|\.\d)",
            re.IGNORECASE,
        )
        if words
        else None
    )
    for text in texts:
        if text.label == "point" and text.words in unnamed.points:
            yield text.place, "the spot of a school that has not agreed to be named", text.words
        elif pattern is not None and (found := pattern.search(text.words)):
            what = "a school that has not agreed to be named"
            yield text.place, what, _around(text.words, found.group())


def _loose(name: str) -> str:
    """Match a name whatever the spaces between its words."""
    return r"\s+".join(re.escape(word) for word in name.split())


def _around(words: str, found: str) -> str:
    """Return what was found with a few letters on either side."""
    at = max(words.find(found), 0)
    return words[max(at - 30, 0) : at + len(found) + 30].strip()
