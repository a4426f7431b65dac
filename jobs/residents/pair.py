"""Why two ids are one person, or why not: everything known between them on one night, personal values masked.

Either id is a resident's (all its profiles are meant) or a record's (its own profile is). Profiles of the first side are
lettered A, B …, those of the second go on from there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from jobs.residents import masked
from jobs.residents.story import chain, comparisons, holds, letters_of

if TYPE_CHECKING:
    import polars as pl

    from jobs.linkage.decisions import Decision
    from jobs.residents.finder import Finder

Rows = list[dict[str, Any]]
SHOWN = 5
"""Links told, heaviest first."""


def pair_story(find: Finder, one: Rows, two: Rows, ledger: Sequence[Decision]) -> dict[str, Any]:
    """What stands between two sides, each given as rows of RESIDENT_RECORDS.

    `ledger`: decisions in force. Where the night kept no link between them, they are compared now (`scored_now`).
    """
    homes = [one[0]["resident_id"], two[0]["resident_id"]]
    mine, theirs = sorted({r["profile_id"] for r in one}), sorted({r["profile_id"] for r in two} - {r["profile_id"] for r in one})
    letters = letters_of([*mine, *theirs])
    links = _between(find, set(mine), set(theirs))
    scored_now = not links and bool(theirs)
    if scored_now:
        links = _compared_now(find, mine, theirs)
    ordered = sorted(links, key=lambda e: (-e["weight"], e["profile_l"], e["profile_r"]))
    together = homes[0] == homes[1]
    return {
        "one_person": together,
        "same_profile": not theirs,
        "sides": [_side(find, rows, letters) for rows in (one, two)],
        "scored_now": scored_now,
        "links": [_link(e, letters) for e in ordered[:SHOWN]],
        "links_in_all": len(ordered),
        "path": _path(find, homes[0], mine[0], theirs[0], letters) if together and theirs else [],
        "apart": _apart(find, one, two) if not together else [],
        "provisional": _provisional(find, homes) if not together else None,
        "decisions": _decisions(ledger, one, two),
    }


def strongest_between(find: Finder, one: Rows, two: Rows) -> dict[str, Any] | None:
    """The heaviest link (columns of LINKS) between two sides, compared now where the night kept none; None within a profile."""
    mine = {r["profile_id"] for r in one}
    theirs = {r["profile_id"] for r in two} - mine
    links = _between(find, mine, theirs) or (_compared_now(find, sorted(mine), sorted(theirs)) if theirs else [])
    return min(links, key=lambda e: (-e["weight"], e["profile_l"], e["profile_r"]), default=None)


def _between(find: Finder, mine: set[str], theirs: set[str]) -> Rows:
    both = [*find("links", "profile_l", mine), *find("links", "profile_r", mine)]
    return [
        e
        for e in both
        if (e["profile_l"] in mine and e["profile_r"] in theirs) or (e["profile_r"] in mine and e["profile_l"] in theirs)
    ]


def _compared_now(find: Finder, mine: Sequence[str], theirs: Sequence[str]) -> Rows:
    """Pairs that no night kept a link for; none where the night has no profiles."""
    from jobs.profiles.compare_now import compare, near

    left, right = _some(find, "profiles", "profile_id", mine), _some(find, "profiles", "profile_id", theirs)
    if not len(left) or not len(right):
        return []
    import polars as pl

    files = find.context.files("profiles")
    return compare(left, right, near(files, pl.concat([left, right])))[:SHOWN]


def _link(row: dict[str, Any], letters: dict[str, str]) -> dict[str, Any]:
    ends = sorted((row["profile_l"], row["profile_r"]), key=lambda p: list(letters).index(p))
    plain = {k: row[k] for k in ("weight", "probability", "grade", "block", "veto", "likely", "model_version")}
    records = {"record_l": ends[0], "record_r": ends[1]}
    return {"between": [letters[p] for p in ends], **records, **plain, "comparisons": comparisons(row["levels"])}


def _side(find: Finder, rows: Rows, letters: dict[str, str]) -> dict[str, Any]:
    resident = find("residents", "resident_id", [rows[0]["resident_id"]])[0]
    return {
        "resident_id": resident["resident_id"], "name": masked.name(resident["name"]),
        "id_number": masked.number(resident["id_number"]), "birth_date": masked.birth(resident["birth_date"]),
        "sex": resident["sex"], "records": resident["records"], "departments": resident["departments"],
        "not_counted": resident["not_counted"], "profiles": sorted({letters[r["profile_id"]] for r in rows}),
    }  # fmt: skip


def _path(find: Finder, resident: str, start: str, goal: str, letters: dict[str, str]) -> Rows:
    """The links of one resident that lead from one of its profiles to another; empty where relatives or people joined them."""
    profiles = {r["profile_id"] for r in find("resident_records", "resident_id", [resident])}
    known = [e for e in find("links", "profile_l", profiles) if e["profile_r"] in profiles]
    held = chain([e for e in known if holds(e)])
    came: dict[str, tuple[str, dict[str, Any]] | None] = {start: None}
    edge = [start]
    while edge and goal not in came:
        at = edge.pop(0)
        for link in held:
            if at in (link["profile_l"], link["profile_r"]):
                other = link["profile_r"] if link["profile_l"] == at else link["profile_l"]
                if other not in came:
                    came[other] = (at, link)
                    edge.append(other)
    steps: Rows = []
    at = goal
    while (step := came.get(at)) is not None:
        steps.insert(0, step[1])
        at = step[0]
    names = {**{p: "·" for e in steps for p in (e["profile_l"], e["profile_r"])}, **letters}
    return [_link(e, names) for e in steps]


def _apart(find: Finder, one: Rows, two: Rows) -> list[str]:
    """Why the two sides' residents are two persons, by registers, rows, births and numbers."""
    import polars as pl

    from jobs.residents.apart import reasons_apart

    rows = find("resident_records", "resident_id", {one[0]["resident_id"], two[0]["resident_id"]})
    side = pl.DataFrame([{"record_id": r["record_id"], "profile_id": r["profile_id"], "side": r["resident_id"]} for r in rows])
    profiles = _some(find, "profiles", "profile_id", side["profile_id"].unique().to_list())
    records = _some(find, "records", "record_id", side["record_id"].to_list())
    ties = _some(find, "ties", "from_record", side["record_id"].to_list())
    return reasons_apart(profiles, records, ties, side)["why"].to_list()


def _some(find: Finder, name: str, column: str, values: Sequence[str]) -> pl.DataFrame:
    import pyarrow as pa
    import pyarrow.dataset as ds

    return find.frame(name, where=ds.field(column).isin(pa.array(sorted(values), pa.string())))


def _provisional(find: Finder, homes: Sequence[str]) -> dict[str, Any] | None:
    """Which of the two is in no count because it probably is the other."""
    for row in find("residents", "resident_id", homes):
        if row["provisional_of"] in homes:
            return {k: row[k] for k in ("resident_id", "provisional_of", "provisional_probability")}
    return None


def _decisions(ledger: Sequence[Decision], one: Rows, two: Rows) -> Rows:
    mine, theirs = ({r["record_id"] for r in rows} for rows in (one, two))
    told = []
    for d in ledger:
        left, right = d.pair
        if (left in mine and right in theirs) or (left in theirs and right in mine):
            told.append({"decision_id": d.decision_id, "verdict": d.verdict, "by": d.by, "on": d.on})
    return told
