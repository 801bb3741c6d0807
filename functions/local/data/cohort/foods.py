"""Dishes the synthetic people eat: one usual portion each, in the column order and units of `NUTRIENTS`.

Values are rounded from common food composition tables; vitamins in mg, or in µg for A, D, K, B12 and folate.
"""

from dataclasses import dataclass

import numpy as np

from common.compute.series.rows import NUTRIENTS, Floats


@dataclass(frozen=True, slots=True)
class Dish:
    name: str
    nutrients: tuple[float, ...]


# fmt: off
# kcal prot carb fat | fibre sugar sat trans | chol Na K Ca Fe Mg Zn P | A C D E K B6 B12 folate B1 B2 B3
BREAKFASTS: tuple[Dish, ...] = (
    Dish("porridge with banana", (
        420, 15, 72, 9, 9, 22, 3, 0, 12, 110, 720, 260, 3.2, 130, 2.6, 380,
        90, 10, 1.2, 1, 3, .5, .6, 55, .4, .4, 2)),
    Dish("yoghurt with granola and berries", (
        410, 18, 56, 13, 7, 26, 5, 0, 20, 120, 560, 290, 2.4, 80, 2.1, 360,
        60, 24, .2, 2.4, 12, .3, .9, 45, .3, .5, 1.6)),
    Dish("two eggs on wholemeal toast", (
        390, 23, 32, 18, 5, 4, 5, .1, 372, 540, 340, 130, 3.9, 65, 2.7, 360,
        160, 0, 2, 1.8, 8, .3, 1.1, 80, .3, .6, 3.4)),
    Dish("bread with cheese and tomato", (
        430, 19, 48, 18, 5, 6, 10, .4, 45, 720, 330, 380, 2.5, 55, 2.8, 380,
        180, 12, .4, 1.2, 7, .2, .9, 60, .4, .4, 3)),
    Dish("muesli with milk", (
        440, 16, 68, 12, 8, 24, 4, 0, 15, 140, 620, 300, 3.5, 110, 2.5, 390,
        80, 3, 1.5, 3, 4, .3, .9, 50, .4, .5, 2.2)),
)
LUNCHES: tuple[Dish, ...] = (
    Dish("lentil soup with bread", (
        560, 28, 86, 11, 17, 9, 2, 0, 0, 890, 1050, 120, 8, 120, 3.6, 440,
        210, 18, 0, 2.1, 20, .6, 0, 290, .6, .3, 4)),
    Dish("chicken salad with olive oil", (
        580, 42, 28, 33, 7, 8, 6, .1, 105, 620, 1020, 110, 3.4, 95, 3, 430,
        320, 48, .2, 5, 160, 1.1, .5, 140, .3, .4, 15)),
    Dish("rice with tofu and vegetables", (
        620, 26, 88, 18, 9, 8, 3, 0, 0, 780, 690, 310, 5.2, 130, 2.9, 380,
        280, 60, 0, 3, 90, .5, 0, 110, .4, .2, 4)),
    Dish("wholemeal sandwich with tuna", (
        540, 36, 58, 17, 8, 7, 3, 0, 45, 860, 560, 120, 4, 95, 2.3, 410,
        60, 9, 2.8, 2.4, 25, .7, 2.6, 75, .4, .3, 14)),
    Dish("pasta with tomato sauce", (
        640, 22, 104, 15, 8, 13, 4, 0, 8, 690, 720, 140, 4.2, 85, 2.4, 320,
        90, 24, .1, 3.6, 18, .4, .2, 150, .6, .3, 6)),
    Dish("dal with rice and vegetables", (
        610, 24, 98, 14, 14, 7, 4, 0, 6, 720, 940, 110, 6.8, 120, 3, 400,
        190, 30, .1, 1.8, 60, .6, .1, 260, .5, .2, 4)),
)
SNACKS: tuple[Dish, ...] = (
    Dish("apple and almonds", (
        210, 5, 24, 12, 6, 17, 1, 0, 0, 1, 330, 70, 1.1, 75, .9, 130,
        3, 8, 0, 7.2, 4, .1, 0, 16, .1, .3, 1)),
    Dish("bar of chocolate", (
        240, 3, 26, 14, 2, 22, 8, .1, 6, 25, 190, 50, 1.8, 50, .7, 80,
        14, 0, 0, .6, 3, 0, .2, 6, 0, .1, .3)),
    Dish("biscuits with tea", (
        220, 3, 32, 9, 1, 14, 4, .2, 5, 160, 90, 30, 1.1, 14, .3, 45,
        8, 0, 0, .8, 2, 0, 0, 14, .1, .1, .9)),
    Dish("banana and yoghurt", (
        200, 7, 37, 3, 3, 25, 2, 0, 9, 65, 640, 170, .4, 52, .9, 180,
        30, 11, .1, .2, 1, .5, .5, 36, .1, .3, .9)),
)
DINNERS: tuple[Dish, ...] = (
    Dish("salmon with potatoes and broccoli", (
        720, 44, 54, 35, 9, 6, 7, 0, 105, 420, 1750, 110, 3.6, 120, 2, 600,
        190, 98, 14, 5, 140, 1.8, 5.2, 150, .7, .6, 17)),
    Dish("beef stew with vegetables", (
        760, 46, 58, 36, 9, 11, 13, 1, 130, 820, 1480, 90, 6.5, 95, 9.5, 480,
        520, 28, .3, 1.8, 24, 1, 3.8, 70, .4, .5, 11)),
    Dish("chickpea curry with rice", (
        700, 23, 108, 20, 15, 11, 7, 0, 0, 740, 980, 130, 6.4, 130, 3.5, 400,
        140, 26, 0, 3.2, 28, .7, 0, 220, .4, .2, 4)),
    Dish("roast chicken with rice and salad", (
        740, 48, 70, 28, 6, 6, 7, .1, 140, 610, 880, 80, 3.4, 95, 3.8, 480,
        160, 24, .3, 2.4, 70, 1.2, .6, 90, .4, .4, 18)),
    Dish("pizza with vegetables", (
        820, 34, 98, 32, 7, 11, 14, .6, 62, 1480, 640, 520, 6, 75, 4, 560,
        240, 28, .4, 3.8, 22, .4, 1.2, 190, .8, .7, 9)),
    Dish("bean chilli with tortillas", (
        710, 29, 98, 22, 20, 10, 6, .2, 25, 980, 1260, 240, 7.6, 150, 4, 520,
        120, 32, .1, 3, 22, .7, .4, 240, .5, .3, 5)),
)
DRINKS: tuple[Dish, ...] = (
    Dish("glass of red wine", (
        125, .1, 4, 0, 0, 1, 0, 0, 0, 6, 190, 12, .7, 18, .2, 34, 0, 0, 0, 0, .6, .1, 0, 1, 0, 0, .3)),
    Dish("beer, 330 ml", (
        145, 1.6, 12, 0, 0, 0, 0, 0, 0, 14, 95, 14, .1, 21, 0, 49, 0, 0, 0, 0, 0, .2, .1, 21, 0, .1, 1.8)),
)
# fmt: on


def nutrient_table(dishes: tuple[Dish, ...]) -> Floats:
    """Return (dishes, len(NUTRIENTS))."""
    return np.array([dish.nutrients for dish in dishes], dtype=float).reshape(len(dishes), len(NUTRIENTS))
