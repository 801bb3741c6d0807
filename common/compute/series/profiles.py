"""What of a profile can be believed: a goal nobody sets and a body nobody has are unknown.

8,700 "kcal" is a goal in kJ, 0 is a form left empty. A height up to 2.5 is in metres.
"""

from dataclasses import replace

import numpy as np

from common.compute.series.rows import Profile

GOAL_BOUNDS: dict[str, tuple[float, float]] = {
    "goal_calories_kcal": (800, 6_000),
    "goal_protein_g": (10, 500),
    "goal_carbs_g": (10, 1_000),
    "goal_fat_g": (5, 400),
}
WEIGHT_KG, HEIGHT_CM, HEIGHT_M = (25.0, 350.0), (90.0, 250.0), (0.9, 2.5)


WITHOUT_A_RHYTHM = frozenset({"shift", "irregular"})


def works_shifts(profile: Profile) -> bool:
    """Tell whether the person says that their working hours come round by no week."""
    return profile.work_schedule in WITHOUT_A_RHYTHM


def believable(profile: Profile) -> Profile:
    """Return the profile with NaN for each goal, and None for each measure of the body, that cannot be
    meant.
    """

    def goal(name: str) -> float:
        stated = _within(getattr(profile, name), GOAL_BOUNDS[name])
        return np.nan if stated is None else stated

    height = profile.height_cm
    if height is not None and HEIGHT_M[0] <= height <= HEIGHT_M[1]:
        height *= 100
    return replace(
        profile,
        goal_calories_kcal=goal("goal_calories_kcal"),
        goal_protein_g=goal("goal_protein_g"),
        goal_carbs_g=goal("goal_carbs_g"),
        goal_fat_g=goal("goal_fat_g"),
        weight_kg=_within(profile.weight_kg, WEIGHT_KG),
        goal_weight_kg=_within(profile.goal_weight_kg, WEIGHT_KG),
        height_cm=_within(height, HEIGHT_CM),
    )


def _within(value: float | None, bounds: tuple[float, float]) -> float | None:
    return value if value is not None and bounds[0] <= value <= bounds[1] else None
