"""Average linkage inside one contested component, under hard constraints.

The pair of clusters with the highest average weight merges first, ties by the smaller ids; sums are kept per pair of
clusters, so a component of n pairs costs about n log n steps. Nothing outside the component is looked at.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Component:
    """One component: its nodes ascending, the sum and number of weights behind each pair, and what it must obey."""

    nodes: Ints
    low: Ints
    high: Ints
    total: npt.NDArray[np.float64]
    count: Ints
    cannot: Ints
    differ: list[dict[int, int]] = field(default_factory=list)  # node → code; a cluster holds at most one code
    alone: dict[int, list[int]] = field(default_factory=dict)  # node → codes that a cluster holds at most once


def refine(part: Component, cut: float, margin: float = 0.0) -> tuple[Ints, list[tuple[int, int]]]:
    """(smallest node of each node's cluster, pairs left apart because a rival was as near)."""
    state = _State(part, cut)
    undecided: list[tuple[int, int]] = []
    while pair := state.next_pair():
        low, high = pair
        if margin > 0 and state.has_rival(low, high, margin):
            undecided.append(pair)
        else:
            state.merge(low, high)
    return np.array([state.find(int(n)) for n in part.nodes], np.int64), undecided


class _State:
    """The clusters so far, each named by its smallest node."""

    def __init__(self, part: Component, cut: float) -> None:
        self.cut = cut
        self.parent = {int(n): int(n) for n in part.nodes}
        self.near: dict[int, dict[int, tuple[float, int]]] = {n: {} for n in self.parent}
        self.ban: dict[int, set[int]] = {n: set() for n in self.parent}
        self.differ = [dict(codes) for codes in part.differ]
        self.alone = {n: set(codes) for n, codes in part.alone.items()}
        self.heap: list[tuple[float, int, int]] = []
        for a, b in part.cannot.tolist():
            self.ban[a].add(b)
            self.ban[b].add(a)
        for a, b, total, count in zip(*(x.tolist() for x in (part.low, part.high, part.total, part.count)), strict=True):
            self._join(a, b, total, count)
        heapq.heapify(self.heap)

    def find(self, node: int) -> int:
        """The cluster of a node."""
        while self.parent[node] != node:
            self.parent[node] = self.parent[self.parent[node]]
            node = self.parent[node]
        return node

    def average(self, a: int, b: int) -> float:
        """Average weight between two clusters, rounded so that ties are ties."""
        total, count = self.near[a][b]
        return round(total / count, 9)

    def forbidden(self, a: int, b: int) -> bool:
        """Whether a rule keeps the two clusters apart."""
        if b in self.ban[a]:
            return True
        if any(a in codes and b in codes and codes[a] != codes[b] for codes in self.differ):
            return True
        return not self.alone.get(a, set()).isdisjoint(self.alone.get(b, ()))

    def next_pair(self) -> tuple[int, int] | None:
        """The best allowed pair that is still true, or None."""
        while self.heap:
            weight, low, high = heapq.heappop(self.heap)
            alive = self.parent[low] == low and self.parent[high] == high
            if alive and high in self.near[low] and -weight == self.average(low, high) and not self.forbidden(low, high):
                return low, high
        return None

    def has_rival(self, low: int, high: int, margin: float) -> bool:
        """Whether one of the two is drawn about as strongly to a cluster that excludes the other."""
        floor = max(self.average(low, high) - margin, self.cut)
        for one, other in ((low, high), (high, low)):
            for third in self.near[one]:
                if third == other or self.average(one, third) < floor:
                    continue
                if self.forbidden(third, other) and not self.forbidden(one, third):
                    return True
        return False

    def merge(self, low: int, high: int) -> None:
        """Put `high` into `low`."""
        self.parent[high] = low
        for other, (total, count) in self.near.pop(high).items():
            del self.near[other][high]
            if other != low:
                self._join(low, other, total, count, push=True)
        for other in self.ban.pop(high):
            self.ban[other].discard(high)
            self.ban[other].add(low)
            self.ban[low].add(other)
        for codes in self.differ:
            if high in codes:
                codes.setdefault(low, codes.pop(high))
        if high in self.alone:
            self.alone.setdefault(low, set()).update(self.alone.pop(high))

    def _join(self, a: int, b: int, total: float, count: int, push: bool = False) -> None:
        old_total, old_count = self.near[a].get(b, (0.0, 0))
        self.near[a][b] = self.near[b][a] = (old_total + total, old_count + count)
        weight = self.average(a, b)
        if weight >= self.cut:
            entry = (-weight, min(a, b), max(a, b))
            if push:
                heapq.heappush(self.heap, entry)
            else:
                self.heap.append(entry)
