"""Files to read: single ones, folders, archives. Nothing is unpacked to disk.

Raises InvalidInput for what cannot be read or would unpack to more than any export does.
"""

import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO

from common.errors import InvalidInput

HEAD_BYTES = 65_536
WHOLE_BYTES_MAX = 512 * 1024 * 1024
ARCHIVE_BYTES_MAX = 64 * 1024**3
MEMBERS_MAX = 200_000
RATIO_MAX, RATIO_FROM_BYTES = 300, 64 * 1024 * 1024
DEPTH_MAX = 2
"""Archives within archives: a maker's within what a mail program made of it."""
DAMAGE = (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, RuntimeError, OSError)
"""What reading a file raises where it is damaged."""
_NOT_DATA = re.compile(
    r"(^|/)(\.|__MACOSX/)|\.(png|jpe?g|gif|mp4|pdf|html?|gpx|tcx|fit|txt|md)$", re.IGNORECASE
)


@dataclass(frozen=True)
class File:
    """`name` is the path inside its archive or folder; `head` its first bytes."""

    name: str
    size: int
    head: bytes
    open: Callable[[], IO[bytes]]
    path: Path | None = None
    """Where it is on disk; None within an archive."""

    @property
    def base_name(self) -> str:
        return self.name.rpartition("/")[2]

    @property
    def keys(self) -> frozenset[str]:
        """Names of the JSON members in the head; empty where it is no JSON."""
        if self.head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] not in (b"{", b"["):
            return frozenset()
        found: list[bytes] = re.findall(rb'"([^"\\]{1,80})"\s*:', self.head)
        return frozenset(key.decode("utf-8", "replace") for key in found)

    @property
    def header(self) -> str:
        """The first line with anything on it, as text, but for a spreadsheet's word about its separator."""
        mark = self.head[:2]
        encoding = "utf-16" if mark in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
        lines = map(str.strip, self.head.decode(encoding, "replace").splitlines())
        return next((line for line in lines if line and not is_separator_line(line)), "")

    def read(self) -> bytes:
        """All of it. Raises InvalidInput where that is more than fits."""
        if self.size > WHOLE_BYTES_MAX:
            raise InvalidInput(f"{self.name} is too large: {self.size / 1e6:,.0f} MB")
        try:
            with self.open() as stream:
                return stream.read(WHOLE_BYTES_MAX)
        except DAMAGE as error:
            raise InvalidInput(f"{self.name} is damaged: {error}") from None


def is_separator_line(line: str) -> bool:
    """Whether it is the `sep=;` that spreadsheets write before the header."""
    return re.fullmatch(r"sep=.?", line.strip(), re.IGNORECASE) is not None


def find_files(paths: Sequence[Path]) -> Iterator[File]:
    for path in paths:
        if path.is_dir():
            inside = (one for one in sorted(path.rglob("*")) if one.is_file())
            for one in inside:
                if not _NOT_DATA.search(one.relative_to(path).as_posix()):
                    yield from _from_path(one, one.relative_to(path.parent).as_posix())
        else:
            yield from _from_path(path, path.name)


def _from_path(path: Path, name: str) -> Iterator[File]:
    try:
        with path.open("rb") as stream:
            head = stream.read(HEAD_BYTES)
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}") from None
    size = path.stat().st_size
    yield from _unpacked(File(_printable(name), size, head, lambda: path.open("rb"), path), DEPTH_MAX)


def _unpacked(file: File, depth: int) -> Iterator[File]:
    if file.head[:2] == b"\x1f\x8b":
        raise InvalidInput(f"{file.name} is packed with gzip: unpack it, and import the file or folder")
    if file.head[:4] != b"PK\x03\x04":
        yield file
    elif depth:
        for member in _from_archive(file):
            yield from _unpacked(member, depth - 1)


def _printable(name: str) -> str:
    """Return a name that is no UTF-8 so that it can be told all the same."""
    return name.encode("utf-8", "replace").decode()


def _from_archive(file: File) -> Iterator[File]:
    name = file.name
    try:
        archive = zipfile.ZipFile(file.path or file.open())
        members = [member for member in archive.infolist() if not member.is_dir()]
    except (*DAMAGE, ValueError) as error:
        raise InvalidInput(f"{name} is a damaged archive: {error}") from None
    _refuse_bomb(name, members)
    for member in members:
        if _NOT_DATA.search(member.filename):
            continue
        if member.flag_bits & 1:
            raise InvalidInput(f"{name} is encrypted: unpack it, and import the folder")
        try:
            with archive.open(member) as stream:
                head = stream.read(HEAD_BYTES)
        except DAMAGE as error:
            raise InvalidInput(f"{name}: {member.filename} is damaged: {error}") from None
        inside = _printable(member.filename)
        yield File(inside, member.file_size, head, partial(archive.open, member))


def _refuse_bomb(name: str, members: Sequence[zipfile.ZipInfo]) -> None:
    unpacked = sum(member.file_size for member in members)
    dense = any(
        member.file_size > RATIO_FROM_BYTES and member.file_size > RATIO_MAX * max(member.compress_size, 1)
        for member in members
    )
    if len(members) > MEMBERS_MAX or unpacked > ARCHIVE_BYTES_MAX or dense:
        raise InvalidInput(
            f"{name} would unpack to {unpacked / 1e9:,.1f} GB in {len(members):,} files: refused"
        )
