"""`renkou propose-model`: a link model for unknown tables, from their values."""

from __future__ import annotations

from pathlib import Path

from jobs.errors import UserError
from jobs.link_tables import read_table
from jobs.linkage.proposal.propose import propose
from jobs.linkage.proposal.text import as_table, as_yaml


def propose_model(tables: list[Path], out: Path | None, pairs: int | None = None) -> tuple[str, str]:
    """(the model as YAML, a summary of columns and passes); the model is written to `out` when given."""
    if not 1 <= len(tables) <= 2:
        raise UserError(f"{len(tables)} tables were given.", "Give one table to find its duplicates, or two to link.")
    name = out.stem if out is not None else tables[0].stem
    proposal = propose([read_table(t) for t in tables], name, pairs)
    text = as_yaml(proposal)
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(text, encoding="utf-8")
    return text, as_table(proposal)
