"""The published confidence against later grid visits: what an earlier snapshot said, and what visitors found since.

The statuses of the oldest kept snapshot of the last weeks rest on nothing that came after it. Visits made since (S05, N03) and
grid cards opened since confirm or contradict whether the person is present. That is less than the code claims, and visitors go
where somebody is listed: the shares tell of drift, not of accuracy itself. Against a known truth: calibration.py.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from jobs.pool import views
from jobs.pool.nights import Night, sealed
from jobs.quality.calibration import BANDS, ORIGINS, age_group
from jobs.residence import parameters
from jobs.residence.parameters import Parameters
from jobs.residence.plain.world import ticked
from jobs.tables import QUALITY, RESIDENCE, RESIDENT_RECORDS

if TYPE_CHECKING:
    from jobs.context import Context
    from jobs.quality.figures import Figures
    from jobs.quality.pages import Page

CALIBRATION = "calibration"
WITHIN = 35
"""Days that the snapshot may lie back: as long as daily nights are kept."""
ENOUGH = 30
"""Persons found by visitors from which on a share is told."""
NEEDS = ("residents", "resident_records", "records", "signs")
SAID = ("resident_id", "counts_present", "status_code", "nature", "confidence", "band")
ALL = "Σ"
WORDS = (
    "旧快照的判定，对照其后的网格走访与新建卡：置信度是状态码判对的概率，走访只证实在不在区，且多访在册者，故此表看漂移，不是准确率。"
    " What an earlier snapshot said, against grid visits and new grid cards since: the confidence is the chance that the status code"
    " is right, a visit tells only whether the person is present, and visitors go where somebody is listed. Read it for drift."
)
TOO_FEW = (
    f"尚无可对照者：{WITHIN}日内须有较早的快照，且其后至少走访{ENOUGH}人。"
    f" Nothing to compare yet: it takes a snapshot of the last {WITHIN} days and at least {ENOUGH} persons visited since."
)

FOUND = """
WITH visits AS (
  SELECT m.resident_id, s.from_date AS day, s.sign = 'S05' AS present FROM signs s JOIN resident_records m USING (record_id)
  WHERE s.sign IN ('S05', 'N03') AND s.from_date > $base AND s.from_date <= tonight() AND coalesce(s.in_district, true)
    AND NOT (s.sign = 'N03' AND coalesce(list_contains($weak, s.detail), false))
    AND NOT (s.sign = 'S05' AND list_contains($ticked, s.from_date))),
cards AS (
  SELECT m.resident_id, r.known_from AS day, true AS present FROM records r JOIN resident_records m USING (record_id)
  WHERE list_contains($cards, r.dept || '.' || r.source_table) AND r.role = 'self' AND r.closed_on IS NULL AND r.in_district
    AND r.known_from > $base AND r.record_id NOT IN (SELECT record_id FROM base_resident_records)),
newest AS (
  SELECT resident_id, day, bool_or(present) AS present, bool_and(present) AS agreed FROM
    (SELECT * FROM visits UNION ALL SELECT * FROM cards) GROUP BY resident_id, day
  QUALIFY row_number() OVER (PARTITION BY resident_id ORDER BY day DESC) = 1)
SELECT b.band, b.nature, b.confidence, r.birth_date, b.counts_present = n.present AS confirmed
FROM base_residence b JOIN newest n USING (resident_id) JOIN residents r USING (resident_id)
WHERE n.present = n.agreed AND b.confidence IS NOT NULL AND b.status_code NOT IN ('61', '62')
"""
"""The newest word of a visitor on everybody who had a status; contradicting words of one day say nothing."""


def figures(counts: Figures) -> pa.Table:
    """Rows of QUALITY, for information: metric `calibration.said` and `calibration.confirmed`, the group as column, in `bound` the
    number of persons. Empty while there is no earlier snapshot, or too few were visited since."""
    base = _base(counts)
    if base is None:
        return QUALITY.schema.empty_table()
    found = _found(counts, base).with_columns(
        age=age_group(pl.col("birth_date"), pl.lit(counts.context.date)),
        origin=pl.col("nature").replace_strict(ORIGINS, default="?"),
    )
    by_band = _shares(found, pl.col("band"))
    by_group = _shares(found, pl.concat_str("age", "origin", separator=" "))
    shares = [*_shares(found, pl.lit(ALL)), *by_band, *by_group]
    rows = [row for group, *figures_ in shares for row in _rows(group, figures_, base.label)]
    return pa.Table.from_pylist(rows, schema=QUALITY.schema)


def _base(counts: Figures) -> Night | None:
    """The oldest sealed night within WITHIN days that published a calibrated confidence; its views stand in the connection."""
    context = counts.context
    first = context.date - dt.timedelta(days=WITHIN)
    for night in sealed(context.settings.nights):
        if first <= night.date < context.date:
            files = _files(context, night, RESIDENCE.name)
            if files and "evidence_score" in pq.read_schema(files[0]).names:
                views.add_view(counts.con, "base_residence", files, pa.schema([RESIDENCE.schema.field(n) for n in SAID]))
                records = _files(context, night, RESIDENT_RECORDS.name)
                views.add_view(counts.con, "base_resident_records", records, RESIDENT_RECORDS.schema)
                return night
    return None


def _files(context: Context, night: Night, name: str) -> list[str]:
    version = night.pins().get(name)
    return [] if version is None else context.store.files(name, version)


def _found(counts: Figures, base: Night) -> pl.DataFrame:
    p = parameters.load()
    counts.prepare(NEEDS)
    given = {"base": base.date, "weak": p.negatives["N03"].weak_details or [], "ticked": _ticked(counts, p), "cards": p.cards}
    frame = pl.from_arrow(counts.con.execute(FOUND, given).to_arrow_table())
    assert isinstance(frame, pl.DataFrame)
    return frame


def _ticked(counts: Figures, p: Parameters) -> list[dt.date]:
    """Days whose visits were ticks at a desk."""
    daily = counts.con.execute("SELECT from_date, count(*) FROM signs WHERE sign = 'S05' GROUP BY from_date").fetchall()
    return sorted(ticked(dict(daily), p)) or [dt.date.min]


def _shares(found: pl.DataFrame, group: pl.Expr) -> list[tuple[Any, ...]]:
    """(group, persons, said, confirmed) of groups large enough, bands in their order."""
    shares = found.group_by(group.alias("group")).agg(pl.len(), pl.col("confidence").mean(), pl.col("confirmed").mean())
    order = {band: at for at, band in enumerate(BANDS)}
    rows = [r for r in shares.iter_rows() if r[1] >= ENOUGH]
    return sorted(rows, key=lambda r: (order.get(r[0], len(BANDS)), r[0]))


def _rows(group: str, figures_: list[Any], base: str) -> list[dict[str, Any]]:
    persons, said, confirmed = figures_
    return [
        {
            "metric": f"{CALIBRATION}.{name}", "layer": "residence", "dimension": CALIBRATION, "dept": "", "source_table": "",
            "column": group, "value": round(value, 4), "bound": f"{persons:,} since {base}", "severity": "info", "passed": True,
            "sentence": None,
        }
        for name, value in (("said", said), ("confirmed", confirmed))
    ]  # fmt: skip


TOLD = """
SELECT "column", max(value) FILTER (metric = 'calibration.said'), max(value) FILTER (metric = 'calibration.confirmed'), max(bound)
FROM quality WHERE dimension = 'calibration' GROUP BY ALL
"""


def section(page: Page, rows: list[tuple[Any, ...]]) -> None:
    """The table of the night's report, from rows of TOLD; one sentence instead while there is nothing to compare."""
    page.heading("置信度与走访 · Confidence against grid visits")
    page.text(WORDS if rows else TOO_FEW)
    order = {ALL: -1, **{band: at for at, band in enumerate(BANDS)}}
    if rows:
        ordered = sorted(rows, key=lambda r: (order.get(r[0], len(BANDS)), r[0]))
        page.table(["组 group", "预测 said", "走访证实 confirmed", "人数 persons"], ordered)
