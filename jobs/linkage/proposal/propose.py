"""A link model proposed from the tables themselves: columns, comparisons, passes, each with the reason for it.

Nothing is asked and no answer is looked at: what the columns are is judged by their values, which passes are worth their
pairs by a first model trained on the rows, and the cut is left to the trained mixture (`thresholds.auto: expected`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import permutations
from typing import Any

import numpy as np
import pyarrow as pa

from jobs.errors import UserError
from jobs.linkage.encoding import Encoded
from jobs.linkage.local import encode_tables
from jobs.linkage.model import LinkModel
from jobs.linkage.proposal import levels as propose_levels
from jobs.linkage.proposal.columns import Chosen, choose_columns
from jobs.linkage.proposal.household import with_household, without_household
from jobs.linkage.proposal.passes import (
    CAP,
    Candidate,
    Likely,
    PassChoice,
    candidate_keys,
    choose_passes,
    count_candidates,
    fields_of,
    likely_pairs,
    parts_of,
    without_finer,
)
from jobs.linkage.proposal.roles import NAMES, Guess

PAIRS_PER_ROW = 20
LEAST_BUDGET = 20_000
"""Pairs a small table may make whatever its rows."""
EXCHANGED = 0.002
"""Share of likely pairs with a value in the other one's other field, from which two fields are taken to be exchanged at times."""
FREE_OF_DUPLICATES = 0.01
"""Likely pairs inside the tables per likely pair between them, up to which each table is taken to hold a person once."""
PURE = 0.01
"""A pass with a smaller share of likely pairs teaches little about them."""


@dataclass(frozen=True)
class Proposal:
    """A model as plain content, and the reason for each of its parts by a path such as `fields.surname`."""

    content: dict[str, Any]
    reasons: dict[str, str]
    guesses: dict[str, Guess]
    chosen: Chosen
    passes: list[PassChoice]
    rows: int
    warnings: list[str] = field(default_factory=list)

    @property
    def model(self) -> LinkModel:
        """The content, checked."""
        return LinkModel.model_validate(self.content)


def propose(tables: list[pa.Table], name: str = "proposed", budget: int | None = None) -> Proposal:
    """A model for one table, or for two; `budget` is the most pairs its passes may make together."""
    if any(not table.num_rows for table in tables):
        raise UserError("A table is empty.", "Give tables with rows.")
    chosen = choose_columns(tables)
    guesses = dict(zip(_field_names(chosen.used), chosen.used, strict=True))
    reasons: dict[str, str] = {"id": chosen.id_evidence}
    content = _skeleton(name, chosen, guesses)
    candidates, encoded = _candidates(content, tables, guesses)
    likely, looked = likely_pairs(content, encoded, candidates)
    _exchange(content, encoded, likely, guesses, reasons)
    with_household(content, encoded, likely, guesses, reasons)
    if len(tables) == 2:
        _one_to_one(content, likely, reasons)
    budget = max(PAIRS_PER_ROW * len(encoded), LEAST_BUDGET) if budget is None else budget
    passes = choose_passes(likely, looked, len(encoded), budget)
    content["passes"] = _named_passes(passes, guesses)
    content["thresholds"] = {"review": 0.01, "auto": "expected"}
    without_household(content, encoded, likely, reasons)
    for each, made in zip(content["passes"], passes, strict=True):
        reasons[f"passes.{each['name']}"] = _pass_reason(made)
    for field_, guess in guesses.items():
        reasons[f"fields.{field_}"] = f"{guess.role}: {guess.evidence}"
        reasons.setdefault(f"comparisons.{field_}", propose_levels.reason(guess, content["comparisons"][field_], None))
    return Proposal(content, reasons, guesses, chosen, passes, len(encoded), _warnings(passes, likely))


def _field_names(used: list[Guess]) -> list[str]:
    """A word for each column that a model can use in keys."""
    names: list[str] = []
    for guess in used:
        base = re.sub(r"[\s.:|]+", "_", guess.column.strip()).strip("_") or "column"
        names.append(base if base not in names else f"{base}_{len(names)}")
    return names


def _skeleton(name: str, chosen: Chosen, guesses: dict[str, Guess]) -> dict[str, Any]:
    """Everything but passes and thresholds."""
    fields: dict[str, Any] = {}
    for field_, guess in guesses.items():
        spec: dict[str, Any] = {} if field_ == guess.column else {"column": guess.column}
        fields[field_] = spec if guess.type == "text" else {**spec, "type": guess.type}
    compared = {f: propose_levels.comparison(g, f) for f, g in guesses.items()}
    return {"model": name, "id": chosen.id, "fields": fields, "comparisons": compared}


def _candidates(content: dict[str, Any], tables: list[pa.Table], guesses: dict[str, Guess]) -> tuple[list[Candidate], Encoded]:
    keys = candidate_keys(guesses)
    any_pass = [{"name": "any", "key": list(keys[0])}]
    encoded = encode_tables(LinkModel.model_validate({**content, "passes": any_pass}), tables)
    return without_finer(count_candidates(content, encoded, keys), len(encoded)), encoded


def _exchange(
    content: dict[str, Any], encoded: Encoded, likely: Likely, guesses: dict[str, Guess], reasons: dict[str, str]
) -> None:
    """Let fields of one kind be exchanged where likely pairs show it; given name and surname always may."""
    texts = {f: g for f, g in guesses.items() if g.role in {*NAMES, "words", "place", "address"}}
    for one, other in permutations(texts, 2):
        named = {guesses[one].role, guesses[other].role} == {"given_name", "surname"}
        pair = len([f for f in texts if guesses[f].role in {"given_name", "surname"}]) == 2
        if not (named and pair) and _exchanged(encoded, likely, one, other) < EXCHANGED:
            continue
        levels = content["comparisons"][one]["levels"]
        if any(isinstance(x, dict) and "crossed" in x for x in levels):
            continue
        levels.insert(2 if len(levels) > 1 else 1, {"crossed": other})
        reasons[f"comparisons.{one}"] = propose_levels.reason(guesses[one], content["comparisons"][one], other)


def _exchanged(encoded: Encoded, likely: Likely, one: str, other: str) -> float:
    """Share of likely pairs in which a value stands in the other field of the other row, unequal in its own."""
    if not len(likely.left):
        return 0.0
    mine, theirs = encoded.columns[one], encoded.columns[other]
    places = {v: i for i, v in enumerate(theirs.values)}
    known = np.append([places.get(v, -2) for v in mine.values], -2)
    a, b = known[mine.codes[likely.left]], known[mine.codes[likely.right]]
    crossed = (a == theirs.codes[likely.right]) | (b == theirs.codes[likely.left])
    return float((crossed & (mine.codes[likely.left] != mine.codes[likely.right])).mean())


def _one_to_one(content: dict[str, Any], likely: Likely, reasons: dict[str, str]) -> None:
    across = len(likely.left)
    content["one_to_one"] = across >= 10 and likely.inside <= FREE_OF_DUPLICATES * across
    reasons["one_to_one"] = f"{across} likely pairs between the tables looked at, {likely.inside} inside one of them"


def _named_passes(passes: list[PassChoice], guesses: dict[str, Guess]) -> list[dict[str, Any]]:
    """Passes with names, what splits their crowded blocks, and whether they teach."""
    found: list[dict[str, Any]] = []
    teachers = [p for p in passes if p.pure >= PURE]
    for each in passes:
        key = each.candidate.key
        spec: dict[str, Any] = {"name": _pass_name(key, [str(p["name"]) for p in found]), "key": list(key)}
        if each.candidate.crowded:
            spec |= {"refine": _refine(key, guesses), "cap": CAP}
        if len(teachers) >= 2 and each.pure < PURE:
            spec["training"] = False
        found.append(spec)
    return found


def _pass_name(key: tuple[str, ...], taken: list[str]) -> str:
    name = "_".join(part.replace(".", "_").replace(":", "_") for part in key)
    return name if name not in taken else f"{name}_{len(taken)}"


def _refine(key: tuple[str, ...], guesses: dict[str, Guess]) -> list[str]:
    """The most telling other fields, filled in most rows."""
    rest = [f for f in guesses if f not in fields_of(key) and guesses[f].role != "list"]
    rest.sort(key=lambda f: (-guesses[f].shape.filled * np.log(guesses[f].shape.distinct + 1), f))
    return [parts_of(guesses[f], f)[0] for f in rest[:2]]


def _pass_reason(made: PassChoice) -> str:
    text = f"about {made.candidate.pairs} pairs; reaches {made.reaches:.1%} of the likely ones, {made.alone:.1%} alone"
    return text + (f"; {made.candidate.crowded} crowded blocks are split" if made.candidate.crowded else "")


def _warnings(passes: list[PassChoice], likely: Likely) -> list[str]:
    found = []
    if len(likely.left) < 50:
        found.append(
            f"Only {len(likely.left)} likely pairs were found: the passes were chosen by fields and pairs alone, look at them."
        )
    common = set.intersection(*(set(fields_of(p.candidate.key)) for p in passes))
    if common:
        found.append(f"Field {min(common)} stands in every pass: persons with it wrong or missing are not found.")
    return found
