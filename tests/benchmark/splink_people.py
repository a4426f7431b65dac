"""people.yml said to Splink 5 on DuckDB: the same five passes, the same levels.

Characters: DuckDB's string distances count UTF-8 bytes, so names are split into the code points of their first four
characters while the table is read, and distances written over those: the quickest way its SQL has. Invented names have at
most four. `bytes` instead uses DuckDB's own distances on names, as one would without knowing.
"""

from __future__ import annotations

from typing import Any

PLACES = range(1, 5)
PASSES = [["birth_date"], ["name"], ["phone"], ["address"], ["substr(name, 1, 1)", "substr(birth_date, 1, 6)", "sex"]]
EXTRA = ", ".join(["length(name)::tinyint as size", *(f"nullif(unicode(substr(name, {k}, 1)), -1) as c{k}" for k in PLACES)])
READ = f"select *, {EXTRA} from read_parquet($file)"


def _equal(left: list[int], right: list[int]) -> str:
    return " and ".join(f"c{a}_l is not distinct from c{b}_r" for a, b in zip(left, right, strict=True))


def _swapped(k: int) -> str:
    order = [*range(1, k), k + 1, k, *range(k + 2, 5)]
    return f"(size_l = size_r and {_equal(list(PLACES), order)})"


def _lacks(k: int) -> str:
    """The right name is the left one without its k-th character, or the other way."""
    longer, shorter = [p for p in PLACES if p != k], [1, 2, 3]
    one = f"(size_l = size_r + 1 and {_equal(longer, shorter)})"
    other = f"(size_r = size_l + 1 and {_equal(shorter, longer)})"
    return f"{one} or {other}"


DIFFERENT = " + ".join(f"(c{k}_l is distinct from c{k}_r)::tinyint" for k in PLACES)
SUBSTITUTED = f"(size_l = size_r and {DIFFERENT} = 1)"
ONE_EDIT = " or ".join([SUBSTITUTED, *(_swapped(k) for k in (1, 2, 3)), *(_lacks(k) for k in PLACES)])
BY_CHARACTERS = [f"greatest(size_l, size_r) > 2 and ({ONE_EDIT})", f"size_l > 1 and {SUBSTITUTED}"]
BY_BYTES = ["levenshtein(name_l, name_r) <= 1", "levenshtein(name_l, name_r) <= 2"]  # Splink's own thresholds for Levenshtein


def one_digit(column: str, within: str) -> str:
    """SQL: one place differs or two neighbours are exchanged; `within` where lengths differ.

    Hamming first, and as cases, which DuckDB leaves early: its Damerau is many times dearer.
    """
    pair = f"({column}_l, {column}_r)"
    swapped = f"when hamming{pair} = 2 then damerau_levenshtein{pair} = 1"
    return f"case when length({column}_l) <> length({column}_r) then {within} when hamming{pair} = 1 then true {swapped} else false end"


BIRTH = [
    "substr(birth_date_l, 1, 4) = substr(birth_date_r, 1, 4) and substr(birth_date_l, 5, 2) = substr(birth_date_r, 7, 2)"
    " and substr(birth_date_l, 7, 2) = substr(birth_date_r, 5, 2)",
    one_digit("birth_date", "false"),
]
LEVELS = {
    "name": BY_CHARACTERS,
    "birth_date": BIRTH,
    "sex": [],
    "address": ["jaro_winkler_similarity(address_l, address_r) >= 0.9"],  # of bytes: addresses are mostly digits
    "phone": [one_digit("phone", "damerau_levenshtein(phone_l, phone_r) = 1")],
}


def _spark_edit(column: str) -> str:
    """Spark SQL: one edit or a swap of neighbours; Spark's own Levenshtein first, the jar's Damerau where it is two."""
    pair = f"({column}_l, {column}_r)"
    return f"(levenshtein{pair} <= 1 or (levenshtein{pair} = 2 and damerau_levenshtein{pair} = 1))"


ON_SPARK = {
    "name": [
        f"greatest(length(name_l), length(name_r)) > 2 and {_spark_edit('name')}",
        "length(name_l) > 1 and length(name_l) = length(name_r) and levenshtein(name_l, name_r) = 1",
    ],
    "birth_date": [BIRTH[0], f"length(birth_date_l) = length(birth_date_r) and {_spark_edit('birth_date')}"],
    "sex": [],
    "address": ["jaro_winkler(address_l, address_r) >= 0.9"],
    "phone": [_spark_edit("phone")],
}


def settings(spelled: str) -> Any:
    """Splink's settings; `spelled` is `characters` or `bytes` on DuckDB, or `spark`."""
    from splink import SettingsCreator, block_on

    levels = {"bytes": LEVELS | {"name": BY_BYTES}, "spark": ON_SPARK}.get(spelled, LEVELS)
    return SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="id",
        comparisons=[_comparison(column, middle) for column, middle in levels.items()],
        blocking_rules_to_generate_predictions=[block_on(*key) for key in PASSES],
        retain_matching_columns=False,
    )


def _comparison(column: str, middle: list[str]) -> Any:
    import splink.comparison_level_library as cll
    import splink.comparison_library as cl

    exact = cll.ExactMatchLevel(column, term_frequency_adjustments=column == "name")
    levels = [cll.NullLevel(column), exact, *(cll.CustomLevel(sql) for sql in middle), cll.ElseLevel()]
    return cl.CustomComparison(levels, output_column_name=column)


def train(linker: Any, seed: int | None) -> None:
    """Splink's own way: the prior from safe rules, u from random pairs, m by EM in two passes of different fields."""
    from splink import block_on

    training = linker.training
    training.estimate_probability_two_random_records_match(
        [block_on("name", "birth_date"), block_on("name", "phone"), block_on("name", "address")], recall=0.9
    )
    training.estimate_u_using_random_sampling(max_pairs=1e7, seed=seed)
    training.estimate_parameters_using_expectation_maximisation(block_on("birth_date"))
    training.estimate_parameters_using_expectation_maximisation(block_on("name"))
