"""A decision moves only what hangs together with the two records it names; taking it back restores everything."""

from __future__ import annotations

import datetime as dt
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.linkage import decisions
from jobs.linkage.clusters import Edges, Rules, cluster_pairs
from jobs.linkage.graphs import components_of
from jobs.linkage.ledger import Judgement, judge, undo
from jobs.residents.constraints import as_array, judged_pairs

DAY, NODES = dt.date(2026, 11, 22), 10
WHERE = pl.DataFrame({"record_id": [f"r{i}" for i in range(NODES)], "at": range(NODES)})


def leaders(edges: Edges, ledger: Path) -> np.ndarray:
    said = decisions.in_force(decisions.read(ledger), DAY)
    rules = Rules(must=as_array(judged_pairs(said, "same", WHERE)), cannot=as_array(judged_pairs(said, "different", WHERE)))
    return cluster_pairs(np.arange(NODES), edges, 0.0, rules).leader


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.sampled_from(list(combinations(range(NODES), 2))), unique=True, max_size=9),
    st.lists(st.integers(-3, 6), min_size=9, max_size=9),
    st.sampled_from(list(combinations(range(NODES), 2))),
    st.sampled_from(["same", "different"]),
)
def test_only_the_components_touched_change(pairs: list, weights: list, judged: tuple[int, int], verdict: str) -> None:
    left, right = (np.array([p[side] for p in pairs], np.int64) for side in (0, 1))
    edges = Edges(left, right, np.array(weights[: len(pairs)], np.float64))
    with TemporaryDirectory() as folder:
        ledger = Path(folder) / "decisions.jsonl"
        before = leaders(edges, ledger)
        made = judge(ledger, [Judgement(f"r{judged[0]}", f"r{judged[1]}", verdict, "clerk")], DAY)[0]  # type: ignore[arg-type]
        after = leaders(edges, ledger)
        undo(ledger, made.decision_id, "clerk", DAY)
        again = leaders(edges, ledger)
    part = components_of(NODES, left, right)
    elsewhere = ~np.isin(part, part[list(judged)])
    assert (before[elsewhere] == after[elsewhere]).all()
    assert (after[judged[0]] == after[judged[1]]) == (verdict == "same")
    assert (before == again).all()
