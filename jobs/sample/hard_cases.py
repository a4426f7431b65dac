"""Hard cases by count: people reserved for one each, so that every kind is met often enough to be measured (domain §4).

What is a fact about people (namesakes, one number for two, a name change, a second hukou …) is made true here and in the steps
that read `Reserved`; what is a fault on rows (a wrong but valid number, a parent's number on the child's row, masks) is left to
the deliveries, which find their people in the world's frame `cases`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import polars as pl

from jobs.errors import UserError
from jobs.sample.assembly import RESIDENT, Draft
from jobs.sample.people import ALONE, CHILD, GRAND, GROWN, HEAD, MATE, NONE, QUARTERS, WIFE
from jobs.sample.streams import Bools, Floats, Ints, stream
from jobs.sample.world import shape_frame

KINDS: dict[str, str] = {
    "twins": "two babies of one mother and day",
    "newborns": "born lately, with a provisional name until registered",
    "foreigners_new_passport": "foreigners whose passport was renewed while here",
    "hkmt_two_documents": "travel permit and residence permit of one person",
    "children_without_number": "children whose rows carry no number (fault)",
    "parent_number_on_child": "children whose rows carry a parent's number (fault)",
    "dead_active": "dead whose insurance or card goes on being used (fault)",
    "namesakes": "strangers of one name, sex and birth date",
    "shared_numbers": "one number, two persons of different names",
    "father_son": "one dwelling and phone, names one character apart",
    "spouses_one_phone": "husband and wife with one phone",
    "second_hukou": "two active hukou in different townships",
    "two_numbers": "a second number, or one corrected by the police",
    "name_changes": "legal name changed during the history",
    "rare_characters": "a character outside GB 2312 or GBK in the name",
    "dotted_names": "names with a middle dot",
    "wrong_valid_number": "rows with a wrong but valid number (fault)",
    "masked": "rows with masked name or number (fault)",
}
"""Every kind of hard case, in the order in which people are reserved (the scarce first)."""


@dataclass
class Reserved:
    """People by kind of case: arrays of shape (cases, people in a case), with the people's parts in the case."""

    people: dict[str, Ints] = field(default_factory=dict)
    parts: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def of(self, case: str) -> Ints:
        """People of a case, (cases, people in a case); empty if none was asked for."""
        return self.people.get(case, np.zeros((0, 2), dtype=np.int32))

    def marked(self, count: int, besides: str = "") -> Bools:
        """Which of `count` people are in any case but `besides`."""
        marked = np.zeros(count, dtype=bool)
        for case, people in self.people.items():
            if case != besides:
                marked[people] = True
        return marked

    def frame(self) -> pl.DataFrame:
        """The world's frame `cases`."""
        columns: dict[str, list[object]] = {"case": [], "case_id": [], "person_id": [], "note": []}
        for case, people in self.people.items():
            for position, part in enumerate(self.parts[case]):
                columns["case"] += [case] * len(people)
                columns["case_id"] += range(len(people))
                columns["person_id"] += people[:, position].tolist()
                columns["note"] += [part] * len(people)
        return shape_frame("cases", dict(columns))


def check_cases(cases: dict[str, int]) -> None:
    """Stop at a kind of case that does not exist."""
    unknown = sorted(set(cases) - set(KINDS))
    if unknown:
        raise UserError(f"There is no hard case called {unknown[0]}.", f"Choose among: {', '.join(KINDS)}.")


def reserve(draft: Draft) -> Reserved:
    """Reserve people for all cases asked for; nobody is in two. Birth dates of namesakes and of shared numbers are made equal."""
    return _Picker(draft).run()


class _Picker:
    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.rng = stream(draft.plan.seed, "hard cases")
        self.used = np.zeros(len(draft), dtype=bool)
        self.found = Reserved()
        home = draft.block.household
        here = np.isin(draft.role[home], [RESIDENT]) & (draft.group >= 0) & (draft.death == NONE) & (draft.kind == 0)
        self.here: Bools = here
        self.age: Floats = draft.age()

    def run(self) -> Reserved:
        for case in KINDS:
            asked = self.draft.plan.asked(case)
            if asked > 0:
                getattr(self, f"_{case}")(case, asked)
        return self.found

    def _keep(self, case: str, asked: int, people: Ints, parts: tuple[str, ...]) -> None:
        people = people[~self.used[people].any(axis=1)]
        if len(people) < asked:
            raise UserError(
                f"{asked} cases of {case} were asked for, but this district has people for only {len(people)}.",
                "Ask for fewer, or for more residents.",
            )
        chosen = people[np.sort(self.rng.permutation(len(people))[:asked])]
        self.used[chosen] = True
        self.found.people[case], self.found.parts[case] = chosen.astype(np.int32), parts

    def _single(self, case: str, asked: int, eligible: Bools) -> None:
        self._keep(case, asked, np.flatnonzero(eligible & ~self.used)[:, None].astype(np.int32), ("self",))

    def _twins(self, case: str, asked: int) -> None:
        block = self.draft.block
        first, second = np.flatnonzero((block.twin == 1) & self.here), np.flatnonzero((block.twin == 2) & self.here)
        second_of = np.full(len(self.draft), -1, dtype=np.int32)
        second_of[block.mother[second]] = second
        pairs = np.stack([first, second_of[block.mother[first]]], axis=1)
        self._keep(case, asked, pairs[pairs[:, 1] >= 0], ("first", "second"))

    def _newborns(self, case: str, asked: int) -> None:
        block = self.draft.block
        babies = np.flatnonzero(self.here & ~self.used & (self.age < 3) & (block.mother >= 0) & (block.twin == 0))
        youngest = babies[np.argsort(-block.birth[babies], kind="stable")][: max(asked, 1)]
        pairs = np.stack([youngest, block.mother[youngest]], axis=1).astype(np.int32)
        self._keep(case, asked, pairs[~self.used[pairs[:, 1]]], ("child", "mother"))

    def _foreigners_new_passport(self, case: str, asked: int) -> None:
        self._single(case, asked, self.draft.kind == 4)

    def _hkmt_two_documents(self, case: str, asked: int) -> None:
        self._single(case, asked, (self.draft.kind > 0) & (self.draft.kind < 4))

    def _children(self, under: float) -> Bools:
        block = self.draft.block
        children: Bools = self.here & (block.position == CHILD) & (self.age < under) & (block.mother >= 0) & (block.twin == 0)
        return children

    def _children_without_number(self, case: str, asked: int) -> None:
        self._single(case, asked, self._children(14))

    def _parent_number_on_child(self, case: str, asked: int) -> None:
        children = np.flatnonzero(self._children(16) & ~self.used)
        pairs = np.stack([children, self.draft.block.mother[children]], axis=1).astype(np.int32)
        _, first = np.unique(pairs[:, 1], return_index=True)
        self._keep(case, asked, pairs[np.sort(first)], ("child", "mother"))

    def _dead_active(self, case: str, asked: int) -> None:
        dead = np.flatnonzero((self.draft.group == -2) & ~self.used)
        latest = dead[np.argsort(-self.draft.death[dead], kind="stable")][:asked]
        self._keep(case, asked, latest[:, None].astype(np.int32), ("self",))

    def _strangers(self, case: str, asked: int) -> None:
        """Pairs of one sex born days apart in different households; the second gets the first's birth date."""
        block = self.draft.block
        childless = np.isin(block.position, [ALONE, QUARTERS, MATE, WIFE]) & (self.age > 20) & (self.age < 76)
        rows = np.flatnonzero(self.here & childless & ~self.used)
        rows = rows[np.lexsort((block.birth[rows], block.sex[rows]))]
        pairs = rows[: len(rows) // 2 * 2].reshape(-1, 2)
        a, b = pairs[:, 0], pairs[:, 1]
        fits = (np.abs(block.birth[a] - block.birth[b]) < 200) & (block.household[a] != block.household[b])
        self._keep(case, asked, pairs[fits & (block.sex[a] == block.sex[b])].astype(np.int32), ("a", "b"))
        chosen = self.found.people[case]
        block.birth[chosen[:, 1]] = block.birth[chosen[:, 0]]

    _namesakes = _shared_numbers = _strangers

    def _father_son(self, case: str, asked: int) -> None:
        block = self.draft.block
        sons = np.flatnonzero(self.here & (block.sex == 1) & (block.father >= 0) & (self.age > 5) & (block.twin == 0))
        fathers = block.father[sons]
        together = (
            (block.household[sons] == block.household[fathers])
            & self.here[fathers]
            & np.isin(block.position[sons], [CHILD, GROWN])
        )
        pairs = np.stack([fathers, sons], axis=1)[together].astype(np.int32)
        _, first = np.unique(pairs[:, 0], return_index=True)
        self._keep(case, asked, pairs[np.sort(first)], ("father", "son"))

    def _spouses_one_phone(self, case: str, asked: int) -> None:
        block = self.draft.block
        husbands = np.flatnonzero(self.here & (block.sex == 1) & (block.spouse >= 0))
        pairs = np.stack([husbands, block.spouse[husbands]], axis=1).astype(np.int32)
        same = block.household[pairs[:, 0]] == block.household[pairs[:, 1]]
        self._keep(case, asked, pairs[same & self.here[pairs[:, 1]]], ("husband", "wife"))

    def _second_hukou(self, case: str, asked: int) -> None:
        local = np.isin(self.draft.nature[self.draft.block.household], [0, 1])
        self._single(
            case, asked, self.here & local & np.isin(self.draft.block.position, [HEAD, GROWN, ALONE, GRAND]) & (self.age > 24)
        )

    def _adults(self, case: str, asked: int) -> None:
        self._single(case, asked, self.here & (self.age > 19) & (self.age < 80))

    _two_numbers = _name_changes = _wrong_valid_number = _masked = _adults

    def _without_children(self, case: str, asked: int) -> None:
        childless = np.isin(self.draft.block.position, [ALONE, QUARTERS, MATE, WIFE, CHILD])
        self._single(case, asked, self.here & childless & (self.draft.block.twin == 0))

    _rare_characters = _dotted_names = _without_children
