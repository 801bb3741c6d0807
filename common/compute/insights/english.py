"""English: every sentence an insight can say. A person reads these; a test holds each to its facts.

Rules: plain words, a figure in every description, never a diagnosis, never a cause, never an order.
"""

from common.compute.insights.english_words import CONDITIONS, HABITS, MEASURES, NAMES, NOTES, RANKS
from common.compute.insights.vocabulary import Template, Vocabulary

NOT_CAUSE = "This is a pattern in your own data, not proof of cause."
NOT_MEDICAL = "This is an estimate, not medical advice."
NOT_DIAGNOSIS = "A watch or ring cannot tell why, and this is not a diagnosis."
LOGGED_ONLY = "Other days are left out."
SEEN = "From {days} with both on record, in the last {period}."

_GOAL_EVIDENCE = "Averaged over {days} with a full food log in the last {period}."
_RANGE = "most likely {range}"
_AFTER = "With {condition}, your {metric} {when} was about {change} {way} (likely {range})."

TEMPLATES: dict[str, Template] = {
    # what goes with what
    "correlation": Template(
        "{habit} goes with {way} {metric}", _AFTER, SEEN, NOT_CAUSE, "{advice}",
    ),
    "correlation_same_night": Template(
        "{habit} goes with {way} {metric}",
        "In nights with {condition}, your {metric} was about {change} {way} (likely {range}).",
        "From {days} with both on record, in the last {period}.",
        "Both are from the same night, so neither needs to be the cause.",
        "Of the two, time asleep is what you can plan. If you like, go to bed a little earlier on a few "
        "nights, and compare.",
    ),
    "supported": Template(
        "{habit} goes with {way} {metric}", _AFTER, SEEN,
        NOT_CAUSE, "{advice}",
    ),
    "early_signal": Template(
        "Early sign: {habit} and {metric}",
        "So far, with {condition}, your {metric} {when} was about {change} {way} "
        "(likely {range}).",
        "From only {days} with both on record.",
        "This is an early sign. It may fade as more days come in.",
        "{advice}",
    ),
    "trial_running": Template(
        "Your trial: {tip}",
        "Make the change on {dates}. On the other days until {end}, do as usual. "
        "So far, {kept} of {past} days went as planned.",
        "The days for the change were drawn by lot, out of {days}.",
        "It looks at your {metric} {when}.",
        "Keep everything else as it is, and log each day. You can stop at any time.",
    ),
    "trial_result": Template(
        "What your trial found: {tip}",
        "On days with the change, your {metric} {when} was about {change} {way} (likely {range}).",
        "From {pairs} pairs of days. By chance alone, a gap as large comes up in {chance} of draws.",
        "It was your own test of one change. Other things differed between the days too.",
        "{verdict}",
    ),
    "trial_unfinished": Template(
        "Your trial has too few days to tell",
        "Of {days} planned, only {known} have what the trial needs.",
        "It looked at your {metric} {when}.",
        "Nothing can be said either way.",
        "If you are still curious, start it once more and wear your device each night.",
    ),
    # tomorrow
    "forecast_worse": Template(
        "Tomorrow's {metric} may be {way} than usual",
        "For the morning of {target}, your {metric} is forecast at about {value} "
        "(" + _RANGE + "). Your last nights were at about {recent}, and your usual is {usual}.",
        "Usual here means the middle of {days} of the last {period}.",
        NOT_MEDICAL,
        "If it suits your plans, keep the day a little lighter and give yourself time to sleep.",
    ),
    "forecast_better": Template(
        "Tomorrow's {metric} may be {way} than usual",
        "For the morning of {target}, your {metric} is forecast at about {value} "
        "(" + _RANGE + "). Your last nights were at about {recent}, and your usual is {usual}.",
        "Usual here means the middle of {days} of the last {period}.",
        NOT_MEDICAL,
        "Nothing to do. It can be a good day for what you had planned.",
    ),
    # nights unlike the others; what can move a body is named, illness, pregnancy and medication among it
    "nights_off": Template(
        "Your {metric} has been {way} than usual",
        "Over the last {nights}, your {metric} was about {level}. Your usual is about {usual}. "
        "That is {change} {way}, more than your nights normally differ.",
        "Usual here means the middle of {days} before.",
        NOT_DIAGNOSIS,
        "Late nights, alcohol, hard training, stress, heat, {reasons} can all do this. "
        "Take it easier if you feel like it.",
    ),
    "nights_off_long": Template(
        "Your {metric} has been far {way} than usual for {nights}",
        "Your {metric} is now at about {level}. Your usual is about {usual}. "
        "That is {change} {way}, far more than your nights normally differ.",
        "Usual here means the middle of {days} before.",
        NOT_DIAGNOSIS,
        "It can come from {reasons}. If it goes on, or if you feel unwell, consider talking to a doctor. "
        "Until then, rest is safe.",
    ),
    # goals
    "goal_on_track": Template(
        "Your {nutrient} is on target",
        "You averaged {average} of {nutrient} a day. Your goal is {goal}.",
        _GOAL_EVIDENCE, LOGGED_ONLY, "Keep doing what you do.",
    ),
    "goal_protein_below": Template(
        "{gap} of protein short of your goal",
        "You averaged {average} of protein a day. Your goal is {goal}, so {gap} a day was missing.",
        _GOAL_EVIDENCE, LOGGED_ONLY, "{advice}",
    ),
    "goal_energy_below": Template(
        "{gap} a day below your energy goal",
        "You averaged {average} a day. Your goal is {goal}, so that is {gap} a day less.",
        _GOAL_EVIDENCE, LOGGED_ONLY,
        "First check that nothing is missing from your log. If it is right and you are often hungry or "
        "tired, eat closer to your goal.",
    ),
    "goal_energy_above": Template(
        "{gap} a day above your energy goal",
        "You averaged {average} a day. Your goal is {goal}, so that is {gap} a day more.",
        _GOAL_EVIDENCE, LOGGED_ONLY,
        "If that is not what you planned, one smaller portion a day is a gentle start.",
    ),
    "goal_below": Template(
        "{gap} of {nutrient} a day below your goal",
        "You averaged {average} of {nutrient} a day. Your goal is {goal}, so that is {gap} a day less.",
        _GOAL_EVIDENCE, LOGGED_ONLY,
        "If your goal still fits you, one more portion a day would close some of the gap.",
    ),
    "goal_above": Template(
        "{gap} of {nutrient} a day above your goal",
        "You averaged {average} of {nutrient} a day. Your goal is {goal}, so that is {gap} a day more.",
        _GOAL_EVIDENCE, LOGGED_ONLY,
        "If your goal still fits you, swapping one portion a day would close some of the gap.",
    ),
    "energy_low": Template(
        "Your logs show little food",
        "You logged about {average} a day. Less than {floor} a day is too little for most adults.",
        _GOAL_EVIDENCE,
        "If some food was not logged, the real figure is higher.",
        "Check that nothing is missing from your log. If it is right, eat more, or ask a dietitian.",
    ),
    "energy_goal_low": Template(
        "Your energy goal looks very low",
        "Your goal is {goal} a day. Less than {floor} a day is too little for most adults.",
        "This is from the goal in your profile. You logged {average} a day on {days}.",
        "We do not know your whole story.",
        "Consider a higher goal, or ask a doctor or dietitian to set it with you.",
    ),
    "weight_goal": Template(
        "{gap} to your goal weight",
        "Your weight is {weight} and your goal is {goal}, which leaves {gap} to go. "
        "You averaged {average} of food a day.",
        _GOAL_EVIDENCE,
        "Weight moves up and down by itself from day to day.",
        "Small steady steps last longest. There is no hurry.",
    ),
    # patterns
    "usual_range": Template(
        "Your usual {metric}",
        "On 8 of 10 nights, your {metric} is {range}. The middle is {usual}.",
        "From your {nights} so far.",
        "Your range may move as more nights come in.",
        "One night outside this range is common. Several in a row are worth a look.",
    ),
    "usual_lately": Template(
        "Your usual {metric}",
        "On 8 of 10 nights, your {metric} is {range}. The middle is {usual}.",
        "From {nights} in the last {period}.",
        "Your range may move over the months.",
        "One night outside this range is common. Several in a row are worth a look.",
    ),
    "month_shift": Template(
        "Your {metric} has gone {way}",
        "In the last {recent}, your {metric} averaged {level}. In the {before} before, it was {usual}. "
        "That is {change} {way}.",
        "From {days} in all.",
        "It is a change in your own data. Why it came is open: a new device, {reasons} can all do it.",
        "{advice}",
    ),
    "settled_level": Template(
        "Your {metric} has settled at a new level",
        "Since {since}, your {metric} has been at about {level}. Before, it was at about {usual}. "
        "That is {change} {way}.",
        "From {nights} since, and {before} before.",
        "It changed within days and has stayed. A device's new software can do this, and so can {reasons}. "
        "The numbers alone cannot tell which.",
        "Your nights are now compared with the new level. If nothing about your device is new, think back to "
        "what else changed around that day.",
    ),
    "weekend_sleep": Template(
        "You sleep {way} at weekends",
        "In nights that end on Saturday or Sunday you slept {weekend}. In other nights it was {weekday}. "
        "That is {gap} {way}.",
        "From {days} in the last {period}.",
        "This counts time asleep, not when you went to bed.",
        "{advice}",
    ),
    "weekend_meals": Template(
        "You eat {way} at weekends",
        "The middle of your eating day is {weekend} at weekends and {weekday} on other days. "
        "That is {gap} {way}.",
        "From {days} with a full food log in the last {period}.",
        LOGGED_ONLY,
        "If weekends leave you out of step on Mondays, keep one meal at the same time every day.",
    ),
    "late_eating": Template(
        "You often eat late",
        "On {late} of {days}, your last meal was after {hour}. Half the time it was after {usual}.",
        "From the full food logs of the last {period}.",
        "What is late differs from person to person.",
        "On a few evenings, try to finish eating an hour earlier and see how you sleep.",
    ),
    "irregular_sleep": Template(
        "Your nights differ a lot in length",
        "On 8 of 10 nights you slept {range}. That is a spread of {spread}.",
        "From {nights} in the last {period}.",
        "This counts time asleep, not when you went to bed.",
        "A steady time to get up is the easiest first step to steadier nights.",
    ),
    "short_sleep": Template(
        "You may be short of sleep",
        "Your device counted {average} of sleep a night. For most adults, at least {advised} is advised.",
        "From {nights} in the last {period}.",
        "Some people need less, and devices miss some sleep.",
        "Try lights out 20 minutes earlier for a week.",
    ),
    "little_fiber": Template(
        "Your logs show less fibre than advised",
        "You averaged {average} of fibre a day. For adults, about {advised} a day is advised.",
        "From {days} with a full food log in the last {period}.",
        "Food that was logged without its fibre is not counted.",
        "One portion of beans, oats, fruit or whole grains a day is an easy first step. Add it slowly.",
    ),
    "few_steps": Template(
        "A little more walking may do you good",
        "Your device counted {average} a day. For most adults, {advised} or more goes with better health.",
        "From {days} of the last {period}, with the device worn day and night.",
        "What you do on wheels or in water is not counted.",
        "A walk of ten minutes adds about {walk}. One after a meal is an easy start.",
    ),
    "same_training": Template(
        "Your training days are much alike",
        "You trained on {trained} of the last {period}, {minutes} in all, at much the same load each day. "
        "Your monotony score is {score}; {limit} or more is seen as much.",
        "From the workouts of the last {period}.",
        "The score is the mean daily load divided by its spread.",
        "Let easy days be easier, and keep one full day of rest.",
    ),
    # one thing to try; the finding it comes from is named in each
    "try": Template(
        "Worth a try: {tip}",
        "With {condition}, your {metric} {when} was about {change} {way} (likely {range}). "
        "So {tip} may suit you.",
        SEEN, NOT_CAUSE, "{advice}",
    ),
    "try_more": Template(
        "Worth a try: {tip}",
        _AFTER, SEEN, NOT_CAUSE, "{advice}",
    ),
}  # fmt: skip

STATUSES = {
    "ok": "What your own data say today, the most useful first.",
    "nothing_reliable": (
        "Nothing reliable to tell today, and that is a good answer too. Your measures are as usual, or the "
        "patterns in your data are not clear enough yet."
    ),
    "insufficient_data": "There is too little data yet. `needed` says how many days of what it takes.",
}

LESS_FOOD = (
    r"smaller portion|\b(eat|eats|eating|have) (a little )?(less|lighter|fewer)\b|lighter evening|"
    r"less (food|sugar|salt|fat|saturated fat|carbohydrate)|a day less, or|"
    r"skip (a|one|your) |rather than add|"
    r"\bcut (down|back|out)\b|\b(lose|losing|shed) weight|eating an hour earlier|last meal an hour earlier|"
    r"earlier last meal|to earlier meals|swap"
)

ENGLISH = Vocabulary(
    cldr="en_GB",
    templates=TEMPLATES,
    names=NAMES,
    conditions=CONDITIONS,
    habits=HABITS,
    notes=NOTES,
    measures=MEASURES,
    statuses=STATUSES,
    less_food=LESS_FOOD,
    ranks=RANKS,
    because="Shown here because {reasons}.",
    quoted="“{name}”",
    range="{lower} to {upper}",
    hours="{hours} h",
    hours_minutes="{hours} h {minutes} min",
    clock="{hours}:{minutes}",
    halves=("am", "pm"),
)
