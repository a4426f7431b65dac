"""R-03: a signed manual decision in force (jobs/residence/overrides.py) stands before every rule that looks at evidence."""

from __future__ import annotations

import polars as pl

from jobs.residence.parameters import Parameters
from jobs.residence.rules.reading import Facts


def rule_by_hand(f: Facts, p: Parameters) -> pl.Expr:
    """R-03: the status decided; nothing where nobody decided."""
    return f.by_hand.struct.field("status_code")
