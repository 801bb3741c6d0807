"""A synthetic cohort with known planted effects: invented people, as rows, seeded. Pure numpy, no clock.

`PLANTED` says what there is to find, `COHORT` who the people are, `make_cohort(until)` gives their rows.
"""

from functions.local.data.cohort.effects import PLANTED, Effect
from functions.local.data.cohort.people import COHORT, DemoPerson
from functions.local.data.cohort.rows import make_cohort, make_person

__all__ = ["COHORT", "PLANTED", "DemoPerson", "Effect", "make_cohort", "make_person"]
