"""Serves the explorer's files and the one thing the public API does not say: who there is.

Files are read anew for each request, so an edit shows on reload. Nothing is fetched from another host: the
charting library (D3 7) is the copy that the package tuna ships, a viewer of Python profiles.
"""

import asyncio
import json
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import parse_qs

from common.errors import NutriError
from functions.local.emulator.web import Request, Response

PREFIX = "/explorer"
PAGE = Path(__file__).with_name("page")
STYLES = ("theme", "page", "controls", "charts", "panels", "narrow")
"""Sheets in their order, sent as one: nothing is painted before the last of them."""
NO_MODULES = ("main", "theme")
MEDIA_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class Explorer:
    def __init__(self, database_url: str) -> None:
        self._database_url = database_url

    async def respond(self, request: Request) -> Response:
        if request.method not in ("GET", "HEAD"):
            return _problem(405, "method_not_allowed", "This path answers GET only.")
        name = request.path.removeprefix(PREFIX).removeprefix("/") or "index.html"
        if name == "people":
            return await self._answer_people(request)
        body = read_page_file(name)
        if body is None:
            return _problem(404, "not_found", "The explorer has no such file.")
        return Response(
            200,
            body,
            [
                ("content-type", MEDIA_TYPES[Path(name).suffix]),
                ("cache-control", "no-cache"),
                ("content-security-policy", POLICY),
                ("x-content-type-options", "nosniff"),
            ],
        )

    async def _answer_people(self, request: Request) -> Response:
        # imported when first asked: the database driver would delay the emulator's own start
        from functions.local.explorer.people import find_people  # noqa: PLC0415

        sought = parse_qs(request.target.partition("?")[2]).get("q", [""])[0].replace("\0", "")
        try:
            people, matching = await asyncio.to_thread(find_people, self._database_url, sought)
        except NutriError as away:
            return _problem(503, away.code, away.detail)
        told = [{"userId": p.user_id, "timezone": p.timezone, "story": p.story} for p in people]
        body = json.dumps({"people": told, "matching": matching}).encode()
        return Response(200, body, [("content-type", "application/json")])


def read_page_file(name: str) -> bytes | None:
    """Return what the page asks for by a plain name, None where it has no such file."""
    if name == "styles.css":
        return b"\n".join((PAGE / f"{sheet}.css").read_bytes() for sheet in STYLES)
    found = find_d3() if name == "d3.js" else find_file(name)
    if found is None:
        return None
    return found.read_bytes() if name != "index.html" else name_modules(found.read_bytes())


def name_modules(page: bytes) -> bytes:
    """Name every module in the head: they are fetched at once, not one import after the other."""
    names = sorted(path.name for path in PAGE.glob("*.js") if path.stem not in NO_MODULES)
    links = "\n".join(f'<link rel="modulepreload" href="{PREFIX}/{name}">' for name in names)
    return page.replace(b"<!-- modules -->", links.encode())


def find_file(name: str) -> Path | None:
    """Return a file of the page by its plain name; nothing outside its folder has one."""
    return next((path for path in PAGE.iterdir() if path.name == name and path.suffix in MEDIA_TYPES), None)


def find_d3() -> Path | None:
    """Return the library's file in the installed package, which is looked up and never imported."""
    package = find_spec("tuna")
    folders = (package.submodule_search_locations if package is not None else None) or ()
    return next((path for folder in folders for path in Path(folder).glob("web/static/d3.min.js")), None)


def _problem(status: int, code: str, detail: str) -> Response:
    body = json.dumps({"type": "about:blank", "status": status, "code": code, "detail": detail}).encode()
    return Response(status, body, [("content-type", "application/problem+json")])
