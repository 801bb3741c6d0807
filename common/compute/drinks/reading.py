"""A name as items, each a phrase with what it tells, and the parts they stand in ("pizza | and | a beer")."""

from dataclasses import dataclass
from itertools import islice

from common.compute.drinks import none
from common.compute.drinks.amounts import BOTTLES, CONTAINERS, FILLERS, HALF, MOST, NUMBERS
from common.compute.drinks.kinds import ALONE, COMPOUND_ENDS, DOUBTFUL, KINDS, NAMES
from common.compute.drinks.text import Lexicon, tokens

AND = frozenset({"and", "+", "und", "et", "y", "e", "ed", "og", "och", "ve", "plus", "then"})
WITH = frozenset({"with", "w", "mit", "avec", "con", "com", "met", "med", "z", "ile"})
BREAKS = frozenset([*",;:()/|\N{EN DASH}\N{EM DASH}", "-"])
# "i" and "en" join in Polish and Dutch; elsewhere they mean "in"
_JOINED_BY = {
    "i": frozenset({"piwo", "piwa", "wino", "wodka"}),
    "en": frozenset(
        {
            "bier",
            "biertje",
            "wijn",
            "wijntje",
            "rode wijn",
            "witte wijn",
            "een",
            "glas",
            "glaasje",
            "jenever",
            "twee",
        }
    ),
}

_LEXICON = Lexicon(
    ("namesake", none.NAMESAKES),
    ("without", none.WITHOUT_ALCOHOL),
    ("without", none.BRANDS_WITHOUT),
    *NAMES.items(),
    *((f"alone {kind}", names) for kind, names in ALONE.items()),
    *((f"doubt {kind}", names) for kind, names in DOUBTFUL.items()),
    ("food", none.FOOD),
    ("kitchen", none.KITCHEN),
    ("dish", none.DISHES),
    ("filled", none.FILLED),
    ("after", none.FOOD_AFTER),
    ("cooked", none.COOKED),
    ("into", none.INTO),
    ("beverage", none.BEVERAGES),
    ("no", none.NO),
    ("no after", none.AFTER_NO),
)


@dataclass(frozen=True, slots=True)
class Item:
    words: tuple[str, ...]
    tags: frozenset[str] = frozenset()

    @property
    def kind(self) -> str | None:
        """The kind of drink that it names for certain."""
        return next((tag for tag in self.tags if tag in KINDS), None)

    @property
    def stated(self) -> tuple[str, float] | None:
        """What was stated in figures: ("ml", 330), ("pct", 5), ("times", 2) or ("part", .5)."""
        if not self.words[0].startswith("#"):
            return None
        name, value = self.words[0][1:].split(":")
        return name, float(value)

    @property
    def number(self) -> int | None:
        word = self.words[0]
        if word.isdecimal():
            return int(word) if len(word) < 3 and 0 < int(word) <= MOST else None
        return NUMBERS.get(word) if len(self.words) == 1 else None

    @property
    def vessel(self) -> bool:
        return self.words[0] in CONTAINERS or self.words[0] in BOTTLES

    @property
    def measures(self) -> bool:
        """True for what says how many or how much and nothing else."""
        alone = len(self.words) == 1
        word = self.words[0]
        return alone and (word[0] == "#" or self.number is not None or self.vessel or word in HALF)

    @property
    def idle(self) -> bool:
        return self.measures or (len(self.words) == 1 and self.words[0] in FILLERS)

    def told(self, start: str) -> str | None:
        """Return the kind after "alone" or "doubt"."""
        return next((tag.removeprefix(f"{start} ") for tag in self.tags if tag.startswith(start)), None)


@dataclass(frozen=True, slots=True)
class Part:
    joined: str
    """The sign or conjunction before it, "" for the first."""
    items: tuple[Item, ...]


def read(name: str) -> list[Item]:
    """Return the items of a name, signs between them included."""
    words = tokens(name)
    items, at = [], 0
    while at < len(words):
        length, tags = _LEXICON.longest(words, at)
        if not length:
            length, tags = 1, _compound(words[at])
        items.append(Item(tuple(words[at : at + length]), tags))
        at += length
    return items


def parts(items: list[Item]) -> list[Part]:
    """Return items between signs and conjunctions, none of them empty."""
    found: list[tuple[str, list[Item]]] = [("", [])]
    for i, item in enumerate(items):
        following = " ".join(items[i + 1].words) if i + 1 < len(items) else ""
        if not _joins(item, following, first=i == 0):
            found[-1][1].append(item)
        elif found[-1][1] or found[-1][0] in BREAKS or not found[-1][0]:
            found.append((item.words[0], []))
    return [Part(joined, tuple(listed)) for joined, listed in found if listed]


def _joins(item: Item, following: str, *, first: bool) -> bool:
    word = item.words[0]
    if len(item.words) > 1:
        return False
    return (
        word in AND or word in BREAKS or (word in WITH and not first) or following in _JOINED_BY.get(word, ())
    )


def _compound(word: str) -> frozenset[str]:
    """Return what a compound word tells by its ends: "Festbier", "Landwein", "Pilzrisotto"."""
    if word.startswith(none.WITHOUT_STARTS):
        return frozenset({"namesake"})
    if word.endswith("schwein"):
        return frozenset({"dish"})
    if word.endswith(none.DISH_ENDS):
        return frozenset({"cooked", "after"})
    ends = (kind for end, kind in COMPOUND_ENDS.items() if word.endswith(end) and len(word) > len(end) + 2)
    return frozenset(islice(ends, 1))
