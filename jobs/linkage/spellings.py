"""Field types that compare values by one spelling: folded text, bare digits, dates in a stated order."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from jobs.linkage import hanzi
from jobs.linkage.dates import ORDERS, parse_date
from jobs.linkage.keys import digits

NOTHING = frozenset(re.split(" ", "NULL NONE NAN NIL NA N/A UNKNOWN UNK MISSING #N/A ? - -- . 无 未知 不详 暂无 空 未填"))
"""Words that stand for a missing value."""


def folded(text: str) -> str | None:
    """Upper case without accents and punctuation, simplified characters, single spaces; None for words such as unknown.

    An e-mail address keeps its punctuation.
    """
    if is_nothing(text):
        return None
    return " ".join(text.upper().split()) if "@" in text else hanzi.fold(text.strip())


def bare_digits(text: str) -> str | None:
    """The digits alone; None for nothing but zeros."""
    found = digits(text)
    return None if found is None or not found.strip("0") else found


def is_nothing(text: str) -> bool:
    """Whether a value only says that there is none."""
    return text.strip().upper() in NOTHING


def date_in(order: str, text: str) -> str | None:
    """A date whose parts stand in this order, as yyyymmdd."""
    return None if is_nothing(text) else parse_date(text, order)


SPELLINGS: dict[str, Callable[[str], str | None]] = {
    "folded": folded,
    "digits": bare_digits,
    **{kind: partial(date_in, order) for kind, order in ORDERS.items()},
}
"""Field type → the one spelling of a value, None for none."""
