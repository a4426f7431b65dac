"""Names as written, put into one standard form, and the keys under which they compare (domain §3.8).

`name` stays what the department wrote, in standard form (NFKC, U+00B7 as middle dot, private-use characters folded). What
was lost on the way stands as `?`, one per character. A mask has no value: its pattern stays in the raw text.
"""

from __future__ import annotations

import html
import re
import unicodedata
from typing import NamedTuple

from jobs.cleaning.characters import COMPOSED, PRIVATE, RADICALS
from jobs.cleaning.reasons import Reason

HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
PLAIN = re.compile("[\u4e00-\u9fff]{2,4}")
LOST = "?"
DOTTED_ETHNIC = frozenset({"02", "04", "05", "17", "29", "41", "43", "50"})
"""Ethnic groups whose names carry a middle dot: there even a full stop or space between two parts is one."""

_WORDS = "无 未知 不详 空 本人 同上 无名 无姓名 暂无 待定 未填 合计 总计 小计"
PLACEHOLDERS = frozenset(_WORDS.split())
_NOTHING = frozenset({"NULL", "NONE", "N/A", "NA", "NIL", "/"})
_TEST = re.compile(r".{0,2}测试.{0,4}|TEST\w*|XXX+|AAA+|ASDF.*", re.I)
_LETTERS = re.compile(f"[\\w{HAN}?□〓�*●×¿]")  # Python knows no letters in the newest Han blocks
_NEWBORN = re.compile(
    r"[^之]{1,6}之(长|次|大|小|双胞胎)?(子|女|儿|婴|儿子|女儿|男|女婴|男婴)[A-D甲乙丙一二三\d]?|.{1,3}[×*X某]?[男女]婴[A-D甲乙丙一二三\d]?|"
    r".{1,2}[×*X]婴[A-D甲乙]?|.{0,1}(宝宝|毛毛)[A-D]?|[大小二三]宝|新生儿.{0,2}|婴儿.{0,2}|无名氏|未取名|待取名|未命名"
)
_MASK = re.compile(r"[*●×◎○]|X{2,}|某|\.{3}$|…")
_SURE_DOT = re.compile(f"(?<=[{HAN}?])\\s*[·•・‧∙⋅᛫˙●]\\s*(?=[{HAN}?])")
_WEAK_DOT = re.compile(f"(?<=[{HAN}?])\\s*[.。\\-‐-― ]\\s*(?=[{HAN}?])")
_BRACKET = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]|【([^】]*)】")
_FORMER = re.compile(r"^(曾用名|又名|原名|别名|曾名|曾用|又称|小名)[:为是]?")
_DAMAGE = re.compile("[?¿□〓�■\ue000-\uf8ff\U000f0000-\U0010ffff]")
_IDEOGRAPHIC = re.compile(f"[\u2ff0-\u2fff]+([{HAN}]{{2,4}}?)(?=$|[{HAN}·?])")
_PINYIN = re.compile(f"(?<=[{HAN}])[A-Za-zÀ-ſǍ-ǜ]{{1,6}}|^[A-Za-z]{{1,6}}(?=[{HAN}]+$)")
_ALL_HAN = re.compile(f"[{HAN}]+")
_DOTTED = re.compile(f"[{HAN}?]+(·[{HAN}?]+)+")


class Name(NamedTuple):
    """A name as standardized. `kind`: han, dotted, foreign, newborn, masked, damaged, placeholder, missing."""

    value: str | None
    kind: str
    reason: Reason | None = None
    former: str | None = None


MISSING = Name(None, "missing")
REREADINGS = 4
"""Each reading takes something away; nothing met in testing needed more than two."""


def clean_name(raw: str | None, dotted: bool = False) -> Name:
    """One name. `dotted` says that the person's ethnic group writes names with a middle dot.

    What is left once stray characters are gone is read again: they may have hidden a placeholder or a newborn's mark.
    """
    found = _first(raw, dotted)
    for _ in range(REREADINGS):
        if found.value is None or found.value == raw:
            break
        again = _first(found.value, dotted)
        if again.value == found.value and again.kind == found.kind:
            break
        found = again if again.value is None else again._replace(former=again.former or found.former)
    return found


def _first(raw: str | None, dotted: bool) -> Name:
    if raw is None or not raw.strip():
        return MISSING
    text = fold(raw)
    if text in PLACEHOLDERS or text.upper() in _NOTHING or not _LETTERS.search(text):
        return Name(None, "placeholder", Reason.NAME_PLACEHOLDER)
    if _TEST.fullmatch(text):
        return Name(None, "placeholder", Reason.TEST_ROW)
    if _NEWBORN.fullmatch(text):
        return Name(text, "newborn", Reason.NAME_PROVISIONAL)
    text, former = _split_former(text)
    if _MASK.search(text) and not (text.isascii() and "*" not in text):
        return Name(None, "masked", Reason.NAME_MASKED, former)
    return _read(raw, text, former, dotted)


def fold(raw: str) -> str:
    """Standard characters: numeric entities, NFKC, private-use and radical folds; outer space and apostrophes dropped."""
    text = html.unescape(raw) if "&#" in raw else raw
    text = unicodedata.normalize("NFKC", text.translate(PRIVATE)).translate(RADICALS)
    text = re.sub("[\u200b-\u200f\u2060\ufeff\u00ad]", "", text)
    return _IDEOGRAPHIC.sub(_compose, re.sub(r"\s+", " ", text).strip(" '‘’\"“”,;:·-_"))


def _compose(found: re.Match[str]) -> str:
    return COMPOSED.get(found[1], LOST)


def _split_former(text: str) -> tuple[str, str | None]:
    """Brackets behind a whole name hold a former name; behind a bare surname they hold a character written in parts."""
    found = _BRACKET.search(text)
    if not found:
        return text, None
    inside = next(g for g in found.groups() if g is not None)
    before, after = text[: found.start()].strip(), text[found.end() :].strip()
    if not after and len(before) >= 2:
        former = _FORMER.sub("", inside).strip()
        return before, former if _ALL_HAN.fullmatch(former) and 2 <= len(former) <= 6 else None
    return f"{before}{COMPOSED.get(inside, LOST)}{after}", None


def _read(raw: str, text: str, former: str | None, dotted: bool) -> Name:
    if not re.search(f"[{HAN}?□〓�¿\ue000-\uf8ff]", text) and re.search(r"[^\W\d_]", text):
        return foreign(raw, text)
    text = _DAMAGE.sub(LOST, text)
    joined = _PINYIN.sub(LOST, _dots(text, dotted))
    bare = re.sub(f"[^{HAN}·?]", "", joined).strip("·")
    if not _ALL_HAN.search(bare):
        return Name(None, "placeholder", Reason.NAME_CHARACTERS)
    if LOST in bare:
        return Name(bare, "damaged", Reason.NAME_DAMAGED, former)
    kind = "dotted" if _DOTTED.fullmatch(bare) else "han"
    reason = Reason.NAME_FORMER if former else _repair(raw, joined, bare)
    return Name(bare, kind, reason, former)


def _repair(raw: str, joined: str, bare: str) -> Reason | None:
    if re.search(r"[^\W_]", re.sub(f"[{HAN}]", "", joined)):
        return Reason.NAME_CHARACTERS
    return None if raw == bare else Reason.NAME_REPAIRED


def _dots(text: str, dotted: bool) -> str:
    """One middle dot for its many stand-ins; a full stop, hyphen or space only in long or dotted-ethnic names."""
    text = _SURE_DOT.sub("·", text)
    if dotted or ("·" not in text and len(re.sub(f"[^{HAN}]", "", text)) >= 5):
        text = _WEAK_DOT.sub("·", text)
    return text


def foreign(raw: str, text: str) -> Name:
    """A name in another script: upper-case tokens without marks, in the order written, MRZ fillers as spaces."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    plain = plain.replace("ß", "ss").replace("ø", "o").replace("Ø", "O").replace("ł", "l").replace("Ł", "L").replace("đ", "d")
    tokens = re.sub(r"['’`.]", "", plain).upper().replace("-", " ")
    value = " ".join(re.findall(r"[^\W\d_]+", tokens))
    if not value:
        return Name(None, "placeholder", Reason.NAME_CHARACTERS)
    return Name(value, "foreign", None if value == raw else Reason.NAME_REPAIRED)
