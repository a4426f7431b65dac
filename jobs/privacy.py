"""Keeping personal values out of what people and logs see when something unexpected breaks."""

from __future__ import annotations

import re

_DIGITS = re.compile(r"[0-9０-９][0-9０-９Xx*]{5,}")
_GROUPED = re.compile(r"(?<![0-9])(?![0-9]{4}-[0-9]{2}-[0-9]{2})[0-9](?:[- ]?[0-9]){6,}")
_QUOTED = re.compile(r"""'[^'\n]*\s[^'\n]*'|(?<!File )"[^"\n]*\s[^"\n]*\"""")
_HAN = re.compile(r"[\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff·]+")


def redact(text: str) -> str:
    """Mask every run of six or more digits and of Chinese characters, seven or more digits written in groups unless they are a date,
    and quoted text of several words: numbers, phones, names (foreign ones too), addresses.

    Meant for messages of libraries, which may quote a value; our own sentences never do.
    """
    return _HAN.sub("■", _GROUPED.sub("######", _DIGITS.sub("######", _QUOTED.sub("'■'", text))))
