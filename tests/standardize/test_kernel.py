# ruff: noqa: E501  (a case is one line; Chinese characters count twice)
"""The kernel on literal rows of each department: source rows in; records, signs, ties, refusals and issues out."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

from jobs.cleaning.reasons import Reason
from jobs.records.kernel import SOURCE, WIDE, standardize_batch
from jobs.records.keys import key_of
from jobs.records.plan import all_plans
from tests.standardize.source import NIGHT, Row, batch, of, row, standardize
from tests.unit import cleaning_cases as cases

D = dt.date
FATHER = "330125199001011239"
DAUGHTER = "330110200501011228"
WHO = ("role", "name", "id_type", "id_number", "id_grade", "sex", "birth_date", "birth_date_basis")


def _birth(**more: str) -> Row:
    sound = {
        "csyxzmbh": "O330123456", "xsexm": "李××之女", "xb": "2", "cssj": "2026-11-01 08:30", "mqxm": "李梅", "mqzjlx": "01",
        "mqzjhm": "330125199001011247", "mqcsrq": "1990-01-01", "jsjgqh": "330110", "updateTime": "2026-11-02 00:00:00",
    }  # fmt: skip
    return row("wj", "birth_cert", **(sound | more))


CASES: dict[str, tuple[Row, dict[str, list[tuple[Any, ...]]]]] = {
    "ga household row with parents": (
        row("ga", "czrk", RYBH="9", GMSFHM=DAUGHTER, XM="张玥", XB="2", MZ="01", CSRQ="20050101", HJDZ_SQCJ="330110005004",
            HJDZ_XZ="五常街道荆丰社区西溪花园3幢2单元501室", FQXM="张伟", FQSFHM=FATHER, MQXM="李梅", QRRQ="20100105",
            ZXBS="0", GXSJ="20261101000000"),
        {
            "record": [
                ("father", "张伟", "citizen", FATHER, "OK", "M", D(1990, 1, 1), "number"),
                ("mother", "李梅", "citizen", None, "MISSING", "F", None, None),
                ("self", "张玥", "citizen", DAUGHTER, "OK", "F", D(2005, 1, 1), "stated"),
            ],
            "sign": [("S03", D(2010, 1, 5), None, "dwelling", "330110005", True, None)],
            "tie": [("father", "father_of", "self"), ("mother", "mother_of", "self")],
        },
    ),
    "ga registration cancelled by itself": (
        row("ga", "ldrk", DJBH="1", GMSFHM=FATHER, ZJLX="111", XM="张伟", XZDZ="仓前街道绿汀苑1幢101室", DJRQ="20250301", ZXBS="1",
            ZXRQ="20260301", ZXYY="2", GXSJ="20260301000000"),
        {
            "record": [("self", "张伟", "citizen", FATHER, "OK", "M", D(1990, 1, 1), "number")],
            "sign": [("N02", D(2026, 3, 1), None, "none", None, None, "automatic"),
                     ("S01", D(2025, 3, 1), D(2026, 3, 2), "dwelling", "330110012", True, "registered")],
            "tie": [],
        },
    ),
    "ga foreigner": (
        row("ga", "jwry", DJBH="2", YWXM="Smith, John", XB="M", CSRQ="19800203", GJDQ="USA", ZJZL="11", ZJHM="ab 123456", QZZL="10",
            TLYXQ="20270109", ZSRQ="20260110", XZDZ="西溪花园3-2-501", GXSJ="20260110000000"),
        {
            "record": [("self", "SMITH JOHN", "passport", "AB123456", "OK", "M", D(1980, 2, 3), "stated")],
            "sign": [("S04", D(2026, 1, 10), D(2027, 1, 10), "dwelling", None, None, "residence_permit")],
            "tie": [],
        },
    ),
    "wj birth of a girl without a name": (
        _birth(),
        {
            "record": [
                ("mother", "李梅", "citizen", "330125199001011247", "OK", "F", D(1990, 1, 1), "stated"),
                ("self", "李××之女", "birth_certificate", "O330123456", "OK", "F", D(2026, 11, 1), "stated"),
            ],
            "sign": [("S17", D(2026, 11, 1), None, "district", None, True, None)],
            "tie": [("mother", "mother_of", "self")],
        },
    ),
    "wj death": (
        row("wj", "death_cert", swzmbh="1", xm="王大爷", xb="1", zjlx="01", zjhm="330125400101123", swsj="2026-11-01 03:00",
            updateTime="2026-11-02 00:00:00"),
        {
            "record": [("self", "王大爷", "citizen", "330125194001011236", "OK_15", "M", D(1940, 1, 1), "number")],
            "sign": [("N09", D(2026, 11, 1), None, "none", None, None, "certificate")],
            "tie": [],
        },
    ),
    "rs person": (
        row("rs", "ac01", AAC001="7", AAC003="张 伟", AAC058="01", AAC147="330125900101123", AAC006="19000101", AAE036="20260101"),
        {"record": [("self", "张伟", "citizen", FATHER, "OK_15", "M", D(1990, 1, 1), "number")], "sign": [], "tie": []},
    ),
    "yb visit abroad of the district proves nothing": (
        row("yb", "setl", setl_id="1", psn_no="p1", psn_cert_type="01", certno=FATHER, psn_name="张伟", med_type="11",
            fix_blng_admdvs="330106", begndate="2026-11-02", enddate="2026-11-02"),
        {"record": [("self", "张伟", "citizen", FATHER, "OK", "M", D(1990, 1, 1), "number")], "sign": [], "tie": []},
    ),
    "yb stay in hospital": (
        row("yb", "setl", setl_id="2", psn_no="p1", psn_cert_type="01", certno=FATHER, psn_name="张伟", med_type="21",
            fix_blng_admdvs="330110", begndate="2026-11-02", enddate="2026-11-05"),
        {
            "record": [("self", "张伟", "citizen", FATHER, "OK", "M", D(1990, 1, 1), "number")],
            "sign": [("S10", D(2026, 11, 2), D(2026, 11, 6), "district", None, True, "inpatient")],
            "tie": [],
        },
    ),
    "mz marriage": (
        row("mz", "marriage", 登记字号="J330110-2026-000001", 业务类型="结婚", 男方姓名="张伟", 男方证件类型="居民身份证",
            男方身份证号=FATHER, 女方姓名="李梅", 女方证件类型="居民身份证", 女方身份证号="330125199001011247", 登记日期="46347"),
        {
            "record": [
                ("husband", "张伟", "citizen", FATHER, "OK", "M", D(1990, 1, 1), "number"),
                ("wife", "李梅", "citizen", "330125199001011247", "OK", "F", D(1990, 1, 1), "number"),
            ],
            "sign": [("S16", D(2026, 11, 21), None, "none", None, None, "marriage")] * 2,
            "tie": [("husband", "spouse_of", "wife")],
        },
    ),
    "mz aid to a household, one member's number lost in Excel": (
        row("mz", "dibao", 低保证号="D1", 户主姓名="王五", 户主身份证=DAUGHTER, 家庭住址="小古城村8组23号", 成员1姓名="王小五",
            成员1身份证="3.30125E+17", 起始年月="202601", 终止年月="202606", 保障类别="低保"),
        {
            "record": [
                ("head", "王五", "citizen", DAUGHTER, "OK", "F", D(2005, 1, 1), "number"),
                ("member_1", "王小五", "citizen", None, "BAD_CHARS", None, None, None),
            ],
            "sign": [("S15", D(2026, 1, 1), D(2026, 7, 1), "dwelling", "330110109", True, "minimum")] * 2,
            "tie": [("head", "same_household", "member_1")],
        },
    ),
    "jy pupil whose number is the father's": (
        row("jy", "pupil", 学校标识码="s1", 全国学籍号="L330110201501011234", 姓名="张子轩", 性别="男", 出生日期="20150101",
            身份证件类型="居民身份证", 身份证件号=FATHER, 现住址="西湖区文三路1号", 入学年月="202109", 学籍状态="在读", 成员1姓名="张伟",
            成员1关系="父亲"),
        {
            "record": [
                ("guardian_1", "张伟", "citizen", FATHER, "OK", "M", D(1990, 1, 1), "number"),
                ("self", "张子轩", "citizen", None, "MISSING", "M", D(2015, 1, 1), "stated"),
            ],
            "sign": [("S07", D(2021, 9, 1), None, "district", None, True, None)],
            "tie": [("guardian_1", "father_of", "self"), ("guardian_1", "guardian_of", "self")],
        },
    ),
    "zj tenancy with a flatmate; the lessor is known by name alone": (
        row("zj", "rent_contract", contract_no="c1", lessee_name="赵六", lessee_id_type="1", lessee_id_no="330184199801011237",
            co_lessees='[{"name": "钱七", "id_no": "330110200501011228"}, {"name": "孙八", "id_no": "330110********1234"}]',
            lessor_name="周九", start_date="2026-01-01", end_date="2026-12-31", status="1", house_addr="五常街道西溪花园3-2-501",
            update_time="2026-01-01 00:00:00"),
        {
            "record": [
                ("co_lessee_1", "钱七", "citizen", DAUGHTER, "OK", "F", D(2005, 1, 1), "number"),
                ("lessee", "赵六", "citizen", "330184199801011237", "OK", "M", D(1998, 1, 1), "number"),
            ],
            "sign": [("S06", D(2026, 1, 1), D(2027, 1, 1), "dwelling", "330110005", True, None)] * 2,
            "tie": [],
            "refused": [("co_lessee_2", "NO_IDENTITY"), ("lessor", "NO_IDENTITY")],
        },
    ),
    "gjj account": (
        row("gjj", "account", GRZH="a1", XINGMING="张伟", ZJLX="01", ZJHM=FATHER, KHRQ="20200101", JZNY="202610", GRZHZT="01"),
        {
            "record": [("self", "张伟", "citizen", FATHER, "OK", "M", D(1990, 1, 1), "number")],
            "sign": [("S14", D(2020, 1, 1), D(2026, 11, 1), "work", None, True, None)],
            "tie": [],
        },
    ),
    "zf person moved away": (
        row("zf", "grid_person", id="g1", name="张伟", id_type="身份证", id_no="33012519900101123X", birthday="1990-01-01",
            community_code="330110005004", addr_text="西溪花园3幢", left_time="2026-10-01 00:00:00", left_reason="搬离",
            modify_time="2026-10-01 00:00:00"),
        {
            "record": [("self", "张伟", "citizen", "33012519900101123X", "BAD_CHECK", None, D(1990, 1, 1), "stated")],
            "sign": [("N03", D(2026, 10, 1), None, "dwelling", "330110005", True, "moved_away")],
            "tie": [],
        },
    ),
    "sj shop closed": (
        row("sj", "market_entity", PRIPID="e1", LEREP="张伟", CERTYPE="10", CERNO=FATHER, YIEDISTRICT="330110", ESTDATE="2020-01-01",
            OPSTATE="3", CANDATE="2026-06-30", ENTTYPE="9500", S_EXT_TIMESTAMP="2026-07-01 00:00:00"),
        {
            "record": [("self", "张伟", "citizen", FATHER, "OK", "M", D(1990, 1, 1), "number")],
            "sign": [("S19", D(2020, 1, 1), D(2026, 7, 1), "work", None, True, "self_employed")],
            "tie": [],
        },
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", sorted(CASES))
def test_one_row(case: str) -> None:
    source, expected = CASES[case]
    wide = standardize(source)
    assert of(wide, "record", *WHO) == sorted(expected["record"], key=str)
    signs = of(wide, "sign", "sign", "from_date", "to_date", "place", "township", "in_district", "detail")
    assert signs == sorted(expected["sign"], key=str)
    roles = dict(of(wide, "record", "record_id", "role"))
    ties = sorted((roles[a], relation, roles[b]) for a, relation, b in of(wide, "tie", "from_record", "relation", "to_record"))
    assert ties == expected["tie"]
    assert of(wide, "refused", "part", "reason") == expected.get("refused", [])


def test_every_department_has_a_case() -> None:
    assert {source["dept"] for source, _ in CASES.values()} == {dept for dept, _ in all_plans()}


def test_month_of_contributions_belongs_to_the_person_of_another_table() -> None:
    wide = standardize(row("rs", "ac43", AAC001="7", AAE003="202602", AAE140="110", AAB001="u", AAE078="1", AAE036="20260301"))
    owner = key_of("rs", "ac01", "7", "self")
    assert of(wide, "owned", "record_id", "sign", "from_date", "to_date") == [(owner, "S11", D(2026, 2, 1), D(2026, 3, 1))]


def test_keys_are_joined_and_hashed_as_documented() -> None:
    wide = standardize(
        row("mz", "elder_allowance", 领取编号="L1", 发放年月="202610", 姓名="王大爷", 身份证号=FATHER, 状态="发放")
    )
    assert of(wide, "record", "record_id", "source_key", "account") == [
        (key_of("mz", "elder_allowance", "L1|202610", "self"), "L1|202610", "mz:L1")
    ]
    assert len(key_of("a", "b")) == 20


def _czrk(**more: str) -> Row:
    base = {"RYBH": "1", "GMSFHM": FATHER, "XM": "张伟", "QRRQ": "20100101", "ZXBS": "0", "GXSJ": "20260101000000"}
    return row("ga", "czrk", **(base | more))


ISSUES: dict[str, tuple[Row, tuple[str, str, bool]]] = {
    "number tidied": (_czrk(GMSFHM="'" + FATHER), ("GMSFHM", "NUMBER_TIDIED", True)),
    "number completed": (_czrk(GMSFHM="330125900101123"), ("GMSFHM", "NUMBER_UPGRADED", True)),
    "check wrong, kept": (_czrk(GMSFHM="33012519900101123X", CSRQ="19900101"), ("GMSFHM", "NUMBER_CHECK", False)),
    "date a placeholder": (_czrk(CSRQ="19000101"), ("CSRQ", "DATE_PLACEHOLDER", False)),
    "born after the delivery": (_czrk(CSRQ="20270101"), ("CSRQ", "BIRTH_AFTER_DELIVERY", False)),
    "birth date against the number": (_czrk(CSRQ="19900110"), ("CSRQ", "BIRTH_CONTRADICTS_NUMBER", False)),
    "sex against the number": (_czrk(XB="2"), ("XB", "SEX_CONTRADICTS_NUMBER", False)),
    "street of Linping": (_czrk(HJDZ_XZJD="330110001"), ("HJDZ_XZJD", "DIVISION_MOVED", True)),
    "former name in brackets": (_czrk(XM="张伟(张大伟)"), ("XM", "NAME_FORMER", True)),
    "required cell empty": (_czrk(GXSJ=""), ("GXSJ", "REQUIRED_MISSING", False)),
    "address a placeholder": (_czrk(HJDZ_XZ="未知"), ("HJDZ_XZ", "ADDRESS_PLACEHOLDER", False)),
    "list unreadable": (row("zj", "house_sale", contract_no="1", buyers="[{", update_time="x"), ("buyers", "LIST_UNREADABLE", False)),
    "list too long": (row("zj", "house_sale", contract_no="1", buyers="[{},{},{},{}]", update_time="x"), ("buyers", "LIST_TOO_LONG", False)),
    "pupil with the guardian's number": (CASES["jy pupil whose number is the father's"][0], ("身份证件号", "NUMBER_OF_PARENT", False)),
    "mother with the child's number": (
        _czrk(CSRQ="19900101", MQXM="李梅", MQSFHM=FATHER), ("MQSFHM", "NUMBER_OF_CHILD", False)),
    "unknown code": (_czrk(ZXBS="7"), ("ZXBS", "CODE_UNKNOWN", False)),
}  # fmt: skip


@pytest.mark.parametrize("case", sorted(ISSUES))
def test_cell_issues(case: str) -> None:
    source, issue = ISSUES[case]
    assert issue in of(standardize(source), "issue", "column", "reason", "repaired")


REFUSED: dict[str, tuple[Row, list[tuple[str, str]]]] = {
    "test row": (_czrk(XM="测试"), [("row", "TEST_ROW")]),
    "all placeholders": (_czrk(XM="无", GMSFHM="000000000000000000"), [("row", "ALL_PLACEHOLDERS")]),
    "name alone": (row("ga", "ldrk", DJBH="1", XM="张伟", DJRQ="20260101", GXSJ="x"), [("row", "NO_IDENTITY")]),
    "masked number": (
        row("sj", "market_entity", PRIPID="1", LEREP="张伟", CERTYPE="10", CERNO="3301**********1239", S_EXT_TIMESTAMP="x"),
        [("row", "NO_IDENTITY")]),
    "number failing its check, no name": (
        row("ga", "ldrk", DJBH="1", GMSFHM="33012519900101123X", ZJLX="111", DJRQ="20260101", GXSJ="x"), [("row", "NO_IDENTITY")]),
    "a firm rents": (row("zj", "rent_contract", contract_no="1", lessee_name="某公司", lessee_id_type="9", update_time="x"),
                     [("row", "NOTHING_STATED")]),
    "sign without a day": (_czrk(QRRQ="00000000"), [("S03", "SIGN_WITHOUT_DATE")]),
    "end before start": (_czrk(ZXRQ="20090101"), [("S03", "END_BEFORE_START")]),
}  # fmt: skip


@pytest.mark.parametrize("case", sorted(REFUSED))
def test_refusals(case: str) -> None:
    source, refusals = REFUSED[case]
    assert of(standardize(source), "refused", "part", "reason") == refusals


def test_a_closed_row_keeps_its_record_and_ends_its_signs() -> None:
    closed = D(2026, 6, 1)
    wide = standardize(
        row("ga", "czrk", closed_on=closed, RYBH="1", GMSFHM=FATHER, XM="张伟", QRRQ="20100101", ZXBS="0", GXSJ="x")
    )
    assert of(wide, "record", "closed_on", "hukou_active") == [(closed, False)]
    assert of(wide, "sign", "sign", "from_date", "to_date") == [("S03", D(2010, 1, 1), closed)]
    early = standardize(
        row("ga", "czrk", closed_on=closed, RYBH="1", GMSFHM=FATHER, XM="张伟", QRRQ="20260701", ZXBS="0", GXSJ="x")
    )
    assert of(early, "refused", "part", "reason") == [("S03", "NEVER_IN_FORCE")]
    event = row(
        "wj",
        "vaccination",
        closed_on=closed,
        grda="1",
        ymbm="a",
        jc="1",
        etxm="张玥",
        csrq="20240101",
        jzrq="20250101",
        updateTime="x",
    )
    assert of(standardize(event), "sign", "sign", "from_date", "to_date") == [("S09", D(2025, 1, 1), None)]


def test_a_baby_without_name_stands_by_her_numbered_mother() -> None:
    """Tie to a numbered record; without it neither certificate number nor name, she is refused."""
    wide = standardize(_birth(csyxzmbh="待补", xsexm=""))
    assert of(wide, "record", "role", "mother_number") == [("mother", None), ("self", "330125199001011247")]
    assert of(standardize(_birth(csyxzmbh="待补", xsexm="", mqzjhm="")), "record", "role") == [("mother",)]


def test_both_confirmations_on_one_day_are_one_sign() -> None:
    source = row(
        "ga", "ldrk", DJBH="1", GMSFHM=FATHER, ZJLX="111", XM="张伟", XZDZ="x", DJRQ="20260301", HCSJ="20260301", GXSJ="x"
    )
    assert of(standardize(source), "sign", "sign", "detail") == [("S01", "registered")]


def test_dots_of_a_uighur_name_follow_the_ethnic_column() -> None:
    assert of(standardize(_czrk(XM="阿依.汗", MZ="05")), "record", "name", "name_kind") == [("阿依·汗", "dotted")]
    assert of(standardize(_czrk(XM="阿依.汗", MZ="01")), "record", "name", "name_kind") == [("阿依汗", "han")]


def test_a_pupils_number_tells_a_citizen_number_that_is_missing() -> None:
    source = row(
        "jy",
        "pupil",
        学校标识码="s1",
        全国学籍号=f"G{DAUGHTER}",
        姓名="张玥",
        出生日期="20050101",
        入学年月="202109",
        学籍状态="在读",
    )
    assert of(standardize(source), "record", "id_number", "alias_number") == [(None, f"citizen:{DAUGHTER}")]


def test_an_older_contracts_shorter_row_reads_with_nulls() -> None:
    short = _czrk()
    short["values"] = short["values"][:3]
    assert of(standardize(short), "record", "id_number", "name") == [(FATHER, "张伟")]


def test_result_does_not_depend_on_batches() -> None:
    rows = [source for source, _ in CASES.values()]
    whole = pl.DataFrame(standardize_batch(all_plans(), batch(*rows)))
    parts = pl.concat(pl.DataFrame(standardize_batch(all_plans(), batch(each))) for each in reversed(rows))
    assert whole.sort(pl.all()).equals(parts.sort(pl.all()))


def test_no_rows_in_no_rows_out() -> None:
    assert standardize_batch(all_plans(), SOURCE.empty_table()).schema == WIDE
    assert standardize(row("zj", "house", house_code="1", update_time=str(NIGHT))).height == 0


def test_every_reason_is_met_by_a_case() -> None:
    """Each Reason has a case here, among the cleaning cases, or in the stage's own test."""
    met = {reason for _, (_, reason, _) in ISSUES.values()} | {reason for _, parts in REFUSED.values() for _, reason in parts}
    tables = (
        cases.NUMBERS,
        cases.NAMES,
        cases.DATES,
        cases.MONTHS,
        cases.PHONES,
        cases.DIVISIONS,
        cases.CODES,
        cases.ADDRESS_REASONS,
    )
    met |= {line[-1].name for table in tables for line in table if line[-1] is not None}
    elsewhere = {"OWNER_MISSING", "NEVER_IN_FORCE"}  # test_stage.py, test_a_closed_row_…
    assert {r.name for r in Reason} - met - elsewhere == set()
