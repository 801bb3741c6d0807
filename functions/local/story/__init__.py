"""One person's story in the terminal: what is known, what moves them, tomorrow, and what is worth telling.

`reading` asks the services, `telling` puts the answers into words, `drawing` draws lines of characters.
"""

from functions.local.story.reading import Story, read_story
from functions.local.story.telling import tell_story

__all__ = ["Story", "read_story", "tell_story"]
