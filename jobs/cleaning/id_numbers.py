"""Personal numbers: GB 11643 citizen numbers and every other document's (domain §3.1, §3.2, pitfalls 5, 7, 18).

Grades of a citizen-type number: OK, OK_15 (completed to 18), REPAIRED (check character restored), BAD_AREA (province does
not exist, check fits: a warning), BAD_CHECK (kept, links only with a name), BAD_LEN, BAD_CHARS, BAD_DATE, MASKED,
PLACEHOLDER, MISSING. Documents of other types are OK or one of the bad grades.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable
from typing import NamedTuple

from jobs.cleaning.divisions import provinces
from jobs.cleaning.reasons import Reason

CHECKS = "10X98765432"
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)

SOUND = frozenset({"OK", "OK_15", "REPAIRED", "BAD_AREA"})
"""Grades whose number alone identifies."""
KEPT = SOUND | {"BAD_CHECK"}
"""Grades whose number stands in `id_number`; BAD_CHECK only beside a name."""

_NOISE = re.compile(r"[\s'’‘`´\"\-_.,;:·\u200b-\u200f\u2060\ufeff]")
_CYRILLIC = str.maketrans({"Х": "X", "х": "X", "Χ": "X", "χ": "X", "×": "X", "✕": "X", "╳": "X"})
_MASK = re.compile(r"[*＊●×]{2,}|[Xx]{3,}|#{3,}")
_SCIENTIFIC = re.compile(r"\d(\.\d+)?[eE]\+?\d{1,2}")
_TEMPORARY = re.compile(r"0+|(\d)\1{5,}|1?23456789\d*")
_LOCAL = re.compile(r"(NB|LS|TMP|TEMP|WU|NO)[A-Z0-9]*")
_WORDS = frozenset({"", "无", "无证", "暂无", "未知", "不详", "NULL", "NONE", "N/A", "NA", "空", "/", "待补", "未办", "未上户"})


class Number(NamedTuple):
    """A number as standardized: its document type, its value (None unless usable), grade and reason.

    `birth` and `sex` are what the number itself says (sound citizen-type numbers only); `alias` is a second number that
    it contains (`type:number`).
    """

    type: str | None
    value: str | None
    grade: str
    reason: Reason | None = None
    birth: dt.date | None = None
    sex: str | None = None
    alias: str | None = None


MISSING = Number(None, None, "MISSING")


def check_char(body: str) -> str:
    """ISO 7064 MOD 11-2 check character of 17 digits."""
    return CHECKS[sum(int(d) * w for d, w in zip(body, WEIGHTS, strict=True)) % 11]


def complete(fifteen: str) -> str:
    """A 15-digit number as 18: century 19, or 18 for the sequence numbers 996–999 kept for centenarians."""
    century = "18" if fifteen[12:] in ("996", "997", "998", "999") else "19"
    body = fifteen[:6] + century + fifteen[6:]
    return body + check_char(body)


def tidy(raw: str) -> str:
    """Width, case, spaces, apostrophes, hyphens and zero-width characters removed; Cyrillic and Greek Х as X."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", raw)).translate(_CYRILLIC).upper()


def number_birth(number: str) -> dt.date | None:
    """The birth date inside 18 characters, or None when it does not exist or lies before 1880."""
    return _date(number[6:14])


def _date(text: str) -> dt.date | None:
    try:
        found = dt.date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        return None
    return found if 1880 <= found.year <= 2099 else None


def number_sex(number: str) -> str:
    """M or F by the seventeenth digit (odd is male)."""
    return "M" if int(number[16]) % 2 else "F"


def clean_number(raw: str | None, id_type: str | None = None) -> Number:
    """Any personal number; `id_type` is the type the source states, None where only its form tells.

    A citizen-type number is recognised whatever the source states; a stated type is believed otherwise. A foreign
    passport identifies only together with its country, which stands in the record's `nationality`.
    """
    if raw is None or not raw.strip():
        return MISSING
    early = _refused(raw, id_type)
    if early is not None:
        return early._replace(type=id_type)
    text = tidy(raw)
    if id_type in _DOCUMENTS and not _looks_citizen(text):
        return _DOCUMENTS[id_type](text, text != raw)
    if id_type is None and (found := _by_form(text)) is not None:
        return found
    return _citizen(raw, text)


def _refused(raw: str, id_type: str | None) -> Number | None:
    """What is no number at all: words, masks, temporary numbers, figures out of a spreadsheet."""
    text = unicodedata.normalize("NFKC", raw).strip().upper()
    if text.strip("-—'\"") in _WORDS:
        return Number(None, None, "PLACEHOLDER", Reason.NUMBER_PLACEHOLDER)
    if _SCIENTIFIC.fullmatch(text) and "." in text:
        return Number(None, None, "BAD_CHARS", Reason.NUMBER_EXCEL)
    if _MASK.search(text):
        return Number(None, None, "MASKED", Reason.NUMBER_MASKED)
    if _TEMPORARY.fullmatch(text) or (id_type != "passport" and _LOCAL.fullmatch(text)):
        return Number(None, None, "PLACEHOLDER", Reason.NUMBER_PLACEHOLDER)
    return None


_PASS = re.compile(r"[HM]\d{8}(\d{2})?")
_CITIZEN = re.compile(r"\d{17}[\dX]")
_FIFTEEN = re.compile(r"\d{15}")
_RESIDENT_OLD = re.compile(r"[A-Z]{3}\d{12}")


def _looks_citizen(text: str) -> bool:
    return bool(_CITIZEN.fullmatch(text)) and number_birth(text) is not None and check_char(text[:17]) == text[17]


def _citizen(raw: str, text: str) -> Number:
    """GB 11643 and its kin: 18 characters, or 15 completed."""
    if text.endswith("*"):
        return _starred(text)
    if _RESIDENT_OLD.fullmatch(text):
        return _resident_old(text, text != raw)
    if _FIFTEEN.fullmatch(text):
        return _fifteen(text)
    if re.fullmatch(r"\d{18}0", text) and raw.rstrip().endswith(".0"):
        return Number("citizen", None, "BAD_CHARS", Reason.NUMBER_EXCEL)
    if not re.fullmatch(r"[0-9A-Z]+", text):
        return Number("citizen", None, "BAD_CHARS", Reason.NUMBER_CHARACTERS)
    if len(text) != 18:
        return Number("citizen", None, "BAD_LEN", Reason.NUMBER_LENGTH)
    if not _CITIZEN.fullmatch(text):
        return Number("citizen", None, "BAD_CHARS", Reason.NUMBER_CHARACTERS)
    return _eighteen(raw, text)


def _eighteen(raw: str, text: str) -> Number:
    kind = _kind(text)
    birth = number_birth(text)
    good = check_char(text[:17]) == text[17]
    if not good and text.endswith("000"):
        return Number(kind, None, "BAD_CHECK", Reason.NUMBER_EXCEL)
    if birth is None:
        return Number(kind, None, "BAD_DATE", Reason.NUMBER_DATE)
    if not good:
        return Number(kind, text, "BAD_CHECK", Reason.NUMBER_CHECK)
    sex = None if kind == "foreigner_pr" else number_sex(text)
    if text[0] != "9" and text[:2] not in provinces():
        return Number(kind, text, "BAD_AREA", Reason.NUMBER_AREA, birth, sex)
    last = unicodedata.normalize("NFKC", raw).strip(" '")[-1:]
    if text[17] == "X" and last not in ("X", "x"):
        return Number(kind, text, "REPAIRED", Reason.NUMBER_REPAIRED, birth, sex)
    return Number(kind, text, "OK", None if text == raw else Reason.NUMBER_TIDIED, birth, sex)


def _kind(number: str) -> str:
    if number[0] == "9":
        return "foreigner_pr"
    return "hkmt_residence" if number[:6] in ("810000", "820000", "830000") else "citizen"


def _starred(text: str) -> Number:
    """Old systems wrote * for X: restored only when the check then fits."""
    whole = text[:-1] + "X"
    if _looks_citizen(whole):
        return Number(_kind(whole), whole, "REPAIRED", Reason.NUMBER_REPAIRED, number_birth(whole), number_sex(whole))
    return Number("citizen", None, "MASKED", Reason.NUMBER_MASKED)


def _fifteen(text: str) -> Number:
    whole = complete(text)
    birth = number_birth(whole)
    if birth is None:
        return Number("citizen", None, "BAD_DATE", Reason.NUMBER_DATE)
    if text[:2] not in provinces():
        return Number("citizen", whole, "BAD_AREA", Reason.NUMBER_AREA, birth, number_sex(whole))
    return Number("citizen", whole, "OK_15", Reason.NUMBER_UPGRADED, birth, number_sex(whole))


def _formed(kind: str, pattern: str, keep: int | None = None) -> Callable[[str, bool], Number]:
    """A document whose number has a fixed form; `keep` cuts a renewal count behind the lasting part."""
    form = re.compile(pattern)

    def clean(text: str, tidied: bool) -> Number:
        bare = re.sub(r"[()（）]", "", text)
        if not form.fullmatch(bare):
            reason = Reason.NUMBER_CHARACTERS if re.search(r"[^0-9A-Z]", bare) else Reason.NUMBER_LENGTH
            return Number(kind, None, "BAD_CHARS" if reason is Reason.NUMBER_CHARACTERS else "BAD_LEN", reason)
        return Number(kind, bare[:keep], "OK", Reason.NUMBER_TIDIED if tidied else None)

    return clean


def _passport(text: str, tidied: bool) -> Number:
    """Any 5 to 20 letters and digits (the Chinese forms are among them), to be read with its country."""
    if not _PASSPORT.fullmatch(text):
        return Number("passport", None, "BAD_CHARS", Reason.NUMBER_CHARACTERS)
    return Number("passport", text, "OK", Reason.NUMBER_TIDIED if tidied else None)


def _resident_old(text: str, tidied: bool) -> Number:
    """Foreigner's permanent residence card before 2023: country, region, YYMMDD, sequence; the date is only a weak check."""
    if not _RESIDENT_OLD.fullmatch(text):
        return Number("foreigner_pr", None, "BAD_LEN" if text.isalnum() else "BAD_CHARS", Reason.NUMBER_LENGTH)
    if _date("20" + text[7:13]) is None and _date("19" + text[7:13]) is None:
        return Number("foreigner_pr", None, "BAD_DATE", Reason.NUMBER_DATE)
    return Number("foreigner_pr", text, "OK", Reason.NUMBER_TIDIED if tidied else None)


def _school(text: str, tidied: bool) -> Number:
    """A pupil's number: G + citizen number, J or L + generated digits."""
    if not _SCHOOL.fullmatch(text):
        return Number("school", None, "BAD_LEN" if len(text) != 19 else "BAD_CHARS", Reason.NUMBER_LENGTH)
    inner = text[1:]
    alias = f"citizen:{inner}" if text[0] == "G" and _looks_citizen(inner) else None
    return Number("school", text, "OK", Reason.NUMBER_TIDIED if tidied else None, alias=alias)


_CHINESE_PASSPORT = re.compile(r"E[A-HJ-NP-Z0-9]\d{7}|[GDSP]\d{8}|P[EJ]\d{7}|1[45]\d{7}")
_PASSPORT = re.compile(r"(?=.*\d)[A-Z0-9]{5,20}")
_SCHOOL = re.compile(r"[GJL]\d{17}[\dX]")
_DOCUMENTS: dict[str | None, Callable[[str, bool], Number]] = {
    "hk_macao_pass": _formed("hk_macao_pass", r"[HM]\d{8}(\d{2})?", 9),
    "taiwan_pass": _formed("taiwan_pass", r"\d{8}[A-Z]?|\d{10}[A-Z]?", 8),
    "passport": _passport,
    "birth_certificate": _formed("birth_certificate", r"[A-Z]\d{9}"),
    "school": _school,
    "foreigner_pr": _resident_old,
    "other": _formed("other", r"[0-9A-Z\u4e00-\u9fff]{5,30}"),
}
TYPES = ("citizen", "hkmt_residence", *(t for t in _DOCUMENTS if t))
"""Every document type of records.id_type."""


def _by_form(text: str) -> Number | None:
    """The type of a number whose source states none, where its form alone tells."""
    for kind, form in _FORMS.items():
        if form.fullmatch(text):
            return _DOCUMENTS[kind](text, False)
    return None


_FORMS = {
    "school": _SCHOOL,
    "birth_certificate": re.compile(r"[A-Z]\d{9}"),
    "hk_macao_pass": _PASS,
    "foreigner_pr": _RESIDENT_OLD,
    "passport": _CHINESE_PASSPORT,
}
