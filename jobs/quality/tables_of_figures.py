"""The figures of `renkou evaluate` as text of 80 columns, ours beside the plain join on the number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.cells import cell_len

from jobs.quality import status_groups

WIDTH = 80
NAMES = {
    "good_number": "good number 号码正确",
    "wrong_number": "wrong valid number 错号",
    "no_number": "no number 无号码",
    "under_7": "under 7 七岁以下",
    "foreign": "foreign 外籍",
    "twin": "twins 双胞胎",
}
WRONG_SHOWN = 8
"""Rows of the confusion that are printed; all are in the JSON."""


def text(result: dict[str, Any]) -> str:
    """The whole page."""
    ours, plain = result["ours"], result["baseline"]
    head = f"Night {result['night']}: {result['records']:,} records of {ours['persons']:,} persons, beside a plain join by number"
    parts = [
        [head],
        _primary(ours, plain),
        _strata(ours["strata"], plain["strata"]),
        _cases(ours["cases"], plain["cases"]),
        _status(result.get("status"), result.get("baseline_status")),
    ]
    return "\n\n".join("\n".join(part) for part in parts if part)


def _primary(ours: dict[str, Any], plain: dict[str, Any]) -> list[str]:
    rows = [
        ("persons wrongly merged per 10,000 误并", _tenths, "merged_per_10000"),
        ("persons wrongly split per 10,000 误拆", _tenths, "split_per_10000"),
        ("  of them counted twice", _tenths, "two_homes_per_10000"),
        ("residents exactly right 完全正确", _percent, "exact"),
        ("resident count, error 人数误差", _signed, "count_error"),
        ("  provisional, not counted 待并不计", _count, "provisional.residents"),
        ("    of them truly one person 确为同一人", _share, "provisional.precision"),
        ("  unidentified, not counted 身份不明不计", _count, "unidentified"),
        ("B³ precision 精确率", _share, "b3.precision"),
        ("B³ recall 召回率", _share, "b3.recall"),
        ("B³ F1", _share, "b3.f1"),
        ("pairs: precision", _share, "pairs.precision"),
        ("pairs: recall", _share, "pairs.recall"),
        ("records without a number: found 无号记录召回", _share, "numberless.recall"),
        ("records without a number: precision", _share, "numberless.precision"),
    ]
    lines = [_line("linkage 关联", "renkou", "number only")]
    return lines + [_line(label, show(_at(ours, key)), show(_at(plain, key))) for label, show, key in rows]


def _strata(ours: dict[str, Any], plain: dict[str, Any]) -> list[str]:
    head = _row("by group 分组", ("persons", "merged", "split", "exact", "B³ F1", "number", "only"))
    lines = [head, _row("", ("", "/10,000", "/10,000", "", "", "/10,000", "B³ F1"))]
    for name, figures in ours.items():
        if not figures["persons"]:
            continue
        other = plain[name]
        numbers = (
            f"{figures['persons']:,}",
            *(_tenths(figures[each]) for each in ("merged_per_10000", "split_per_10000")),
            _percent(figures["exact"]),
            _share(figures["b3"]["f1"]),
            _tenths(other["split_per_10000"]),
            _share(other["b3"]["f1"]),
        )
        lines.append(_row(NAMES.get(name, name.removeprefix("dept:")), numbers))
    return lines


def _cases(ours: list[dict[str, Any]], plain: list[dict[str, Any]]) -> list[str]:
    if not ours:
        return []
    other = {row["case"]: row for row in plain}
    lines = [_row("hard cases 疑难", ("cases", "merged", "split", "(number", "only:)", "merged", "split"))]
    for row in ours:
        base = other.get(row["case"], {})
        numbers = (f"{row['cases']:,}", f"{row['merged']:,}", f"{row['split']:,}", "", "")
        lines.append(_row(row["case"], (*numbers, f"{base.get('merged', 0):,}", f"{base.get('split', 0):,}")))
    return lines


def _status(status: dict[str, Any] | None, plain: dict[str, Any] | None) -> list[str]:
    if not status:
        return []
    other = plain or {}
    lines = [_line("residence status 居住状态", "renkou", "number only" if plain else "")]
    shown = (
        ("accuracy over persons with records 准确率", _share, "accuracy"),
        ("  61, 62 right where their count is 待核按计数判", _share, "accuracy_of_claims"),
        ("macro F1 over codes 各码平均", _share, "macro_f1"),
        ("counted as usual resident rightly 常住判定", _share, "usual_right"),
        ("  wrongly included, of true residents 误计", _percent, "wrongly_included"),
        ("  wrongly excluded 漏计", _percent, "wrongly_excluded"),
        ("usual residents 常住人口", _count, "usual_residents"),
        (f"  error against the true {status['usual_residents_true']:,} 误差", _signed, "usual_error"),
    )
    lines += [_line(label, show(status[key]), show(other[key]) if plain else "") for label, show, key in shown]
    lines.append(_line("persons nobody delivered anything about", f"{status['persons_without_records']:,}", ""))
    wrong = status["confusion"][:WRONG_SHOWN]
    if wrong:
        said = ", ".join(f"{w['true']}→{w['said']} {w['persons']:,}" for w in wrong)
        lines += wrapped(f"most frequent errors (true→given): {said}")
    return lines + (status_groups.lines(status) if "townships" in status else [])


def wrapped(line: str) -> list[str]:
    """A long line as several of 80 columns."""
    from jobs.residents.columns import wrap

    return wrap(line, "    ")


def _at(figures: dict[str, Any], key: str) -> float | None:
    value: Any = figures
    for part in key.split("."):
        value = value.get(part) if value else None
    return None if value is None else float(value)


def _line(label: str, one: str, two: str) -> str:
    return f"{_padded(label, 52)}{one:>14}{two:>14}".rstrip()


def _row(label: str, cells: Sequence[str]) -> str:
    widths = (8, 9, 8, 8, 8, 8, 7)
    return (_padded(label, 24) + "".join(f"{c:>{w}}" for c, w in zip(cells, widths, strict=True))).rstrip()


def _padded(label: str, width: int) -> str:
    return label + " " * max(1, width - cell_len(label))


def _count(value: float | None) -> str:
    return "–" if value is None else f"{value:,.0f}"


def _tenths(value: float | None) -> str:
    return "–" if value is None else f"{value:,.1f}"


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.2f}%"


def _signed(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:+.2f}%"


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.4f}"
