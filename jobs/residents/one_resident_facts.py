"""A decision of the plain rules as facts that people compare: as published, as decided anew, as supposed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from jobs.residence.codes import CODES
from jobs.residence.parameters import Parameters
from jobs.residence.plain.world import Outcome
from jobs.residents.one_resident_changes import NO_ONE

COMPARED = (
    *("status", "rule", "usual", "confidence", "band", "evidence", "basis", "here_since", "away_since", "last_seen", "days_365"),
)
"""What a published status and a decision both say; `evidence` is the evidence score."""
REASONS = {
    "nature": ("identity class", "身份类别"),
    "age": ("age", "年龄"),
    "hukou_township": ("hukou township", "户籍镇街"),
    "township": ("township lived in", "居住镇街"),
    "present": ("present on that day", "当日在区"),
    "in_force": ("a dwelling sign in force", "居所迹象在期"),
    "here_until": ("run of presence ends", "在区区间止于"),
    "carded": ("open grid card", "网格在住卡"),
    "owns": ("owns a dwelling not let", "自有住房未出租"),
    "newest_event": ("newest event here", "最近在区事件"),
    "departed_on": ("departure told", "离开迹象"),
    "gone_on": ("gone since", "外出起于"),
    "elsewhere_on": ("sign elsewhere", "外地迹象"),
    "death_on": ("death told", "死亡迹象"),
    "death_sources": ("sources of death", "死亡来源数"),
    "c_pos": ("evidence for", "正面证据"),
    "c_neg": ("evidence against", "反面证据"),
}
"""Facts behind a decision, in the order told."""


def published(row: Mapping[str, Any] | None) -> dict[str, Any]:
    """COMPARED of a row of RESIDENCE; empty where the night decided nothing."""
    if row is None:
        return {}
    renamed = {"status": row["status_code"], "rule": row["rule_id"], "usual": row["counts_usual"]}
    renamed["evidence"] = row["evidence_score"]
    return {**renamed, **{name: row[name] for name in COMPARED if name not in renamed}}


def decided(outcome: Outcome | None, p: Parameters) -> dict[str, Any]:
    """COMPARED of a decision. `usual` is by the code: cases to be verified (61, 92) count as before and say None."""
    if outcome is None:
        return {**dict.fromkeys(COMPARED), "status": NO_ONE, "rule": "", "usual": False}
    code, fact = outcome.decision.code, outcome.fact
    return {
        "status": code,
        "rule": outcome.decision.rule,
        "usual": None if code in ("61", "92") else CODES[code].usual,
        "confidence": outcome.decision.confidence,
        "band": band(outcome.decision.confidence or 0.0, p),
        "evidence": outcome.decision.evidence_score,
        **{name: fact[name] for name in ("basis", "here_since", "away_since", "last_seen", "days_365")},
    }


def band(confidence: float, p: Parameters) -> str:
    """high, medium, low or none."""
    bounds = (("high", p.scores.high), ("medium", p.scores.medium), ("low", p.scores.low))
    return next((name for name, bound in bounds if confidence >= bound), "none")


def same(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether a published row and a decision say the same; counts follow from the rest, how sure it is from the calibration in force."""
    return all(before[name] == after[name] for name in COMPARED if name not in ("usual", "confidence", "band"))


def reasons(before: Outcome | None, after: Outcome | None) -> list[dict[str, Any]]:
    """The facts that differ between two decisions."""
    if before is None or after is None:
        return []
    one, two = _facts(before), _facts(after)
    return [
        {"fact": name, "en": en, "zh": zh, "before": one[name], "after": two[name]}
        for name, (en, zh) in REASONS.items()
        if one[name] != two[name]
    ]


def _facts(outcome: Outcome) -> dict[str, Any]:
    fact = outcome.fact
    more = {"township": outcome.township, "present": bool(fact.get("run_now") or fact.get("kept"))}
    return {name: _days(more.get(name, fact.get(name))) for name in REASONS}


def _days(value: Any) -> Any:
    """An interval without end has none."""
    return None if value == dt.date.max else value
