"""German words for the quantities the service speaks of. `german` makes sentences of them.

`your` is a name with its possessive, `short` the same as a title bears it, `dative` what stands after "bei",
"von" and "in".
"""

from common.compute.insights.vocabulary import Plural
from common.compute.measures import EVERY_NAME, Shown

_PLAIN = {
    "protein_daily": "Eiweiß",
    "carbs_daily": "Kohlenhydrate",
    "fat_daily": "Fett",
    "fiber_daily": "Ballaststoffe",
    "sugar_daily": "Zucker",
    "saturated_fat_daily": "gesättigtes Fett",
    "trans_fat_daily": "Transfett",
    "cholesterol_daily": "Cholesterin",
    "sodium_daily": "Natrium",
    "potassium_daily": "Kalium",
    "calcium_daily": "Kalzium",
    "iron_daily": "Eisen",
    "magnesium_daily": "Magnesium",
    "zinc_daily": "Zink",
    "phosphorus_daily": "Phosphor",
}
_UNMEASURED = {
    **{f"vitamin_{v}_daily": f"Vitamin {v.upper()}" for v in ("a", "c", "d", "e", "k", "b6", "b12")},
    "folate_daily": "Folat",
    "thiamin_daily": "Thiamin",
    "riboflavin_daily": "Riboflavin",
    "niacin_daily": "Niacin",
}
_DATIVE = {
    "carbs_daily": "Kohlenhydraten",
    "fiber_daily": "Ballaststoffen",
    "saturated_fat_daily": "gesättigtem Fett",
}

CONDITIONS: dict[str, str] = {
    **{feature: "{step} mehr " + _DATIVE.get(feature, name) for feature, name in _PLAIN.items()},
    **{feature: "deutlich mehr " + name for feature, name in _UNMEASURED.items()},
    "calories_daily": "{step} mehr aus dem Essen",
    "alcohol_drinks_daily": "{step_dative} Alkohol mehr",
    "first_meal_time": "einer um {step} späteren ersten Mahlzeit",
    "last_meal_time": "einer um {step} späteren letzten Mahlzeit",
    "eating_window": "einem um {step} längeren Essenszeitraum",
    "late_energy_daily": "{step} mehr nach 20 Uhr",
    "breakfast_skipped": "ausgelassenem Frühstück",
    "workout_minutes_daily": "{step} mehr Training",
    "hard_minutes_daily": "{step} mehr hartem Training",
    "training_load_daily": "{step_dative} mehr",
    "evening_training_minutes": "{step} mehr Training nach 18 Uhr",
    "workout_calories_daily": "{step} mehr Verbrauch im Training",
    "workout_distance_daily": "{step} mehr Strecke im Training",
    "steps_daily": "{step_dative} mehr",
    "active_calories_daily": "{step} mehr Verbrauch durch Bewegung",
    "total_calories_daily": "{step} mehr Verbrauch am Tag",
    "exercise_minutes_daily": "{step} mehr Bewegung",
    "standing_hours_daily": "{step} mehr auf den Beinen",
    "water_daily": "{step} mehr Wasser",
    "strain_score_daily": "einem um {step} höheren Belastungswert",
    "sleep_duration": "{step} mehr Schlaf",
    "deep_sleep_minutes": "{step} mehr Tiefschlaf",
    "rem_sleep_minutes": "{step} mehr REM-Schlaf",
    "sleep_efficiency": "einer um {step} höheren Schlafeffizienz",
    "caffeine_mg": "{step} mehr Koffein",
    "caffeine_last_hour": "um {step} späterem letztem Koffein",
    "alcohol": "Alkohol",
    "caffeine": "Koffein",
    "late_meal": "einer Mahlzeit kurz vor dem Schlafen",
    "nicotine": "Nikotin",
    "stress": "einem um {step} höheren Stresswert",
    "screen_in_bed": "einem Bildschirm im Bett",
    "cannabis": "Cannabis",
    "melatonin": "Melatonin",
    "sauna": "einem Saunagang",
    "shared_bed": "einem geteilten Bett",
}

HABITS: dict[str, str] = {
    **{feature: "mehr " + name for feature, name in (_PLAIN | _UNMEASURED).items()},
    "calories_daily": "mehr Essen",
    "alcohol_drinks_daily": "Alkohol",
    "first_meal_time": "eine spätere erste Mahlzeit",
    "last_meal_time": "eine spätere letzte Mahlzeit",
    "eating_window": "ein längerer Essenszeitraum",
    "late_energy_daily": "spätes Essen",
    "breakfast_skipped": "ausgelassenes Frühstück",
    "workout_minutes_daily": "längeres Training",
    "hard_minutes_daily": "mehr hartes Training",
    "training_load_daily": "mehr Training",
    "evening_training_minutes": "Training am Abend",
    "workout_calories_daily": "intensiveres Training",
    "workout_distance_daily": "längere Strecken im Training",
    "steps_daily": "mehr Schritte",
    "active_calories_daily": "mehr Bewegung",
    "total_calories_daily": "mehr Verbrauch am Tag",
    "exercise_minutes_daily": "mehr Sport",
    "standing_hours_daily": "mehr Zeit auf den Beinen",
    "water_daily": "mehr Wasser",
    "strain_score_daily": "mehr Belastung",
    "sleep_duration": "längerer Schlaf",
    "deep_sleep_minutes": "mehr Tiefschlaf",
    "rem_sleep_minutes": "mehr REM-Schlaf",
    "sleep_efficiency": "ruhigerer Schlaf",
    "caffeine_mg": "mehr Koffein",
    "caffeine_last_hour": "späteres Koffein",
    "alcohol": "Alkohol",
    "caffeine": "Koffein",
    "late_meal": "eine Mahlzeit kurz vor dem Schlafen",
    "nicotine": "Nikotin",
    "stress": "mehr Stress",
    "screen_in_bed": "ein Bildschirm im Bett",
    "cannabis": "Cannabis",
    "melatonin": "Melatonin",
    "sauna": "Sauna",
    "shared_bed": "ein geteiltes Bett",
}

_HRV = dict.fromkeys(("hrv", "hrv_rmssd", "hrv_sdnn"), "Herzfrequenzvariabilität (HRV)")
_FEMININE = {
    **_HRV,
    "rhr": "Ruheherzfrequenz",
    "sleep_duration": "Schlafdauer",
    "sleep_efficiency": "Schlafeffizienz",
    "respiratory_rate": "Atemfrequenz im Schlaf",
    "skin_temperature": "Hauttemperatur im Schlaf",
    "steps": "Schrittzahl",
}
_MASCULINE = {
    "deep_sleep_minutes": "Tiefschlaf",
    "rem_sleep_minutes": "REM-Schlaf",
    "sleep_score": "Schlafwert",
    "recovery_score": "Erholungswert",
    "readiness_score": "Bereitschaftswert",
    "stress_level": "Stresswert",
    "blood_glucose": "Blutzucker",
}
# a measure nobody has translated yet keeps the name the register gives it
_METRICS = {name: measure.label for name, measure in EVERY_NAME.items()} | _FEMININE | _MASCULINE
_YOUR = {name: f"{'dein' if name in _MASCULINE else 'deine'} {label}" for name, label in _METRICS.items()}
_SHOWN = {
    Shown.NEXT_MORNING: "am nächsten Morgen",
    Shown.FOLLOWING_NIGHT: "in der folgenden Nacht",
    Shown.NEXT_DAY: "am nächsten Tag",
}

NAMES: dict[str, dict[str, str]] = {
    "metric": _METRICS,
    "metric:your": _YOUR,
    "metric:short": _YOUR | dict.fromkeys(_HRV, "deine HRV"),
    "when": {name: _SHOWN[measure.shown_on] for name, measure in EVERY_NAME.items()},
    "way": {
        "higher": "höher",
        "lower": "niedriger",
        "longer": "länger",
        "shorter": "kürzer",
        "later": "später",
        "earlier": "früher",
        "up": "gestiegen",
        "down": "gesunken",
    },
    "way:amount": {"up": "mehr", "down": "weniger"},
    "nutrient": {"energy": "Energie", "protein": "Eiweiß", "carbs": "Kohlenhydrate", "fat": "Fett"},
    "also": {
        name: f"Auch {_YOUR[name]} war {'höher' if measure.watch.worse > 0 else 'niedriger'}."
        for name, measure in EVERY_NAME.items()
        if measure.watch
    },
    "reasons": {
        "any": "Krankheit, Schwangerschaft oder ein neues Medikament",
        "not_pregnant": "Krankheit oder ein neues Medikament",
    },
    "backing": {
        "studies": "Veröffentlichte Studien zeigen dasselbe. Deine Tage allein würden dafür noch nicht "
        "reichen.",
        "people": "Die Tage anderer Menschen zeigen dasselbe. Deine Tage allein würden dafür noch nicht "
        "reichen.",
    },
    "further": {
        "begins_at": "Der Unterschied zeigt sich vor allem nach etwa {threshold}.",
        "ends_at": "Nach etwa {threshold} wächst der Unterschied kaum noch.",
        "begins": "Der Unterschied zeigt sich vor allem oberhalb von etwa {threshold}.",
        "ends": "Oberhalb von etwa {threshold} wächst der Unterschied kaum noch.",
        "lasts_2": "Einen Tag später ist der Unterschied noch zu sehen.",
        "lasts_3": "Zwei Tage später ist der Unterschied noch zu sehen.",
        "lasts_4": "Drei Tage später ist der Unterschied noch zu sehen.",
        "half_gone": "Einen Tag später ist höchstens noch die Hälfte des Unterschieds übrig.",
    },
    "other": {
        "evening_out": "Ein Abend mit anderen, an dem es spät wird, könnte hinter beidem stecken.",
        "late_night": "Eine späte Nacht könnte hinter beidem stecken.",
        "stress": "Ein stressiger Tag könnte hinter beidem stecken.",
        "illness": "Ein Infekt oder Unwohlsein könnte hinter beidem stecken.",
        "heat": "Hitze könnte hinter beidem stecken.",
        "training_block": "Ein harter Trainingsblock könnte hinter beidem stecken.",
        "busy_day": "Ein voller Tag könnte hinter beidem stecken.",
    },
    "habit_days": {
        "alcohol_drinks_daily": "An {occasions} davon gab es Alkohol.",
        "alcohol": "An {occasions} davon gab es Alkohol.",
        "late_meal": "An {occasions} davon hast du kurz vor dem Schlafen gegessen.",
        "late_energy_daily": "An {occasions} davon hast du nach 20 Uhr gegessen.",
        "breakfast_skipped": "An {occasions} davon fiel das Frühstück aus.",
        "evening_training_minutes": "An {occasions} davon hast du nach 18 Uhr trainiert.",
        "hard_minutes_daily": "An {occasions} davon hast du hart trainiert.",
        "workout_minutes_daily": "An {occasions} davon hast du trainiert.",
        "training_load_daily": "An {occasions} davon hast du trainiert.",
    },
    "tip": {
        "alcohol_drinks_daily": "ein Glas weniger",
        "alcohol": "ein Abend ohne Alkohol",
        "late_energy_daily": "ein leichteres Abendessen",
        "last_meal_time": "eine frühere letzte Mahlzeit",
        "evening_training_minutes": "früher am Tag trainieren",
        "fiber_daily": "mehr Ballaststoffe",
        "sugar_daily": "etwas weniger Zucker",
        "saturated_fat_daily": "etwas weniger gesättigtes Fett",
        "sodium_daily": "etwas weniger Salz",
        "protein_daily": "etwas mehr Eiweiß",
        "breakfast_skipped": "ein Frühstück",
        "steps_daily": "ein Spaziergang",
        "exercise_minutes_daily": "etwas mehr Bewegung",
        "standing_hours_daily": "öfter einmal aufstehen",
        "water_daily": "ein Glas Wasser",
        "sleep_duration": "früher ins Bett",
    },
    "verdict": {
        "keep": "So ein Unterschied ist mehr, als der Zufall oft ergibt. Wenn es dir guttut, bleib dabei.",
        "leave": "Die Änderung hat hier nicht geholfen. Mach ruhig wieder, was du gewohnt bist.",
        "open": "Auch der Zufall kann so einen Unterschied ergeben. Mach, was dir am besten gefällt.",
    },
    "advice": {
        "protein_add": "Du könntest am Tag ein eiweißreiches Lebensmittel dazunehmen, etwa Joghurt, Eier, "
        "Bohnen oder Fisch.",
        "protein_swap": "Du könntest am Tag ein Lebensmittel gegen ein eiweißreiches tauschen, etwa Joghurt, "
        "Eier, Bohnen oder Fisch, statt eines dazuzunehmen.",
        "curious": "Wenn du neugierig bist, ändere zwei Wochen lang nur das, trag weiter alles ein und "
        "schau, "
        "ob es sich bestätigt.",
        "wait": "Du musst noch nichts ändern. Mit mehr Tagen zeigt sich, ob es sich bestätigt.",
        "trial": "Wenn du neugierig bist, probier es aus. Ein Versuch mit ausgelosten Tagen kann zeigen, ob "
        "es sich bestätigt.",
        "neutral": "Du musst nichts tun. Behalte es im Kopf, wenn du deine Werte ansiehst.",
        "keep_moving": "Das ist kein Grund, dich weniger zu bewegen. Ein harter Tag kann sich am nächsten "
        "Morgen zeigen und dir trotzdem guttun.",
        "alcohol_drinks_daily": "Trink zwei Wochen lang an Tagen mit Alkohol ein Glas weniger und "
        "vergleiche.",
        "alcohol": "Trink zwei Wochen lang an manchen Tagen keinen Alkohol, an denen du sonst welchen "
        "trinkst, und vergleiche.",
        "late_energy_daily": "Verlege zwei Wochen lang einen Teil dessen, was du nach 20 Uhr isst, auf "
        "frühere "
        "Mahlzeiten.",
        "last_meal_time": "Beende zwei Wochen lang an ein paar Tagen in der Woche deine letzte Mahlzeit eine "
        "Stunde früher.",
        "evening_training_minutes": "Verlege zwei Wochen lang ein Training vom Abend auf den Morgen oder "
        "Mittag.",
        "fiber_daily": "Iss zwei Wochen lang am Tag eine Portion Bohnen, Haferflocken, Obst oder Gemüse "
        "mehr.",
        "sugar_daily": "Tausche zwei Wochen lang am Tag ein süßes Getränk oder einen süßen Snack gegen etwas "
        "Ungesüßtes.",
        "saturated_fat_daily": "Tausche zwei Wochen lang etwas Butter, Käse oder fettes Fleisch gegen Öl, "
        "Nüsse "
        "oder Fisch.",
        "sodium_daily": "Salze zwei Wochen lang eine Mahlzeit am Tag weniger oder lass einen salzigen "
        "Snack weg.",
        "protein_daily": "Nimm zwei Wochen lang am Tag eine Portion Joghurt, Eier, Bohnen oder Fisch dazu.",
        "breakfast_skipped": "Frühstücke zwei Wochen lang an den meisten Tagen eine Kleinigkeit.",
        "steps_daily": "Geh zwei Wochen lang an ein paar Tagen in der Woche etwa eine halbe Stunde "
        "spazieren.",
        "exercise_minutes_daily": "Beweg dich zwei Wochen lang an ein paar Tagen in der Woche eine halbe "
        "Stunde "
        "ganz locker.",
        "standing_hours_daily": "Steh zwei Wochen lang jede Stunde im Sitzen einmal auf und beweg dich kurz.",
        "water_daily": "Trink zwei Wochen lang zwei Gläser Wasser mehr als sonst.",
        "sleep_duration": "Mach zwei Wochen lang an ein paar Abenden in der Woche eine halbe Stunde "
        "früher das "
        "Licht aus.",
        "weekend_more": "Ein oder zwei frühere Nächte in der Woche lassen vielleicht weniger nachzuholen.",
        "weekend_less": "Ein ruhigerer Abend am Wochenende würde es ausgleichen.",
        "shift_good": "Überleg, was du geändert hast. Vielleicht lohnt es sich, dabei zu bleiben.",
        "shift_bad": "Überleg, was sich geändert hat: Schlaf, Training, Stress, Essen. Vielleicht ist "
        "eines davon "
        "ein guter Anfang.",
        "shift_steps_more": "Wenn es dir gutgetan hat, behalte es bei.",
        "shift_steps_less": "Wenn es dir fehlt: Ein kurzer Spaziergang immer zur gleichen Zeit ist ein "
        "leichter "
        "Weg zurück.",
    },
}  # fmt: skip

NOTES: dict[str, str] = {
    "unstable_over_halves": "In der einen Hälfte dieser Zeit zeigte es sich stärker als in der anderen.",
    "today_open": "Essen und Bewegung von heute sind noch nicht eingerechnet.",
    "together": "{others}",
}

RANKS: dict[str, str] = {
    "critical": "es nicht warten sollte",
    "much": "es viel ausmachen kann",
    "some": "es etwas ausmachen kann",
    "little": "es gut zu wissen ist",
    "sure": "deine Daten es klar zeigen",
    "likely": "deine Daten es recht klar zeigen",
    "tentative": "deine Daten darauf hindeuten",
    "act": "du etwas daraus machen kannst",
    "new": "es neu ist",
    "known": "du es schon einmal gelesen hast",
    "liked": "du solche Hinweise hilfreich fandest",
    "disliked": "du solche Hinweise weniger hilfreich fandest",
}

MEASURES: dict[str, Plural] = {
    "days": {"one": "{number} Tag", "other": "{number} Tage"},
    "days:dative": {"one": "{number} Tag", "other": "{number} Tagen"},
    "nights": {"one": "{number} Nacht", "other": "{number} Nächte"},
    "nights:dative": {"one": "{number} Nacht", "other": "{number} Nächten"},
    "drinks": {"one": "{number} Glas", "other": "{number} Gläser"},
    "drinks:dative": {"one": "{number} Glas", "other": "{number} Gläsern"},
    "steps": {"one": "{number} Schritt", "other": "{number} Schritte"},
    "steps:dative": {"one": "{number} Schritt", "other": "{number} Schritten"},
    "score": {"one": "{number} Punkt", "other": "{number} Punkte"},
    "load units": {"one": "{number} Punkt Trainingslast", "other": "{number} Punkte Trainingslast"},
    "load units:dative": {"one": "{number} Punkt Trainingslast", "other": "{number} Punkten Trainingslast"},
    "score:dative": {"one": "{number} Punkt", "other": "{number} Punkten"},
    "breaths/min": {"other": "{number} pro Minute"},
    "%": {"other": "{number} %"},
    "degC": {"other": "{number} °C"},
    "degC_change": {"other": "{number} °C"},
    "degF_change": {"other": "{number} °F"},
    "ratio": {"other": "{number}"},
    "count": {"other": "{number}"},
    "as logged": {"other": ""},
    "0/1": {"other": ""},
}
