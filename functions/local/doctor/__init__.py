"""Whether this machine and its database can run the service, and how to mend what cannot.

Each check says what it found. One that cannot be made is a finding itself.
"""

from functions.local.doctor.examining import examine
from functions.local.doctor.finding import Finding, Verdict

__all__ = ["Finding", "Verdict", "examine"]
