"""From scored pairs to clusters: connected components, then constrained average linkage inside each contested one.

A cluster is a function of its component alone: the result depends neither on the order of rows nor on what else is in
the data, so a night that touches only some components equals a full rebuild. Nodes are named by unique ids; all arrays
of nodes hold positions into them. Weights are match weights in log2.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from jobs.linkage.assignment import one_to_one
from jobs.linkage.graphs import (
    NO_PAIRS,
    Clusters,
    Edges,
    Floats,
    Ints,
    all_pairs,
    among,
    components_of,
    contract,
    grouped,
    leaders,
    once,
    one_value,
    rank_ids,
    smallest,
    sum_parallel,
)
from jobs.linkage.refinement import Component, refine

__all__ = ["Clusters", "Edges", "Rules", "cluster_pairs"]

Score = Callable[[Ints, Ints], Floats]
"""Match weights of pairs of positions; called once with every pair inside a component that no pass produced."""


@dataclass(frozen=True)
class Rules:
    """What clusters must obey.

    `must` pairs are contracted first and beat every other rule; `cannot` pairs never share a cluster. Each array of
    `differ` gives every node a code (-1 for none): no cluster holds two different codes. No cluster holds two nodes
    with the same code in `alone` (tables known to be free of duplicates). A node drawn to two clusters that exclude
    each other, with averages less than `margin` apart, joins neither. In components above `cap` nodes, pairs that no
    pass produced are not scored; the component is reported.
    """

    must: Ints = field(default_factory=lambda: NO_PAIRS)
    cannot: Ints = field(default_factory=lambda: NO_PAIRS)
    differ: tuple[Ints, ...] = ()
    alone: Ints | None = None
    margin: float = 0.0
    cap: int = 200

    @property
    def pairs_two_tables(self) -> bool:
        """Whether every node belongs to one of two duplicate-free tables and no further rule binds."""
        free = not len(self.must) and not len(self.cannot) and not self.differ
        return free and self.alone is not None and len(np.unique(self.alone)) == 2 and bool((self.alone >= 0).all())


def cluster_pairs(
    ids: npt.ArrayLike | pa.Array, edges: Edges, cut: float, rules: Rules | None = None, score: Score | None = None
) -> Clusters:
    """Cluster nodes whose average match weight reaches `cut`, under the rules.

    `ids` must be unique. With `score`, pairs inside a component that no pass produced are scored too; without it they
    are uninformative: averages go over known pairs only. Two tables that are each free of duplicates get the assignment
    of the largest total weight instead (jobs/linkage/assignment.py).
    """
    rules = rules or Rules()
    if rules.pairs_two_tables and rules.alone is not None:
        return one_to_one(ids, edges, cut, rules.alone == rules.alone.max())
    order, rank = rank_ids(ids)
    graph = _Graph.build(rank, edges, rules)
    component = graph.components(cut)
    if score is not None:
        graph = graph.with_missing(component, order, score, rules.cap)
    leader, undecided, refined = _solve(graph, component, cut, rules)
    sizes = np.bincount(component)
    return Clusters(
        leader=leaders(order, rank, graph.super_of[leader[graph.contracted]]),
        refined=refined,
        oversize=tuple(sorted((int(s) for s in sizes[sizes > rules.cap]), reverse=True)),
        undecided=order[graph.super_of[undecided]] if len(undecided) else NO_PAIRS,
        contradictions=graph.contradictions,
    )


@dataclass(frozen=True)
class _Graph:
    """Nodes in id order, must-linked ones contracted; `contracted[rank]` is the super node, `super_of` its smallest rank."""

    contracted: Ints
    super_of: Ints
    low: Ints
    high: Ints
    total: Floats
    count: Ints
    cannot: Ints
    differ: tuple[Ints, ...]
    alone: Ints | None  # code by rank, not by super node: one super node may hold several
    contradictions: int

    @classmethod
    def build(cls, rank: Ints, edges: Edges, rules: Rules) -> _Graph:
        """Map everything to ranks, contract, sum parallel edges."""
        n = len(rank)
        must = rank[np.asarray(rules.must, np.int64).reshape(-1, 2)]
        contracted, super_of = contract(n, must)
        low, high, weight = once(rank[edges.left], rank[edges.right], np.asarray(edges.weight, np.float64))
        low, high, total, count = sum_parallel(contracted[low], contracted[high], weight)
        cannot = contracted[rank[np.asarray(rules.cannot, np.int64).reshape(-1, 2)]]
        inside = cannot[:, 0] == cannot[:, 1]
        differ, clashes = [], int(inside.sum())
        for codes in rules.differ:
            by_rank = np.full(n, -1, np.int64)
            by_rank[rank] = codes
            values, more = one_value(contracted, len(super_of), by_rank)
            differ.append(values)
            clashes += more
        alone = None
        if rules.alone is not None:
            alone = np.full(n, -1, np.int64)
            alone[rank] = rules.alone
        cannot = np.unique(np.sort(cannot[~inside], axis=1), axis=0) if len(cannot) else NO_PAIRS
        return cls(contracted, super_of, low, high, total, count, cannot, tuple(differ), alone, clashes)

    @property
    def size(self) -> int:
        """Number of super nodes."""
        return len(self.super_of)

    def components(self, cut: float) -> Ints:
        """Component of each super node over pairs that reach the cut and are not forbidden."""
        keep = (self.total / self.count >= cut) & ~among(self.low, self.high, self.cannot, self.size)
        for codes in self.differ:
            a, b = codes[self.low], codes[self.high]
            keep &= (a < 0) | (b < 0) | (a == b)
        return components_of(self.size, self.low[keep], self.high[keep])

    def with_missing(self, component: Ints, order: Ints, score: Score, cap: int) -> _Graph:
        """Add the pairs inside components of three to `cap` super nodes that no pass produced."""
        low, high = all_pairs(component, cap)
        fresh = ~among(low, high, np.column_stack([self.low, self.high]), self.size)
        fresh &= ~among(low, high, self.cannot, self.size)
        low, high = low[fresh], high[fresh]
        if not len(low):
            return self
        weight = np.asarray(score(order[self.super_of[low]], order[self.super_of[high]]), np.float64)
        return _Graph(
            self.contracted, self.super_of, np.concatenate([self.low, low]), np.concatenate([self.high, high]),
            np.concatenate([self.total, weight]), np.concatenate([self.count, np.ones(len(low), np.int64)]),
            self.cannot, self.differ, self.alone, self.contradictions,
        )  # fmt: skip


def _solve(graph: _Graph, component: Ints, cut: float, rules: Rules) -> tuple[Ints, Ints, int]:
    """Leader of each super node; uncontested components are clusters as they stand."""
    leader = smallest(component, graph.size)[component]
    contested = _contested(graph, component, cut)
    undecided: list[tuple[int, int]] = []
    parts = _Parts(graph, component, contested)
    for part in parts:
        labels, apart = refine(part, cut, rules.margin)
        leader[part.nodes] = labels
        undecided += apart
    return leader, np.array(sorted(undecided), np.int64).reshape(-1, 2), len(contested)


def _contested(graph: _Graph, component: Ints, cut: float) -> Ints:
    """Components holding a weak pair, a forbidden pair, two codes that must differ or two nodes that must stand alone."""
    found = []
    inside = component[graph.low] == component[graph.high]
    weak = inside & (graph.total / np.maximum(graph.count, 1) < cut)
    found.append(component[graph.low[weak]])
    both = component[graph.cannot[:, 0]] == component[graph.cannot[:, 1]]
    found.append(component[graph.cannot[both, 0]])
    for codes in graph.differ:
        known = np.flatnonzero(codes >= 0)
        seen = np.unique(np.column_stack([component[known], codes[known]]), axis=0)[:, 0]
        found.append(seen[1:][seen[1:] == seen[:-1]])
    if graph.alone is not None:
        known = np.flatnonzero(graph.alone >= 0)
        pairs, often = np.unique(
            np.column_stack([component[graph.contracted[known]], graph.alone[known]]), axis=0, return_counts=True
        )
        found.append(pairs[often > 1, 0])
    return np.unique(np.concatenate(found))


class _Parts:
    """Contested components one by one, each with its own pairs and codes."""

    def __init__(self, graph: _Graph, component: Ints, contested: Ints) -> None:
        self.graph, self.contested = graph, contested
        self.nodes = grouped(component, contested)
        inside = component[graph.low] == component[graph.high]
        self.pairs = grouped(np.where(inside, component[graph.low], -1), contested)
        both = component[graph.cannot[:, 0]] == component[graph.cannot[:, 1]]
        self.bans = grouped(np.where(both, component[graph.cannot[:, 0]], -1), contested)
        self.held: dict[int, list[int]] = {}
        if graph.alone is not None:
            for rank in np.flatnonzero((graph.alone >= 0) & np.isin(component[graph.contracted], contested)):
                self.held.setdefault(int(graph.contracted[rank]), []).append(int(graph.alone[rank]))

    def __iter__(self) -> Any:
        g = self.graph
        for at in range(len(self.contested)):
            nodes, pairs = self.nodes[at], self.pairs[at]
            yield Component(
                nodes=nodes,
                low=g.low[pairs], high=g.high[pairs], total=g.total[pairs], count=g.count[pairs],
                cannot=g.cannot[self.bans[at]],
                differ=[{int(n): int(c[n]) for n in nodes if c[n] >= 0} for c in g.differ],
                alone={int(n): self.held[int(n)] for n in nodes if int(n) in self.held},
            )  # fmt: skip
