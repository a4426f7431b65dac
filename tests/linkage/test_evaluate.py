"""The measures against literal tables, against a slow plain count, and a whole evaluation from hand-made files."""

from __future__ import annotations

import datetime as dt
from itertools import combinations
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from jobs import evaluate
from jobs.context import Context
from jobs.errors import UserError
from jobs.pool.nights import Night, Receipt
from jobs.quality import linkage
from jobs.quality.status import judge
from jobs.settings import Settings
from jobs.tables import RECORDS, RESIDENCE, RESIDENT_RECORDS, RESIDENTS, Table

DAY = dt.date(2026, 11, 22)


def said(rows: list[tuple[int, int]], **flags: list[bool]) -> pl.DataFrame:
    """(person, resident) of each record; a negative person is a test row."""
    people, residents = [p for p, _ in rows], [r for _, r in rows]
    return pl.DataFrame({"person": people, "resident": residents, "real": [p >= 0 for p in people], **flags})


@pytest.mark.parametrize(
    ("rows", "merged", "split", "two_homes", "exact"),
    [
        ([(1, 1), (1, 1), (2, 2)], set(), set(), set(), {1, 2}),
        ([(1, 1), (1, 1), (2, 1)], {1, 2}, set(), set(), set()),  # both live in resident 1
        ([(1, 1), (1, 2)], set(), {1}, {1}, set()),  # counted twice
        ([(1, 1), (1, 1), (1, 2), (2, 2), (2, 2)], set(), {1}, set(), set()),  # a stray record: nobody counted twice
        ([(1, 1), (-1, 1)], set(), set(), set(), set()),  # a test row spoils the resident
        ([(1, 1), (-1, 2)], set(), set(), set(), {1}),
        ([(1, 1), (1, 2), (2, 1), (2, 2)], {1, 2}, {1, 2}, {1}, set()),  # equal halves: the smaller code is home and owner
    ],
)
def test_persons(rows: list, merged: set, split: set, two_homes: set, exact: set) -> None:
    people = linkage.persons(linkage.cells(said(rows)))
    assert {name: set(people.filter(name)["person"]) for name in ("merged", "split", "two_homes", "exact")} == {
        "merged": merged, "split": split, "two_homes": two_homes, "exact": exact,
    }  # fmt: skip


def test_rates() -> None:
    figures = linkage.per_10000(linkage.persons(linkage.cells(said([(1, 1), (2, 1), (3, 3), (4, 4), (4, 5)]))))
    assert figures == {
        "persons": 4,
        "merged_per_10000": 5000,
        "split_per_10000": 2500,
        "two_homes_per_10000": 2500,
        "exact": 0.25,
    }


def test_nobody_has_no_rates() -> None:
    assert linkage.per_10000(linkage.persons(linkage.cells(said([(-1, 1)]))))["merged_per_10000"] is None


Mentions = st.lists(st.tuples(st.integers(-2, 5), st.integers(1, 5), st.booleans()), min_size=1, max_size=25)


@settings(max_examples=60, deadline=None)
@given(Mentions)
def test_b_cubed_and_pairs_agree_with_a_plain_count(rows: list[tuple[int, int, bool]]) -> None:
    table = linkage.cells(said([r[:2] for r in rows], mine=[r[2] for r in rows]), ["mine"])
    for stratum in (None, "mine"):
        inside = [stratum is None or r[2] for r in rows]
        real = [r for r, i in zip(rows, inside, strict=True) if i and r[0] >= 0]
        share = [
            (sum(o[:2] == r[:2] for o in rows), sum(o[1] == r[1] for o in rows), sum(o[0] == r[0] for o in rows)) for r in real
        ]
        b3 = linkage.b_cubed(table, stratum)
        assert b3["records"] == len(real)
        if real:
            assert b3["precision"] == pytest.approx(sum(n / r for n, r, _ in share) / len(real))
            assert b3["recall"] == pytest.approx(sum(n / p for n, _, p in share) / len(real))
        pairs = [(a, b) for (a, i), (b, j) in combinations(zip(rows, inside, strict=True), 2) if i or j]
        found, true = [a[1] == b[1] for a, b in pairs], [a[0] == b[0] for a, b in pairs]
        both = sum(f and t for f, t in zip(found, true, strict=True))
        figures = linkage.pairwise(table, stratum)
        assert figures["pairs"] == sum(true)
        assert figures["precision"] == (pytest.approx(both / sum(found)) if sum(found) else None)
        assert figures["recall"] == (pytest.approx(both / sum(true)) if sum(true) else None)


def test_records_without_a_number() -> None:
    rows = [(1, 1), (1, 1), (1, 2), (2, 2), (2, 1), (3, 3), (3, 4)]
    no_number = [False, True, True, False, True, True, True]
    figures = linkage.numberless(said(rows, no_number=no_number))
    # person 1: one of two found; person 2: its record sits with person 1; person 3 has no number at all
    assert (figures["sought"], figures["attached"], figures["records"]) == (3, 3, 5)
    assert figures["recall"] == pytest.approx(1 / 3) and figures["precision"] == pytest.approx(1 / 3)


def test_hard_cases() -> None:
    table = linkage.cells(said([(1, 1), (2, 1), (3, 3), (4, 4), (4, 5)]))
    cases = pl.DataFrame(
        {"case": ["twins", "twins", "twins", "twins", "twins"], "case_id": [1, 1, 2, 2, 3], "person": [1, 2, 3, 4, 99]}
    )
    found = linkage.hard_cases(cases, linkage.persons(table), table)
    assert found == [{"case": "twins", "cases": 2, "merged": 1, "split": 1}]


def test_status_is_judged_as_lives_not_evidence() -> None:
    codes = [("41", "42"), ("91", "92"), ("51", "52"), ("23", "23"), ("23", "61"), ("11", "12")]
    truth = pl.DataFrame(
        {"person_id": range(7), "status_code": [t for t, _ in codes] + ["11"], "counts_usual": [False] * 3 + [True] * 4}
    )
    homes = pl.DataFrame({"person": range(6), "resident_id": [f"R{i}" for i in range(6)]})
    residence = pl.DataFrame(
        {
            "resident_id": [f"R{i}" for i in range(6)],
            "status_code": [s for _, s in codes],
            "counts_usual": [False] * 3 + [True, False, True],
        }
    )
    figures = judge(residence, homes, truth)
    assert figures["accuracy"] == pytest.approx(4 / 6) and figures["persons_without_records"] == 1
    assert (figures["usual_residents"], figures["usual_residents_true"]) == (2, 4)
    assert (figures["wrongly_included"], figures["wrongly_excluded"]) == (0, 1 / 4)
    assert figures["macro_f1"] == pytest.approx((1 + 1 + 1 + 2 / 3 + 0) / 5)  # 41 91 51 whole, one of two 23, no 11
    assert figures["confusion"] == [{"true": "11", "said": "12", "persons": 1}, {"true": "23", "said": "61", "persons": 1}]


def test_cases_to_verify_are_judged_beside_that_by_what_they_claim() -> None:
    told = [("23", "61", True, True), ("53", "61", True, False), ("53", "62", False, False), ("23", "62", False, True)]
    told += [("23", "53", True, True), ("11", "11", False, True)]  # no other code is judged by its count
    people = [f"R{i}" for i in range(len(told))]
    truth = pl.DataFrame({"person_id": range(6), "status_code": [t[0] for t in told], "counts_usual": [t[3] for t in told]})
    residence = pl.DataFrame({"resident_id": people, "status_code": [t[1] for t in told], "counts_usual": [t[2] for t in told]})
    figures = judge(residence, pl.DataFrame({"person": range(6), "resident_id": people}), truth)
    assert (figures["accuracy"], figures["accuracy_of_claims"]) == (pytest.approx(1 / 6), pytest.approx(3 / 6))


def test_a_reused_key_means_the_person_of_its_time() -> None:
    key = {"dept": "rs", "source_table": "ac01", "source_key": "7", "role": "self"}
    truth = pl.DataFrame([{**key, "valid_from": dt.date(2026, 1, 1), "person_id": 1}, {**key, "valid_from": DAY, "person_id": 2}])
    for known, person in ((dt.date(2026, 11, 21), 1), (DAY, 2), (dt.date(2025, 1, 1), 1)):
        records = pl.DataFrame([{"record_id": "r", **key, "known_from": known}])
        assert evaluate.truth_of(records, truth)["person_id"].to_list() == [person]


PLACE = "330110005"
ROWS = [
    ("r1", "ga", "citizen", "N1", "RA", 1),
    ("r2", "yb", "citizen", "N1", "RA", 1),
    ("r3", "jy", None, None, "RA", 1),
    ("r4", "ga", "citizen", "N2", "RB", 2),
    ("r5", "rs", "citizen", "N1", "RB", 2),
    ("r6", "rs", None, None, "RC", None),
]
"""record, department, type and number, resident, true person: a good number twice and a record without one; a wrong number;
a test row."""


@pytest.fixture
def night(settings: Settings, tmp_path: Path) -> tuple[Settings, Night, Path]:
    return made(settings, tmp_path, ROWS, {})


def made(settings: Settings, tmp_path: Path, rows: list[tuple], aside: dict[str, dict]) -> tuple[Settings, Night, Path]:
    """A night of these rows and its truth; `aside`: columns of residents that are not counted."""
    context = Context(settings, Night(settings.nights, DAY), Receipt("residence"))
    origin = {"source_table": "t", "role": "self"}
    columns = ("record_id", "dept", "id_type", "id_number")
    records = [dict(zip(columns, r, strict=False)) | {"source_key": r[0], "known_from": DAY} | origin for r in rows]
    write(context, RECORDS, records)
    write(context, RESIDENT_RECORDS, [{"record_id": r[0], "resident_id": r[4], "profile_id": r[0], "since": DAY} for r in rows])
    write(context, RESIDENTS, [{"resident_id": i, "records": 1} | aside.get(i, {}) for i in sorted({r[4] for r in rows})])
    status = {"RA": ("11", True), "RB": ("23", True), "RC": ("99", False)}
    write(context, RESIDENCE, [
        {"resident_id": i, "status_code": c, "status_class": "R", "counts_usual": u, "counts_present": u, "counts_hukou": u,
         "rule_id": "R", "rule_version": "1", "township": PLACE, "nature": "OUT_HUKOU"} for i, (c, u) in status.items()
    ])  # fmt: skip
    context.night.put(context.receipt)
    truth = tmp_path / "out" / "truth"
    truth.mkdir(parents=True)
    meant = [{"dept": r[1], "source_key": r[0], "valid_from": DAY, "person_id": r[5]} | origin for r in rows]
    pl.DataFrame(meant, schema_overrides={"person_id": pl.Int32}).write_parquet(truth / "records.parquet")
    people = {"person_id": [1, 2], "number": ["N1", "N2"], "birth_date": [dt.date(1990, 1, 1), dt.date(2022, 1, 1)]}
    pl.DataFrame({**people, "kind": ["mainland"] * 2, "twin_order": [0, 1]}).write_parquet(truth / "persons.parquet")
    pl.DataFrame(
        {
            "date": [DAY] * 2,
            "person_id": [1, 2],
            "status_code": ["11", "22"],
            "counts_usual": [True, True],
            "township": [PLACE] * 2,
        }
    ).write_parquet(truth / "status.parquet")
    pl.DataFrame({"case": ["shared_number"] * 2, "case_id": [0, 0], "person_id": [1, 2]}).write_parquet(truth / "cases.parquet")
    return settings, context.night, tmp_path / "out"


def write(context: Context, table: Table, rows: list[dict]) -> None:
    whole = [{name: row.get(name) for name in table.schema.names} for row in rows]
    context.write_arrow(table, pa.Table.from_pylist(whole, schema=table.schema))


def test_a_whole_night(night: tuple[Settings, Night, Path]) -> None:
    result = evaluate.evaluate(*night, status_baseline=False)
    ours, plain = result["ours"], result["baseline"]
    assert ours["exact"] == 1 and ours["residents"] == 2 and ours["count_error"] == 0
    assert ours["numberless"]["recall"] == ours["numberless"]["precision"] == 1
    # joined by number: person 2's wrong number sits with person 1, whose third record is alone
    assert plain["split_per_10000"] == 10_000 and plain["exact"] == 0 and plain["numberless"]["recall"] == 0
    assert (
        ours["strata"]["wrong_number"]["persons"]
        == ours["strata"]["under_7"]["persons"]
        == ours["strata"]["twin"]["persons"]
        == 1
    )
    assert ours["strata"]["dept:jy"]["persons"] == 1 and ours["strata"]["good_number"]["b3"]["records"] == 3
    assert ours["cases"] == [{"case": "shared_number", "cases": 1, "merged": 0, "split": 0}]
    assert result["status"]["accuracy"] == 0.5 and result["status"]["confusion"] == [{"true": "22", "said": "23", "persons": 1}]
    assert [(t["usual"], t["usual_true"], t["within"]) for t in result["status"]["townships"]] == [(2, 2, True)]
    assert {(g["age"], g["included"], g["excluded"]) for g in result["status"]["groups"]} == {("30–44", 0, 0), ("0–6", 0, 0)}
    assert evaluate.evaluate(night[0], night[1], night[2] / "truth", False) == result


def test_any_clustering_is_judged_by_the_same_measures(night: tuple[Settings, Night, Path]) -> None:
    whole = evaluate.evaluate(*night, status_baseline=False)
    given = {r[0]: r[4] for r in ROWS}
    again = evaluate.judge_clustering(*night, clusters(given))
    assert again == {name: figure for name, figure in whole["ours"].items() if name in again}
    joined = {r[0]: r[3] for r in ROWS}  # no number: no cluster, and so alone
    assert evaluate.judge_clustering(*night, clusters(joined)) == whole["baseline"]
    named = {record: number for record, number in joined.items() if number} | {"r99": "N2"}  # left out, and unknown
    assert evaluate.judge_clustering(*night, clusters(named)) == whole["baseline"]


def test_a_clustering_told_the_truth_is_right(night: tuple[Settings, Night, Path]) -> None:
    figures = evaluate.judge_clustering(*night, clusters({r[0]: r[5] for r in ROWS}))
    assert figures["merged_per_10000"] == figures["split_per_10000"] == figures["count_error"] == 0
    assert figures["exact"] == figures["b3"]["f1"] == figures["pairs"]["f1"] == figures["numberless"]["recall"] == 1
    merged = evaluate.judge_clustering(*night, clusters({r[0]: 1 for r in ROWS}))
    assert merged["merged_per_10000"] == 10_000 and merged["cases"][0]["merged"] == 1


def test_a_record_in_two_clusters_is_refused(night: tuple[Settings, Night, Path]) -> None:
    twice = pl.DataFrame({"record_id": ["r1", "r1"], "cluster": [1, 2]})
    with pytest.raises(UserError, match="two clusters"):
        evaluate.judge_clustering(*night, twice)


def clusters(of: dict) -> pl.DataFrame:
    """record_id, cluster."""
    return pl.DataFrame({"record_id": list(of), "cluster": list(of.values())})


def test_who_is_not_counted(settings: Settings, tmp_path: Path) -> None:
    more = [("r7", "zf", None, None, "RD", 2), ("r8", "zf", None, None, "RE", 1), ("r9", "zf", None, None, "RF", 1)]
    double = {"not_counted": "provisional", "provisional_probability": 0.9}
    aside = {
        "RD": double | {"provisional_of": "RB"},
        "RE": double | {"provisional_of": "RB"},
        "RF": {"not_counted": "unidentified"},
    }
    figures = evaluate.evaluate(*made(settings, tmp_path, ROWS + more, aside), status_baseline=False)["ours"]
    assert figures["count_error"] == 0 and figures["unidentified"] == 1
    assert figures["provisional"] == {"residents": 2, "rightly": 1, "precision": 0.5}
    assert figures["split_per_10000"] == 10_000  # apart they are, whether counted or not


def test_the_page_fits_a_terminal(night: tuple[Settings, Night, Path]) -> None:
    page = evaluate.render(evaluate.evaluate(*night, status_baseline=False))
    assert max(cell_len(line) for line in page.splitlines()) <= 80
    for word in ("wrongly merged", "B³", "shared_number", "22→23 1", "by number"):
        assert word in page


def test_no_truth_is_a_clear_error(night: tuple[Settings, Night, Path], tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no truth"):
        evaluate.evaluate(night[0], night[1], tmp_path / "nowhere")
