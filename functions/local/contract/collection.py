"""The contract as a Bruno collection: a request of each operation, with its example, in an order that works.

Pure: a document in, the collection's files out. Dates become yesterday, which every demo person has.
"""

import json
import re
import textwrap
from collections.abc import Iterator
from typing import Any

from functions.local.contract.changes import operations
from functions.local.contract.compatibility import Document

LAST = ("usersClearContext", "usersExport", "usersDeleteData", "usersResume")
"""They end what there is, and begin anew."""
FIRST = ("insightsFeed", "usersSetContext")
DATE = re.compile(r"\d{4}-\d\d-\d\d")
COLLECTION = """meta {
  name: Nutri ML Service
}

headers {
  X-Nutri-Token: {{token}}
}

script:pre-request {
  bru.setVar("yesterday", new Date(Date.now() - 864e5).toISOString().slice(0, 10));
}
"""
ENVIRONMENT = """vars {
  baseUrl: http://127.0.0.1:8000
  token:
}
"""


def write_collection(document: Document) -> dict[str, str]:
    """Return file name -> text. Names of files and requests are the contract's operation ids."""
    listing = {"version": "1", "name": "Nutri ML Service", "type": "collection", "ignore": []}
    files = {
        "bruno.json": json.dumps(listing, indent=2) + "\n",
        "collection.bru": COLLECTION,
        "environments/local.bru": ENVIRONMENT,
    }
    ordered = sorted(operations(document).items(), key=lambda one: _place(one[1]["operationId"]))
    for place, (name, operation) in enumerate(ordered, start=1):
        method, _, path = name.partition(" ")
        files[f"{operation['operationId']}.bru"] = "\n".join(_request(place, method, path, operation))
    return files


def _place(operation_id: str) -> tuple[int, bool]:
    return LAST.index(operation_id) + 1 if operation_id in LAST else 0, operation_id not in FIRST


def _request(place: int, method: str, path: str, operation: Document) -> Iterator[str]:
    name = operation["operationId"]
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    query = [
        f"{one['name']}={_value(one['example'])}" for one in _examples(operation, "query") if "example" in one
    ]
    yield _block("meta", f"name: {name}\ntype: http\nseq: {place}")
    for one in _examples(operation, "path"):
        filled = "{{insightId}}" if one["name"] == "insightId" else _value(one["example"])
        path = path.replace(f"{{{one['name']}}}", filled)
    url = f"{{{{baseUrl}}}}{path}" + (f"?{'&'.join(query)}" if query else "")
    yield _block(method.lower(), f"url: {url}\nbody: {'json' if content else 'none'}\nauth: none")
    if query:
        yield _block("params:query", "\n".join(one.replace("=", ": ", 1) for one in query))
    if content:
        body = json.dumps(content.get("example", {}), indent=2)
        yield _block("body:json", re.sub(f'"{DATE.pattern}"', '"{{yesterday}}"', body))
    (status,) = (
        status
        for status, answer in operation["responses"].items()
        if any("example" in one for one in answer.get("content", {}).values())
    )
    yield _block("assert", f"res.status: eq {status}")
    if name == "insightsFeed":
        yield _block("vars:post-response", "insightId: res.body.insights[0].id")
    yield _block("docs", operation.get("description") or operation["summary"])


def _examples(operation: Document, place: str) -> list[Document]:
    return [one for one in operation.get("parameters", ()) if one["in"] == place]


def _value(example: Any) -> str:
    values = example if isinstance(example, list) else [example]
    return ",".join("{{yesterday}}" if DATE.fullmatch(str(one)) else str(one) for one in values)


def _block(name: str, text: str) -> str:
    return f"{name} {{\n{textwrap.indent(text, '  ')}\n}}\n"
