"""Files to read: single ones, folders, archives. Nothing is unpacked to disk.

Raises InvalidInput for what cannot be read or would unpack to more than any export does.
"""

import re
import zipfile
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
        """The first line, as text."""
        mark = self.head[:2]
        encoding = "utf-16" if mark in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
        return self.head.decode(encoding, "replace").partition("\n")[0].strip()

    def read(self) -> bytes:
        """All of it. Raises InvalidInput where that is more than fits."""
        if self.size > WHOLE_BYTES_MAX:
            raise InvalidInput(f"{self.name} is too large: {self.size / 1e6:,.0f} MB")
        try:
            with self.open() as stream:
                return stream.read(WHOLE_BYTES_MAX)
        except (OSError, zipfile.BadZipFile, EOFError, RuntimeError) as error:
            raise InvalidInput(f"{self.name} is damaged: {error}") from None


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
    if head[:4] == b"PK\x03\x04":
        yield from _from_archive(path, name)
    else:
        yield File(name, path.stat().st_size, head, lambda: path.open("rb"))


def _from_archive(path: Path, name: str) -> Iterator[File]:
    try:
        archive = zipfile.ZipFile(path)
        members = [member for member in archive.infolist() if not member.is_dir()]
    except (zipfile.BadZipFile, NotImplementedError, OSError) as error:
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
        except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, zipfile.LargeZipFile) as error:
            raise InvalidInput(f"{name}: {member.filename} is damaged: {error}") from None
        yield File(member.filename, member.file_size, head, partial(archive.open, member))


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
