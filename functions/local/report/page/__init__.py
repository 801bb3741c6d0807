"""The story as one page to keep, print or share: no network, light and dark, English or German.

`view` puts a story into the words and figures of a locale, `charts` into coordinates. The templates draw.
"""

from functions.local.report.page.render import LOCALES, render_page

__all__ = ["LOCALES", "render_page"]
