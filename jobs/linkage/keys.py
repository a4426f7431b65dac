"""Parts of blocking keys: a field, maybe transformed, maybe cut: `name.pinyin`, `surname:4`, `number:-8`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from jobs.linkage import hanzi


@dataclass(frozen=True)
class KeyPart:
    """One part of a key. A negative length keeps the end."""

    field: str
    transform: str | None
    length: int | None


def parse_part(text: str) -> KeyPart:
    """Read `field[.transform][:length]`."""
    head, _, length = text.partition(":")
    field, _, transform = head.partition(".")
    return KeyPart(field, transform or None, int(length) if length.lstrip("-").isdigit() else None)


def digits(text: str) -> str | None:
    """The digits of a text, None when it has none."""
    return "".join(c for c in text if c.isdigit()) or None


def tokens(text: str) -> str | None:
    """Words in sorted order."""
    return " ".join(sorted(hanzi.words(text))) or None


def consonants(text: str) -> str | None:
    """First letter and the consonants behind it, doubles dropped: a crude key of sound for Latin names."""
    letters = [c for c in hanzi.latin(text) if c.isalpha()]
    if not letters:
        return text or None
    kept = letters[:1]
    for c in letters[1:]:
        if c not in "AEIOUYHW" and c != kept[-1]:
            kept.append(c)
    return "".join(kept)


def core(number: str) -> str | None:
    """The first 17 places of an 18-place number: all but its check character."""
    return number[:17] if len(number) == 18 else number


def user(email: str) -> str | None:
    """What stands before the @ of an e-mail address."""
    return email.partition("@")[0].strip() or None


TRANSFORMS: dict[str, Callable[[str], str | None]] = {
    "fold": hanzi.fold,
    "pinyin": hanzi.pinyin,
    "lookalike": hanzi.lookalike,
    "surname": hanzi.surname,
    "given": hanzi.given,
    "digits": digits,
    "tokens": tokens,
    "consonants": consonants,
    "core": core,
    "user": user,
    "year": lambda text: text[:4] if len(text) == 8 and text.isdigit() else None,
    "decade": lambda text: text[:3] if len(text) == 8 and text.isdigit() else None,
    "day": lambda text: text[4:] if len(text) == 8 and text.isdigit() else None,
}
