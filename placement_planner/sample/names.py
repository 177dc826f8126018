"""Invented names of places and schools."""

from __future__ import annotations

from itertools import product

__all__ = ["place_names", "school_names"]

STARTS = (
    "Ambrel",
    "Birkel",
    "Corrin",
    "Dunnis",
    "Esker",
    "Farrin",
    "Garrel",
    "Hesker",
    "Ivel",
    "Kessin",
    "Lorrin",
    "Merrel",
    "Nettle",
    "Orrin",
    "Perrin",
    "Quarn",
    "Ressel",
    "Sorrel",
    "Threll",
    "Urrin",
    "Vennel",
    "Wraxen",
    "Yarrel",
)
ENDS = ("wick", "stow", "mere", "garth", "by", "holme", "thwaite", "worth", "sett", "ley", "dene")
SAINTS = (
    "St Aldreth",
    "St Bridewell",
    "St Cuthen",
    "St Dwyfan",
    "St Elvred",
    "St Fenwyn",
    "St Osweth",
    "St Petroneth",
    "St Thérèsa",
    "St Winneth",
)


def place_names(number: int) -> list[str]:
    """Return that many different invented place names.

    Examples
    --------
    >>> place_names(3)
    ['Ambrelwick', 'Birkelstow', 'Corrinmere']
    """
    pairs = list(product(range(len(STARTS)), range(len(ENDS))))
    ordered = sorted(pairs, key=lambda pair: ((pair[1] - pair[0]) % len(ENDS), pair[0]))
    return [STARTS[start] + ENDS[end] for start, end in ordered[:number]]


def school_names(localities: list[str], kinds: list[str]) -> list[str]:
    """Return a different name for each school from its locality and kind.

    `kinds` are words such as ``"Primary School"`` or ``"Church of England Primary School"``; a
    second school of the same name takes a qualifier.

    Examples
    --------
    >>> school_names(["Quarnby", "Quarnby"], ["Academy", "Academy"])
    ['Quarnby Academy', 'Quarnby Hillside Academy']
    """
    qualifiers = (
        "",
        "Hillside",
        "Brook",
        "Meadow",
        "Park",
        "Long Lane",
        "Chapel Street",
        "Old Mill",
        "Beacon",
        "Orchard",
        "Foxfield",
        "Kingsway",
        "Station Road",
    )
    taken: set[str] = set()
    names = []
    for turn, (locality, kind) in enumerate(zip(localities, kinds, strict=True)):
        faith = kind.startswith(("Church", "Catholic"))
        first = f"{SAINTS[turn % len(SAINTS)]}’s {kind}, {locality}" if faith else None
        offers = [first] if first else []
        offers += [" ".join(filter(None, (locality, word, kind))) for word in qualifiers]
        name = next(offer for offer in offers if offer not in taken)
        taken.add(name)
        names.append(name)
    return names
