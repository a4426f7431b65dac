"""Arrays of nodes and pairs: order of ids, connected components, contraction, groups. All results are in a fixed order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
NO_PAIRS: Ints = np.empty((0, 2), np.int64)


@dataclass(frozen=True)
class Edges:
    """Scored pairs by position. Pairs below the cut are evidence against; a pair given twice counts with its largest weight."""

    left: Ints
    right: Ints
    weight: Floats


@dataclass(frozen=True)
class Clusters:
    """The result. `leader[i]` is the position of the smallest id in the cluster of node i."""

    leader: Ints
    refined: int  # components that needed refinement
    oversize: tuple[int, ...]  # sizes of components above the cap, largest first
    undecided: Ints  # pairs left apart because a rival was as near
    contradictions: int  # must pairs that another rule forbids: the human judgement won


def contract(n: int, must: Ints) -> tuple[Ints, Ints]:
    """Number the groups that must-links join, in order of their smallest node: (group of node, smallest node of group)."""
    group = components_of(n, must[:, 0], must[:, 1])
    first = smallest(group, int(group.max(initial=-1)) + 1)
    place = np.empty(len(first), np.int64)
    place[np.argsort(first, kind="stable")] = np.arange(len(first))
    return place[group], np.sort(first)


def leaders(order: Ints, rank: Ints, leader: Ints) -> Ints:
    """From leaders among ranks to leaders among positions."""
    return order[leader][rank]


def rank_ids(ids: npt.ArrayLike | pa.Array) -> tuple[Ints, Ints]:
    """(positions in id order, rank of each position); ids must be unique and not null."""
    values = ids if isinstance(ids, pa.Array | pa.ChunkedArray) else pa.array(ids)
    if values.null_count or pc.count_distinct(values).as_py() != len(values):
        raise ValueError("ids must be unique and not null")
    order = np.asarray(pc.sort_indices(values), np.int64)
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    return order, rank


def components_of(n: int, left: Ints, right: Ints) -> Ints:
    """Number of the connected component of each of n nodes."""
    if not n:
        return np.empty(0, np.int64)
    matrix = coo_matrix((np.ones(len(left), np.int8), (left, right)), shape=(n, n))
    return connected_components(matrix, directed=False)[1].astype(np.int64)


def smallest(group: Ints, groups: int) -> Ints:
    """Smallest node of each group."""
    first = np.full(groups, len(group), np.int64)
    np.minimum.at(first, group, np.arange(len(group)))
    return first


def once(left: Ints, right: Ints, weight: Floats) -> tuple[Ints, Ints, Floats]:
    """Each unordered pair once, with its largest weight; loops dropped."""
    low, high = np.minimum(left, right), np.maximum(left, right)
    order = np.lexsort((-weight, high, low))
    low, high, weight = low[order], high[order], weight[order]
    first = np.ones(len(low), bool)
    first[1:] = (low[1:] != low[:-1]) | (high[1:] != high[:-1])
    first &= low != high
    return low[first], high[first], weight[first]


def sum_parallel(left: Ints, right: Ints, weight: Floats) -> tuple[Ints, Ints, Floats, Ints]:
    """Sum and count of the weights between two super nodes, added up in a fixed order."""
    low, high = np.minimum(left, right), np.maximum(left, right)
    order = np.lexsort((weight, high, low))
    order = order[low[order] != high[order]]
    low, high, weight = low[order], high[order], weight[order]
    if not len(low):
        return low, high, weight, np.empty(0, np.int64)
    start = np.flatnonzero(np.concatenate([[True], (low[1:] != low[:-1]) | (high[1:] != high[:-1])]))
    count = np.diff(np.concatenate([start, [len(low)]]))
    return low[start], high[start], np.add.reduceat(weight, start), count.astype(np.int64)


def one_value(contracted: Ints, groups: int, codes: Ints) -> tuple[Ints, int]:
    """The code of each super node (its smallest), and how many hold two."""
    small, large = np.full(groups, np.iinfo(np.int64).max), np.full(groups, -1, np.int64)
    known = codes >= 0
    np.minimum.at(small, contracted[known], codes[known])
    np.maximum.at(large, contracted[known], codes[known])
    return np.where(large < 0, -1, small), int(((large >= 0) & (small != large)).sum())


def among(low: Ints, high: Ints, pairs: Ints, size: int) -> npt.NDArray[np.bool_]:
    """Which pairs (low < high) stand in the list of pairs."""
    return np.isin(low * size + high, pairs[:, 0] * size + pairs[:, 1])


def all_pairs(component: Ints, cap: int) -> tuple[Ints, Ints]:
    """Every pair inside components of three to `cap` nodes."""
    sizes = np.bincount(component)
    lows, highs = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    order = np.argsort(component, kind="stable")
    start = np.concatenate([[0], np.cumsum(sizes)])
    for size in np.unique(sizes[(sizes > 2) & (sizes <= cap)]):
        a, b = np.triu_indices(int(size), 1)
        base = start[np.flatnonzero(sizes == size)][:, None]
        lows.append(order[(base + a).ravel()])
        highs.append(order[(base + b).ravel()])
    return np.concatenate(lows), np.concatenate(highs)


def grouped(key: Ints, wanted: Ints) -> list[Ints]:
    """For each wanted key the positions that hold it, ascending."""
    order = np.argsort(key, kind="stable")
    start = np.searchsorted(key[order], wanted, "left")
    stop = np.searchsorted(key[order], wanted, "right")
    return [order[a:b] for a, b in zip(start, stop, strict=True)]
