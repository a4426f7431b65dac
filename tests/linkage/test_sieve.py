"""The sieve and the glances drop nothing: whatever a level finds, a glance had left open; whatever the kernel keeps, the sieve keeps."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from jobs.linkage.blocking import Pairs
from jobs.linkage.comparisons import look_at
from jobs.linkage.encoding import Column, Encoded, encode_column
from jobs.linkage.glances import TESTS, glance_at
from jobs.linkage.levels import VALUE_LEVELS
from jobs.linkage.local import encode_tables
from jobs.linkage.model import LinkModel
from jobs.linkage.scoring import Kernel, log_odds
from jobs.linkage.signatures import bits_apart, signatures
from jobs.linkage.training import train
from tests.benchmark.people import Rates, people

ARGUMENTS = {
    "levenshtein": [1, 2],
    "damerau": [1, 2],
    "jaro_winkler": [0.7, 0.85, 0.9, 0.95],
    "one_character": [1, 2],
    "one_missing": [1, 2],
}


def texts(kind: str) -> Column:
    """Short texts over few characters, so that near ones are common, and their one-edit neighbours."""
    draw = np.random.default_rng(7)
    letters = list("0123456789") if kind in ("one_digit", "swapped_day_month") else list("王李张伟娜文一路12号幢-")
    made = ["".join(draw.choice(letters, draw.integers(1, 22))) for _ in range(150)]
    dates = [f"19{a:02d}{b:02d}{c:02d}" for a, b, c in draw.integers(1, 13, (150, 3))]
    base = made + dates
    near = [
        t[:k] + str(draw.choice(letters)) + t[k + int(draw.integers(0, 2)) :]
        for t in base
        for k in [int(draw.integers(0, len(t)))]
    ]
    swapped = [t[:k] + t[k + 1 : k + 2] + t[k] + t[k + 2 :] for t in base for k in [int(draw.integers(0, len(t)))]]
    return encode_column(pa.chunked_array([pa.array([*base, *near, *swapped])]), "text")


@pytest.mark.parametrize("kind", sorted(set(TESTS) - {"same"} | {"folded", "pinyin", "same_year"}))
def test_a_glance_rules_out_no_level_that_holds(kind: str) -> None:
    column = texts(kind)
    i, j = (side.astype(np.int32) for side in np.triu_indices(len(column.values), 1))
    for argument in ARGUMENTS.get(kind, [0]):
        holds = VALUE_LEVELS[kind].test(column, i, j, argument)
        glance = glance_at(column, kind, argument)
        assert glance is not None and holds.any()
        may = glance.may_hold(i, j)
        assert not (holds & ~may).any()
        assert may.mean() < 0.9  # it rules out something


def test_one_edit_changes_at_most_two_bits() -> None:
    known = signatures(pa.array(["张伟伟", "张伟", "伟张伟", "张娜伟", ""])).bits
    assert bits_apart(known[0], known[1]) == 1  # one left out
    assert bits_apart(known[0], known[2]) == 0  # neighbours exchanged
    assert bits_apart(known[0], known[3]) == 2  # one replaced
    assert known[4] == 0 and known[5] == 0  # empty and missing


@pytest.fixture(scope="module")
def persons() -> tuple[LinkModel, Encoded]:
    from jobs.linkage.model import load_model
    from tests.benchmark.peers import MODEL

    model = load_model(MODEL)
    return model, encode_tables(model, [people(3_000, 5, Rates().times(2))[0].to_arrow()])


@pytest.mark.parametrize("least", [0.0001, 0.05, 0.9])
def test_the_sieve_keeps_every_pair_the_kernel_keeps(persons: tuple[LinkModel, Encoded], least: float) -> None:
    model, encoded = persons
    weights = train(model, encoded)
    kernel = Kernel(model, weights, encoded)
    left, right = (side.astype(np.int64) for side in np.triu_indices(1_000, 1))
    kept = kernel.sieve(log_odds(least)).keep(left, right)
    pairs = Pairs(left, right, np.zeros(len(left), np.int8))
    whole, sifted = kernel.judge(pairs, least), kernel.judge(pairs.at(kept), least)
    assert whole.num_rows > 100 and whole.equals(sifted)
    assert len(kept) < 0.2 * len(left)


def test_levels_by_looks_are_the_levels(persons: tuple[LinkModel, Encoded]) -> None:
    from jobs.linkage.comparisons import compare

    model, encoded = persons
    left, right = (side.astype(np.int64) for side in np.triu_indices(600, 1))
    for comparison in model.comparisons.values():
        look = look_at(comparison, encoded)
        assert look is not None
        levels, open_ = look.levels(left, right)
        truth = compare(comparison, encoded, left, right)
        decided = np.setdiff1d(np.arange(len(left)), open_)
        assert (levels[decided] == truth[decided]).all() and len(open_) < len(left) / 2
