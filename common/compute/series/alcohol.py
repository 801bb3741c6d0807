"""Alcoholic drinks, told from what a meal is called: the backend has no column for alcohol.

A name is a drink if one of its words names one (or a pair of them does) and none says that it is something
else: without alcohol ("alcohol-free beer", "virgin mojito"), a namesake ("root beer", "ginger ale", "shrimp
cocktail"), or food made with it ("beer batter", "wine vinegar", "coq au vin"). Case and accents do not
matter; words are whole words, so "porterhouse" is no porter. One row is one drink. English, with the common
words of German, French, Spanish, Italian and Portuguese.
"""

import re
import unicodedata
from itertools import pairwise


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_DRINKS = _words("""
    alcohol alcoholic beer beers lager ale ales ipa stout pilsner pilsener porter hefeweizen guinness
    cider wine wines merlot chardonnay riesling rioja chianti champagne prosecco cava sangria mead sake
    soju whisky whiskey bourbon scotch vodka gin rum tequila mezcal brandy cognac grappa absinthe
    vermouth liqueur limoncello baileys schnapps cocktail cocktails mojito margarita martini negroni
    daiquiri caipirinha cosmopolitan aperol spritz bier weissbier weizenbier radler wein weisswein
    rotwein gluhwein sekt schnaps likor biere vin cidre calvados cerveza vino sidra birra cerveja vinho
""")
_PAIRS = frozenset({
    ("hard", "seltzer"), ("irish", "coffee"), ("long", "island"), ("bloody", "mary"), ("old", "fashioned"),
})  # fmt: skip
_WITHOUT_ALCOHOL = _words("""
    free non nonalcoholic zero virgin mock alkoholfrei alkoholfreies alkoholfreier sin sans senza sem 0
""")
_NAMESAKES = _words("""
    root ginger birch shrimp prawn fruit seafood crab pizza egg eggs broth sugar nigiri sashimi maki
    sushi gummies gum gums cookie cookies oat oatmeal
""")
_FOOD_MADE_WITH_IT = _words("""
    vinegar vinaigrette sauce batter battered marinade marinated braised glaze glazed stew risotto coq
    gravy soup cake bread cheese fondue brats bratwurst sausage sausages raisin raisins chicken mussels
    beef fish chips ham jelly mustard butter chocolate truffle truffles trifle ragu pasta
""")
_OTHER_THINGS = _WITHOUT_ALCOHOL | _NAMESAKES | _FOOD_MADE_WITH_IT
_WORD = re.compile(r"\w+")


def is_drink(name: str) -> bool:
    text = name.casefold()
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    words = _WORD.findall(text)
    named = not _DRINKS.isdisjoint(words) or not _PAIRS.isdisjoint(pairwise(words))
    return named and _OTHER_THINGS.isdisjoint(words)
