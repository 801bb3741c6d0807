"""What a person is told of the deletion of what is known about them, and everything that is known."""

import datetime as dt
from typing import Any

from pydantic import Field

from common.schemas.model import ApiModel


class DeletionAnswer(ApiModel):
    """Rows by table; asked again, there are none left. What the backend itself wrote is not among them."""

    user_id: str
    """Who was deleted."""
    deleted_at: dt.datetime | None
    """Since when nothing is computed about the person, nor learned from them; null: no such person."""
    deleted: dict[str, int]
    """Table -> rows deleted."""
    cached_answers: int
    """Cached answers deleted."""


class ResumedAnswer(ApiModel):
    """The person is answered about again, as somebody new. Models still learn nothing from them."""

    user_id: str
    """Who is answered about again."""
    resumed: bool = True
    """Always true."""


class ExportAnswer(ApiModel):
    """A page of rows by table, as they are stored; instants are UTC."""

    user_id: str
    """Whose rows."""
    exported_at: dt.datetime
    """When the page was read (UTC)."""
    tables: dict[str, list[dict[str, Any]]]
    """Table -> rows, as stored."""
    cursor: str | None = Field(description="Where the next page begins; null on the last.")
