"""How many and how much, in words of eleven languages, folded as `text.fold` leaves them."""

_NUMBERS = {
    1: "a an one un une uno una ein eine einen eina een um uma en et ett jedno jeden jedna bir tek eins",
    2: "two zwei deux dos due twee dois duas tva to dwa dwie iki couple pair double duo both",
    3: "three drei trois tres tre drie trzy uc",
    4: "four vier quatre cuatro quattro quatro fyra fire cztery dort",
    5: "five funf cinq cinco cinque vijf fem piec bes",
    6: "six sechs seis sei zes sex seks szesc alti",
}
# ml held; 0: the usual serving of the kind
_CONTAINERS = {
    0: """
        glass glasses glas glaser glaeser glaschen glaasje glazen verre verres copa copas copita bicchiere
        bicchieri calice calici taca tacas copo copos calix kieliszek kieliszki lampka lampki kadeh coupe
        coupes flute flutes cup cups vaso vasos serving servings drink drinks x pack cocktail cocktails pour
        pours measure tumbler goblet bolee can cans dose dosen lata latas burk burkar puszka puszki blik
        lattina kutu canette tin tins tallboy szklanka bardak
    """,
    40: "shot shots chupito chupitos kurze stamperl",
    200: "cana canas kolsch quinto imperial chope chopp",
    250: "demi viertel",
    330: "tercio",
    500: """
        pint pints pinte pintes pinta pintas kufel mug mugs krug humpen schooner jarra caneca carafe karaf
        karaffe pichet jug media duze stor stort
    """,
    1000: "mass litro",
}
_BOTTLES = """
    bottle bottles flasche flaschen bouteille bouteilles botella botellas bottiglia bottiglie fles flessen
    garrafa flaska flaskor flaske butelka sise
"""
_HALF = "half halbe halber halbes halben demi media meia mezzo mezza halv pol yarim halve"
_FILLERS = """
    of the de du des d da do di von vom fass at my cold hot warm large small big medium grande pequena groot
    klein grosses kleines dry trocken trockener sec brut piccola dinner lunch after work evening night tonight
    today draft draught tap on the rocks neat straight fresh homemade house with some more regular plain table
    iced ice chilled oz pk plus alla spina fresca fria gelada cheeky quick nice good cheap just had also
    another only local glutenfrei
"""

NUMBERS = {word: number for number, words in _NUMBERS.items() for word in words.split()}
MOST = 24
"""A higher number is a year or part of a brand, not a count."""
CONTAINERS = {word: float(ml) for ml, words in _CONTAINERS.items() for word in words.split()}
BOTTLES = frozenset(_BOTTLES.split())
HALF = frozenset(_HALF.split())
FILLERS = frozenset(_FILLERS.split())
"""Words that say nothing of what it is."""
