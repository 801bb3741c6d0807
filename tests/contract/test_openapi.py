"""The committed HTTP contract is what the code serves."""

from pathlib import Path

from functions.local.commands.openapi import write_document

COMMITTED = Path(__file__).parents[2] / "functions" / "openapi.json"


def test_the_committed_document_is_the_codes(tmp_path: Path) -> None:
    fresh = tmp_path / "openapi.json"
    write_document(output=fresh, check=False)
    assert COMMITTED.read_text() == fresh.read_text(), "run `nutri openapi`"
