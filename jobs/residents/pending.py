"""R-11 in words: the count of a resident that waits, since when and until when."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jobs.residents.columns import wrap


def pending(status: Mapping[str, Any]) -> list[str]:
    """What R-11 holds back, since when, and until when; nights from before the rule say nothing."""
    if not status.get("pending_status"):
        return []
    usual, zh = ("counted", "仍计入") if status["counts_usual"] else ("not counted", "仍不计入")
    said = f"still {usual} as a usual resident: the rules say {status['pending_status']} since {status['pending_since']}"
    until = status["pending_until"]
    return wrap(f"  pending 待定: {said}, published from {until} if they go on (R-11) 常住{zh}，持续至{until}即改", "    ")
