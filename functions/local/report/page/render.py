"""Fills the page's template. Everything a person or a device wrote is escaped by the template engine."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from functions.local.report.page.view import WORDS, view
from functions.local.report.reading import Story

FOLDER = Path(__file__).parent
LOCALES = tuple(WORDS)


def render_page(story: Story, locale: str = "en") -> str:
    """Return the HTML. Raise KeyError for a locale nobody wrote."""
    environment = Environment(
        loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    styles = (FOLDER / "report.css").read_text(encoding="utf-8")
    return environment.get_template("report.html").render(
        view(story, locale), words=WORDS[locale], locale=locale, styles=styles
    )
