"""CSV as people really have it: a byte order mark, `;` with decimal commas, quoted numbers, renamed
headers."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from functions.local.data.readers.files import is_separator_line

Row = Mapping[str, str]

_NUMBER = re.compile(r"[+-]?\d[\d.,]*")
_NOTHING = {"", "-", "--", "none", "null", "nan", "n/a", "na"}


@dataclass(frozen=True)
class Table:
    """Rows by normalised column names; `headers` are the columns as the file writes them."""

    headers: list[str]
    rows: list[dict[str, str]]
    ragged: int
    """Lines with another number of cells than the header: none of them is among the rows."""


def normalise(header: str) -> str:
    """`Resting heart rate (bpm)` and `resting_heart_rate_bpm` are one name: lower case, words by one
    blank."""
    plain = unicodedata.normalize("NFKC", header).replace("\u03bc", "u").lower()
    return re.sub(r"[^a-z0-9%]+", " ", plain).strip()


def decode(content: bytes) -> str:
    """Read UTF-16 by its mark, else UTF-8, else what a spreadsheet on Windows saves.

    Raises ValueError for anything else.
    """
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16")
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not re.search(r"[\x00-\x08\x0e-\x1f]", text):
            return text
    raise ValueError("it is no text")


def read_table(content: bytes, *, skip_lines: int = 0) -> Table:
    """Raise ValueError where it is no text, or no table."""
    lines = io.StringIO(decode(content), newline=None).readlines()[skip_lines:]
    while lines and (not lines[0].strip() or is_separator_line(lines[0])):
        del lines[0]
    if not lines:
        raise ValueError("it is empty")
    delimiter = find_delimiter(lines[0])
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        headers = [header.strip() for header in next(reader)]
        while headers and not headers[-1]:
            headers.pop()
        names = [normalise(header) for header in headers]
        rows, ragged = [], 0
        for cells in reader:
            while len(cells) > len(names) and not cells[-1].strip():
                cells.pop()
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(names):
                ragged += 1
                continue
            rows.append(_by_name(names, cells))
    except csv.Error as error:
        raise ValueError(f"line {reader.line_num}: {error}") from None
    _write_points(rows, delimiter)
    return Table(headers, rows, ragged)


def _by_name(names: list[str], cells: list[str]) -> dict[str, str]:
    """Return cells by name; where two columns of one name contradict each other, neither is believed."""
    row: dict[str, str] = {}
    for name, cell in zip(names, cells, strict=True):
        held = row.get(name, "")
        row[name] = cell if not held.strip() or held == cell else held if not cell.strip() else ""
    return row


def _write_points(rows: list[dict[str, str]], delimiter: str) -> None:
    """Write numbers with a point and without marks of thousands, by what the whole table shows.

    `1,234` is a thousand where numbers have points, and between one and two where they have commas.
    """
    marked = [
        (row, name, cell.strip())
        for row in rows
        for name, cell in row.items()
        if ("," in cell or "." in cell) and _NUMBER.fullmatch(cell.strip())
    ]
    commas, points = (any(_parts_decimals(mark, cell) for _, _, cell in marked) for mark in ",.")
    sure = commas != points
    if not sure:
        commas = delimiter != ","
    thousands, decimal = (".", ",") if commas else (",", ".")
    grouped = re.compile(rf"[+-]?\d{{1,3}}(\{thousands}\d{{3}})+(\{decimal}\d+)?")
    for row, name, cell in marked:
        plain = sure or not commas or decimal in cell or cell.count(thousands) > 1
        if plain and grouped.fullmatch(cell):
            row[name] = cell.replace(thousands, "").replace(decimal, ".")


def _parts_decimals(mark: str, cell: str) -> bool:
    """Whether this mark can only be the decimal one in the number."""
    if cell.count(mark) != 1:
        return False
    other = "." if mark == "," else ","
    return cell.find(mark) > cell.rfind(other) if other in cell else len(cell.partition(mark)[2]) != 3


def find_delimiter(line: str) -> str:
    return max(",;\t", key=line.count)


def number(text: str | None) -> float | None:
    """None where nothing is recorded. `1,234.5` and `1.234,5` are read; Raises ValueError for other words."""
    word = (text or "").strip().strip("%").strip()
    if word.lower() in _NOTHING:
        return None
    word = word.replace("\u00a0", "").replace("\u202f", "").replace(" ", "")
    if "," in word and "." in word:
        decimal = max(",.", key=word.rfind)
        word = word.replace("," if decimal == "." else ".", "").replace(decimal, ".")
    elif re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+", word) and word.count(",") > 1:
        word = word.replace(",", "")
    else:
        word = word.replace(",", ".")
    value = float(word)
    if value != value or abs(value) > 1e12:  # noqa: PLR0124
        return None
    return value


def positive(text: str | None) -> float | None:
    """Like `number`, for what no body has none of: 0 means that nothing was recorded."""
    value = number(text)
    return value if value and value > 0 else None


def truth(text: str | None) -> bool | None:
    return {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}.get(
        (text or "").strip().lower()
    )


def column(row: Row, *names: str) -> str | None:
    """Return the first of these columns that the row has."""
    return next((row[name] for name in names if name in row), None)


def iterate(table: Table, left_out: dict[str, int]) -> Iterator[dict[str, str]]:
    """Return rows, with the ragged ones counted as left out."""
    if table.ragged:
        left_out["lines with another number of cells"] = table.ragged
    yield from table.rows
