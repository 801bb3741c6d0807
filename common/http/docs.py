"""The reference: what an operation answers, and a page that needs nothing but `openapi.json` beside it."""

import re
from base64 import b64encode
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from common.settings import get_settings

_PAGE = Path(__file__).with_name("docs.html")


def documented(answer: Any) -> Any:
    """`answer` as a route's response model where the contract is served; nothing where it is not.

    Services answer with ready bytes: a response model only documents, and making one costs every cold start.
    """
    return answer if get_settings().shows_docs else None


@lru_cache(maxsize=1)
def docs_page() -> tuple[str, str]:
    """Return the page, and the content security policy that lets exactly its own script and style run."""
    page = _PAGE.read_text(encoding="utf-8")
    script, style = (
        b64encode(sha256(match[1].encode()).digest()).decode()
        for tag in ("script", "style")
        if (match := re.search(f"<{tag}>(.*?)</{tag}>", page, re.DOTALL))
    )
    policy = (
        f"default-src 'none'; script-src 'sha256-{script}'; style-src 'sha256-{style}'; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return page, policy
