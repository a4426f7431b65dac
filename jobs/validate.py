"""Stage validate: a gate behind every stage, then the night's changes, population account and figures of quality."""

from __future__ import annotations

import pyarrow as pa

from jobs import plan
from jobs.context import Context
from jobs.errors import GateRefused, MissingInput
from jobs.pool import current
from jobs.quality import account, changes, dimensions, gates, night_calibration, night_linkage, night_total, report
from jobs.quality.figures import Figures
from jobs.tables import BALANCE, CHANGES, QUALITY

LAYERS = tuple(s.gate for s in plan.STAGES if s.gate)


def gate(context: Context, layer: str) -> None:
    """Judge one layer; its figures become the version `quality/{layer}`.

    A critical breach raises GateRefused after the report and the pool's status say why; the snapshot in force stays current.
    """
    findings = gates.judge(context, layer)
    figures = gates.figures_table(findings, layer)
    context.receipt.rows_in = context.receipt.rows_out = context.write_arrow(QUALITY, figures, f"quality/{layer}")
    context.receipt.notes = {"warnings": [f.sentence() for f in findings if not f.outcome.passed and not f.refuses]}
    try:
        gates.refuse(context, layer, findings)
    except GateRefused as refused:
        sentences = [(f.sentence("zh"), f.sentence("en")) for f in findings if f.refuses]
        report.refused(context, layer, figures, sentences)
        current.mark_stale(context.settings.pool, context.date, refused.what)
        raise


def run(context: Context) -> None:
    """Write changes, balance and quality from the residents, statuses and gates of this night."""
    gated = _gate_figures(context)
    figures = Figures(context)
    figures.prepare(changes.NEEDS, changes.PREVIOUS)
    changes.compare(figures.con)
    receipt = context.receipt
    receipt.rows_in = figures.one("SELECT count(*) FROM residence")
    differences, balance = changes.changes(figures.con), account.balance(figures.con)
    context.write_arrow(CHANGES, differences)
    context.write_arrow(BALANCE, balance)
    linkage = night_linkage.figures(context)
    told = (dimensions.figures(figures), linkage, night_total.figures(figures, linkage), night_calibration.figures(figures))
    quality = pa.concat_tables([*gated, *told])
    receipt.rows_out = context.write_arrow(QUALITY, quality.sort_by([(k, "ascending") for k in QUALITY.key]))
    receipt.notes = {"changes": differences.num_rows, "residual": sum(abs(r) for r in balance["residual"].to_pylist())}


def _gate_figures(context: Context) -> list[pa.Table]:
    """Figures of this night's own gates; a gate that has not passed tonight is an error, never yesterday's figures."""
    own = context.night.own()
    missing = [layer for layer in LAYERS if f"quality/{layer}" not in own]
    if missing:
        raise MissingInput(
            f"Gate {missing[0]} of night {context.night.label} has not passed.",
            f"Run it: renkou validate --date {context.date} --layer {missing[0]}.",
        )
    return [context.read_arrow(f"quality/{layer}") for layer in LAYERS]
