"""The sample district by Splink 5 on DuckDB, as a careful user of its documentation would write it.

`records`: every standardized record a row. `profiles`: records already taken together by us, whose phones, dwellings and
accounts are lists; Splink's level for common elements and its passes over lists' elements are for that. Names are
compared by characters as in splink_people.py. Task: `kind`, `table`, `seed`, `thresholds` (the first is the one timed), `out`.
"""

from __future__ import annotations

import json
import logging
import platform
import sys
from pathlib import Path
from typing import Any

from tests.benchmark.measure import Clock, leave
from tests.benchmark.splink_people import BIRTH, BY_CHARACTERS, EXTRA, one_digit

KEPT = 0.05  # pairs of this probability and better are kept, as ours does
IDS = {"records": "record_id", "profiles": "profile_id"}
COMMON = (
    f"id_type, id_type || ':' || id_number as number, name, strftime(birth_date, '%Y%m%d') as birth_date, sex, township, {EXTRA}"
)
LISTS = ["aliases", "phones", "dwellings", "account"]
READ = {
    "records": f"select record_id, {COMMON}, alias_number as alias, phone, dwelling_id as dwelling, account from read_parquet($file)",
    "profiles": f"select profile_id, {COMMON}, "
    + ", ".join(f"case when len({c}) > 0 then {c} end as {c}" for c in LISTS)
    + " from read_parquet($file)",
}
ALIAS = {
    "records": "(number_l = alias_r or alias_l = number_r or alias_l = alias_r)",
    "profiles": "(list_contains(aliases_r, number_l) or list_contains(aliases_l, number_r) or list_has_any(aliases_l, aliases_r))",
}
OTHER_TYPE = "id_type_l <> id_type_r"  # a passport number and a citizen's number do not contradict each other
SHORT = "size_l <= 4 and size_r <= 4"  # the code points that splink_people.py keeps; longer names are Latin or joined by a dot
LONG = f"not ({SHORT}) and jaro_winkler_similarity(name_l, name_r) >= 0.92"
"""Splink's own threshold for names of one kind."""


def settings(kind: str) -> Any:
    """Splink's settings for `records` or `profiles`."""
    from splink import SettingsCreator

    return SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name=IDS[kind],
        comparisons=_comparisons(kind),
        blocking_rules_to_generate_predictions=_passes(kind),
        retain_matching_columns=False,
    )


def _comparisons(kind: str) -> list[Any]:
    import splink.comparison_level_library as cll

    single = kind == "records"
    phone, dwelling = ("phone", "dwelling") if single else ("phones", "dwellings")

    def same(column: str) -> Any:
        listed = not single and column in LISTS
        return cll.ArrayIntersectLevel(column) if listed else cll.ExactMatchLevel(column)

    name = cll.ExactMatchLevel("name", term_frequency_adjustments=True)
    no_number = f"(number_l is null or number_r is null or {OTHER_TYPE}) and not coalesce({ALIAS[kind]}, false)"
    number = one_digit("number", "damerau_levenshtein(number_l, number_r) = 1")
    one_phone = [cll.CustomLevel(one_digit("phone", "false"))] if single else []
    return [
        _comparison("number", no_number, [same("number"), cll.CustomLevel(ALIAS[kind]), cll.CustomLevel(number)]),
        _comparison(
            "name", "name", [name, *(cll.CustomLevel(f"{SHORT} and ({s})") for s in BY_CHARACTERS), cll.CustomLevel(LONG)]
        ),
        _comparison("birth_date", "birth_date", [same("birth_date"), *(cll.CustomLevel(s) for s in BIRTH)]),
        _comparison("sex", "sex", [same("sex")]),
        _comparison(phone, phone, [same(phone), *one_phone]),
        _comparison(dwelling, dwelling, [same(dwelling), cll.CustomLevel("township_l = township_r")]),
        _comparison("account", "account", [same("account")]),
    ]


def _comparison(title: str, missing: str, levels: list[Any]) -> Any:
    """`missing`: a column, or the condition itself under which the comparison says nothing."""
    import splink.comparison_level_library as cll
    import splink.comparison_library as cl

    null = cll.NullLevel(missing) if missing.isidentifier() else cll.CustomLevel(missing).configure(is_null_level=True)
    return cl.CustomComparison([null, *levels, cll.ElseLevel()], output_column_name=title)


def _passes(kind: str) -> list[Any]:
    """Number, either side's alias, account, and two of name, birth date, phone and dwelling."""
    from splink import block_on
    from splink.blocking_rule_library import CustomRule

    single = kind == "records"
    phone, dwelling, alias = ("phone", "dwelling", "alias") if single else ("phones", "dwellings", "aliases")

    def on(*columns: str) -> Any:
        return block_on(*columns, arrays_to_explode=None if single else [c for c in columns if c in LISTS] or None)

    listed = None if single else [alias]
    crossed = [
        CustomRule(f"{a} = {b}", arrays_to_explode=listed) for a, b in ((f"l.{alias}", "r.number"), ("l.number", f"r.{alias}"))
    ]
    pairs = [("name", "birth_date"), ("birth_date", phone), ("name", phone), ("birth_date", dwelling), ("name", dwelling)]
    return [on("number"), on(alias), *crossed, on("account"), *(on(*pair) for pair in pairs)]


def train(linker: Any, kind: str, seed: int) -> None:
    """Splink's own way: the prior from safe rules, u from random pairs, m by EM in passes of different fields.

    The third is for profiles, among which one number under one name is one profile already: it sees their equal numbers.
    """
    from splink import block_on

    training = linker.training
    safe = [block_on("number", "name"), block_on("name", "birth_date", "sex", "township")]
    training.estimate_probability_two_random_records_match(safe, recall=0.9)
    training.estimate_u_using_random_sampling(max_pairs=1e7, seed=seed)
    training.estimate_parameters_using_expectation_maximisation(block_on("number"))
    training.estimate_parameters_using_expectation_maximisation(block_on("name", "birth_date"))
    third = ("birth_date", "dwelling") if kind == "records" else ("birth_date", "township")
    training.estimate_parameters_using_expectation_maximisation(block_on(*third))


def main(task: dict[str, Any]) -> None:
    import duckdb
    import splink

    kind, clock = task["kind"], Clock()
    with clock.phase("read"):
        linker = _linker(task)
    with clock.phase("train"):
        train(linker, kind, task["seed"])
    with clock.phase("score"):
        blocked = linker.inference.compute_blocked_pairs_for_predict()
        scored = linker.inference.predict(threshold_match_probability=KEPT)
    compared = blocked.query_sql("select count(*) as pairs from {this}").as_record_list()[0]["pairs"]
    blocked.drop_table_from_database_and_remove_from_cache()
    first, *others = task["thresholds"]
    with clock.phase("cluster"):
        clusters = _clusters(linker, scored, first)
    with clock.phase("write"):
        _write(clusters, kind, first, task)
    for threshold in others:
        _write(_clusters(linker, scored, threshold), kind, threshold, task)
    leave(
        task,
        clock,
        pairs=compared,
        untrained=_untrained(linker),
        versions=f"python {platform.python_version()}, splink {splink.__version__}, duckdb {duckdb.__version__}",
    )


def _linker(task: dict[str, Any]) -> Any:
    import duckdb
    from splink import DuckDBAPI, Linker

    connection = duckdb.connect()
    database, kind = DuckDBAPI(connection), task["kind"]
    connection.execute(f"create table given as {READ[kind].replace('$file', repr(task['table']))}")
    table = database.register("given", dataset_display_name=kind)
    return Linker(table, settings(kind), log_level=logging.ERROR)


def _untrained(linker: Any) -> list[str]:
    """Levels for which training found no pair, so that Splink uses what it starts with."""
    found = linker.misc.save_model_to_json()["comparisons"]
    return [
        f"{c['output_column_name']}: {level.get('label_for_charts') or level['sql_condition']}"
        for c in found
        for level in c["comparison_levels"]
        if not level.get("is_null_level") and not isinstance(level.get("m_probability"), float)
    ]


def _clusters(linker: Any, scored: Any, threshold: float) -> Any:
    return linker.clustering.cluster_pairwise_predictions_at_threshold(scored, threshold_match_probability=threshold)


def _write(clusters: Any, kind: str, threshold: float, task: dict[str, Any]) -> None:
    members = f"select {IDS[kind]}, cluster_id as cluster from {{this}}"
    clusters.query_sql(members).as_duckdbpyrelation().write_parquet(str(Path(task["out"]) / f"clusters-{threshold}.parquet"))


if __name__ == "__main__":
    main(json.loads(Path(sys.argv[1]).read_text()))
