"""`renkou sensitivity --date D`: how far the number of usual residents (常住) moves when each number of the residence parameters moves
down and up by a fifth, decided again from a finished night's evidence. Nothing is written.

A large district is measured on whole families drawn from it, with the sampling error of every difference.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from jobs.errors import MissingInput, UserError

if TYPE_CHECKING:
    import polars as pl

    from jobs.context import Context
    from jobs.pool.nights import Night
    from jobs.residence.moved_parameters import Move
    from jobs.residence.parameters import Parameters
    from jobs.residence.sensitivity import Effect, Moved
    from jobs.settings import Settings

WIDTH = 80
RESIDENTS = 20_000
NOTHING = 1e-4
"""Less than one person of ten thousand counted is nothing."""
NEEDED = ("residents", "resident_records", "records", "signs", "ties", "residence")


@dataclass(frozen=True)
class Asked:
    """At most so many residents are decided, drawn by the seed; `only` parameters that begin so; `waiting`: with what R-11 holds back."""

    residents: int = RESIDENTS
    seed: int = 1
    only: tuple[str, ...] = ()
    waiting: bool = False


def sensitivity(
    settings: Settings, night: Night, asked: Asked, as_json: bool = False, tell: Callable[[str], None] = lambda text: None
) -> str:
    """The answer as a page of 80 columns, or as JSON. `tell` hears of every parameter done."""
    told = measure(settings, night, asked, tell)
    return json.dumps(told, ensure_ascii=False, indent=1, default=str) if as_json else page(told)


def measure(settings: Settings, night: Night, asked: Asked, tell: Callable[[str], None] = lambda text: None) -> dict[str, Any]:
    """Night, rules, people, the count and every parameter's two effects, the larger first. UserError where the night has lost its
    tables, or no parameter is called so."""
    from jobs.context import Context
    from jobs.departments.contract import all_contracts
    from jobs.pool.nights import Receipt
    from jobs.residence import moved_parameters as moving
    from jobs.residence.families import drawn, families
    from jobs.residence.parameters import load
    from jobs.residence.sensitivity import Law, effects
    from jobs.residence.stage import read

    if asked.residents < 1:
        raise UserError("At least one resident must be decided.", "Give --residents a number above 0.")
    context, p = Context(settings, night, Receipt("sensitivity")), load()
    chosen = _chosen(moving.moves(p), asked.only)
    published = _published(context)
    inputs = read(context)
    grouped = families(inputs, published.select("resident_id", "dwelling_id"))
    people = drawn(grouped, asked.residents, asked.seed)
    groups = {code: contract.group for code, contract in all_contracts().items() if contract.group}
    found = []
    with TemporaryDirectory(prefix="sensitivity-") as folder:
        for one in effects(inputs, Law(p, groups, asked.waiting), (people, len(grouped)), chosen, Path(folder)):
            found.append(one)
            tell(f"{len(found)}/{len(chosen)} {one.move.name}")
    counted = int(published["counts_usual"].sum())
    return {
        "night": night.label, "rules": p.version, "published_by": sorted(published["rule_version"].unique().to_list()),
        "share": moving.SHARE, "counted": counted, "waiting": asked.waiting,
        "residents": len(grouped), "decided": len(people), "families": people["family"].n_unique(), "seed": asked.seed,
        "parameters": [_told(one, counted, p) for one in sorted(found, key=lambda m: (-m.most, m.move.name))],
        "not_moved": {"null": moving.unbounded(p), "lists": list(moving.LISTS)},
    }  # fmt: skip


def _chosen(every: list[Move], only: tuple[str, ...]) -> list[Move]:
    chosen = [m for m in every if not only or any(m.name == o or m.name.startswith(f"{o}.") for o in only)]
    if not chosen:
        raise UserError(
            "No number of the parameters is called so.", "Name one like days.keep, or a group like days or signs.S05."
        )
    return chosen


def _published(context: Context) -> pl.DataFrame:
    import polars as pl

    for name in NEEDED:
        if not context.has(name):
            raise MissingInput(f"Night {context.night.label} keeps no {name}.", "Ask of another night: renkou nights.")
    table = context.read_arrow("residence", columns=["resident_id", "dwelling_id", "counts_usual", "rule_version"])
    return pl.DataFrame(pl.from_arrow(table))


def _told(one: Moved, counted: int, p: Parameters) -> dict[str, Any]:
    from jobs.residence.parameter_words import words

    def side(effect: Effect | None) -> dict[str, Any] | None:
        if effect is None:
            return None
        persons, error = round(effect.persons, 1), round(effect.error, 1)
        return {"value": effect.value, "persons": persons, "error": error, "share": round(persons / max(counted, 1), 6)}

    zh, en = words(one.move.name, p)
    return {"name": one.move.name, "zh": zh, "en": en, "value": one.move.value, "down": side(one.down), "up": side(one.up)}


def page(told: dict[str, Any]) -> str:
    """The answer in 80 columns, Chinese and English: what moves the count, the larger effect first, then what moves nothing."""
    rows = told["parameters"]
    some = [r for r in rows if _most(r) >= max(NOTHING * told["counted"], 1e-9)]
    idle = [r["name"] for r in rows if r not in some]
    lines = [*_head(told), "", *_header()]
    for row in some:
        sides = "".join(_side(row[way], told["decided"] < told["residents"]) for way in ("down", "up"))
        lines += [f"{row['name']:<23}{row['value']:>5g}{sides}", _cut(f"  {row['zh']} {row['en']}")]
    lines += ["", *_summary(some, idle), *_wrapped(idle), *_unseen(told), "", *_left(told["not_moved"])]
    return "\n".join(line.rstrip() for line in lines)


def _most(row: dict[str, Any]) -> float:
    return max((abs(row[way]["persons"]) for way in ("down", "up") if row[way]), default=0.0)


def _head(told: dict[str, Any]) -> list[str]:
    first = [
        f"常住总数对各参数的敏感度，{told['night']}，规则{told['rules']}：逐一减、增两成，重新判定",
        f"Sensitivity of the total, night {told['night']}, rules {told['rules']}: each number a fifth",
        f"less, a fifth more. 公布常住 usual residents as published {told['counted']:,}.",
    ]
    if told["decided"] < told["residents"]:
        of = f"{told['decided']:,} / {told['residents']:,}"
        first += [
            f"抽取整户 whole families drawn {told['families']:,}，人 residents {of}，种子 seed {told['seed']}；",
            "已放大到全区 scaled to the district；± 95 % 抽样误差 sampling error。",
        ]
    else:
        first.append(f"全部居民 all residents: {told['residents']:,}.")
    if told["published_by"] not in ([], [told["rules"]]):
        first.append(f"！该夜以另一版规则公布 the night was published by rules {', '.join(told['published_by'])}.")
    if not told["waiting"]:
        first.append("不计R-11的等待（其两参数除外） without the waiting of R-11, but for its own two.")
    return first


def _header() -> list[str]:
    return [
        f"{'参数 parameter':<21}{'值':>4}" + "".join(f"{way:>6}{'人':>11}{'%':>8}" for way in ("−20 %", "+20 %")),
        "-" * WIDTH,
    ]


def _side(side: dict[str, Any] | None, sampled: bool) -> str:
    """26 columns: the moved value, persons more with the sampling error, and the share of the count."""
    if side is None:
        return f"{'–':>5}{'':21}"
    persons = _persons(side) + (f"±{side['error']:,.0f}" if sampled else "")
    return f"{side['value']:>6g}{persons:>12}{_percent(side['share']):>8}"


def _persons(side: dict[str, Any]) -> str:
    return f"{side['persons']:+,.0f}" if round(side["persons"]) else "0"


def _percent(share: float) -> str:
    return f"{100 * share:+.2f}" if round(share, 4) else "0.00"


def _cut(text: str) -> str:
    from rich.cells import cell_len, set_cell_size

    return text if cell_len(text) <= WIDTH else set_cell_size(text, WIDTH - 1).rstrip() + "…"


def _summary(some: list[dict[str, Any]], idle: list[str]) -> list[str]:
    number = len(some) + len(idle)
    nothing = [
        f"{number}个参数中{len(idle)}个不动总数（不到万分之一）。",
        f"{len(idle)} of {number} parameters move nothing (less than one person of 10,000 counted){':' if idle else '.'}",
    ]
    if not some:
        return nothing
    first = some[0]
    ways = [(sign, first[way]) for way, sign in (("down", "−20 %"), ("up", "+20 %")) if first[way]]
    effect = "，".join(f"{sign}: {_persons(side)} ({_percent(side['share'])} %)" for sign, side in ways)
    return [f"影响最大 what moves the total most: {first['name']}", f"  {effect}", *nothing]


def _unseen(told: dict[str, Any]) -> list[str]:
    """What a sample in which nobody changed leaves open."""
    errors = [r[way]["error"] for r in told["parameters"] for way in ("down", "up") if r[way] and not r[way]["persons"]]
    if told["decided"] == told["residents"] or not errors:
        return []
    most = f"{max(errors):,.0f}"
    return [
        f"样本中无人变动者，全区至多{most}人（95 %）。",
        f"Where nobody drawn changed, at most {most} of the district do (95 %).",
    ]


def _wrapped(names: list[str]) -> list[str]:
    import textwrap

    return textwrap.wrap(", ".join(names), WIDTH, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False)


def _left(left: dict[str, list[str]]) -> list[str]:
    """What was not moved, and why."""
    return [
        "未动 not moved: 空值（无界限） null, that is without bound:",
        *_wrapped(left["null"]),
        "代码与用语清单 lists of codes and words:",
        *_wrapped(left["lists"]),
    ]
