"""One case of the review queue: two profiles side by side, masked but for what was compared, with the waterfall.

A value is shown whole only where the pair's comparisons read it on both sides, since nobody can judge a difference he
cannot see; everything else, and every value of a third person (parents, spouse), stays masked. No case is ever logged.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len

from jobs.residents import masked
from jobs.residents.columns import cell, wrap
from jobs.residents.review_queue import WHY
from jobs.residents.story import comparisons
from jobs.residents.waterfall import bars

if TYPE_CHECKING:
    from jobs.residents.finder import Finder

Row = dict[str, Any]
SIDE = 32
"""Cells of one profile's column."""
AGREE = ("exact", "any_common", "listed", "core")
"""First words of levels that say the same; `else` says another, the rest say nearly."""


@dataclass(frozen=True)
class Field:
    """A line of the two profiles: its label, the values, the comparisons that read it, its mask; `third`: of other people."""

    label: str
    values: Callable[[Row], list[str]]
    compared_by: tuple[str, ...]
    mask: Callable[[str], str] = str
    third: bool = False


def _number(row: Row) -> list[str]:
    return _one(row["id_number"] or row["id_text"])


def _one(value: object) -> list[str]:
    return [] if value is None else [str(value)]


def _listed(column: str) -> Callable[[Row], list[str]]:
    return lambda row: [str(v) for v in row[column] or []]


def _month(text: str) -> str:
    return text[:7] + "-**"


def _alias(text: str) -> str:
    kind, _, number = text.partition(":")
    return f"{kind}:{masked.number(number)}"


def _hidden(text: str) -> str:
    return "***" if text else ""


FIELDS = (
    Field("number 号码", _number, ("number", "document", "alias", "kin"), masked.number),
    Field("confirmed", lambda r: ["yes 已核实" if r["id_confirmed"] else "no 未核实"], ()),
    Field("aliases 别号", _listed("aliases"), ("alias",), _alias),
    Field("name 姓名", lambda r: _one(r["name"] or r["name_raw"]), ("name", "provisional"), masked.name),
    Field("other 别名", _listed("other_names"), ("name",), masked.name),
    Field("sex 性别", lambda r: _one(r["sex"]), ("sex",)),
    Field("birth 出生", lambda r: _one(r["birth_date"]), ("birth", "only_birth"), _month),
    Field("order 胎次", lambda r: _one(r["birth_order"]), ()),
    Field("nation 国籍", lambda r: _one(r["nationality"]), ("nationality",)),
    Field("phones 电话", _listed("phones"), ("phone", "home"), masked.phone),
    Field("homes 住址", _listed("addresses"), ("dwelling", "home"), _hidden),
    Field("area 镇街", lambda r: _one(r["township"]), ("township",)),
    Field("mother 母", lambda r: _one(r["mother_number"]), ("parents", "only_birth"), masked.number, third=True),
    Field("father 父", lambda r: _one(r["father_number"]), ("parents",), masked.number, third=True),
    Field("parents 父母", _listed("parent_names"), ("parent_names",), masked.name, third=True),
    Field("spouse 配偶", lambda r: _one(r["spouse_number"]), ("spouse",), masked.number, third=True),
    Field("employer", lambda r: _one(r["employer"]), ("employer",), _hidden),
    Field("school 学校", lambda r: _one(r["school"]), ("school",), _hidden),
    Field("records 记录", lambda r: [f"{r['records']} of {' '.join(r['departments'] or [])}"], ()),
)
MOST_VALUES = 3
"""Values of a list that are shown, common ones first."""


def gather(find: Finder, chosen: Sequence[Row]) -> list[dict[str, Any]]:
    """The cases behind rows of the queue, all read at once; addresses come from the profiles' records."""
    ids = {row[side] for row in chosen for side in ("profile_l", "profile_r")}
    levels = {(e["profile_l"], e["profile_r"]): e["levels"] for e in find("links", "profile_l", {r["profile_l"] for r in chosen})}
    profiles = {p["profile_id"]: {**p, "addresses": set()} for p in find("profiles", "profile_id", ids)}
    behind = {r["record_id"]: r["profile_id"] for r in find("resident_records", "profile_id", ids)}
    for record in find("records", "record_id", behind):
        if record["address_raw"]:
            profiles[behind[record["record_id"]]]["addresses"].add(record["address_raw"])
    cases = []
    for row in chosen:
        link = {"levels": levels.get((row["profile_l"], row["profile_r"])), **row}
        cases.append(case_of(link, profiles[row["profile_l"]], profiles[row["profile_r"]]))
    return cases


def case_of(link: Row, left: Row, right: Row) -> dict[str, Any]:
    """What a person is shown of a pair, ready to print or to hand over: nothing personal but what stands in `rows`.

    `link`: columns of LINKS, resident_l, resident_r, kind. `left`, `right`: profiles, with `addresses` added.
    """
    told = comparisons(link["levels"])
    plain = ("probability", "weight", "block", "grade", "veto", "likely", "kind", "resident_l", "resident_r")
    ids = {"record_l": link["profile_l"], "record_r": link["profile_r"]}
    return {**ids, **{k: link[k] for k in plain}, "rows": side_by_side(told, left, right), "comparisons": told}


def side_by_side(told: Sequence[dict[str, Any]], left: Row, right: Row) -> list[list[Any]]:
    """[label, mark, left values, right values] of each field that either side has."""
    level = {c["comparison"]: c for c in told}
    rows = []
    for field in FIELDS:
        mine, theirs = field.values(left), field.values(right)
        if not mine and not theirs:
            continue
        spoke = [level[c] for c in field.compared_by if c in level and _says(level[c])] if mine and theirs else []
        best = max(spoke, key=lambda c: c["weight"], default=None)
        show = field.mask if best is None or field.third else str
        common = set(mine) & set(theirs)
        rows.append([field.label, _mark(best), _shown(mine, common, show), _shown(theirs, common, show)])
    return rows


def _says(spoke: dict[str, Any]) -> bool:
    """Whether a comparison reads both sides; a number that is not among the other's further numbers says nothing of either."""
    return spoke["level"] != "missing" and not (spoke["comparison"] in ("alias", "kin") and spoke["level"] == "else")


def _mark(spoke: dict[str, Any] | None) -> str:
    """= says the same, ≈ nearly, ≠ another, blank where one side is silent."""
    if spoke is None:
        return " "
    if spoke["level"] == "else":
        return "≠"
    return "=" if spoke["level"].split(" ")[0] in AGREE else "≈"


def _shown(values: Iterable[str], common: Collection[str], show: Callable[[str], str]) -> list[str]:
    ordered = sorted(values, key=lambda v: (v not in common, v))
    if show is _hidden and len(ordered) > 1:
        return [f"*** ×{len(ordered)}"]
    more = [f"… {len(ordered) - MOST_VALUES} more"] if len(ordered) > MOST_VALUES else []
    return [show(v) for v in ordered[:MOST_VALUES]] + more


def rule_of(case: dict[str, Any]) -> str:
    """The rule or veto that a case hangs on."""
    return str(case["veto"] or case["likely"] or case["grade"])


def page(case: dict[str, Any], number: int, total: int) -> str:
    """A case as text of 80 columns."""
    p, rule = case["probability"], " · ".join(r for r in (case["likely"], case["veto"]) if r) or case["grade"]
    lines = [f"── case {number} of {total} 第 {number} 件 " + "─" * 40]
    lines += wrap(f"{WHY[case['kind']]}")
    lines += wrap(f"p {p:.4f} · {case['weight']:+.1f} bits · {rule} · pass {case['block'] or 'none'}")
    lines += ["", cell("", 15) + cell(f"A  {case['resident_l']}", SIDE + 1) + f"B  {case['resident_r']}"]
    for label, mark, left, right in case["rows"]:
        lines += _line(label, mark, left, right)
    return "\n".join([*lines, "", *bars(case["comparisons"], case["weight"])])


def _line(label: str, mark: str, left: list[str], right: list[str]) -> list[str]:
    sides = [[part for value in values or ["–"] for part in _fold(value)] for values in (left, right)]
    height = max(len(s) for s in sides)
    lines = []
    for at in range(height):
        mine, theirs = (s[at] if at < len(s) else "" for s in sides)
        head = cell(label, 13) + mark + " " if at == 0 else " " * 15
        lines.append((head + cell(mine, SIDE + 1) + theirs).rstrip())
    return lines


def _fold(text: str) -> list[str]:
    """Pieces of at most a column's width."""
    pieces: list[str] = []
    piece = ""
    for letter in text:
        if cell_len(piece + letter) > SIDE:
            pieces, piece = [*pieces, piece], ""
        piece += letter
    return [*pieces, piece]


def table(cases: Sequence[dict[str, Any]]) -> str:
    """The queue in 80 columns: number, pair, rule or veto, probability, why asked. No personal value."""
    lines = [f"{'#':>4} {cell('pair 双方', 33)}{cell('rule 规则', 22)}{'p':>5}  why 缘由"]
    short = {
        "provisional": "not counted",
        "conflict": "rule ≠ weight",
        "kept": "kept apart",
        "open": "open",
        "named": "asked for",
    }
    for at, case in enumerate(cases, 1):
        pair = f"{case['resident_l']} {case['resident_r']}"
        lines.append(f"{at:>4} {cell(pair, 33)}{cell(rule_of(case), 22)}{case['probability']:.3f}  {short[case['kind']]}")
    return "\n".join(lines)
