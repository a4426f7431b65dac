"""docs/rules.md is what the rule list, the parameters and the case tables say today."""

from __future__ import annotations

from jobs.residence import parameters
from jobs.residence.rulebook import ROOT, TARGET, render
from jobs.residence.rules.order import RULES


def test_document_is_fresh() -> None:
    assert TARGET.read_text(encoding="utf-8") == render(parameters.load(), ROOT / "tests" / "spec"), (
        "run: python -m jobs.residence.rulebook"
    )


def test_document_names_every_rule_in_order() -> None:
    text = render(parameters.load(), ROOT / "tests" / "spec")
    places = [text.index(f"| {rule.id} |") for rule in RULES]
    assert places == sorted(places)
