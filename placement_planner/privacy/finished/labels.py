"""What a label says of the figures under it: whether they count children, or tell of a person."""

from __future__ import annotations

import re

__all__ = ["counts_children", "named_counts", "personal_field", "personal_value"]

_OTHERWISE = re.compile(
    r"gbp|£|cost|price|capital|funded|spent|money|minutes|\bkm\b|miles|distance|share|%|per cent"
    r"|\bper\b|_per_|rate\b|factor|score|weight|rank|index|\bage\b|decile|month|date|version|seconds"
    r"|east|north|\blat|\blon|\bcode|_code|\bid\b|_id\b|year|number|no\.|scheme|schools?$|options?$"
    r"|establishments|lead|ramp|size|draw|places|capacity|level|gain|change|basis",
    re.IGNORECASE,
)
_CHILDREN = re.compile(
    r"child|pupil|young people|learner|\bneed\b|in_need|placed|without|fallback|on roll|\broll\b"
    r"|\bover\b|caseload|\bplans?\b|requests?|assessments?|do_nothing|nothing built|elsewhere"
    r"|^(mean|median|p5|p95|q1|q3|held|known|base|final|count|n|total)$|estimated children",
    re.IGNORECASE,
)
_YEAR = re.compile(
    r"^(January )?(19|20)\d\d(/\d\d)?( median| if today's rates stayed)?$|^1 draw in 20"
)
_OF_PLACES = re.compile(r"\bplaces open\b|\bpots?\b|£|minutes|\bkm\b|cost|journey", re.IGNORECASE)
_CHOICES = re.compile(r"^Assumptions:|timings|packages|hashes", re.IGNORECASE)
_NUMBER = r"(\d[\d,]*(?:\.\d+)?)"
_BEFORE = re.compile(
    rf"(?<![\d.,£/-]){_NUMBER} (?:more )?(?:child(?:ren)?|pupils?|young people)\b",
    re.IGNORECASE,
)
_AFTER = re.compile(
    rf"\b(?:children|pupils|young people)\b[^:=\d<>]{{0,60}}[:=] ?{_NUMBER}(?![\d/%]| of )",
    re.IGNORECASE,
)
_FIELDS = {
    "a name": r"fore_?names?|sur_?names?|first_?names?|last_?names?|family_?names?|given_?names?"
    r"|full_?names?|(child|pupil|person|student|learner)s?_?names?",
    "a date of birth": r"dob|date_?of_?birth|birth_?dates?|born_?on",
    "a unique pupil number": r"upns?|unique_?(pupil|learner)_?numbers?|former_?upns?|ulns?",
    "a postcode": r"post_?codes?|pcds?\d?",
    "an NHS number": r"nhs(_?(no|number|num))?",
}
_PERSONAL = {
    what: re.compile(rf"^(?:\w+_)?(?:{words})$", re.IGNORECASE) for what, words in _FIELDS.items()
}
_UPN = re.compile(r"(?<![A-Za-z0-9])[A-HJ-NP-RT-Z]\d{11}[\dA-HJ-NP-RT-Z](?![A-Za-z0-9])")
_UPN_CHECK = "ABCDEFGHJKLMNPQRTUVWXYZ"
_POSTCODE = re.compile(
    r"(?<![A-Za-z0-9])(?:[A-PR-UWYZ][A-HK-Y]?\d[\dA-HJKSTUW]?) \d[ABD-HJLNP-UW-Z]{2}(?![A-Za-z0-9])"
)
_NHS = re.compile(r"(?<![\d.])\d{3}[ -]\d{3}[ -]\d{4}(?![\d.])")
_NHS_LENGTH = 10


def counts_children(label: str, row: str, about: str) -> bool:
    """Tell whether a figure counts children, by its heading, the words of its row, and the table's.

    Examples
    --------
    >>> counts_children("children", "", ""), counts_children("Places", "", "Children")
    (True, False)
    >>> counts_children("2030/31", "Bolton", "Need: Children who need a specialist place")
    True
    >>> counts_children("Plan", "Transport £ a year GBP", "Measures")
    False
    """
    if _CHOICES.search(about):
        return False
    if _YEAR.search(label):
        return bool(_CHILDREN.search(about)) and not _OF_PLACES.search(about)
    if _OTHERWISE.search(label) and not re.search(r"child|pupil", label, re.IGNORECASE):
        return False
    if re.search(r"minutes|share|£|gbp|\bkm\b|miles|%|\bper\b", label, re.IGNORECASE):
        return False
    is_of_plan = label.strip().lower() in {"plan", "nothing built", "do_nothing"}
    if is_of_plan and (_OF_PLACES.search(f"{row} {about}") or re.search(r"GBP|share|places", row)):
        return False
    return bool(_CHILDREN.search(label))


def named_counts(words: str) -> list[float]:
    """Find counts of children in a sentence or a card.

    Examples
    --------
    >>> named_counts("Need, all groups: 12 children; 2030/31: 3 children")
    [12.0, 3.0]
    >>> named_counts("Children placed there: 4"), named_counts("Children under 5 are withheld")
    ([4.0], [])
    """
    found = [*_BEFORE.findall(words), *_AFTER.findall(words)]
    return [float(each.replace(",", "")) for each in found]


def personal_field(label: str) -> str | None:
    """Return which personal field a column's name is; None for any other.

    Examples
    --------
    >>> personal_field("Date of birth"), personal_field("area_name"), personal_field("UPN")
    ('a date of birth', None, 'a unique pupil number')
    """
    name = re.sub(r"[\s-]+", "_", label.strip())
    return next((what for what, words in _PERSONAL.items() if words.match(name)), None)


def personal_value(words: str) -> tuple[str, str] | None:
    """Return which personal field stands in some words, and the value; None if none does.

    Examples
    --------
    >>> personal_value("lives at BL1 4AA"), personal_value("943 476 5919"), personal_value("M0 1L")
    (('a postcode', 'BL1 4AA'), ('an NHS number', '943 476 5919'), None)
    """
    if found := _POSTCODE.search(words):
        return "a postcode", found.group()
    for found in _UPN.finditer(words):
        if _is_upn(found.group()):
            return "a unique pupil number", found.group()
    for found in _NHS.finditer(words):
        if _is_nhs(re.sub(r"\D", "", found.group())):
            return "an NHS number", found.group()
    return None


def _is_upn(upn: str) -> bool:
    """Check the letter that a unique pupil number begins with; a temporary one ends in a letter."""
    values = [int(each) if each.isdigit() else _UPN_CHECK.index(each) for each in upn[1:]]
    return _UPN_CHECK[sum(at * each for at, each in enumerate(values, start=2)) % 23] == upn[0]


def _is_nhs(digits: str) -> bool:
    """Check the last digit of an NHS number, modulus 11."""
    total = sum(int(each) * (_NHS_LENGTH - at) for at, each in enumerate(digits[:-1]))
    return (11 - total % 11) % 11 == int(digits[-1])
