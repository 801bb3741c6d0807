"""A name as words: case and accents folded, emoji and numbers spelt as tokens, parts told apart."""

import re
import unicodedata

from common.compute.drinks.kinds import EMOJI

_LETTERS = str.maketrans({
    "ß": "ss", "ø": "o", "ł": "l", "\N{LATIN SMALL LETTER DOTLESS I}": "i",
    "æ": "ae", "œ": "oe", "đ": "d", "½": " 1/2 ", "¼": " 1/4 ",
    **dict.fromkeys("\N{RIGHT SINGLE QUOTATION MARK}\N{LEFT SINGLE QUOTATION MARK}`\N{ACUTE ACCENT}", "'"),
    "\N{MULTIPLICATION SIGN}": "x",
})  # fmt: skip
_UNITS_OF_ML = {
    1.0: "ml cc", 10.0: "cl", 100.0: "dl", 29.57: "oz floz ounce ounces",
    1000.0: "l lt liter litre liters litres litro litri litros",
}  # fmt: skip
_ML = {unit: ml for ml, units in _UNITS_OF_ML.items() for unit in units.split()}
_NUMBER = r"(\d{1,5}(?:[.,]\d{1,4})?)"
_UNITS = "|".join(sorted(_ML, key=len, reverse=True))
_SIZE = re.compile(rf"(?<![\w.,/]){_NUMBER}\s*-?\s*(fl\.?\s*oz|fluid\s*ounces?|{_UNITS})\b\.?", re.I)
_STRENGTH = re.compile(rf"(?<![\d.,]){_NUMBER}\s*(%|prozent|percent|°|proof)(\s*(?:vol|abv|alc)\b\.?)?", re.I)
_ZERO = re.compile(r"(?<![\d.,])0[.,]0+(?![\d])")
_TIMES = re.compile(
    r"(?:(?<!\w)(\d{1,2})\s*x(?=\s|\b)(?!\w))|(?:\bx\s*(\d{1,2})\b)|(?<=[\s(])[-\N{EN DASH}]\s(\d{1,2})$"
)
_HALF_LITRE = re.compile(
    r"\b(?:half|halber|halben|halbe|halve|medio|mezzo|demi|meio|pol|halv|yarim)[\s-]+(?:a\s+)?(?:l|lit\w*)\b"
)
# "Riesling 0,2", "Pils 0,5": litres, as menus have them
_LITRES = re.compile(r"(?<![\d.,])(0,[1-9]\d{0,2}|0\.[1-9]\d{1,2})(?![\w.,%]|\s*[%°])")
_FRACTION = re.compile(r"(?<![\d/])(\d)/(\d)(?![\d/])")
_NA = re.compile(r"\bn\s*[./]?\s*a\.?\s+(?=beer|ipa|lager|wine|bier|cocktail)")
_TOKEN = re.compile(r"#\w+:[\d.]+|[^\W_]+|[,;:()/+&|]|\s-\s|\N{EN DASH}|\N{EM DASH}")


def fold(text: str) -> str:
    """Lower case without accents or possessives, emoji as words, sizes and strengths as tokens."""
    text = text.casefold().replace("#", " ")
    if not text.isascii():
        for sign, word in EMOJI.items():
            text = re.sub(f"{sign}{{2,}}", lambda m: f" {len(m[0])} {sign}", text)  # noqa: B023
            text = text.replace(sign, f" {word} ")
        text = unicodedata.normalize("NFKD", text.translate(_LETTERS))
        text = "".join(c for c in text if not unicodedata.combining(c)).replace("\N{FRACTION SLASH}", "/")
    return text


def tokens(text: str) -> list[str]:
    """Return words and signs of a name. `#ml:330`, `#pct:5`, `#times:2`, `#part:0.5` stand for figures in
    it.
    """
    text = _NA.sub("nonalcoholic ", fold(text))
    text = _STRENGTH.sub(_strength, text)
    text = _ZERO.sub(" #pct:0 ", _SIZE.sub(_size, _HALF_LITRE.sub(" #ml:500 ", text)))
    text = _LITRES.sub(lambda m: f" #ml:{1000 * _float(m[1]):.1f} ", text)
    text = _TIMES.sub(lambda m: f" #times:{m[1] or m[2] or m[3]} ", text)
    text = _FRACTION.sub(lambda m: f" #part:{int(m[1]) / max(int(m[2]), 1):.3f} ", text)
    text = text.replace("'n'", " and ").replace("&", " and ").replace("d'", "d ").replace("'", "")
    return [token.strip() for token in _TOKEN.findall(text)]


def _size(found: re.Match[str]) -> str:
    unit = re.sub(r"[\s.]", "", found[2].lower())
    return f" #ml:{_float(found[1]) * _ML.get(unit, 29.57):.1f} "


def _strength(found: re.Match[str]) -> str:
    share = _float(found[1]) / (2 if found[2] == "proof" else 1)
    return f" #pct:{share:g} "


def _float(text: str) -> float:
    return float(text.replace(",", "."))


class Lexicon:
    """Phrases by what they tell. A phrase may tell several things; the longest one at a place is taken."""

    def __init__(self, *listed: tuple[str, str]) -> None:
        self._told: dict[tuple[str, ...], frozenset[str]] = {}
        for tag, text in listed:
            for phrase in text.split("|"):
                words = tuple(phrase.split())
                self._told[words] = self._told.get(words, frozenset()) | {tag}
        self._told.pop((), None)
        self._longest: dict[str, int] = {}
        for words in self._told:
            self._longest[words[0]] = max(self._longest.get(words[0], 0), len(words))

    def longest(self, words: list[str], at: int) -> tuple[int, frozenset[str]]:
        """How many words the longest phrase from `at` on has, and what it tells. The last may be a plural."""
        longest = max((self._longest.get(form, 0) for form in _forms(words[at])), default=0)
        for length in range(min(longest, len(words) - at), 0, -1):
            head = tuple(words[at : at + length - 1])
            for form in _forms(words[at + length - 1]):
                told = self._told.get((*head, form))
                if told is not None:
                    return length, told
        return 0, frozenset()


def _forms(word: str) -> tuple[str, ...]:
    if len(word) > 3 and word.endswith("ies"):
        return word, word[:-1], word[:-3] + "y"
    if len(word) > 3 and word.endswith("es"):
        return word, word[:-1], word[:-2]
    return (word, word[:-1]) if len(word) > 2 and word.endswith("s") else (word,)
