"""Chinese and Latin personal names, for comparison only: folding, sound, look-alikes, masks (domain §3.8).

Characters are looked up one by one and remembered, so a million distinct names cost seconds. Sound is toneless pinyin
with surnames' own readings; finals -ng/-n and initials zh/z, ch/c, sh/s, l/n stay apart here, because merging them
would double the strangers who agree.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

DOTS = "·•・･‧∙⋅᛫·．.。"
MASKS = "*＊×●□〓�?？¿"
ANY = "*"
_MASKED = re.compile(f"[{re.escape(MASKS)}\ue000-\uf8ff]")
"""A mask, or a character of somebody's private use area, which nobody else can read."""


def _listed(text: str) -> list[str]:
    return text.split()


VARIANTS = {
    pair[0]: pair[1]
    for pair in _listed(
        "昇升 陞升 堃坤 喆哲 峯峰 甯宁 靑青 溫温 呂吕 戶户 於于 鍾钟 鐘钟 "
        "蕭肖 萧肖 傅付 阎闫 閆闫 閻闫 戴代 邱丘 覃谭 黃黄 囯国 榮荣 栢柏 "
        "暘旸 晧皓 "
        "勳勋 勛勋 凃涂 吳吴 淸清 嵗岁 龑䶮 慜敏 啓启 啟启 "
        "脩修 菓果 劵券 寗宁 濶阔 璿璇 衞卫 曁暨 湧涌 祕秘 卄廿 邨村 迺乃 弍贰"
    )
}
"""Variant, then the form compared by (two characters a word): variants in names, and surnames officially mixed for one person."""

ALIKE = _listed(
    "己已巳 未末 戊戌戍 子孑 余佘 晴睛 祎袆 姗珊 菅管 郗郄 翟瞿 仝全 弋戈 晓哓 "
    "土士 干千 日曰 天夭 大太 刀力 人入 由甲申 贝见 侯候 "
    "崔催 治冶 析折 抡抢 洁浩 淇琪 瑶谣 杨扬 炀旸 娜哪 "
    "萍苹 菲非 薇微 莹萤 昊吴 祺棋 炜伟玮 铭名 璐露 怡恰 惋婉 琬碗 竞竟 涵函 "
    "喧暄 柏伯 "
    "郎朗 朋明 问间 阳阴 茜西 茵菌 娇骄 骏俊峻 胜性 栋拣 钢纲 誉誊 孟盂 汪江 注汪 泽译 邵绍 贾贸 季李 幸辛 宋宗 章童 字宇 "
    "炅灵 "
    "眀明 壁璧 彤形 萱宣 渊洲 旭旮 建健 皓浩 嘉喜 昱昊 "
    "芷芝 沐休 睿容 帆汎 妍研 韵韶 亮高 勤勒 岚风 楠南 桦华 辰晨 宸晨"
)
"""Groups of characters taken for one another by eye or pen; a character stands for the first group that names it."""

COMPOUND = frozenset(
    _listed(
        "欧阳 上官 皇甫 令狐 司徒 诸葛 司马 宇文 呼延 端木 公孙 慕容 尉迟 长孙 东方 夏侯 钟离 独孤 轩辕 南宫 闻人 澹台 公冶 濮阳 "
        "淳于 单于 太史 申屠 赫连"
    )
)
READINGS = dict(
    pair.split(":")
    for pair in _listed(
        "单:shan 解:xie 仇:qiu 曾:zeng 查:zha 任:ren 区:ou 朴:piao 盖:ge 缪:miao 冼:xian 翟:zhai 万:wan 乐:yue 宓:mi 员:yun "
        "折:she 秘:bi 覃:tan 逄:pang 黑:he 洗:xian 种:chong 么:yao 曲:qu 石:shi 燕:yan 华:hua"
    )
)
"""Surnames that read otherwise than the same character elsewhere."""


def load() -> None:
    """Load the tables of simplified characters and of sounds, which take half a second at first use."""
    _fold_char("一")
    syllable("一")


def is_han(text: str) -> bool:
    """Whether the first letter is a Han character."""
    return bool(text) and _han(text[0])


def _han(c: str) -> bool:
    return "\u3400" <= c <= "\u9fff" or "\uf900" <= c <= "\ufaff" or c >= "\U00020000"


@lru_cache(maxsize=100_000)
def _fold_char(c: str) -> str:
    c = unicodedata.normalize("NFKC", c)
    if len(c) != 1 or not _han(c):
        return c.upper()
    if c in VARIANTS:
        return VARIANTS[c]
    simple = str(_opencc().convert(c))
    return VARIANTS.get(simple, simple)


@cache
def _opencc():  # type: ignore[no-untyped-def]
    import opencc

    return opencc.OpenCC("t2s")


def fold(name: str) -> str | None:
    """Simplified, variants unified, dots and spaces dropped; Latin names in upper case without diacritics."""
    if name.isascii() and name.isalnum():
        return name.upper()  # a number: no word to part from another
    if not is_han(name):
        return " ".join(words(name)) or None
    return name.translate(_FOLDED) or None


class _Folded(dict[int, str | None]):
    """What each character folds to, found out when first met."""

    def __missing__(self, point: int) -> str | None:
        c = chr(point)
        self[point] = None if c in DOTS or c.isspace() else _fold_char(c)
        return self[point]


_FOLDED = _Folded()


def folds_to_one(c: str) -> bool:
    """Whether a Han character folds to one Han character, as nearly all do."""
    to = _FOLDED[ord(c)]
    return to is not None and len(to) == 1 and _han(to)


def fold_han(c: str) -> str:
    """What such a character folds to."""
    return str(_FOLDED[ord(c)])


@lru_cache(maxsize=100_000)
def syllable(c: str) -> str:
    """Toneless pinyin of a Han character wherever it stands but first in a name; another character as it is."""
    from pypinyin import Style, lazy_pinyin

    if not _han(c):
        return c
    return str(lazy_pinyin(c, style=Style.NORMAL)[0]).lower().replace("lve", "lue").replace("nve", "nue")


def pinyin(name: str) -> str | None:
    """Toneless syllables joined by a space; for Latin names their words in sorted order; None for a masked name."""
    folded = fold(name)
    return None if folded is None else sound(folded)


def sound(folded: str) -> str | None:
    """Pinyin of a folded name."""
    if is_masked(folded):
        return None
    if not is_han(folded):
        return " ".join(sorted(folded.split()))
    syllables = [syllable(c) for c in folded]
    if folded[0] in READINGS:
        syllables[0] = READINGS[folded[0]]
    return " ".join(syllables)


@cache
def _alike() -> dict[str, str]:
    table: dict[str, str] = {}
    for group in ALIKE:
        for c in group:
            table.setdefault(c, table.get(group[0], group[0]))
    return table


def lookalike(name: str) -> str | None:
    """The folded name with every character replaced by the head of its look-alikes."""
    folded = fold(name)
    return None if folded is None else alike(folded)


def alike(folded: str) -> str:
    """Look-alike of a folded name, or of one character."""
    return "".join(_alike().get(c, c) for c in folded)


def surname(name: str) -> str | None:
    """The surname of a Han name, folded; the first word of a Latin one."""
    folded = fold(name)
    return family(folded) if folded else None


def family(folded: str) -> str:
    """Surname of a folded name."""
    if not is_han(folded):
        return folded.split()[0]
    return folded[:2] if len(folded) > 2 and folded[:2] in COMPOUND else folded[:1]


def given(name: str) -> str | None:
    """What follows the surname, folded."""
    folded = fold(name)
    return first(folded) if folded else None


def first(folded: str) -> str | None:
    """Given name of a folded name."""
    return folded[len(family(folded)) :].strip() or None


@lru_cache(maxsize=200_000)
def latin(text: str) -> str:
    """Upper case, diacritics stripped."""
    if text.isascii():
        return text.upper()
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)).upper()


def words(name: str) -> list[str]:
    """Words of a Latin name, hyphens joined, commas and MRZ fillers as spaces."""
    return [w for w in re.split(r"[^0-9A-Z*\u3400-\u9fff]+", latin(name).replace("-", "").replace("'", "")) if w]


def is_masked(name: str) -> bool:
    """Whether the name holds unknown characters."""
    return _MASKED.search(name) is not None


def known_characters(name: str) -> int:
    """How many characters of a name are not masks."""
    return len(name) - len(_MASKED.findall(name))


def compatible(left: str, right: str) -> bool:
    """Whether two names or numbers, of which at least one has unknown characters, may be the same text.

    A run of two or more masks stands for one or more characters, a single mask for one; known characters must agree
    and be at least one in common.
    """
    if not (is_masked(left) or is_masked(right)):
        return False
    if is_masked(left) and is_masked(right):
        return False
    mask, whole = (left, right) if is_masked(left) else (right, left)
    return _pattern(mask).fullmatch(whole) is not None


@lru_cache(maxsize=100_000)
def _pattern(mask: str) -> re.Pattern[str]:
    parts, run = [], 0
    known = 0
    for c in mask + "\0":
        if c in MASKS or "\ue000" <= c <= "\uf8ff":
            run += 1
            continue
        if run:
            parts.append("." if run == 1 else f".{{{run}}}" if len(mask) > 6 else ".{1,3}")
            run = 0
        if c != "\0":
            parts.append(re.escape(c))
            known += 1
    return re.compile("".join(parts) if known else r"(?!)", re.DOTALL)
