"""Exports of wearables, food diaries and habit trackers, read into records of one person's days.

One module per maker. `recognise` finds the reader of a file by what is in it, never by its name alone; `join`
turns what several files say of one person into rows of the backend's tables. Names, notes, places and e-mail
addresses are never read into a record.
"""
