"""The status codes, and the code lists that the rules compare with (domain §1.3). No engine is imported here."""

from __future__ import annotations

from typing import NamedTuple


class Status(NamedTuple):
    """One status code: its words, its class, and the counts it enters."""

    zh: str
    en: str
    kind: str
    usual: bool
    present: bool
    hukou: bool


CODES: dict[str, Status] = {
    "11": Status("户籍常住（人户一致）", "local hukou, living in the hukou township", "R", True, True, True),
    "12": Status("户籍常住（区内人户分离）", "local hukou, living in another township of the district", "R", True, True, True),
    "13": Status("户籍外出不满半年", "local hukou, absent less than half a year", "R", True, False, True),
    "14": Status("户籍境外工作学习", "local hukou, outside the border for work or study", "R", True, False, True),
    "21": Status(
        "市区内人户分离（外区入余杭）", "hukou in another urban district of the city, living here", "R", True, True, False
    ),
    "22": Status("省内流动常住", "hukou elsewhere in the province, half a year or more", "R", True, True, False),
    "23": Status("省外流动常住", "hukou in another province, half a year or more", "R", True, True, False),
    "24": Status("户口待定常住", "living here, no hukou anywhere yet", "R", True, True, False),
    "25": Status(
        "港澳台常住", "Hong Kong, Macao or Taiwan resident, half a year or more (reported separately)", "R", False, True, False
    ),
    "26": Status("外籍常住", "foreign national, half a year or more (reported separately)", "R", False, True, False),
    "31": Status("暂住（不满半年）", "living here, half a year not met", "T", False, True, False),
    "32": Status("境外人员暂住", "from outside the border, less than half a year", "T", False, True, False),
    "41": Status("户籍外出半年以上", "local hukou, away half a year or more", "A", False, False, True),
    "42": Status("户籍无迹象（空挂户待核）", "local hukou, no sign in any other register for two years", "A", False, False, True),
    "51": Status("在区就业非居住", "works or is insured here, no evidence of living here", "N", False, False, False),
    "52": Status("其他关联非居住", "another tie only: owner, patient, relative, past record", "N", False, False, False),
    "53": Status("已离开", "was living here, now left or lapsed", "N", False, False, False),
    "61": Status("证据冲突待核实", "contradicting evidence of similar strength, to be verified", "U", False, False, False),
    "62": Status("证据不足待核实", "evidence too thin, to be verified", "U", False, False, False),
    "91": Status("死亡", "death confirmed", "D", False, False, False),
    "92": Status("疑似死亡待核", "death reported but contradicted by later activity, to be verified", "D", False, False, False),
    "99": Status("非有效自然人", "no natural person: test row, merged-away id, impossible identity", "X", False, False, False),
}

DISTRICT = "330110"
"""Yuhang."""

NOWHERE = "330110999"
"""Township of people who are present but whose township is unknown."""

URBAN = ("330102", "330103", "330104", "330105", "330106", "330108", "330109", "330110", "330111", "330112", "330113", "330114")
"""Hangzhou's urban districts today, and the two abolished in 2021."""

URBAN_BEFORE = ("330121", "330123", "330124", "330125", "330181", "330183", "330184", "330185")
"""Counties and county-level cities that became urban districts (萧山, 富阳, 临安, 余杭)."""

HKMT = ("hkmt_residence", "hk_macao_pass", "taiwan_pass")
FOREIGN = ("passport", "foreigner_pr")

ADDRESS_ORDER = ("S05", "S01", "S06", "S15", "S04", "S02")
"""Address choice among A and A− signs in force. Behind them come: the newest A or A− sign of the last two years, the newest
dwelling text of a visit, school or job, the text of other registers, the hukou address, an own dwelling. (Domain §1.3 puts
the hukou address before the texts; it is where people are registered, and tells least where they live.)"""
