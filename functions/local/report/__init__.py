"""One person's story: what is known, what moves them, tomorrow, and what is worth telling.

`reading` asks the services, `printing` says it in a terminal, `page` as a page of its own.
"""

from functions.local.report.printing import print_report
from functions.local.report.reading import Story, read_report

__all__ = ["Story", "print_report", "read_report"]
