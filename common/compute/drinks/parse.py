"""Alcohol in what is eaten and drunk, told from its name: drinks and ethanol, none, or doubt.

The backend has no column for alcohol. A part of a name is a drink if a phrase of it names one and nothing
says otherwise: that it is without alcohol ("beer without alcohol", "0,0 %"), a namesake ("root beer", "old
fashioned oats"), or food made with it ("beer batter", "mussels in white wine"). Size, strength and number are
taken where the name states them, else what is usual for the kind.

A *drink* is what somebody would count as one: a glass, a can, a shot; of more than fits into one, servings.
Its ethanol is kept in grams beside it, 10 g being a standard drink (WHO 2000, International Guide for
Monitoring Alcohol Consumption). What has up to 1.2% by volume is without alcohol (Regulation (EU) No
1169/2011, art. 16).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import isnan, nan

from common.compute.drinks.amounts import BOTTLES, CONTAINERS, HALF, NUMBERS
from common.compute.drinks.kinds import KINDS
from common.compute.drinks.none import ZERO_OF
from common.compute.drinks.reading import AND, BREAKS, WITH, Item, Part, parts, read

ETHANOL_G_PER_ML = 0.789
KCAL_PER_G = 7.0
STANDARD_DRINK_G = 10.0
WITHOUT_UP_TO_PCT = 1.2

_FAMILIES = (
    ("generic",), ("beer", "strong_beer", "shandy", "cider", "cooler"),
    ("wine", "sparkling", "mulled", "spritzer", "fortified", "rice_wine"),
    ("spirit", "liqueur", "cocktail", "long_drink"),
)  # fmt: skip
_FAMILY = {kind: i for i, kinds in enumerate(_FAMILIES) for kind in kinds}
# where a part names several kinds it is the first of these: "vodka martini", "red wine spritzer"
_MIXED = ("long_drink", "cocktail", "spritzer", "shandy", "cooler", "mulled", "cider", "strong_beer")
_ZERO_OF = frozenset(ZERO_OF.replace("|", " ").split())
_OF = frozenset({"de", "di", "do", "da"})
_WHOLE = frozenset({"halbe", "demi"})


@dataclass(frozen=True, slots=True)
class Drinks:
    """Drinks of one name. NaN in both is doubt, 0 in both is known to be none."""

    number: float
    ethanol_g: float

    @property
    def unknown(self) -> bool:
        return isnan(self.number)


NONE, UNKNOWN = Drinks(0.0, 0.0), Drinks(nan, nan)


@lru_cache(maxsize=8192)
def drinks_in(name: str) -> Drinks:
    """Return what a meal's name tells of alcohol: a number of drinks and their ethanol, NONE or UNKNOWN."""
    items = read(name)
    if not any(item.kind for item in items):
        return _without_certain_word(items)
    found = parts(items)
    in_a_list = all(part.joined in BREAKS or not part.joined for part in found)
    if in_a_list and any("kitchen" in item.tags for item in items):
        return NONE
    if any(_denied(part.items) and not _names_drink(part.items) for part in found):
        return NONE
    amounts = [_amount(drunk) for drunk in _drunk(found)]
    ethanol_g = sum(each.ethanol_g for each in amounts)
    return Drinks(sum(each.number for each in amounts), ethanol_g) if ethanol_g else NONE


def _without_certain_word(items: list[Item]) -> Drinks:
    """Return names of nothing but a word that is a drink where it stands alone, or that may be one."""
    words = tuple(item for item in items if item.words[0] not in BREAKS)
    found = parts(items)
    said = [_said_alone(part.items) for part in found if part.joined in AND]
    drunk = [_said_alone(words), *said]
    if any(_names_drink(each) for each in drunk):
        return _amount(next(each for each in drunk if _names_drink(each)))
    doubted = [item for item in words if item.told("doubt")]
    if not doubted or _denied(words) or not all(item.told("doubt") or item.idle for item in words):
        return NONE
    if not any(item.stated and item.stated[0] == "pct" for item in words):
        return UNKNOWN
    return _amount(tuple(Item(item.words, frozenset(filter(None, [item.told("doubt")]))) for item in words))


def _said_alone(items: tuple[Item, ...]) -> tuple[Item, ...]:
    """Return the same items, a word a drink if it is one where nothing but how much is said beside it."""
    named = next((item for item in items if item.told("alone")), None)
    if named is None or _denied(items):
        return items
    # "halbe Helles": two words for one drink
    if not all(item.idle or item.told("alone") == named.told("alone") for item in items):
        return items
    return tuple(
        Item(item.words, frozenset({str(item.told("alone"))})) if item is named else item for item in items
    )


def _drunk(found: list[Part]) -> list[tuple[Item, ...]]:
    """Return the items that belong to each drink of a name: its own part, and parts that only say how
    much.
    """
    drunk: list[tuple[Item, ...]] = []
    for i, part in enumerate(found):
        items = _said_alone(part.items) if part.joined in AND else part.items
        if not _names_drink(items):
            if drunk and all(item.idle for item in items):
                drunk[-1] += _number_apart(items)
        elif not _is_none(items, part.joined, found[:i]):
            if drunk and _same_drink(_kind(drunk[-1]), _kind(items), part.joined):
                drunk[-1] += items
            else:
                drunk.append(items)
    return drunk


def _names_drink(items: Sequence[Item]) -> bool:
    return any(item.kind for item in items)


def _denied(items: Sequence[Item]) -> bool:
    weak = any(i.stated and i.stated[0] == "pct" and i.stated[1] <= WITHOUT_UP_TO_PCT for i in items)
    return weak or any("without" in item.tags for item in items)


def _is_none(items: tuple[Item, ...], joined: str, earlier: list[Part]) -> bool:
    """Whether a part that names a drink means none: it is denied, or food."""
    named = [i for i, item in enumerate(items) if item.kind]
    before, after = items[: named[0]], items[named[-1] + 1 :]
    refused = any("no" in item.tags for item in before[-2:]) or any(
        "no after" in item.tags and not _of_something_else(items, named[-1] + 1 + i)
        for i, item in enumerate(after[:2])
    )
    if refused or _denied(items) or any("food" in item.tags for item in items) or _made_into(before, earlier):
        return True
    if any("after" in item.tags for item in after):
        return True
    served = any(item.measures for item in before)
    if served:
        return False
    beside = [item for part in earlier for item in part.items] if joined in WITH else []
    return any(item.tags & {"cooked", "dish"} for item in before) or any(
        item.tags & {"cooked", "filled"} for item in beside
    )


def _made_into(before: tuple[Item, ...], earlier: list[Part]) -> bool:
    """ "Pan de cerveza", "mussels in white wine": a dish and how the drink got into it."""
    if len(before) > 1 and before[-1].words[-1] in _OF and not before[-2].idle and not before[-2].kind:
        return True
    if not any("into" in item.tags for item in before[-2:]):
        return False
    dish = earlier or any(item.tags != {"into"} for item in before)
    return bool(dish) and not any("beverage" in item.tags for item in before)


def _of_something_else(items: tuple[Item, ...], at: int) -> bool:
    """Whether a "zero" or "sin" is of sugar, gluten or the cola beside it."""
    beside = [items[i].words[-1 if i < at else 0] for i in (at - 1, at + 1) if 0 <= i < len(items)]
    return any(word in _ZERO_OF for word in beside)


def _same_drink(first: str, second: str, joined: str) -> bool:
    """Whether two words mean one drink: "Wine, red, Merlot", "cocktail with rum"."""
    same = _FAMILY[first] == _FAMILY[second]
    return "generic" in (first, second) or (same and joined not in AND)


def _number_apart(items: tuple[Item, ...]) -> tuple[Item, ...]:
    """ "Wine (2)": a number that stands by itself counts."""
    if len(items) == 1 and items[0].number and items[0].words[0].isdecimal():
        return (Item((f"#times:{items[0].number}",)),)
    return items


def _kind(items: Sequence[Item]) -> str:
    kinds = [item.kind for item in items if item.kind]
    mixed = next((kind for kind in _MIXED if kind in kinds), None)
    return mixed or next((kind for kind in reversed(kinds) if kind != "generic"), "generic")


def _amount(items: tuple[Item, ...]) -> Drinks:
    kind = KINDS[_kind(items)]
    stated = dict(item.stated for item in items if item.stated)
    words = {word for item in items for word in item.words}
    number = stated.get("times", 1.0) * _number(items)
    ml = stated.get("ml")
    if ml is None:
        vessel_ml = kind.bottle_ml if words & BOTTLES else max(CONTAINERS.get(word, 0.0) for word in words)
        ml = (vessel_ml or kind.serving_ml) * stated.get("part", 0.5 if _halved(items) else 1.0)
    servings = 1.0 if ml <= kind.one_up_to_ml else max(1.0, float(round(ml / kind.serving_ml)))
    ethanol_g = ml * stated.get("pct", kind.strength_pct) / 100 * ETHANOL_G_PER_ML
    return Drinks(number * servings, number * ethanol_g)


def _halved(items: tuple[Item, ...]) -> bool:
    """ "Half pint", "half a beer"; a "Halbe" or a "demi" by itself is a drink of its own."""
    halves = {item.words[0] for item in items if len(item.words) == 1} & HALF
    return bool(halves - _WHOLE or (halves and any(item.vessel for item in items)))


def _number(items: tuple[Item, ...]) -> float:
    """Return the count nearest before the drink, else one in figures before a vessel after it, else 1."""
    at = next(i for i, item in enumerate(items) if item.kind)
    for item in reversed(items[:at]):
        if item.number is not None:
            return float(item.number)
    for item, following in zip(items[at + 1 :], items[at + 2 :], strict=False):
        if item.number is not None and following.vessel and item.words[0] not in NUMBERS:
            return float(item.number)
    return 1.0
