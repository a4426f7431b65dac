"""The ten contracts hold together, and every mistake in one is a sentence naming file, table and field."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from jobs.departments.clauses import CLEANERS, Owner
from jobs.departments.contract import FOLDER, all_contracts, contract_for, load
from jobs.departments.landing import landing_table
from jobs.errors import UserError

from .conftest import department, table

TEN = {
    "ga": {"czrk", "ldrk", "jwry"},
    "wj": {"birth_cert", "death_cert", "vaccination", "health_record"},
    "rs": {"ac01", "ac02", "ac43", "ac60"},
    "yb": {"psn_insu", "setl"},
    "mz": {"marriage", "cremation", "dibao", "elder_allowance"},
    "jy": {"pupil"},
    "zj": {"house", "rent_contract", "house_sale"},
    "gjj": {"account"},
    "zf": {"grid_person", "grid_visit"},
    "sj": {"market_entity"},
}
ALL = [(c, t) for c, tables in TEN.items() for t in sorted(tables)]


def test_ten_departments() -> None:
    assert {c: set(contract.tables) for c, contract in all_contracts().items()} == TEN
    manners = {contract.manner_of(t) for contract in all_contracts().values() for t in contract.tables}
    assert manners == {"database", "rest", "files", "workbook"}
    assert {c.voice for c in all_contracts().values()} == set(TEN) - {"rs", "gjj"} | {"work"}


def test_signs_have_all_the_sources_they_should() -> None:
    emitted = {s.sign for c in all_contracts().values() for t in c.tables.values() for s in t.signs}
    derived = {"S08", "S18", "S21"}  # made by the residence stage
    assert emitted == {f"S{n:02d}" for n in range(1, 21)} - derived | {f"N{n:02d}" for n in range(1, 10)}


@pytest.mark.parametrize(("code", "name"), ALL)
def test_every_table_is_complete(code: str, name: str) -> None:
    contract = contract_for(code)
    spec = contract.tables[name]
    assert {c.clean for c in spec.columns.values()} <= CLEANERS
    assert len(spec.delivered) == len(set(spec.delivered))
    assert any(spec.columns[k].required for k in spec.key)
    if contract.manner_of(name) in ("database", "rest"):
        assert spec.updated, "a window needs a column"
    if contract.manner_of(name) in ("files", "workbook"):
        assert "{date}" in spec.source or "{iso}" in spec.source
    owned = {s.of.table for s in spec.signs if isinstance(s.of, Owner)}
    assert spec.records or owned or name == "house", "a table without persons emits signs of another's"
    declared = landing_table(code, name, spec)
    assert declared.schema.names == ["delivery_id", "position", *spec.columns]


@pytest.mark.parametrize(("code", "name"), ALL)
def test_every_taken_column_serves(code: str, name: str) -> None:
    """A taken column feeds a record, sign, tie, key, version or condition, or is one of the few kept for what comes later."""
    later = {
        "HLX",
        "YHZGX",
        "QRYY",
        "QWHD",
        "QCYY",
        "ZSLX",
        "ZZSY",
        "DDRQ",
        "YJLKRQ",
        "SJYLX",
        "RJRQ",
        "jsjg",
        "qflx",
        "qfrq",
        "tbrq",
    }
    later |= {"zzqk", "hjlx", "jdrq", "dqzt", "AAB998", "AAC008", "AAE210", "AAB001", "psn_insu_date", "updt_time", "is_living"}
    later |= {"visitor", "source", "house_code", "sign_time", "sign_date", "lessor_phone"}
    contract = contract_for(code)
    if name == "house":
        return  # the list of dwellings, whole
    spec = contract.tables[name]
    used = yaml.safe_dump(spec.model_dump(mode="json", exclude={"columns", "ignored", "refused", "title"}), allow_unicode=True)
    typed = {c.typed_by for c in spec.columns.values()}
    for column in spec.columns:
        pattern = column.replace("1", "{n}") if "成员" in column else column
        numbered = "成员{n}" + column[3:] if column.startswith("成员") else pattern
        assert column in used or numbered in used or column in typed or column in later, f"{code}.{name}.{column} serves nothing"


def base() -> dict[str, Any]:
    spec = table(
        source="x_{date}.csv",
        records={"self": {"fields": {"name": "name", "account": "id"}}},
        signs=[{"sign": "S10", "of": "self", "from": "updated", "place": "district"}],
    )
    return department("files", {"people": spec})


MISTAKES: dict[str, tuple[Any, str]] = {
    "unknown word": (
        lambda c: c["tables"]["people"].update(colour="red"),
        "tables.people.colour: Extra inputs are not permitted",
    ),
    "unknown manner": (lambda c: c.update(manner="pigeon"), "manner: Input should be 'database', 'rest', 'files' or 'workbook'"),
    "no lawful frame": (lambda c: c.pop("lawful"), "lawful: Field required"),
    "key": (lambda c: c["tables"]["people"].update(key=["nr"]), "table people: key names nr, which is not among the columns"),
    "updated": (lambda c: c["tables"]["people"].update(updated="ts"), "table people: updated names ts"),
    "cleaning": (
        lambda c: c["tables"]["people"]["columns"]["name"].update(clean="wash"),
        "table people: column name: wash is no cleaning function",
    ),
    "untyped number": (
        lambda c: c["tables"]["people"]["columns"]["name"].update(clean="id_number"),
        "table people: column name: an id_number needs typed_by",
    ),
    "typed by nothing": (
        lambda c: c["tables"]["people"]["columns"]["name"].update(clean="id_number", typed_by="kind"),
        "table people: column name: typed_by names kind",
    ),
    "twice": (lambda c: c["tables"]["people"].update(refused=["name"]), "column name stands in columns and in refused"),
    "record field": (
        lambda c: c["tables"]["people"]["records"]["self"]["fields"].update(hair="name"),
        "table people: record self: hair is no record field",
    ),
    "record column": (
        lambda c: c["tables"]["people"]["records"]["self"]["fields"].update(sex="xb"),
        "table people: record self: field sex: there is no column xb",
    ),
    "two sources": (
        lambda c: c["tables"]["people"]["records"]["self"]["fields"].update(sex={"column": "name", "const": "M"}),
        "field sex needs exactly one of column, first, const",
    ),
    "record condition": (
        lambda c: c["tables"]["people"]["records"]["self"].update(when={"xm": "present"}),
        "table people: record self: there is no column xm",
    ),
    "repetition": (
        lambda c: c["tables"]["people"]["records"].update({"member_{n}": {"count": 2, "fields": {"name": "name{n}"}}}),
        "table people: record member_{n}: field name: there is no column name1",
    ),
    "sign code": (
        lambda c: c["tables"]["people"]["signs"][0].update(sign="S99"),
        "table people: sign 1 (S99): there is no such sign",
    ),
    "sign record": (
        lambda c: c["tables"]["people"]["signs"][0].update(of="mother"),
        "table people: sign 1 (S10): mother is no record of this table",
    ),
    "sign owner": (
        lambda c: c["tables"]["people"]["signs"][0].update(of={"table": "others", "key": ["id"]}),
        "there is no record self of table others",
    ),
    "sign owner's key": (
        lambda c: c["tables"]["people"]["signs"][0].update(of={"table": "people", "key": ["id", "name"]}),
        "the key of people has 1 parts",
    ),
    "sign column": (
        lambda c: c["tables"]["people"]["signs"][0].update({"from": "since"}),
        "table people: sign 1 (S10): there is no column since",
    ),
    "sign date": (
        lambda c: c["tables"]["people"]["signs"][0].update({"from": "name"}),
        "table people: sign 1 (S10): name is no date, datetime or month",
    ),
    "sign condition": (lambda c: c["tables"]["people"]["signs"][0].update(unless={"t": ["1"]}), "there is no column t"),
    "tie role": (
        lambda c: c["tables"]["people"].update(ties=[{"from": "self", "relation": "mother_of", "to": "child"}]),
        "table people: tie 1: child is no record of this table",
    ),
    "tie relation": (
        lambda c: c["tables"]["people"].update(ties=[{"from": "self", "relation": "friend_of", "to": "self"}]),
        "tie 1: friend_of is no relation",
    ),
    "trust": (lambda c: c.update(trust={"hair": 1}), "trust names hair, which is no record field"),
    "order": (lambda c: c["tables"]["people"].update(format={"order": ["id"]}), "format.order must hold exactly the columns"),
    "scope": (lambda c: c["tables"]["people"].update(scope="name"), "scope is for full deliveries"),
    "json list": (
        lambda c: c["tables"]["people"].update(json_lists={"others": {"name": {"clean": "person_name"}}}),
        "json_lists names others, which is not among the columns",
    ),
    "code": (lambda c: c.update(code="zz"), "says code zz"),
}


def written(folder: Path, content: dict[str, Any]) -> Path:
    file = folder / "xx.yml"
    file.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return file


@pytest.mark.parametrize("kind", MISTAKES)
def test_mistakes_are_sentences(tmp_path: Path, kind: str) -> None:
    spoil, sentence = MISTAKES[kind]
    content = base()
    assert load(written(tmp_path, copy.deepcopy(content))).code == "xx"
    spoil(content)
    (tmp_path / "spoilt").mkdir()
    with pytest.raises(UserError) as caught:
        load(written(tmp_path / "spoilt", content))
    assert sentence in str(caught.value)
    assert "Contract xx.yml" in str(caught.value)
    assert caught.value.todo


def test_no_yaml_and_no_such_department(tmp_path: Path) -> None:
    (tmp_path / "xx.yml").write_text("tables: [")
    with pytest.raises(UserError, match=r"Contract xx.yml is wrong"):
        load(tmp_path / "xx.yml")
    with pytest.raises(UserError, match=r"There is no department qq\. Known: .*ga.*zj"):
        contract_for("qq")


def test_every_cleaning_function_exists() -> None:
    from jobs.cleaning import registry

    assert set(registry.CLEANERS) == CLEANERS


def test_documents_have_standard_names() -> None:
    known = {"citizen", "hkmt_residence", "foreigner_pr", "hk_macao_pass", "taiwan_pass", "passport"}
    known |= {"birth_certificate", "school", "other"}
    specs = [c for contract in all_contracts().values() for t in contract.tables.values() for c in t.columns.values()]
    kinds = [s for s in specs if s.clean == "id_type"]
    assert len(kinds) > 10
    for spec in kinds:
        assert isinstance(spec.codes, dict)
        assert set(spec.codes.values()) <= known
    assert {s.typed for s in specs if s.typed} <= known


def test_personal_columns_are_classified() -> None:
    declared = landing_table("ga", "czrk", contract_for("ga").tables["czrk"])
    assert {"GMSFHM", "MQSFHM"} <= set(declared.personal(["number"]))
    assert {"XM", "CYM"} <= set(declared.personal(["name"]))
    assert FOLDER.name == "departments"
