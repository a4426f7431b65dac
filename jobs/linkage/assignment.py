"""One-to-one linking of two tables that are each known to be free of duplicates.

Inside each connected component the assignment with the largest total weight above the cut is chosen; ties fall to the
smaller ids, so the result does not depend on the order of rows.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from scipy.optimize import linear_sum_assignment

from jobs.linkage.graphs import NO_PAIRS, Clusters, Edges, Floats, Ints, components_of, leaders, rank_ids

LARGEST = 2_000
"""Nodes of a side up to which the optimum is sought; larger components take the heaviest pairs first and are reported."""


def one_to_one(ids: npt.ArrayLike | pa.Array, edges: Edges, cut: float, second: npt.NDArray[np.bool_]) -> Clusters:
    """Clusters of at most one node of each table; `second` marks the nodes of the second table.

    Pairs inside one table are ignored. `ids` must be unique over both tables.
    """
    order, rank = rank_ids(ids)
    side = np.empty(len(rank), bool)
    side[rank] = second
    low, high, weight = _across(rank[edges.left], rank[edges.right], edges.weight, side)
    keep = weight >= cut
    low, high, weight = low[keep], high[keep], weight[keep]
    component = components_of(len(rank), low, high)
    chosen, oversize, hard = _choose(low, high, weight - cut, component)
    leader = np.arange(len(rank))
    first, last = np.minimum(low[chosen], high[chosen]), np.maximum(low[chosen], high[chosen])
    leader[last] = first
    return Clusters(leaders(order, rank, leader), hard, oversize, NO_PAIRS, 0)


def _across(a: Ints, b: Ints, weight: Floats, side: npt.NDArray[np.bool_]) -> tuple[Ints, Ints, Floats]:
    """Pairs from the first table to the second, each once with its largest weight."""
    keep = side[a] != side[b]
    a, b, weight = a[keep], b[keep], np.asarray(weight, np.float64)[keep]
    one, two = np.where(side[a], b, a), np.where(side[a], a, b)
    order = np.lexsort((-weight, two, one))
    one, two, weight = one[order], two[order], weight[order]
    first = np.ones(len(one), bool)
    first[1:] = (one[1:] != one[:-1]) | (two[1:] != two[:-1])
    return one[first], two[first], weight[first]


def _choose(one: Ints, two: Ints, gain: Floats, component: Ints) -> tuple[Ints, tuple[int, ...], int]:
    """Positions of the chosen pairs, sizes of components above the limit, number of components with a choice to make."""
    if not len(one):
        return np.empty(0, np.int64), (), 0
    of = component[one]
    order = np.argsort(of, kind="stable")
    start = np.flatnonzero(np.concatenate([[True], of[order][1:] != of[order][:-1]]))
    groups = np.split(order, start[1:])
    chosen, oversize, hard = [], [], 0
    for pairs in groups:
        if len(pairs) == 1:
            chosen.append(pairs)
            continue
        hard += 1
        rows, columns = np.unique(one[pairs]), np.unique(two[pairs])
        if max(len(rows), len(columns)) > LARGEST:
            oversize.append(len(rows) + len(columns))
            chosen.append(_heaviest_first(one, two, gain, pairs))
        else:
            chosen.append(_optimum(one, two, gain, (pairs, rows, columns)))
    return np.concatenate(chosen), tuple(sorted(oversize, reverse=True)), hard


def _optimum(one: Ints, two: Ints, gain: Floats, part: tuple[Ints, Ints, Ints]) -> Ints:
    pairs, rows, columns = part
    at = np.searchsorted(rows, one[pairs]), np.searchsorted(columns, two[pairs])
    value = np.zeros((len(rows), len(columns)))
    where = np.full(value.shape, -1, np.int64)
    value[at] = gain[pairs] + 1e-6  # a pair exactly at the cut is better than none
    where[at] = pairs
    picked = where[linear_sum_assignment(value, maximize=True)]
    return picked[picked >= 0]


def _heaviest_first(one: Ints, two: Ints, gain: Floats, pairs: Ints) -> Ints:
    used: set[int] = set()
    picked = []
    for pair in pairs[np.lexsort((two[pairs], one[pairs], -gain[pairs]))]:
        nodes = {int(one[pair]), int(two[pair])}
        if used.isdisjoint(nodes):
            used |= nodes
            picked.append(int(pair))
    return np.array(picked, np.int64)
