"""The agreed tables against what information_schema shows to this role, as a diff in words.

`-` is missing, `~` is of another type, `+` is a column of theirs that would stop our rows from being written.
Columns that the backend adds and that stop nothing are none of our business.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Boolean, Connection, Enum, Float, Integer, Text, text
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.types import TypeEngine

from common.store.contract import UNUSED
from common.store.tables import ACTIVITY, HEALTH_METRIC, MEAL, ML_TABLES, metadata

READ = (MEAL, HEALTH_METRIC, ACTIVITY)
THERE = text("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'")
COLUMNS = text("""
    SELECT table_name, column_name, data_type, udt_name, datetime_precision,
        is_nullable = 'NO' AND column_default IS NULL
    FROM information_schema.columns WHERE table_schema = 'public' AND table_name = ANY(:tables)
""")
LABELS = text("""
    SELECT typname, array_agg(enumlabel::text) FROM pg_enum JOIN pg_type ON pg_type.oid = enumtypid
    WHERE typnamespace = 'public'::regnamespace GROUP BY typname
""")
NAMES: dict[type[TypeEngine[Any]], str] = {
    Boolean: "boolean", Float: "double precision", Integer: "integer", Text: "text", JSONB: "jsonb",
}  # fmt: skip


@dataclass(frozen=True)
class Column:
    type: str
    must_be_given: bool


def diff_contract(connection: Connection) -> list[str]:
    """Empty where all is as agreed. Raises Unavailable."""
    tables = {str(name) for name in connection.scalars(THERE)}
    found: dict[str, dict[str, Column]] = {}
    names = [table.name for table in (*READ, *ML_TABLES)]
    for table, column, *described, needed in connection.execute(COLUMNS, {"tables": names}):
        found.setdefault(table, {})[column] = Column(_name_found(*described), bool(needed))
    labels = {str(name): set(values) for name, values in connection.execute(LABELS)}
    return [*_diff_tables(tables, found), *_diff_enums(labels)]


def _diff_tables(tables: set[str], found: dict[str, dict[str, Column]]) -> Iterator[str]:
    for table in (*READ, *ML_TABLES):
        ours = table in ML_TABLES
        if table.name not in tables:
            made_by = "`nutri migrate` makes it, unknown to Prisma" if ours else "the backend makes it"
            yield f'- "{table.name}"  no such table; {made_by}'
            continue
        there = found.get(table.name, {})
        for column in table.columns:
            wanted, name = _name_wanted(column.type), f'"{table.name}"."{column.name}"'
            if column.name not in there:
                if (table.name, column.name) not in UNUSED:
                    yield f"- {name}  {wanted}: missing, or this role may not read it"
            elif there[column.name].type != wanted:
                yield f"~ {name}  {there[column.name].type}, where {wanted} is agreed"
        for added in sorted(set(there) - set(table.columns.keys())):
            if ours and there[added].must_be_given:
                yield f'+ "{table.name}"."{added}"  not null and without a default: no row can be written'


def _diff_enums(labels: dict[str, set[str]]) -> Iterator[str]:
    for name, kind in _enums().items():
        if name not in labels:
            yield f'- "{name}"  no such enum'
        elif missing := [value for value in kind.enums if value not in labels[name]]:
            yield f'- "{name}"  lacks {", ".join(missing)}'


def _enums() -> dict[str, Enum]:
    """Those of the columns we read or write."""
    used = [metadata.tables[table.name] for table in (*READ, *ML_TABLES)]
    kinds = [column.type for table in used for column in table.columns if isinstance(column.type, Enum)]
    return {str(kind.name): kind for kind in kinds}


def _name_wanted(kind: TypeEngine[Any]) -> str:
    match kind:
        case Enum():
            return str(kind.name)
        case TIMESTAMP():
            return f"timestamp({kind.precision})"
        case _:
            return next(name for known, name in NAMES.items() if isinstance(kind, known))


def _name_found(data_type: str, udt_name: str, precision: int | None) -> str:
    if data_type == "USER-DEFINED":
        return udt_name
    return f"timestamp({precision})" if data_type == "timestamp without time zone" else data_type
