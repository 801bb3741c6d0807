"""CSV as people really have it: a byte order mark, `;` with decimal commas, quoted numbers, renamed
headers."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

Row = Mapping[str, str]

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
    """UTF-16 by its mark, else UTF-8. Raises ValueError for anything else."""
    marked = content[:2] in (b"\xff\xfe", b"\xfe\xff")
    try:
        return content.decode("utf-16" if marked else "utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError("it is no UTF-8 text") from None


def read_table(content: bytes, *, skip_lines: int = 0) -> Table:
    """Raise ValueError where it is no text, or no table."""
    text = decode(content)
    lines = text.splitlines(keepends=True)[skip_lines:]
    if not lines:
        raise ValueError("it is empty")
    reader = csv.reader(io.StringIO("".join(lines)), delimiter=find_delimiter(lines[0]), strict=True)
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
            rows.append(dict(zip(names, cells, strict=True)))
    except csv.Error as error:
        raise ValueError(f"line {reader.line_num}: {error}") from None
    return Table(headers, rows, ragged)


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
