"""A person's readings in SQL: their part of a version, and the rows as columns.

A metric is dense where it has more than `DENSE_ROWS` rows in the window (a reading every minute or five). Of
it the version holds how many rows there are and at which instants, which the index alone answers, and which
transaction wrote the rows of the last `EDITED_DAYS`: whatever is inserted or deleted is seen at once, an edit
in place of an older reading when something else changes or a new day is computed.
"""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from common.compute.series.rows import Instants, Readings

DENSE_ROWS = 20_000
EDITED_DAYS = 3
READING_COLUMNS = 4
"""Columns of rows, besides the instant each was first written."""

# east of Greenwich a day begins before the moment of its date stamp (00:00 UTC)
LATEST = "date_trunc('day', CAST(:end AS timestamp)) + interval '1 day'"
_RECENT = f"CAST(:end AS timestamp) - interval '{EDITED_DAYS} days'"
_INFINITE = np.iinfo(np.int64)


def readings_part(*, rows: bool, windows: int = 1, written: bool = False) -> str:
    """Return a lateral join named "HealthMetric": two columns of version for each window, and with `rows`
    the rows.

    With `written` each row comes with the instant it was first written too.
    """
    numbers = range(windows)
    counts = ", ".join(
        f"""count(*) {_since(n)} AS "rows_{n}", sum(timestamp_hash("recordedAt")) {_since(n)} AS "at_{n}" """
        for n in numbers
    )
    versions = ", ".join(_version(n) for n in numbers)
    marks = ", ".join(f'"mark_{n}"' for n in numbers)
    if not rows:
        source = f"SELECT {_marks(windows)} {_read(recent=True)}"
        columns = ""
    else:
        source = _grouped(windows, written=written)
        names = ("at", "value", "updated", *(("created",) if written else ()))
        listed = ", ".join(f"""string_agg("{name}", '' ORDER BY {_GROUP})""" for name in names)
        columns = f""",
            json_agg(json_build_array("metric"::text, "unit", "source", "rows") ORDER BY {_GROUP})::text,
            {listed}"""
    return f"""
        CROSS JOIN LATERAL (
            WITH counted AS MATERIALIZED (
                SELECT "metricType" AS "metric", {counts} FROM public."HealthMetric"
                WHERE "userId" = person."id" AND {_WINDOW} GROUP BY 1
            ),
            found AS (
                SELECT {"" if not rows else '"metric", "unit", "source", "rows", "at", "value", "updated", '}
                    {'"created", ' if written else ""}{marks}
                FROM ({source}) AS "read"
            )
            SELECT {versions}{columns} FROM found
        ) AS "HealthMetric" """


_GROUP = '"metric"::text, "unit", "source"'
_WINDOW = f"""
    "recordedAt" >= :start AND "recordedAt" <= {LATEST} AND ("recordedAt" < :end OR "recordedAt" = {LATEST})
"""


def _since(window: int) -> str:
    return "" if window == 0 else f'FILTER (WHERE "recordedAt" >= :start_{window})'


def _version(window: int) -> str:
    dense = f"""
        (SELECT string_agg(concat_ws(':', "metric", "rows_{window}", "at_{window}"), ' ' ORDER BY "metric")
        FROM counted WHERE "rows_{window}" > {DENSE_ROWS})
    """
    total = f'(SELECT sum("rows_{window}") FROM counted)::text'
    return f"""{total}, concat_ws(' ', sum("mark_{window}")::text, {dense})"""


def _marks(windows: int) -> str:
    """Sum the transactions that wrote the rows, without those of old rows of a dense metric."""
    return ", ".join(
        f"""sum(hashint8extended("xmin"::text::bigint, 0)) FILTER (
            WHERE ("rows_{n}" <= {DENSE_ROWS} OR "recordedAt" >= {_RECENT})
            {f'AND "recordedAt" >= :start_{n}' if n else ""}
        ) AS "mark_{n}" """
        for n in range(windows)
    )


def _read(*, recent: bool) -> str:
    """Return the rows of each metric that was counted; of a dense one with `recent` the last days.

    OFFSET 0 has the index asked for one metric after the other; joined, every row would be read.
    """
    start = f"""CASE WHEN "rows_0" > {DENSE_ROWS} THEN greatest(:start, {_RECENT}) ELSE :start END"""
    return f"""
        FROM counted CROSS JOIN LATERAL (
            SELECT "recordedAt", "value", "unit" COLLATE "C" AS "unit", "source" COLLATE "C" AS "source",
                "updatedAt", "createdAt", xmin
            FROM public."HealthMetric"
            WHERE "userId" = person."id" AND "metricType" = "metric"
                AND "recordedAt" >= {start if recent else ":start"} AND {_WINDOW}
            OFFSET 0
        ) AS "row"
    """


def _sent(column: str) -> str:
    """Return microseconds as PostgreSQL keeps them, eight bytes each: neither side prints or parses a
    number.
    """
    return f"""timestamp_send(COALESCE({column}, 'infinity'))"""


def _grouped(windows: int, *, written: bool) -> str:
    created = f""", string_agg({_sent('"createdAt"')}, '') AS "created" """ if written else ""
    return f"""
        SELECT "metric", "unit", "source", count(*) AS "rows",
            string_agg({_sent('"recordedAt"')}, '') AS "at",
            string_agg(float8send(COALESCE("value"::float8, 'NaN')), '') AS "value",
            string_agg({_sent('"updatedAt"')}, '') AS "updated"{created}, {_marks(windows)}
        {_read(recent=False)}GROUP BY 1, 2, 3
    """


def to_readings(columns: Sequence[Any]) -> tuple[Readings, Instants]:
    """Return the rows of `readings_part` by their instants, and when each was first written where that was
    asked.
    """
    groups, at, value, updated, *created = columns
    told = json.loads(groups or "[]")
    sizes = [rows for *_, rows in told]
    instants = to_instants(at)
    group = np.repeat(np.arange(len(told)), sizes)
    order = np.lexsort((group, instants))
    metric, unit, source = (_repeated([each[i] for each in told], group[order]) for i in range(3))
    readings = Readings(
        at=instants[order],
        metric=metric,
        value=np.frombuffer(value or b"", ">f8").astype(np.float64)[order],
        unit=unit,
        source=source,
        written=to_instants(updated)[order],
    )
    return readings, to_instants(created[0])[order] if created else instants[:0]


def _repeated(texts: list[str], group: np.ndarray[Any, np.dtype[np.int64]]) -> list[str]:
    return [texts[i] for i in group.tolist()]


def to_instants(sent: bytes | None) -> Instants:
    """Return microseconds since 2000 to datetime64[ms]; infinity, as absent ones are sent, becomes NaT."""
    microseconds = np.frombuffer(sent or b"", ">i8").astype(np.int64)
    instants = np.datetime64("2000-01-01", "ms") + np.rint(microseconds / 1_000).astype("timedelta64[ms]")
    instants[(microseconds == _INFINITE.max) | (microseconds == _INFINITE.min)] = np.datetime64("NaT")
    return instants
