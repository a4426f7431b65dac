"""One breach per expectation: what to spoil in a sound night so that exactly this expectation fails.

Keys are `suite.expectation`; values change the night's rows in place. The exhaustiveness test compares the keys with the
suites, so an expectation without a breach fails the build.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from tests import literal_night as night
from tests.literal_night import SECOND, Rows, event, resident_id

Spoil = Callable[[Rows], None]
TOMORROW = SECOND + dt.timedelta(days=1)


def put(table: str, index: int = 0, **values: object) -> Spoil:
    """Change cells of one row."""
    return lambda rows: rows[table][index].update(values)


def again(table: str, index: int = 0, **values: object) -> Spoil:
    """Add a copy of a row, changed."""
    return lambda rows: rows[table].append({**rows[table][index], **values})


def drop(table: str, index: int = -1) -> Spoil:
    """Take a row away."""
    return lambda rows: rows[table].pop(index) and None


def every(*spoils: Spoil) -> Spoil:
    """Several changes at once."""
    return lambda rows: [s(rows) for s in spoils] and None


def _many(code: str, count: int) -> Spoil:
    """A district of another size: so many residents of one status, in one township."""

    def spoil(rows: Rows) -> None:
        rows["residents"] = [{**rows["residents"][0], "resident_id": resident_id(n), "spouse_id": None} for n in range(count)]
        rows["residence"] = [night.residence(n, code, night.TOWNSHIPS[0]) for n in range(count)]

    return spoil


GA, ZF = "deliveries/ga", "deliveries/zf"
NOT_TAKEN: dict[str, object] = {"taken_on": None, "rows": 0, "rows_landed": 0, "rejected": []}
LONG_AGO = dt.date(2026, 11, 1)


def _late(table: str, state: str, last: dt.date) -> Spoil:
    """Tonight brought nothing; the newest delivery is of an earlier day."""
    return every(again(table, 0, business_date=last, taken_on=last, sequence=1), put(table, 0, state=state, **NOT_TAKEN))


LANDING: dict[str, Spoil] = {
    "landing.rows_accounted": put(GA, rows=9),
    "landing.required_delivery": _late(GA, "carried", dt.date(2026, 11, 21)),
    "landing.carried_too_long": _late(ZF, "carried", LONG_AGO),
    "landing.delivery_held": _late(ZF, "held", dt.date(2026, 11, 21)),
    "landing.full_rows_minimum": put(ZF, rows=2, rows_landed=1),
    "landing.full_rows_maximum": put(ZF, rows=20, rows_landed=19),
    "landing.rows_in_force": lambda rows: (
        [r.update(closed_on=SECOND) for r in rows["source_current/zf/grid_person"][2:]] and None
    ),
    "landing.key_present": put("source_current/zf/grid_person", source_key=""),
    "landing.key_unique": again("source_current/zf/grid_person"),
    "landing.allowed_columns_only": put("source_current/zf/grid_person", values=["0", "x", "more"]),
    "landing.schema_drift": put(ZF, drift=["NEW_COLUMN"]),
}
RECORDS: dict[str, Spoil] = {
    "records.record_id_unique": again("records"),
    "records.known_from_present": put("records", known_from=None),
    "records.known_from_not_future": put("records", known_from=TOMORROW),
    "records.id_grade_listed": put("records", 6, id_grade="FINE"),
    "records.id_type_listed": put("records", id_type="library_card"),
    "records.sex_listed": put("records", sex="3"),
    "records.name_kind_listed": put("records", name_kind="nice"),
    "records.birth_date_plausible": put("records", birth_date=TOMORROW),
    "records.phone_form": put("records", phone="0571-88888888"),
    "records.township_form": put("records", township="330110"),
    "records.rows_unaccounted": drop("records"),
    "records.rows_read": lambda rows: rows.update(told=[{"ga.czrk": {"rows": 5, "rejected": 0}}]),
    "records.rows_rejected_told": lambda rows: rows.update(told=[{"ga.czrk": {"rows": 6, "rejected": 2}}]),
    "records.rows_counted_twice": lambda rows: rows["rejected_rows"].append(_refused("0")),
    "records.origin_exists": put("records", source_key="nowhere"),
    "records.police_numbers_sound": put("records", id_grade="BAD_CHECK"),
    "records.columns_declared": lambda rows: None,  # a foreign column cannot be written; see test_gates
    "signs.sign_id_unique": again("signs"),
    "signs.sign_listed": put("signs", sign="S22"),
    "signs.sign_place_listed": put("signs", place="moon"),
    "signs.sign_has_first_day": put("signs", from_date=None),
    "signs.sign_end_after_start": put("signs", to_date=dt.date(2020, 1, 1)),
    "signs.sign_known_not_future": put("signs", known_from=TOMORROW),
    "signs.signs_owned": put("signs", record_id="nobody"),
    "signs.ties_owned": put("ties", to_record="nobody"),
}
LINKS: dict[str, Spoil] = {
    "links.probability_range": put("links", probability=1.5),
    "links.probability_present": put("links", probability=None),
    "links.weight_present": put("links", weight=float("inf")),
    "links.grade_listed": put("links", grade="perhaps"),
    "links.no_self_pairs": put("links", profile_r="ga-0"),
    "links.pair_order": put("links", profile_l="ga-2", profile_r="ga-1"),
    "links.pair_unique": again("links"),
    "links.ends_exist": put("links", profile_r="ga-9"),
    "links.veto_respected": put("links", grade="auto", veto="two confirmed numbers"),
    "links.one_model": again("links", profile_r="ga-2", model_version="m2"),
    "links.records_profiled": drop("profile_records"),
    "links.records_profiled_once": again("profile_records", profile_id="ga-1"),
    "links.profiles_exist": put("profile_records", profile_id="ga-9"),
}
RESIDENTS: dict[str, Spoil] = {
    "residents.resident_id_unique": again("residents"),
    "residents.resident_id_form": put("residents", resident_id="330110195001010011"),
    "residents.resident_sex_listed": put("residents", sex="X"),
    "residents.resident_has_records": put("residents", records=0),
    "residents.records_belong": drop("resident_records"),
    "residents.records_belong_once": again("resident_records", resident_id=resident_id(1)),
    "residents.residents_exist": put("resident_records", resident_id=resident_id(99)),
    "residents.residents_not_empty": again("residents", resident_id=resident_id(99)),
    "residents.record_count_true": put("residents", records=3),
    "residents.id_events_few": lambda rows: rows["resident_events"].append(event(0, SECOND, "split_from", resident_id(1))),
    "residents.no_silent_end": drop("residents"),
    "residents.no_silent_start": again("residents", resident_id=resident_id(99)),
    "residents.relatives_exist": put("residents", spouse_id=resident_id(99)),
}
RESIDENCE: dict[str, Spoil] = {
    "residence.status_once": again("residence"),
    "residence.status_listed": put("residence", status_code="77"),
    "residence.status_present": put("residence", status_code=None),
    "residence.confidence_range": put("residence", confidence=1.2),
    "residence.evidence_score_range": put("residence", evidence_score=-0.1),
    "residence.residence_township_form": put("residence", township="余杭"),
    "residence.rule_named": put("residence", rule_id=None),
    "residence.everyone_has_status": drop("residence"),
    "residence.only_residents_have_status": put("residence", resident_id=resident_id(99)),
    "residence.codes_sum_to_residents": again("residence"),
    "residence.flags_agree": put("residence", counts_usual=False),
    "residence.total_steady": _many("11", 7100),
    "residence.total_steady_small": put("residence", status_code="51", counts_usual=False),
    "residence.township_steady": _many("11", 10200),
    "residence.township_steady_small": _many("11", 40),
    "residence.deaths_plausible": _many("91", 40),
    "residence.status_flips_few": put("residence", status_code="12"),
}


def _living(spoil: Spoil) -> Spoil:
    """The tables of living together as they should be, then spoiled."""
    return lambda rows: rows.update(night.living(rows["residence"])) or spoil(rows)


HOUSEHOLDS: dict[str, Spoil] = {
    "households.everyone_present_has_household": _living(drop("household_members")),
    "households.members_are_present": _living(put("household_members", dwelling_id="elsewhere")),
    "households.household_sums_agree": _living(put("households", members=2)),
    "households.one_index_each": _living(again("residency_index")),
    "households.index_range": _living(put("residency_index", residency_index=1.1)),
    "households.one_household_each": _living(again("household_members", household_id=resident_id(1))),
}
SNAPSHOT: dict[str, Spoil] = {
    "snapshot.snapshot_resident_unique": again("resident"),
    "snapshot.snapshot_status_present": put("resident", status_code=None),
    "snapshot.snapshot_columns": lambda rows: [r.update(note="x") for r in rows["resident"]] and None,
    "snapshot.snapshot_complete": drop("resident"),
    "snapshot.snapshot_nobody_else": again("resident", resident_id=resident_id(99)),
    "snapshot.snapshot_code_sum": drop("residence"),
    "snapshot.snapshot_lineage": put("lineage", source_key=None),
    "snapshot.balance_residual": put("balance", residual=1),
    "snapshot.account_complete": lambda rows: rows["changes"].append(_account("returns")),
    "snapshot.account_corrections_few": lambda rows: rows["changes"].append(_account("corrections")),
    "snapshot.history_agrees": put("status_history", status_code="91"),
    "snapshot.balance_recount": put("balance", after=9),
    "snapshot.no_refused_figure": put("quality", passed=False, severity="critical"),
    "snapshot.age_pyramid_steady": lambda rows: (
        [r.update(birth_date=dt.date(2020, 1, 1)) for r in rows["resident"][1:3]] and None
    ),
    "snapshot.sex_ratio": lambda rows: [r.update(sex="F") for r in rows["resident"][1:]] and None,
    "snapshot.dimension_steady": lambda rows: (
        [r.update(value=50.0) for r in rows["quality"] if r["metric"] == "dimension.05"] and None
    ),
    "snapshot.numberless_found": again("quality", metric="linkage.numberless_recall", dept="", column="", value=0.9),
    "snapshot.numberless_right": again("quality", metric="linkage.numberless_precision", dept="", column="", value=0.99),
}
BREACHES = LANDING | RECORDS | LINKS | RESIDENTS | RESIDENCE | HOUSEHOLDS | SNAPSHOT


def _account(reason: str) -> dict[str, object]:
    """One resident's class in the population account."""
    return {"resident_id": resident_id(0), "kind": "account", "before": None, "after": night.TOWNSHIPS[0], "reason": reason}


def _refused(key: str) -> dict[str, object]:
    return {
        "row_id": "r", "dept": "ga", "source_table": "czrk", "source_key": key, "part": "row", "reason": "TEST_ROW",
        "known_from": SECOND,
    }  # fmt: skip
