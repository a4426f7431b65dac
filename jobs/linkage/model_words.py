"""What somebody mistyped in a model, said in words: YAML that does not parse, unknown words, levels that can never hold."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

WIDER_UP = ("levenshtein", "damerau", "days", "within")
"""Levels that let more pairs in the larger their argument."""
WIDER_DOWN = ("jaro_winkler", "prefix", "truncated", "one_character", "one_missing", "masked")
"""Levels that let more pairs in the smaller their argument."""
WHOLE = ("levenshtein", "damerau", "days", "prefix", "truncated", "one_character", "one_missing", "masked", "zeroed")
DATE_LEVELS = ("days", "swapped_day_month")
Level = tuple[str, Any]


class _Strict(yaml.SafeLoader):
    """YAML in which a word that stands twice is a mistake: the first one would be forgotten in silence."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key, _ in node.value:
            word = self.construct_object(key, deep=True)
            if isinstance(word, str) and word in seen:
                raise yaml.constructor.ConstructorError(None, None, f"`{word}` stands twice", key.start_mark)
            if isinstance(word, str):
                seen.add(word)
        return super().construct_mapping(node, deep)


def read_yaml(text: str) -> Any:
    """The content of a YAML text; ValueError says in a clause, with the line, why there is none."""
    try:
        content = yaml.load(text, _Strict)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        said = " ".join(str(getattr(error, "problem", None) or "this is no YAML").split())
        if "\\t" in said:
            said = "a tab stands where YAML wants spaces"
        elif "mapping values are not allowed" in said or "expected <block end>" in said or "could not find expected ':'" in said:
            said = "a word stands further in or out than its neighbours, or a colon or bracket is missing"
        raise ValueError((f"line {mark.line + 1}: " if mark else "") + said) from None
    if not isinstance(content, dict):
        raise ValueError("it should begin with words like `model:`, `id:` and `fields:`")
    return content


def validation(error: Mapping[str, Any], known: Mapping[str, Sequence[str]]) -> str:
    """One finding of the type check as a clause. `known`: the words allowed at each place, by its first word ('' on top)."""
    where = [str(p) for p in error["loc"] if p not in ("float", "literal['expected']", "str", "dict[str,any]")]
    word, place = where[-1] if where else "", ".".join(where[:-1])
    at = f"{place}: " if place else ""
    if error["type"] == "extra_forbidden":
        allowed = known.get(_place(where), known[""])
        near = difflib.get_close_matches(word, allowed, 1)
        return f"{at}no word `{word}`" + (f"; did you mean `{near[0]}`?" if near else f"; known are {', '.join(allowed)}")
    if error["type"] == "missing":
        return f"{at}`{word}` is missing"
    path = ".".join(where)
    if error["type"] in ("model_type", "dict_type"):
        return f"{path}: words with values are wanted here, as in `{{column: surname}}`"
    if error["type"] == "list_type":
        return f"{path}: a list is wanted here, as in `[{error.get('input')}]`"
    return f"{path}: {_plain(str(error['msg']))}"


def _place(where: Sequence[str]) -> str:
    """Which kind of part holds the word: the top, or `fields`, `comparisons`, … or the `term_frequency` of one."""
    if "term_frequency" in where[:-1]:
        return "term_frequency"
    return where[0] if len(where) > 1 else ""


def _plain(text: str) -> str:
    return text[0].lower() + text[1:] if text else text


def level_problems(levels: Sequence[Level], kind: str) -> list[str]:
    """Arguments out of range, date levels on what is no date, and levels behind one that leaves them nothing.

    `kind` is the field's type; only known levels whose argument is there or not as it should be are looked at.
    """
    found = [p for name, argument in levels if argument is not None for p in _argument(name, argument)]
    if found:
        return found
    for name, _ in levels:
        if name in DATE_LEVELS and not kind.startswith("date"):
            found.append(f"level {name} compares dates; give the field `type: date`, date_ymd, date_dmy or date_mdy")
        elif kind == "list" and name not in ("any_common", "crossed", "listed"):
            found.append(f"level {name} compares single values; a list field takes any_common, crossed or listed")
    return found + _order(levels)


def _argument(name: str, argument: Any) -> list[str]:
    if name in ("crossed", "listed"):
        return []
    number = not isinstance(argument, bool) and isinstance(argument, int | float)
    if name == "jaro_winkler":
        return (
            []
            if number and 0 < argument < 1
            else ["level jaro_winkler takes a similarity between 0 and 1, as in {jaro_winkler: 0.9}"]
        )
    if name in WHOLE:
        return [] if number and argument == int(argument) and argument >= 1 else [f"level {name} takes a whole number from 1 on"]
    return [] if number and argument > 0 else [f"level {name} takes a number above 0"]


def _order(levels: Sequence[Level]) -> list[str]:
    """A level behind a wider one can never be reached."""
    found = []
    single = [name for name, _ in levels if name not in ("any_common", "crossed", "listed")]
    if "exact" in single[1:]:
        found.append(f"level exact stands behind {single[0]}, which equal values reach first; put it first")
    before: dict[str, float] = {}
    for name, argument in levels:
        other = "damerau" if name == "levenshtein" and "damerau" in before else name
        if name in WIDER_UP and other in before and argument <= before[other]:
            found.append(
                f"level {name} {argument} stands behind {other} {before[other]}, which holds wherever it does; order best first"
            )
        if name in WIDER_DOWN and name in before and argument >= before[name]:
            found.append(
                f"level {name} {argument} stands behind {name} {before[name]}, which holds wherever it does; order best first"
            )
        if argument is not None and name in WIDER_UP + WIDER_DOWN:
            before[name] = argument
    return found


def part_problem(part: str) -> str | None:
    """A key part whose cut is no number of characters: `name:x`, `name:0`."""
    _, colon, length = part.partition(":")
    if colon and (not length.lstrip("-").isdigit() or int(length) == 0):
        return f"{part}: behind the colon stands how many characters to keep, as in name:4 or number:-8"
    return None
