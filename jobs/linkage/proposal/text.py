"""A proposal as people read it: a commented YAML file, and tables for the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import yaml

from jobs.linkage.proposal.propose import Proposal

WIDE = 96


def as_yaml(proposal: Proposal) -> str:
    """The model file, a short reason beside or above each choice."""
    content, why = proposal.content, proposal.reasons
    lines = [
        f"# Proposed from {proposal.rows} rows by `renkou propose-model`; no known answers were looked at. Mend what you know better.",
        "# 由数据自动建议，未使用任何已知答案；请按实际情况修改。",
        f"model: {_flow(content['model'])}",
        _beside(f"id: {_flow(content['id'])}", why["id"]),
    ]
    lines += [_beside(f"{k}: {_flow(content[k])}", why[k]) for k in ("one_to_one", "household") if k in content]
    lines.append("fields:")
    lines += [_beside(f"  {_flow(f)}: {_flow(spec)}", why[f"fields.{f}"]) for f, spec in content["fields"].items()]
    lines += [f"  # {g.column} is not used: {g.evidence}" for g in proposal.chosen.ignored]
    lines.append("comparisons:               # levels best first; `else` and missing come by themselves")
    for name, spec in content["comparisons"].items():
        lines.append(_beside(f"  {_flow(name)}:", why[f"comparisons.{name}"]))
        lines += [f"    {key}: {_flow(value)}" for key, value in spec.items()]
    lines.append("passes:                    # rows that agree on a key are compared")
    lines += [_beside(f"  - {_flow(each)}", why[f"passes.{each['name']}"]) for each in content["passes"]]
    lines.append(
        _beside(f"thresholds: {_flow(content['thresholds'])}", "the cut with the best expected F1 by the trained weights")
    )
    return "\n".join(lines) + "\n"


def _flow(value: Any) -> str:
    """A value on one line of YAML."""
    text = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, sort_keys=False, width=10_000)
    return text.removesuffix("...\n").strip()


def _beside(text: str, reason: str) -> str:
    return f"{text:<26} # {reason}" if len(text) <= WIDE else f"{' ' * (len(text) - len(text.lstrip()))}# {reason}\n{text}"


def as_table(proposal: Proposal) -> str:
    """Columns with role and evidence, passes with pairs and what they reach."""
    shown = [(proposal.content["id"], "id", proposal.chosen.id_evidence)]
    shown += [(g.column, g.role, g.evidence) for g in proposal.guesses.values()]
    shown += [(g.column, "ignored", g.evidence) for g in proposal.chosen.ignored]
    parts = [_table(("column 列", "role 角色", "evidence 依据"), shown)]
    passes = [
        (" + ".join(p.candidate.key), f"{p.candidate.pairs:,}", f"{p.reaches:.1%}", f"{p.alone:.1%}") for p in proposal.passes
    ]
    passes.append(("together 合计", f"{sum(p.candidate.pairs for p in proposal.passes):,}", "", ""))
    parts.append(_table(("pass 分块", "pairs 对数", "reaches 覆盖", "alone 独有"), passes))
    parts += [f"⚠ {w}" for w in proposal.warnings]
    return "\n\n".join(parts)


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    widths = [max(_width(r[i]) for r in [head, *rows]) for i in range(len(head))]
    return "\n".join("  ".join(v + " " * (w - _width(v)) for v, w in zip(r, widths, strict=True)).rstrip() for r in [head, *rows])


def _width(text: str) -> int:
    """Columns on a terminal: Chinese characters take two."""
    return sum(2 if "\u2e80" <= c <= "\uffef" else 1 for c in text)
