"""Precision and recall of a night's linkage without truth, each with a 95 % interval, overall and by group.

Three sources. A trial with hidden numbers (jobs/quality/blind_trial.py) judges records without a number directly, and
calibrates the model's probabilities, which then judge the night's own links. Pairs never compared: by the same trial, and by
capture–recapture between passes. What people decided (state/decisions.jsonl) is a stratified sample of the links.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from jobs.linkage.expected import unmet
from jobs.linkage.intervals import DRAWS, Estimate, Stratum, around, betas, stratified, weighted_share
from jobs.quality.blind_trial import Trial
from jobs.tables import QUALITY

Floats = npt.NDArray[np.float64]
EDGES = (0.0, 3.0, 6.0, 10.0, 15.0, 20.0)
"""Bits between which links of one grade share one calibrated probability."""
FEW = 20.0
"""Judged links of a bin below which its grade's other bins are asked too."""
LEAST = 30
"""Judged records of a group below which no figure is given."""
LINKAGE = "linkage"
MEANING = {
    "numberless_recall": (
        "无号记录找到其本人的比例（隐号试验）",
        "records without a number that find their person (hidden-number trial)",
    ),
    "numberless_precision": (
        "无号记录归属正确的比例（隐号试验）",
        "records without a number attached rightly (hidden-number trial)",
    ),
    "pairs_met": ("真实同人对中至少一轮相遇的比例（隐号试验）", "true pairs that meet in some pass (hidden-number trial)"),
    "pairs_met_recapture": ("同上，捕获–再捕获估计（上限）", "the same by capture–recapture between passes (an upper bound)"),
    "link_precision": (
        "自动关联为同一人的比例（校准后的模型概率）",
        "automatic links that are one person (calibrated probabilities)",
    ),
    "link_recall": (
        "已比较的真实同人对中自动关联的比例（校准后）",
        "true pairs among those compared that are linked automatically (calibrated)",
    ),
    "reviewed_precision": ("自动关联为同一人的比例（人工判定样本）", "automatic links that are one person (people's decisions)"),
    "reviewed_doubts": (
        "待核对中为同一人的比例（人工判定样本）",
        "pairs left to review that are one person (people's decisions)",
    ),
}
"""What each figure says, in Chinese and English; its metric is `linkage.` and its name."""


@dataclass(frozen=True)
class Found:
    """One figure: its name, the group (`dept`, or a `column` such as age:0-6; both empty for all), and the estimate."""

    name: str
    estimate: Estimate
    dept: str = ""
    column: str = ""
    note: str = ""


def table(found: Sequence[Found]) -> pa.Table:
    """The figures as rows of QUALITY, for information."""
    rows = [
        {
            "metric": f"{LINKAGE}.{f.name}", "layer": "residents", "dimension": LINKAGE, "dept": f.dept, "source_table": "",
            "column": f.column, "value": round(f.estimate.value, 6),
            "bound": f"95%: {f.estimate.low:.4f}–{f.estimate.high:.4f}; n = {f.estimate.seen:.0f}{f.note}", "severity": "info",
            "passed": True, "sentence": None,
        }
        for f in found
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=QUALITY.schema)


def of_trial(trial: Trial, persons: pl.DataFrame) -> list[Found]:
    """Recall and precision of records without a number, and pairs that meet. `persons`: record_id, age, sex, local."""
    known = trial.records.select("record_id", "dept", "weight", "own", "partner", "attached", "right", "passes")
    known = known.join(persons, on="record_id", how="left").sort("record_id")
    found = []
    for dept, column, rows in _groups(known):
        sought, given = rows.filter("partner"), rows.filter("attached")
        found += _figure("numberless_recall", sought, sought["right"], dept, column)
        found += _figure("numberless_precision", given, given["right"], dept, column)
        found += _figure("pairs_met", sought, sought["passes"] > 0, dept, column)
    sought, made = known.filter("partner"), trial.covers
    found = [replace(f, note=f"; stands for {made:.1%}") if not f.dept + f.column else f for f in found]
    hidden = unmet(
        sought["passes"].to_numpy(), sought["weight"].to_numpy(), int(sought["passes"].to_numpy().max(initial=0)).bit_length()
    )
    if hidden.met:
        value, low, high = hidden.share
        found.append(Found("pairs_met_recapture", Estimate(value, low, high, float(len(sought)))))
    return found


def _figure(name: str, rows: pl.DataFrame, right: pl.Series, dept: str, column: str) -> list[Found]:
    if len(rows) < LEAST:
        return []
    estimate = weighted_share(right.to_numpy(), rows["weight"].to_numpy())
    return [Found(name, estimate, dept, column)] if estimate else []


def _groups(rows: pl.DataFrame) -> Iterator[tuple[str, str, pl.DataFrame]]:
    """(dept, column, rows): all, each department, each group."""
    yield "", "", rows
    for dept in rows["dept"].unique().sort():
        mine = rows.filter(pl.col("dept") == dept)  # a department is told of its own records, not of those they stand in for
        yield str(dept), "", mine.filter(pl.col("own") > 0).with_columns(weight="own") if "own" in mine.columns else mine
    for column in ("age", "sex", "local"):
        for value in rows[column].drop_nulls().unique().sort():
            yield "", f"{column}:{value}", rows.filter(pl.col(column) == value)


def bins(links: pl.DataFrame) -> pl.Series:
    """Bin of each link by grade and bits."""
    place = np.searchsorted(np.array(EDGES), links["bits"].to_numpy(), side="right")
    return pl.Series("bin", np.where((links["grade"] == "auto").to_numpy(), 100, 0) + place)


@dataclass(frozen=True)
class Calibration:
    """Per bin: the share that is one person, its draws, and how many judged links stand behind it."""

    share: Mapping[int, float]
    draws: Mapping[int, Floats]
    seen: float


def calibrate(judged: pl.DataFrame) -> Calibration:
    """From a trial's links: bits, grade, right, stands. A bin seen too little takes in its whole grade at the weight of FEW."""
    told = judged.with_columns(bin=bins(judged), auto=pl.col("grade") == "auto")
    share, draws = {}, {}
    for code in [*range(len(EDGES) + 1), *range(100, 100 + len(EDGES) + 1)]:
        grade = told.filter(pl.col("auto") == (code >= 100))
        right, seen = _effective(grade.filter(pl.col("bin") == code))
        all_right, all_seen = _effective(grade)
        lend = max(FEW - seen, 0.0) if all_seen else 0.0
        right, seen = right + lend * (all_right / all_seen if all_seen else 0.0), seen + lend
        share[code] = right / seen if seen else 0.5
        draws[code] = betas(np.array([right + 0.5]), np.array([seen - right + 0.5]), seed=code)[:, 0]
    return Calibration(share, draws, float(len(told)))


def _effective(links: pl.DataFrame) -> tuple[float, float]:
    """Right and seen, as that many equally weighted links."""
    weight, right = links["stands"].to_numpy(), links["right"].to_numpy()
    if not len(weight) or weight.sum() == 0:
        return 0.0, 0.0
    seen = float(weight.sum() ** 2 / (weight * weight).sum())
    return float(weight[right].sum() / weight.sum()) * seen, seen


def of_links(links: pl.DataFrame, known: Calibration) -> list[Found]:
    """The night's links by calibrated probabilities. `links`: bits, probability, grade, numbered (the two hold one number:
    then the model's own probability stands), departments, age, sex, local; vetoed ones left out."""
    told = links.with_columns(bin=bins(links))
    flat = told.explode("departments").rename({"departments": "dept"})
    parts = [("", "", told), *((d, c, r) for d, c, r in _groups(flat) if d)]
    parts += [(d, c, r) for d, c, r in _groups(told.with_columns(dept=pl.lit(""))) if c]
    found = []
    for dept, column, rows in parts:
        auto = float((rows["grade"] == "auto").sum())
        if auto < LEAST:
            continue
        value, draws = _sums(rows, known)
        recall = value[0] / max(value[0] + value[1], 1e-9)
        drawn = draws[0] / np.maximum(draws[0] + draws[1], 1e-9)
        found.append(Found("link_precision", around(value[0] / auto, draws[0] / auto, known.seen), dept, column))
        found.append(Found("link_recall", around(recall, drawn, known.seen), dept, column))
    return found


def _sums(rows: pl.DataFrame, known: Calibration) -> tuple[tuple[float, float], tuple[Floats, Floats]]:
    """Expected true pairs among automatic links and among the others: values and draws."""
    values, draws = [0.0, 0.0], [np.zeros(DRAWS), np.zeros(DRAWS)]
    for at, auto in enumerate((True, False)):
        mine = rows.filter((pl.col("grade") == "auto") == auto)
        sure = float(mine.filter("numbered")["probability"].sum())
        values[at] += sure
        draws[at] = draws[at] + sure
        for code, count in mine.filter(~pl.col("numbered")).group_by("bin").len().sort("bin").iter_rows():
            values[at] += count * known.share[code]
            draws[at] = draws[at] + np.random.default_rng(code).binomial(count, known.draws[code])
    return (values[0], values[1]), (draws[0], draws[1])


def of_decisions(links: pl.DataFrame, judged: pl.DataFrame) -> list[Found]:
    """What people decided, as a sample stratified by grade and bits. `judged`: profile_l, profile_r, same. Few decisions make
    wide intervals; cases come most informative first, so within a stratum they are not quite a random sample."""
    told = links.with_columns(bin=bins(links)).join(judged, on=["profile_l", "profile_r"], how="left")
    found = []
    for name, auto in (("reviewed_precision", True), ("reviewed_doubts", False)):
        mine = told.filter((pl.col("grade") == "auto") == auto)
        strata = [
            Stratum(size, seen, right)
            for size, seen, right in mine.group_by("bin")
            .agg(size=pl.len(), seen=pl.col("same").count(), right=pl.col("same").sum())
            .sort("bin")
            .select("size", "seen", "right")
            .iter_rows()
        ]
        estimate = stratified(strata) if strata else None
        if estimate:
            found.append(Found(name, estimate))
    return found
