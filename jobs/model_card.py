"""`renkou model-card`: the page that says what a link model is for, what it learned and which errors to expect."""

from __future__ import annotations

from pathlib import Path

from jobs.quality import model_card as cards


def model_card(model: Path, weights: Path, out: Path) -> Path:
    """Write the card of a model and its model file as HTML or Markdown; returns the file. UserError for mistakes."""
    cards.write(model, weights, out)
    return out
