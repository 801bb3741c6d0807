"""One person's story in the terminal: what is known, what moves them, tomorrow, and what is worth telling.

`reading` asks the services, `telling` puts the answers into words, `drawing` draws lines of characters.
"""

from functions.local.report.printing import print_report, write_page
from functions.local.report.reading import Story, read_report

__all__ = ["Story", "print_report", "read_report", "write_page"]
