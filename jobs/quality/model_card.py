"""The model card: what a link model is for, what it learned from which data, and which errors to expect, as one page.

It reads the model (YAML) and the model file (JSON) only. Frequency tables hold names and phones: of these the card says
how many, never which.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from jobs.errors import UserError
from jobs.linkage.model import LinkModel, Rule, load_model
from jobs.linkage.training import STEPS
from jobs.linkage.weights import Weights, load_weights
from jobs.quality import card_charts
from jobs.quality.pages import Page

BAR = 24
"""Cells of the longest bar in Markdown."""
KINDS = {".html": "html", ".md": "markdown"}


def write(model: Path, weights: Path, out: Path) -> None:
    """Write the card of a model and its model file to `out`, HTML or Markdown by its ending."""
    if out.suffix not in KINDS:
        raise UserError(f"A model card is a page, not {out.suffix or 'a file without an ending'}.", "End --out in .html or .md.")
    chosen = load_model(model)
    page = card(chosen, load_weights(chosen, weights))
    text = page.html() if out.suffix == ".html" else page.markdown()
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(text, encoding="utf-8")
    except OSError:
        raise UserError(f"{out.name} cannot be written there.", "Give a path in a folder of yours: --out card.html.") from None


def card(model: LinkModel, weights: Weights) -> Page:
    """The whole card."""
    page = Page(f"模型卡 · Model card: {model.model}")
    _purpose(page, model)
    _facts(page, model, weights)
    _errors(page, model, weights)
    _weights(page, model, weights)
    _passes(page, model, weights)
    _fields(page, model)
    _frequency(page, model, weights)
    _training(page, weights)
    _second(page, weights)
    _rules(page, model)
    _limits(page, model)
    return page


def _purpose(page: Page, model: LinkModel) -> None:
    page.heading("用途 · What it is for")
    compared = ", ".join(model.comparisons)
    page.text(
        f"判断两条记录是否同一实体，比较 {len(model.comparisons)} 项：{compared}。"
        f" It says whether two rows are one and the same, by {len(model.comparisons)} comparisons: {compared}."
    )
    if model.population:
        page.text(
            f"先验按 {model.population:,} 人的总体固定，样本上学到的权重可用于整个总体。"
            f" The prior is pinned for a population of {model.population:,} persons: weights learned on a sample serve all of it."
        )
    if model.one_to_one:
        page.text("两表各自无重复，一行至多关联一行。 Each of two tables is free of duplicates: a row links to one at most.")
    page.text(
        "权重由未标注的数据学得（Fellegi–Sunter，EM）；不用于对个人作任何其他判断。"
        " Weights are learned without labels (Fellegi–Sunter, EM). Not meant for any other judgement about a person."
    )


def _facts(page: Page, model: LinkModel, weights: Weights) -> None:
    page.heading("出处 · Made from")
    facts = weights.facts
    rows: list[tuple[str, Any]] = [
        ("版本 version", weights.version),
        ("数据摘要 data hash (sha256)", facts.get("data_hash")),
        ("业务日期 business date", facts.get("business_date", "未标日期 not dated")),
        ("行数 rows", facts.get("rows")),
        ("比较的对 pairs compared", facts.get("pairs_compared")),
        ("可能的对 possible pairs", _whole(facts.get("possible_pairs"))),
        ("不同的一致模式 distinct patterns", facts.get("patterns")),
        ("类别 classes", ", ".join(weights.classes)),
    ]
    rows += [(f"先验 prior: {c}", f"{p:.8g}") for c, p in zip(weights.classes, weights.prior, strict=True)]
    rows += [(f"每行伙伴 partners a row: {c}", v) for c, v in facts.get("partners_per_row", {}).items()]
    page.table(["项 item", "值 value"], [r for r in rows if r[1] is not None])


def _whole(value: Any) -> int | None:
    return None if value is None else int(value)


def _errors(page: Page, model: LinkModel, weights: Weights) -> None:
    page.heading("阈值与预期误差 · Thresholds and expected errors")
    auto = f"{weights.auto:.4g}" + ("（按预期 F1 选定 chosen by expected F1）" if model.thresholds.auto == "expected" else "")
    page.text(f"自动关联 auto ≥ {auto}；人工审核 review ≥ {model.thresholds.review:g}。")
    expected = weights.facts.get("expected")
    if not expected:
        page.text(
            "此模型文件未记录预期误差；请重新训练。 This model file does not hold expected errors: train it again"
            " (renkou train, or renkou link-tables)."
        )
        return
    counted = expected.get("rows", weights.facts["rows"])
    page.text(
        f"由模型对{counted:,}行的候选对的概率推算，未用真值，未计规则、词频与聚类；“漏并”含任何一轮都未相遇者（捕获–再捕获估计，下限）。"
        f" From the model's own probabilities of the candidate pairs of {counted:,} rows: no truth was used, and rules, term frequency and"
        " clustering are left out. Missed pairs include those that meet in no pass (capture–recapture, a lower bound)."
    )
    rows = expected["by_threshold"]
    page.picture(card_charts.errors(rows, weights.auto), [])
    heads = ["阈值 threshold", "对 pairs", "错并 wrong", "漏并 missed", "精确率 precision", "召回率 recall"]
    page.table(
        heads,
        [[*(r[k] for k in ("threshold", "pairs", "wrong", "missed")), _share(r["precision"]), _share(r["recall"])] for r in rows],
    )
    met = expected["met_by_no_pass"]
    page.text(
        f"估计有 {met['unmet']:,.1f} 对（95%：{met['low']:,.1f}–{met['high']:,.1f}）同一者在任何一轮都未相遇；相遇者 {met['met']:,.1f} 对。"
        f" An estimated {met['unmet']:,.1f} true pairs (95 %: {met['low']:,.1f}–{met['high']:,.1f}) meet in no pass,"
        f" beside {met['met']:,.1f} that do."
    )


def _share(value: float) -> str:
    """Rounded down: only what is whole is shown as whole."""
    return f"{math.floor(value * 1e5) / 1e5:.5f}"


def _weights(page: Page, model: LinkModel, weights: Weights) -> None:
    page.heading("权重 · Weights")
    page.text(
        "权重 = log2(同一者概率 m / 陌生者概率 u)，单位比特；每项取最先成立的一级。"
        " A weight is log2(m / u) in bits; a pair stands at the first level that holds. Missing values say nothing."
    )
    rare = {w.split(":")[0] for w in weights.facts.get("warnings", []) if w.endswith("class same")}
    levels = [{**r, "rare": f"{r['comparison']}={r['level']}" in rare} for r in weights.table(model)]
    page.picture(card_charts.weights(levels), _bars(levels))
    marked = {n: set(c.term_frequency.levels) for n, c in model.comparisons.items() if c.term_frequency}
    page.table(
        ["比较 comparison", "级 level", *(f"P({c})" for c in weights.classes), "比特 bits", "备注 note"],
        [
            [
                r["comparison"], r["level"], *(f"{r[c]:.3g}" for c in weights.classes), f"{r['weight']:+.1f}",
                _note(r, marked.get(r["comparison"], set())),
            ]
            for r in levels
        ],
    )  # fmt: skip


def _note(row: dict[str, Any], frequent: set[str]) -> str:
    notes = ["少见 hardly seen"] if row["rare"] else []
    return "; ".join(notes + (["词频 term frequency"] if row["level"] in frequent else []))


def _bars(levels: list[dict[str, Any]]) -> list[str]:
    largest = max(abs(r["weight"]) for r in levels) or 1.0
    return [
        f"{r['comparison'] + ' ' + r['level']:<36}{r['weight']:+7.1f} "
        f"{('█' if r['weight'] > 0 else '▒') * max(1, round(BAR * abs(r['weight']) / largest))}"
        for r in levels
    ]


def _passes(page: Page, model: LinkModel, weights: Weights) -> None:
    page.heading("分块 · Blocking passes")
    counted = {r["pass"]: r for r in weights.facts.get("expected", {}).get("pairs_by_pass", [])}
    shares = weights.facts.get("shares", {})
    page.table(
        ["轮 pass", "键 key", "上限 cap", "细分 refined by", "相遇对 pairs", "首次 new", "预期同一 one person", "其中同一者 share"],
        [
            [
                p.name, " + ".join(p.key), p.cap, " + ".join(p.refine), counted.get(p.name, {}).get("pairs", ""),
                counted.get(p.name, {}).get("new", ""), counted.get(p.name, {}).get("one_person", ""),
                shares.get(p.name, {}).get("same", "不训练 not trained on"),
            ]
            for p in model.passes
        ],
    )  # fmt: skip


def _fields(page: Page, model: LinkModel) -> None:
    page.heading("字段 · Fields")
    used = {c.field for c in model.comparisons.values()}
    page.table(
        ["字段 field", "列 column", "类型 type", "比较 compared"],
        [[n, model.column(n), f.type, "是 yes" if n in used else ""] for n, f in model.fields.items()],
    )


def _frequency(page: Page, model: LinkModel, weights: Weights) -> None:
    page.heading("词频 · Term frequency")
    page.text(
        "常见值分量轻、罕见值分量重；出现少于三次的值不保存；此处只列数量，不列值。"
        " Common values weigh less; values seen fewer than three times are not kept; only their number is told here."
    )
    rows = []
    for name, table in weights.frequencies.items():
        wish = model.comparisons[name].term_frequency
        for part, groups in table.parts.items():
            at = ", ".join(wish.levels) if wish else ""
            by = ", ".join(wish.by) if wish else ""
            rows.append([name, part, at, by, len(groups), len(groups.get("*", {}))])
    page.table(["比较 comparison", "部分 part", "级 at levels", "分组 by", "组数 groups", "保存的值 values kept"], rows)


def _training(page: Page, weights: Weights) -> None:
    page.heading("收敛与警告 · Convergence and warnings")
    steps = weights.facts.get("steps", {})
    page.table(
        ["轮 session", "步 steps", "收敛 converged"],
        [[n, s, "是 yes" if s < STEPS else f"否 no, stopped at {STEPS}"] for n, s in steps.items()],
    )
    warnings = weights.facts.get("warnings", [])
    page.text(f"训练警告 {len(warnings)} 条。 {len(warnings)} warnings of training.")
    for warning in warnings:
        page.item(warning)


def _second(page: Page, weights: Weights) -> None:
    page.heading("第二意见 · Second opinion")
    second = weights.facts.get("second_opinion")
    if not second or "same_verdict" not in second:
        page.text("无。 None: too little to learn from.")
        return
    page.text(
        f"{second['tool']}，{second['pairs']:,} 对：与本模型结论相同 {second['same_verdict']:.2%}。"
        f" It agrees on {second['same_verdict']:.2%} of {second['pairs']:,} pairs; of the pairs either takes for one,"
        f" {second['match_for_both_of_match_for_either']:.2%} are so for both. Its weights know no missing values: signs and order compare."
    )
    share = second["share_of_matches"]
    rows = [["同一者占比 share of matches", f"{share['ours']:.4f}", f"{share['theirs']:.4f}", ""]]
    for name, bits in second["weight_of_best_level"].items():
        agree = "" if bits["ours"] * bits["theirs"] >= 0 else "⚠ 方向相反 opposite"
        rows.append([f"{name} 最佳级 best level, bits", f"{bits['ours']:+.1f}", f"{bits['theirs']:+.1f}", agree])
    page.table(["项 item", "本模型 ours", "recordlinkage", "备注 note"], rows)


def _rules(page: Page, model: LinkModel) -> None:
    page.heading("规则 · Vetoes and other rules")
    kinds: list[tuple[str, Iterable[Rule]]] = [
        ("否决 veto", model.vetoes), ("须人工 review", model.review), ("自动须有其一 auto_needs", model.auto_needs),
        ("疑似 likely", model.likely),
    ]  # fmt: skip
    page.table(["种类 kind", "名 name", "条件 all of"], [[kind, r.name, condition(r)] for kind, rules in kinds for r in rules])


def condition(rule: Rule) -> str:
    """A rule's parts in one line."""
    parts = [f"{n} ∈ {{{', '.join(levels)}}}" for n, levels in rule.levels.items()]
    for word in ("both", "either", "neither", "same", "differ"):
        names = getattr(rule, word)
        parts += [f"{word}: {', '.join(names)}"] if names else []
    return "; ".join(parts)


def _limits(page: Page, model: LinkModel) -> None:
    page.heading("局限与重训 · Limits and retraining")
    page.item("权重假定各项在同类内独立；相关的错误（同一份底册抄来的）会使概率过于自信。")
    page.item(
        "Weights take comparisons as independent within a class: errors copied from one register make probabilities too sure."
    )
    page.item(
        "警告所列级别少见，其权重主要是初值。 Levels under warnings were hardly seen: their weights are mostly starting values."
    )
    page.item(
        "重训 retrain: "
        + ("renkou train --date D --out population.json" if model.population else "renkou link-tables 每次重新学习")
    )
