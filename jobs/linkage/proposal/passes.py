"""Blocking passes of a proposed model, chosen by the pairs they would make and by what they find that others miss.

Which pairs are one person is not known; a first model trained over passes of different fields says which are likely.
The passes then chosen are the cheapest that together reach those, and no field stands in all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from jobs.errors import UserError
from jobs.linkage.blocking import NO_KEY, Oversize, candidate_pairs, complete_keys, depth_keys, effective_keys, members
from jobs.linkage.encoding import Column, Encoded, Hashes, Index
from jobs.linkage.keys import parse_part
from jobs.linkage.local import weigh_pairs
from jobs.linkage.model import LinkModel
from jobs.linkage.proposal.roles import NAMES, Guess
from jobs.linkage.training import train

Key = tuple[str, ...]
Bools = npt.NDArray[np.bool_]
CAP = 200
MOST_KEYS = 120
SAMPLE_ROWS = 60_000
LOOK_PAIRS = 1_500_000
"""Pairs compared to find the likely ones."""
MOST_PASSES = 14
WEAK = {"house", "category", "sex", "age"}
"""Roles that make no key by themselves."""
WORTH = 1 / 5_000
"""Least share of new likely pairs among the pairs a further pass makes."""
CHEAP = 2.0
"""Pairs a row that a key may make without a thought."""
AGAIN = 0.05
"""What reaching a pair a second time is worth beside reaching it at all."""


@dataclass(frozen=True)
class Candidate:
    """A key with the pairs it makes over all rows (blocks over the cap compared with their neighbours only)."""

    key: Key
    pairs: int
    crowded: int


@dataclass(frozen=True)
class Likely:
    """Pairs of rows taken for one person, which keys they meet by (pairs × keys), what each key makes among the rows looked at,
    and how many more such pairs lie inside one of two tables."""

    left: Index
    right: Index
    met: Bools
    made: npt.NDArray[np.float64]
    inside: int


@dataclass(frozen=True)
class PassChoice:
    """A chosen pass: the share of likely pairs it reaches, and those no other chosen pass does."""

    candidate: Candidate
    reaches: float
    alone: float
    pure: float


def parts_of(guess: Guess, field: str) -> list[str]:
    """Key parts of a field: the exact one first, then forgiving ones."""
    if guess.han and guess.role in NAMES:
        return [f"{field}.pinyin"]
    return {
        "given_name": [field, f"{field}.consonants"],
        "surname": [field, f"{field}.consonants"],
        "full_name": [f"{field}.tokens", f"{field}.consonants"],
        "date": [field, f"{field}.year", f"{field}.day"],
        "email": [field, f"{field}.user"],
    }.get(guess.role, [field])


def candidate_keys(guesses: dict[str, Guess]) -> list[Key]:
    """Single fields, pairs and triples of fields, as far as they could be selective."""
    mains = {f: parts_of(g, f)[0] for f, g in guesses.items()}
    keys: list[Key] = [(mains[f],) for f, g in guesses.items() if g.role not in WEAK]
    for a, b in combinations(guesses, 2):
        if {guesses[a].role, guesses[b].role} <= WEAK:
            continue
        keys += [(x, y) for x in parts_of(guesses[a], a) for y in parts_of(guesses[b], b)]
    for trio in combinations(guesses, 3):
        if sum(guesses[f].role in WEAK for f in trio) < 3:
            keys.append(tuple(mains[f] for f in trio))
            rough = tuple(parts_of(guesses[f], f)[-1] for f in trio)
            if sum(r != mains[f] for r, f in zip(rough, trio, strict=True)) >= 2:
                keys.append(rough)
    return list(dict.fromkeys(keys))


def with_passes(content: dict[str, Any], keys: Sequence[Key]) -> LinkModel:
    """The model with these keys as its passes."""
    passes = [{"name": f"p{i}", "key": list(key), "cap": CAP} for i, key in enumerate(keys)]
    return LinkModel.model_validate({**content, "passes": passes})


def count_candidates(content: dict[str, Any], encoded: Encoded, keys: list[Key]) -> list[Candidate]:
    """Pairs each key would make, cheapest first; keys that pair nothing are left out."""
    model = with_passes(content, keys)
    found = []
    for position, key in enumerate(keys):
        hashes = depth_keys(model, encoded, position)[0]
        pairs, crowded = _pairs(hashes, encoded.source)
        if pairs:
            found.append(Candidate(key, pairs, crowded))
    return sorted(found, key=lambda c: (c.pairs, len(c.key), c.key))


def without_finer(candidates: list[Candidate], rows: int) -> list[Candidate]:
    """Without keys that only narrow another one that is cheap already: whatever they find, the wider one finds."""
    cheap = [c for c in candidates if c.pairs <= CHEAP * rows]
    return [c for c in candidates if not any(_wider(w.key, c.key) for w in cheap)]


def _wider(wide: Key, fine: Key) -> bool:
    """Whether rows that agree on the fine key surely agree on the wide one."""
    return wide != fine and all(any(f == w or f == parse_part(w).field for f in fine) for w in wide)


def _pairs(hashes: Hashes, source: npt.NDArray[np.int8] | None) -> tuple[int, int]:
    rows, slots = np.nonzero(hashes)
    _, block, counts = np.unique(hashes[rows, slots], return_inverse=True, return_counts=True)
    if source is None:
        made = counts * (counts - 1) / 2
    else:
        second = np.bincount(block, weights=source[rows] == 1, minlength=len(counts))
        made = second * (counts - second)
    crowded = counts > CAP
    return int(np.where(crowded, np.minimum(made, counts * CAP), made).sum()), int(crowded.sum())


def likely_pairs(content: dict[str, Any], encoded: Encoded, candidates: list[Candidate]) -> tuple[Likely, list[Candidate]]:
    """Pairs that a model trained over passes of different fields takes for one person, and the keys that were looked at.

    Looked at in a sample of rows and over the cheapest keys, so that the cost is bounded whatever the table.
    """
    rows = _sample_rows(encoded)
    sample = _take(encoded, rows)
    small = candidates and count_candidates(content, sample, [c.key for c in candidates])
    looked: list[Candidate] = []
    total = 0
    for each in small:
        if len(looked) < MOST_KEYS and total + each.pairs <= max(LOOK_PAIRS, each.pairs if not looked else 0):
            looked.append(each)
            total += each.pairs
    if not looked:
        raise UserError(
            "No two rows agree on anything but common values.",
            "Check that this is the right table and that persons stand in it twice.",
        )
    whole = {c.key: c for c in candidates}
    first = with_passes(content, [c.key for c in diverse(looked, len(sample))])
    weights = train(first, sample)
    model = with_passes(content, [c.key for c in looked])
    none = Oversize.none(model)
    keys = effective_keys(model, sample, none)
    chunks = []
    for pairs in candidate_pairs(model, sample, members(keys, sample), complete_keys(keys, none)):
        weight = weigh_pairs(first, weights, sample, pairs.left, pairs.right)
        chunks.append((pairs.left[weight > 0], pairs.right[weight > 0]))
    left, right = (np.concatenate([c[i] for c in chunks]) for i in (0, 1))
    inside = np.zeros(len(left), bool)
    made = np.array([c.pairs for c in looked], float)
    if encoded.source is not None:
        source = encoded.source[rows]
        inside = source[left] == source[right]
        made = np.array([_pairs(matrix, source)[0] for matrix in keys], float)
    met = np.column_stack([_meet(matrix, left[~inside], right[~inside]) for matrix in keys])
    found = Likely(rows[left[~inside]], rows[right[~inside]], met, made, int(inside.sum()))
    return found, [whole[c.key] for c in looked]


def _sample_rows(encoded: Encoded) -> Index:
    """Rows by hash of id."""
    if len(encoded) <= SAMPLE_ROWS:
        return np.arange(len(encoded))
    hashed = pd.util.hash_array(np.array(encoded.ids.to_pylist(), dtype=object), categorize=False)
    return np.sort(np.argsort(hashed, kind="stable")[:SAMPLE_ROWS])


def sample_of(encoded: Encoded) -> Encoded:
    """The rows looked at."""
    return _take(encoded, _sample_rows(encoded))


def _take(encoded: Encoded, rows: Index) -> Encoded:
    """Some rows; two tables as one, to see whether each is free of duplicates."""
    columns = {n: Column(c.codes[rows], c.values) for n, c in encoded.columns.items()}
    return Encoded(encoded.ids.take(pa.array(rows)), columns, None)


def _meet(matrix: Hashes, left: Index, right: Index) -> Bools:
    met = np.zeros(len(left), bool)
    for a in range(matrix.shape[1]):
        for b in range(matrix.shape[1]):
            met |= (matrix[left, a] == matrix[right, b]) & (matrix[left, a] != NO_KEY)
    return met


def diverse(candidates: list[Candidate], rows: int, most: int = 10) -> list[Candidate]:
    """Cheap keys over different fields: each next one uses the fields used least so far."""
    cheap = [c for c in candidates if c.pairs <= 5 * rows] or candidates[:most]
    used: dict[str, int] = {}
    chosen: list[Candidate] = []
    while len(chosen) < min(most, len(cheap)):
        rest = [c for c in cheap if c not in chosen]
        best = min(rest, key=lambda c: (sum(used.get(f, 0) ** 2 for f in fields_of(c.key)) / len(c.key), len(c.key), -c.pairs))
        chosen.append(best)
        for f in fields_of(best.key):
            used[f] = used.get(f, 0) + 1
    return chosen


def fields_of(key: Key) -> list[str]:
    """The fields in a key."""
    return [parse_part(part).field for part in key]


def choose_passes(likely: Likely, candidates: list[Candidate], rows: int, budget: int) -> list[PassChoice]:
    """Greedy: the pass with most new likely pairs for the pairs it makes, until a further one is not worth its pairs."""
    if not likely.met.shape[0]:
        picked = [candidates.index(c) for c in diverse(candidates, rows, 6)]
    else:
        picked = _greedy(likely, np.array([c.pairs for c in candidates], float), rows, budget)
        picked = _complement(likely.met, candidates, picked)
    return [_described(likely, candidates, picked, k) for k in picked]


def _greedy(likely: Likely, cost: npt.NDArray[np.float64], rows: int, budget: int) -> list[int]:
    met, made = likely.met, likely.made
    times = np.zeros(len(met), np.int64)
    picked: list[int] = []
    left = float(budget)
    while len(picked) < MOST_PASSES:
        gain = np.where(times == 0, 1.0, np.where(times == 1, AGAIN, 0.0)) @ met
        open_ = (cost <= left) & (gain >= WORTH * made) & (gain > max(0.0005 * len(met), 0.5))
        open_[picked] = False
        if not open_.any():
            break
        best = int(np.argmax(np.where(open_, gain / (cost + CHEAP * rows), -1.0)))
        picked.append(best)
        times += met[:, best]
        left -= cost[best]
    return picked or [int(np.argmax(met.sum(axis=0) / (cost + CHEAP * rows)))]


def _complement(met: Bools, candidates: list[Candidate], picked: list[int]) -> list[int]:
    """Add passes until no field stands in all of them: who has it wrong would never be found."""
    while common := set.intersection(*(set(fields_of(candidates[k].key)) for k in picked)):
        free = [k for k, c in enumerate(candidates) if not common & set(fields_of(c.key)) and met[:, k].any()]
        if not free:
            break
        picked = [*picked, max(free, key=lambda k: met[:, k].sum() / (candidates[k].pairs + 1000))]
    return picked


def _described(likely: Likely, candidates: list[Candidate], picked: list[int], k: int) -> PassChoice:
    met, total = likely.met, max(likely.met.shape[0], 1)
    others = met[:, [p for p in picked if p != k]].any(axis=1)
    hits = int(met[:, k].sum())
    return PassChoice(
        candidates[k], hits / total, int((met[:, k] & ~others).sum()) / total, hits / max(float(likely.made[k]), 1.0)
    )
