"""Comparisons of a proposed model: ordered levels for each role, and where rare values should weigh more."""

from __future__ import annotations

from typing import Any

from jobs.linkage.proposal.roles import NAMES, Guess

_ALIKE: list[Any] = [{"jaro_winkler": 0.88}, {"jaro_winkler": 0.75}]
LEVELS: dict[str, list[Any]] = {
    "citizen": ["exact", "core", "one_digit", {"damerau": 2}],
    "number": ["exact", "one_digit", {"damerau": 2}],
    "given_name": ["exact", {"damerau": 1}, *_ALIKE],
    "surname": ["exact", {"damerau": 1}, *_ALIKE],
    "full_name": ["exact", "tokens", {"damerau": 2}, {"jaro_winkler": 0.9}, {"jaro_winkler": 0.8}],
    "words": ["exact", {"damerau": 2}, *_ALIKE],
    "place": ["exact", {"damerau": 2}, {"jaro_winkler": 0.88}],
    "address": ["exact", {"damerau": 2}, *_ALIKE],
    "date": ["exact", "one_digit", "swapped_day_month", {"levenshtein": 2}],
    "year": ["exact", {"within": 1}, "one_digit", {"within": 5}],
    "age": ["exact", {"within": 1}, {"within": 3}],
    "sex": ["exact"],
    "phone": ["exact", "one_digit", {"damerau": 2}],
    "email": ["exact", "same_user", {"damerau": 2}, {"jaro_winkler": 0.9}],
    "postcode": ["exact", {"damerau": 1}],
    "house": ["exact", {"damerau": 1}],
    "category": ["exact"],
    "list": ["any_common"],
}
HAN_NAME: list[Any] = ["exact", "folded", "pinyin", "lookalike", {"one_missing": 2}, {"one_character": 2}]
HAN_TEXT: list[Any] = ["exact", {"damerau": 1}, {"jaro_winkler": 0.9}, {"jaro_winkler": 0.8}]
REPEATED = 3.0
"""A most frequent value this often the average one makes a rare value worth more."""
STEADY = {"sex", "age", "list"}
"""Roles whose values are all about as telling."""


def comparison(guess: Guess, field: str) -> dict[str, Any]:
    """The comparison of one field."""
    found: dict[str, Any] = {"field": field, "levels": levels(guess)}
    if guess.role not in STEADY and (guess.role in NAMES or guess.shape.top * guess.shape.distinct >= REPEATED):
        found["term_frequency"] = {"levels": ["exact", "folded"] if "folded" in found["levels"] else ["exact"]}
        if guess.han and guess.role == "full_name":
            found["term_frequency"]["split"] = ["surname", "given"]
    return found


def levels(guess: Guess) -> list[Any]:
    """Levels of a role, best first."""
    if guess.han and guess.role in NAMES:
        return list(HAN_NAME)
    if guess.han and guess.role in {"address", "words", "place"}:
        return list(HAN_TEXT)
    return list(LEVELS[guess.role])


def reason(guess: Guess, content: dict[str, Any], crossed: str | None) -> str:
    """Why these levels, in a clause."""
    why = {
        "citizen": "the check character is not evidence, so the first 17 places count apart",
        "number": "one digit mistyped or two swapped is common, more is another number",
        "date": "typing errors by digit, day and month exchanged",
        "year": "years are often a little off",
        "email": "the same name before the @ at another provider",
        "list": "one value in common is enough",
        "sex": "only the same or not",
        "category": "only the same or not",
    }.get(
        guess.role, "sound and look-alikes of characters" if guess.han and guess.role in NAMES else "typing errors, then likeness"
    )
    parts = [why]
    if crossed:
        parts.append(f"now and then exchanged with {crossed}")
    if "term_frequency" in content:
        parts.append("rare values weigh more")
    return "; ".join(parts)
