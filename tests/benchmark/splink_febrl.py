"""FEBRL by Splink 5 as its own documentation models it: the example of FEBRL 3 for one table, the detailed one of FEBRL 4 for two."""

from __future__ import annotations

from typing import Any

BIRTH = {"input_is_string": True, "datetime_format": "%Y%m%d", "invalid_dates_as_null": True}
CROSSED = "l.given_name = r.surname and l.surname = r.given_name"
COLUMNS = [
    "given_name",
    "surname",
    "street_number",
    "address_1",
    "address_2",
    "suburb",
    "postcode",
    "state",
    "date_of_birth",
    "soc_sec_id",
]
FILLED = ", ".join(f"nullif(trim({column}), '') as {column}" for column in COLUMNS)
READ = f"select rec_id, {FILLED} from read_parquet($file)"


def settings(tables: int) -> Any:
    """Splink's settings for one table to dedupe or two to link."""
    from splink import SettingsCreator

    return SettingsCreator(
        link_type="dedupe_only" if tables == 1 else "link_only",
        unique_id_column_name="rec_id",
        comparisons=_one() if tables == 1 else _two(),
        blocking_rules_to_generate_predictions=_passes(tables),
        retain_matching_columns=False,
    )


def _passes(tables: int) -> list[Any]:
    from splink import block_on

    if tables == 1:
        return [block_on(c) for c in ("soc_sec_id", "given_name", "surname", "date_of_birth", "postcode")]
    keys = [["date_of_birth"], ["soc_sec_id"], ["state", "address_1"], ["street_number", "address_1"], ["postcode"]]
    return [block_on("given_name", "surname"), CROSSED, *(block_on(*key) for key in keys)]


def _one() -> list[Any]:
    import splink.comparison_library as cl

    return [
        *(cl.NameComparison(c) for c in ("given_name", "surname")),
        cl.DateOfBirthComparison("date_of_birth", **BIRTH),
        cl.DamerauLevenshteinAtThresholds("soc_sec_id", [2]),
        *(cl.ExactMatch(c).configure(term_frequency_adjustments=True) for c in ("street_number", "postcode")),
    ]


def _two() -> list[Any]:
    import splink.comparison_library as cl

    return [
        *(cl.NameComparison(c).configure(term_frequency_adjustments=True) for c in ("given_name", "surname")),
        cl.DateOfBirthComparison("date_of_birth", **BIRTH),
        cl.DamerauLevenshteinAtThresholds("soc_sec_id", [1, 2]),
        cl.ExactMatch("street_number").configure(term_frequency_adjustments=True),
        cl.DamerauLevenshteinAtThresholds("postcode", [1, 2]).configure(term_frequency_adjustments=True),
    ]


def train(linker: Any, tables: int, seed: int) -> None:
    """The documented rules, recalls and passes."""
    from splink import block_on

    training = linker.training
    safe = [block_on("soc_sec_id"), block_on("given_name", "surname", "date_of_birth")]
    if tables == 1:
        safe.append(f"{CROSSED} and l.date_of_birth = r.date_of_birth")
    training.estimate_probability_two_random_records_match(safe, recall=0.9 if tables == 1 else 0.8)
    training.estimate_u_using_random_sampling(max_pairs=1e6, seed=seed)
    for key in ("date_of_birth", "postcode"):
        training.estimate_parameters_using_expectation_maximisation(block_on(key), estimate_without_term_frequencies=tables == 2)
