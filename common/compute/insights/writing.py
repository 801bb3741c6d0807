"""How a language writes numbers, plurals and dates, by the CLDR's rules.

Babel is loaded when something is written.
"""

from datetime import date
from decimal import Decimal
from functools import lru_cache

KEPT = 4096
"""Numbers remembered as written: those of one person's texts come again with every request."""


@lru_cache(maxsize=KEPT)
def write_number(value: float, decimals: int, locale: str) -> str:
    """With at most so many decimals: 4.2, 4,200; 4,2 and 4.200 in German."""
    from babel.numbers import format_decimal  # noqa: PLC0415 - only where something is worded

    pattern = "#,##0." + "#" * decimals if decimals else "#,##0"
    return str(format_decimal(round(value, decimals) + 0.0, format=pattern, locale=locale))


@lru_cache(maxsize=KEPT)
def plural_of(value: float, decimals: int, locale: str) -> str:
    """Return the CLDR's category of the number as it is written: "one", "other", and in some languages
    more.
    """
    from babel.core import Locale  # noqa: PLC0415

    return str(Locale.parse(locale).plural_form(Decimal(f"{value:.{decimals}f}").normalize()))


@lru_cache(maxsize=KEPT)
def write_list(parts: tuple[str, ...], locale: str) -> str:
    """Join words as in `a, b and c`."""
    from babel.lists import format_list  # noqa: PLC0415

    return str(format_list(parts, locale=locale))


@lru_cache(maxsize=KEPT)
def write_day(day: date, locale: str) -> str:
    """Day and month: 12 May, 12. Mai."""
    from babel.dates import format_skeleton  # noqa: PLC0415

    return str(format_skeleton("MMMMd", day, locale=locale))
