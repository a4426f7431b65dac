"""Compare a night with the sample's truth, each figure beside a plain join on the exact normalised number.

The truth says for every mention (department, table, source key, role) whom it stands for, from which date; the newest
statement not later than the record's own date counts. The plain join puts records of one (type, number) together and
leaves every record without a usable number alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from jobs.errors import UserError
from jobs.households import judge as households
from jobs.quality import calibration, linkage, status_groups
from jobs.quality.status import judge
from jobs.residence import index_judge

if TYPE_CHECKING:
    from jobs.pool.nights import Night
    from jobs.settings import Settings

ORIGIN = ["dept", "source_table", "source_key", "role"]
STRATA = ("good_number", "wrong_number", "no_number", "under_7", "foreign", "twin")
PERSON_STRATA = ("under_7", "foreign", "twin")


def evaluate(settings: Settings, night: Night, truth: Path, status_baseline: bool = True) -> dict[str, Any]:
    """Every measure of a night. `truth` is the sample's folder or its truth/ folder.

    With `status_baseline` the residence rules are run on the residents of the plain join too (some seconds).
    """
    tables, folder = _Tables(settings, night), _truth(truth)
    known = _known(tables, folder, night)
    said = known.said
    doubles = tables.provisional()
    aside = tables.not_counted()
    ours = _clustering(known, said, tables.void() | set(aside["code"]))
    ours["figures"] |= {"provisional": _doubles(said, doubles), "unidentified": int((aside["why"] == "unidentified").sum())}
    plain = _clustering(known, said.with_columns(resident="baseline"), None)
    result: dict[str, Any] = {"night": night.label, "records": len(said), "records_unknown_to_truth": known.nobody}
    result |= {"ours": ours["figures"], "baseline": plain["figures"]}
    if tables.has("residence") and (folder / "status.parquet").exists():
        lives = pl.scan_parquet(folder / "status.parquet").filter(pl.col("date") == night.date).collect()
        names = tables.codes().rename({"code": "home"})
        given = tables.load("residence", ["resident_id", "status_code", "counts_usual"])
        homes = ours["homes"].join(names, on="home").select("person", "resident_id")
        result["status"] = judge(given, homes, lives)
        result["status"] |= status_groups.judge_night(tables.load, homes, folder, lives)
        result["calibration"] = calibration.judge_night(tables.load, homes, lives)
        if tables.has("households") and (folder / "dwellings.parquet").exists():
            result["households"] = households.judge_night(tables.load, homes, folder, night.date)
        if tables.has("residency_index"):
            result["index"] = index_judge.judge_night(tables.load, homes, lives)
        if status_baseline:
            homes = plain["homes"].select("person", resident_id=pl.col("home").cast(pl.String))
            result["baseline_status"] = judge(_plain_status(tables), homes, lives)
    return result


def judge_clustering(settings: Settings, night: Night, truth: Path, clusters: pl.DataFrame) -> dict[str, Any]:
    """The figures of `evaluate`'s `baseline`, for any clustering of the night's records: `record_id`, `cluster` (any value).

    A record without a cluster is a resident of its own; records the night does not have count for nothing. As for the
    plain join, residents of test rows alone are in no count. UserError where a record has two clusters.
    """
    if clusters["record_id"].is_duplicated().any():
        raise UserError("A record stands in two clusters.", "Give every record_id once, with the one cluster it belongs to.")
    tables, folder = _Tables(settings, night), _truth(truth)
    known = _known(tables, folder, night)
    coded = clusters.select("record_id", resident=pl.col("cluster").rank("dense").cast(pl.Int64))
    said = known.said.drop("resident").join(coded, on="record_id", how="left")
    said = said.with_columns(pl.coalesce("resident", -(pl.col("record_id").rank("dense").cast(pl.Int64))).alias("resident"))
    figures: dict[str, Any] = _clustering(known, said, None)["figures"]
    return figures


@dataclass(frozen=True)
class _Known:
    """Mentions with their true persons, the strata among their columns, the injected hard cases, records nobody knows."""

    said: pl.DataFrame
    strata: list[str]
    cases: pl.DataFrame | None
    nobody: int


def _known(tables: _Tables, folder: Path, night: Night) -> _Known:
    said, nobody = mentions(tables, pl.read_parquet(folder / "records.parquet"), _people(folder, night))
    departments = sorted(said["dept"].unique())
    said = said.with_columns((pl.col("dept") == d).alias(f"dept:{d}") for d in departments)
    return _Known(said, [*STRATA, *(f"dept:{d}" for d in departments)], _cases(folder), nobody)


def _truth(truth: Path) -> Path:
    folder = truth / "truth" if (truth / "truth").is_dir() else truth
    if not (folder / "records.parquet").exists():
        raise UserError("There is no truth in that folder.", "Give the folder that `renkou sample` wrote: --truth OUT/truth.")
    return folder


def _plain_status(tables: _Tables) -> pl.DataFrame:
    """resident_id, status_code, counts_usual of the residents that the plain join makes: same evidence, same rules."""
    from jobs.departments.contract import all_contracts
    from jobs.residence import parameters
    from jobs.residence.decide import decide
    from jobs.residence.split import buckets_for
    from jobs.residence.stage import read
    from jobs.residents.assemble import assemble

    context = tables.context
    whose = numbered(tables).select("record_id", resident_id=pl.col("baseline").cast(pl.String))
    made = assemble(context.scan("records"), context.scan("ties"), whose.lazy(), context.date)
    inputs = read(context)._replace(residents=made.lazy().with_columns(today=pl.lit(context.date)), resident_records=whose.lazy())
    groups = {code: contract.group for code, contract in all_contracts().items() if contract.group}
    signs = inputs.signs.select(pl.len()).collect().item()
    return decide(inputs, parameters.load(), groups, buckets_for(signs)).select("resident_id", "status_code", "counts_usual")


def numbered(tables: _Tables) -> pl.DataFrame:
    """Every record with its resident in the plain join: one (type, number) is one resident, any other record its own."""
    records = tables.load("records", ["record_id", *ORIGIN, "known_from", "id_type", "id_number"]).sort("record_id")
    number = pl.concat_str("id_type", pl.lit(":"), "id_number")
    alone = -(pl.int_range(pl.len()) + 1)
    return records.with_columns(alone=alone, baseline=pl.coalesce(number.rank("dense").cast(pl.Int64), alone))


def mentions(tables: _Tables, truth: pl.DataFrame, people: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """(mentions as jobs.quality.linkage wants them, records the truth does not know).

    A test row is a person of its own, not real.
    """
    records = numbered(tables)
    whose = tables.load("resident_records", ["record_id", "resident_id"]).join(tables.codes(), on="resident_id")
    meant = truth_of(records.select("record_id", *ORIGIN, "known_from"), truth)
    said = (
        records.join(whose.select("record_id", resident="code"), on="record_id")
        .join(meant, on="record_id", how="left")
        .with_columns(real=pl.col("person_id").is_not_null(), person=pl.coalesce(pl.col("person_id").cast(pl.Int64), "alone"))
    )
    unknown = int(said["known"].null_count())
    said = said.filter(pl.col("known").is_not_null())
    said = said.join(people, on="person", how="left")
    wrong = (pl.col("id_type") == "citizen") & ~pl.col("numbers").list.contains(pl.col("id_number"))
    return said.select(
        "record_id", "person", "resident", "baseline", "real", "dept",
        no_number=pl.col("id_number").is_null(),
        wrong_number=(pl.col("id_number").is_not_null() & wrong).fill_null(False),
        good_number=(pl.col("id_number").is_not_null() & ~wrong.fill_null(False)),
        **{flag: pl.col(flag).fill_null(False) for flag in PERSON_STRATA},
    ), unknown  # fmt: skip


def truth_of(records: pl.DataFrame, truth: pl.DataFrame) -> pl.DataFrame:
    """record_id, known (always true), person_id (null for a test row): whom each record stands for.

    A reused key means somebody else from `valid_from` on: the newest statement not after the record's date counts,
    else the oldest there is.
    """
    stated = records.join(truth.unique(), on=ORIGIN)
    in_time = pl.col("valid_from") <= pl.col("known_from")
    ranked = stated.with_columns(
        late=~in_time,
        age=pl.when(in_time).then(-pl.col("valid_from").to_physical()).otherwise(pl.col("valid_from").to_physical()),
    )
    best = ranked.sort("record_id", "late", "age", "person_id", nulls_last=True).unique(
        "record_id", keep="first", maintain_order=True
    )
    return best.select("record_id", "person_id", known=pl.lit(True))


def _clustering(known: _Known, said: pl.DataFrame, void: set[int] | None) -> dict[str, Any]:
    """All figures of one clustering (`resident` of the mentions `said`), and the homes."""
    strata, cases = known.strata, known.cases
    table = linkage.cells(said, strata)
    people = linkage.persons(table, strata)
    if void is None:
        residents = table.filter("real")["resident"].n_unique()
    else:
        residents = len(set(said["resident"].unique().to_list()) - void)
    figures: dict[str, Any] = {
        **linkage.per_10000(people), "residents": residents,
        "count_error": residents / len(people) - 1 if len(people) else None,
        "b3": linkage.b_cubed(table), "pairs": linkage.pairwise(table), "numberless": linkage.numberless(said),
        "strata": {
            s: {**linkage.per_10000(people.filter(s)), "b3": linkage.b_cubed(table, s), "pairs": linkage.pairwise(table, s)}
            for s in strata
        },
        "cases": linkage.hard_cases(cases, people, table) if cases is not None else [],
    }  # fmt: skip
    return {"figures": figures, "homes": linkage.homes(table)}


def _doubles(said: pl.DataFrame, doubles: pl.DataFrame) -> dict[str, Any]:
    """How many residents are provisional, and of how many the person truly is the one they are provisional of."""
    whose = said.group_by("resident", "person").len().sort("resident", "len", "person", descending=[False, True, False])
    majority = whose.unique("resident", keep="first", maintain_order=True).select("resident", "person")
    both = doubles.join(majority, left_on="code", right_on="resident").join(
        majority.rename({"person": "other"}), left_on="of", right_on="resident"
    )
    right = int((both["person"] == both["other"]).sum())
    return {"residents": len(doubles), "rightly": right, "precision": right / len(doubles) if len(doubles) else None}


def _people(folder: Path, night: Night) -> pl.DataFrame:
    """person, numbers (every citizen number the person truly had), and the strata that belong to persons."""
    raw = pl.read_parquet(folder / "persons.parquet")
    numbers = raw.select(person=pl.col("person_id").cast(pl.Int64), number="number")
    if (folder / "documents.parquet").exists():
        more = pl.read_parquet(folder / "documents.parquet")
        numbers = pl.concat([numbers, more.select(person=pl.col("person_id").cast(pl.Int64), number="number")])
    known = numbers.drop_nulls().unique().group_by("person").agg(numbers=pl.col("number"))
    born = pl.lit(night.date).dt.offset_by("-7y")
    given = {
        "under_7": pl.col("birth_date") > born,
        "foreign": pl.col("kind") == "foreign" if "kind" in raw.columns else pl.lit(False),
        "twin": pl.col("twin_order") > 0 if "twin_order" in raw.columns else pl.lit(False),
    }
    flags = [(pl.col(name) if name in raw.columns else made).cast(pl.Boolean).alias(name) for name, made in given.items()]
    people = raw.select(pl.col("person_id").cast(pl.Int64).alias("person"), *flags)
    return people.join(known, on="person", how="left").with_columns(pl.col("numbers").fill_null([]))


def _cases(folder: Path) -> pl.DataFrame | None:
    if not (folder / "cases.parquet").exists():
        return None
    return pl.read_parquet(folder / "cases.parquet").select("case", "case_id", person=pl.col("person_id").cast(pl.Int64))


class _Tables:
    """The night's tables as polars frames."""

    def __init__(self, settings: Settings, night: Night) -> None:
        from jobs.context import Context
        from jobs.pool.nights import Receipt

        self.context = Context(settings, night, Receipt("evaluate"))

    def has(self, name: str) -> bool:
        return self.context.has(name)

    def load(self, name: str, columns: list[str]) -> pl.DataFrame:
        frame = pl.from_arrow(self.context.read_arrow(name, columns=columns))
        assert isinstance(frame, pl.DataFrame)
        return frame

    def codes(self) -> pl.DataFrame:
        """resident_id, code: a whole number for each resident, in the order of ids."""
        ids = self.load("resident_records", ["resident_id"]).select(pl.col("resident_id").unique().sort())
        return ids.with_columns(code=pl.int_range(pl.len()))

    def provisional(self) -> pl.DataFrame:
        """code of each provisional resident, and `of`: the code of the one it probably is."""
        told = self.load("residents", ["resident_id", "provisional_of"]).drop_nulls()
        codes = self.codes()
        return (
            told.join(codes, on="resident_id")
            .join(codes.rename({"code": "of", "resident_id": "provisional_of"}), on="provisional_of")
            .select("code", "of")
        )

    def not_counted(self) -> pl.DataFrame:
        """code, why: residents that the night itself leaves out of every count."""
        told = self.load("residents", ["resident_id", "not_counted"]).drop_nulls()
        return told.join(self.codes(), on="resident_id").select("code", why="not_counted")

    def void(self) -> set[int]:
        """Codes of residents that the night itself declared to be no persons (status 99)."""
        if not self.has("residence"):
            return set()
        status = self.load("residence", ["resident_id", "status_code"]).filter(pl.col("status_code") == "99")
        return set(status.join(self.codes(), on="resident_id")["code"])


def render(result: dict[str, Any]) -> str:
    """The figures as a table of 80 columns, ours beside the baseline."""
    from jobs.quality.tables_of_figures import text, wrapped

    more = [*(households.lines(result["households"]) if "households" in result else [])]
    more += calibration.lines(result["calibration"]) if "calibration" in result else []
    more += index_judge.lines(result["index"]) if "index" in result else []
    return "\n\n".join([text(result), *(["\n".join(part for line in more for part in wrapped(line))] if more else [])])
