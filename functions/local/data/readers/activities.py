"""What makers call a workout, as the backend's activity types; and how hard it was."""

import re

_WORDS = {
    "RUNNING": ("run", "jog", "treadmill"),
    "CYCLING": ("cycl", "bik", "spin", "mtb", "velo"),
    "SWIMMING": ("swim",),
    "WALKING": ("walk", "stroll"),
    "HIKING": ("hik", "trek", "rucking"),
    "ROWING": ("row", "kayak", "canoe"),
    "ELLIPTICAL": ("elliptical", "cross trainer"),
    "POWERLIFTING": ("powerlift",),
    "CROSSFIT": ("crossfit", "functional fitness", "hiit", "high intensity interval", "circuit"),
    "WEIGHT_TRAINING": ("weight", "strength", "lifting"),
    "BODYWEIGHT": ("bodyweight", "calisthenic", "gymnastic"),
    "BASKETBALL": ("basketball",),
    "SOCCER": ("soccer", "football"),
    "TENNIS": ("tennis", "padel", "squash", "badminton"),
    "GOLF": ("golf",),
    "YOGA": ("yoga",),
    "PILATES": ("pilates", "barre"),
    "STRETCHING": ("stretch", "flexibility", "cooldown"),
    "MARTIAL_ARTS": ("martial", "box", "karate", "judo", "jiu", "wrestl", "fenc"),
    "DANCE": ("danc", "zumba"),
}
_PATTERNS = {
    kind: re.compile(r"\b(?:" + "|".join(map(re.escape, words)) + ")") for kind, words in _WORDS.items()
}
SHARE_OF_MAXIMUM = ((0.9, "MAXIMUM"), (0.77, "HIGH"), (0.64, "MODERATE"))
"""Share of the highest heart rate from which a workout is so hard: ACSM's Guidelines, 10th edition, table
6.1, with its "vigorous" parted from "near maximal"."""


def activity_type(name: str) -> str:
    """OTHER for what no type of the backend fits."""
    plain = re.sub(r"[^a-z]+", " ", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower())
    return next((kind for kind, pattern in _PATTERNS.items() if pattern.search(plain)), "OTHER")


def intensity(average_bpm: float | None, highest_bpm: float | None = None) -> str:
    """By heart rate, against the workout's own highest where that is likely near the person's; else MODERATE.

    Without both heart rates there is no evidence, and the backend's column demands a word.
    """
    if not average_bpm:
        return "MODERATE"
    share = average_bpm / max(highest_bpm or 0.0, 185.0)
    return next((word for least, word in SHARE_OF_MAXIMUM if share >= least), "LOW")
