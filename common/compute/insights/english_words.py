"""English words for the quantities the service speaks of. `english` makes sentences of them."""

from common.compute.insights.vocabulary import Plural
from common.compute.measures import EVERY_NAME, Shown

_PLAIN = {
    "protein_daily": "protein",
    "carbs_daily": "carbohydrate",
    "fat_daily": "fat",
    "fiber_daily": "fibre",
    "sugar_daily": "sugar",
    "saturated_fat_daily": "saturated fat",
    "trans_fat_daily": "trans fat",
    "cholesterol_daily": "cholesterol",
    "sodium_daily": "sodium",
    "potassium_daily": "potassium",
    "calcium_daily": "calcium",
    "iron_daily": "iron",
    "magnesium_daily": "magnesium",
    "zinc_daily": "zinc",
    "phosphorus_daily": "phosphorus",
}
_UNMEASURED = {
    **{f"vitamin_{v}_daily": f"vitamin {v.upper()}" for v in ("a", "c", "d", "e", "k", "b6", "b12")},
    **{f"{name}_daily": name for name in ("folate", "thiamin", "riboflavin", "niacin")},
}

CONDITIONS: dict[str, str] = {
    **{feature: "{step} more " + name for feature, name in _PLAIN.items()},
    **{feature: "clearly more " + name for feature, name in _UNMEASURED.items()},
    "calories_daily": "{step} more eaten",
    "alcohol_drinks_daily": "{step} more",
    "first_meal_time": "the first meal {step} later",
    "last_meal_time": "the last meal {step} later",
    "eating_window": "an eating day {step} longer",
    "late_energy_daily": "{step} more eaten after 20:00",
    "breakfast_skipped": "breakfast skipped",
    "workout_minutes_daily": "{step} more of workouts",
    "hard_minutes_daily": "{step} more of hard training",
    "training_load_daily": "{step} more",
    "evening_training_minutes": "{step} more of training after 18:00",
    "workout_calories_daily": "{step} more burned in workouts",
    "workout_distance_daily": "{step} more covered in workouts",
    "steps_daily": "{step} more",
    "active_calories_daily": "{step} more burned by moving",
    "total_calories_daily": "{step} more burned in the day",
    "exercise_minutes_daily": "{step} more of exercise",
    "standing_hours_daily": "{step} more on your feet",
    "strain_score_daily": "a strain score {step} higher",
    "sleep_duration": "{step} more sleep",
    "deep_sleep_minutes": "{step} more deep sleep",
    "rem_sleep_minutes": "{step} more REM sleep",
    "sleep_efficiency": "sleep efficiency {step} higher",
}

HABITS: dict[str, str] = {
    **{feature: "more " + name for feature, name in (_PLAIN | _UNMEASURED).items()},
    "calories_daily": "eating more",
    "alcohol_drinks_daily": "alcohol",
    "first_meal_time": "a later first meal",
    "last_meal_time": "a later last meal",
    "eating_window": "a longer eating day",
    "late_energy_daily": "eating late",
    "breakfast_skipped": "skipping breakfast",
    "workout_minutes_daily": "longer workouts",
    "hard_minutes_daily": "more hard training",
    "training_load_daily": "more training",
    "evening_training_minutes": "training in the evening",
    "workout_calories_daily": "bigger workouts",
    "workout_distance_daily": "going further in workouts",
    "steps_daily": "walking more",
    "active_calories_daily": "moving more",
    "total_calories_daily": "burning more in a day",
    "exercise_minutes_daily": "more exercise",
    "standing_hours_daily": "more time on your feet",
    "strain_score_daily": "more strain",
    "sleep_duration": "longer sleep",
    "deep_sleep_minutes": "more deep sleep",
    "rem_sleep_minutes": "more REM sleep",
    "sleep_efficiency": "sounder sleep",
}

_METRICS = {name: measure.label for name, measure in EVERY_NAME.items()}
_SHOWN = {
    Shown.NEXT_MORNING: "the next morning",
    Shown.FOLLOWING_NIGHT: "the following night",
    Shown.NEXT_DAY: "the next day",
}

NAMES: dict[str, dict[str, str]] = {
    "metric": _METRICS,
    "when": {name: _SHOWN[measure.shown_on] for name, measure in EVERY_NAME.items()},
    "nutrient": {"energy": "energy", "protein": "protein", "carbs": "carbohydrate", "fat": "fat"},
    "also": {
        name: f"Your {measure.label} was {'higher' if measure.watch.worse > 0 else 'lower'} too."
        for name, measure in EVERY_NAME.items()
        if measure.watch
    },
    "reasons": {
        "any": "illness, pregnancy or a new medication",
        "not_pregnant": "illness or a new medication",
    },
    "backing": {
        "studies": "Published studies say the same. On your own days alone it would not be sure yet.",
    },
    "other": {
        "evening_out": "An evening out, with company and a late night, could be behind both.",
        "late_night": "A late night could be behind both.",
        "stress": "A stressful day could be behind both.",
        "illness": "Being unwell could be behind both.",
        "heat": "Hot weather could be behind both.",
        "training_block": "A block of hard training could be behind both.",
        "busy_day": "A busy day could be behind both.",
    },
    "habit_days": {
        "alcohol_drinks_daily": "You drank alcohol on {occasions} of them.",
        "late_energy_daily": "You ate after 20:00 on {occasions} of them.",
        "breakfast_skipped": "You skipped breakfast on {occasions} of them.",
        "evening_training_minutes": "You trained after 18:00 on {occasions} of them.",
        "hard_minutes_daily": "You trained hard on {occasions} of them.",
        "workout_minutes_daily": "You trained on {occasions} of them.",
        "training_load_daily": "You trained on {occasions} of them.",
    },
    "tip": {
        "alcohol_drinks_daily": "one drink less",
        "late_energy_daily": "a lighter evening",
        "last_meal_time": "an earlier last meal",
        "evening_training_minutes": "training earlier in the day",
        "fiber_daily": "more fibre",
        "sugar_daily": "a little less sugar",
        "saturated_fat_daily": "a little less saturated fat",
        "sodium_daily": "a little less salt",
        "protein_daily": "a little more protein",
        "breakfast_skipped": "breakfast",
        "steps_daily": "a walk",
        "exercise_minutes_daily": "a little more exercise",
        "standing_hours_daily": "more breaks on your feet",
        "sleep_duration": "an earlier night",
    },
    "verdict": {
        "keep": "A gap like this is more than chance often makes. If it suits you, keep it.",
        "leave": "The change did not help here. Going back to your usual way is fine.",
        "open": "Chance could well make a gap like this. Do what you like best.",
    },
    "advice": {
        "protein_add": "You could add one food rich in protein a day, such as yoghurt, eggs, beans or fish.",
        "protein_swap": "You could swap one food a day for one rich in protein, such as yoghurt, eggs, "
        "beans or fish, rather than add one.",
        "curious": "If you are curious, change only this for two weeks, keep logging, and see if it holds.",
        "wait": "No need to change anything yet. More logged days will show if it holds.",
        "trial": "If you are curious, test it. A two-week trial with days drawn by lot can show if it holds.",
        "neutral": "No need to act on it. Keep it in mind when you look at your numbers.",
        "keep_moving": "This is no reason to move less. A hard day can show the next morning and still do "
        "you good.",
        "alcohol_drinks_daily": "For two weeks, have one drink less on days you drink, and compare.",
        "late_energy_daily": "For two weeks, move part of what you eat after 20:00 to earlier meals.",
        "last_meal_time": "For two weeks, finish your last meal an hour earlier on a few days a week.",
        "evening_training_minutes": "For two weeks, move an evening session to the morning or noon.",
        "fiber_daily": "For two weeks, add one portion of beans, oats, fruit or vegetables a day.",
        "sugar_daily": "For two weeks, swap one sweet drink or snack a day for something unsweetened.",
        "saturated_fat_daily": "For two weeks, swap some butter, cheese or fatty meat for oil, nuts or fish.",
        "sodium_daily": "For two weeks, salt one meal a day less, or skip one salty snack.",
        "protein_daily": "For two weeks, add one portion of yoghurt, eggs, beans or fish a day.",
        "breakfast_skipped": "For two weeks, have a small breakfast on most days.",
        "steps_daily": "For two weeks, add a walk of about half an hour on a few days a week.",
        "exercise_minutes_daily": "For two weeks, add one easy half hour of movement on a few days a week.",
        "standing_hours_daily": "For two weeks, stand up and move a little every hour you sit.",
        "sleep_duration": "For two weeks, turn the lights out half an hour earlier on a few nights a week.",
        "weekend_more": "An earlier night or two in the week may leave less to catch up on.",
        "weekend_less": "A calmer weekend evening would even it out.",
        "shift_good": "Think back to what you changed. It may be worth keeping.",
        "shift_bad": "Think back to what changed: sleep, training, stress, food. One of them may be "
        "the place to start.",
        "shift_steps_more": "If it felt good, keep it up.",
        "shift_steps_less": "If you miss it, a short walk at the same time each day is an easy way back.",
    },
}

NOTES: dict[str, str] = {
    "unstable_over_halves": "It showed in one half of that time more than in the other.",
    "today_open": "Today's food and movement are not counted yet.",
    "together": "{others}",
}

RANKS: dict[str, str] = {
    "critical": "it should not wait",
    "much": "it can matter much",
    "some": "it can matter",
    "little": "it is good to know",
    "sure": "your data say it clearly",
    "likely": "your data say it fairly clearly",
    "tentative": "your data hint at it",
    "act": "you can do something about it",
    "new": "it is new",
    "known": "you were told before",
    "liked": "you found such hints helpful",
    "disliked": "you found such hints less helpful",
}

MEASURES: dict[str, Plural] = {
    "days": {"one": "{number} day", "other": "{number} days"},
    "nights": {"one": "{number} night", "other": "{number} nights"},
    "drinks": {"one": "{number} drink", "other": "{number} drinks"},
    "steps": {"one": "{number} step", "other": "{number} steps"},
    "score": {"one": "{number} point", "other": "{number} points"},
    "load units": {"one": "{number} point of training load", "other": "{number} points of training load"},
    "breaths/min": {"one": "{number} breath a minute", "other": "{number} breaths a minute"},
    "%": {"other": "{number}%"},
    "degC": {"other": "{number} °C"},
    "degC_change": {"other": "{number} °C"},
    "degF_change": {"other": "{number} °F"},
    "ratio": {"other": "{number}"},
    "count": {"other": "{number}"},
    "as logged": {"other": ""},
    "0/1": {"other": ""},
}
