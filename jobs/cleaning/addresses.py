"""Addresses: a text to levels, and keys under which the same dwelling's five spellings meet (domain §3.6).

Levels L1 province … L12 room. A dwelling is told by its *place* (estate, else village, else road and number), building,
unit (of a village: group or hamlet) and room; township and community are left out because most spellings lack them, and
come back only where two townships share a place name (jobs/records/dwellings.py decides that over all rows).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import NamedTuple

from jobs.cleaning import divisions
from jobs.cleaning.reasons import Reason

LEVELS = ("room", "unit", "building", "estate", "community", "township", "district", "outside", "none")


class Address(NamedTuple):
    """A parsed address. `place`, `building`, `unit`, `room` are normalised and None where missing.

    `level` is the finest level read; `township` nine digits; `in_district` None when the text does not tell.
    """

    level: str
    place: str | None = None
    building: str | None = None
    unit: str | None = None
    room: str | None = None
    township: str | None = None
    in_district: bool | None = None
    reason: Reason | None = None


NOTHING = Address("none")

_WORDS = frozenset({"无", "不详", "未知", "同上", "本地", "空", "NULL", "NONE", "N/A", "/", "暂无", "测试", "0"})
_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_CHINESE_NUMBER = re.compile(
    r"(?<![零〇一二三四五六七八九十百])([零〇一二三四五六七八九十百]{1,4})(?=(号楼|幢|栋|座|单元|层|室|组|号|弄))"
)
_BUILDING_WORD = re.compile(r"(?<=[0-9A-Z])(号楼|栋|座|#楼?|楼幢|号幢)")
_PROVINCE = re.compile(r"^(中国|中华人民共和国)?(浙江省|浙江(?!路|街|大道))")
_OTHER_PROVINCE = re.compile(
    r"^(中国)?(北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南|陕西|甘肃"
    r"|青海|台湾|内蒙古|广西|西藏|宁夏|新疆|香港|澳门)(省|市|(壮族|回族|维吾尔)?自治区|特别行政区|(?=[\u4e00-\u9fff]{2,6}[市州县区]))"
)
_OTHER_CITY = re.compile(r"^(宁波|温州|嘉兴|湖州|绍兴|金华|衢州|舟山|台州|丽水)市?(?![路街])")
_ANY_CITY = re.compile(r"^[\u4e00-\u9fff]{2,4}(市|地区|自治州)(?=[\u4e00-\u9fff]{1,7}[区县市镇])")
_OWN = re.compile(r"^(余杭(区|市|县))")
_ROAD = re.compile(r"([\u4e00-\u9fff]{1,7}?(?:大道|大街|路|街|巷|弄|里弄))(\d+(?:-\d+)?)(?:号|弄)(?!楼)")
_GROUP = re.compile(r"(?:第)?(\d+)(?:村民小?)?组")
_VILLAGE_HOUSE = re.compile(r"([\u4e00-\u9fff]{0,6})(\d+(?:-\d+)?)号")
_HOUSE = re.compile(r"(\d+(?:-\d+)?)号?(?:室)?$")
_TAIL = re.compile(
    r"(?:(?P<b>\d+|[A-Z]\d?|\d+[A-Z])幢)?-?(?:(?P<u>\d+|[A-Z])单元)?-?(?:(?:\d+)[层楼])?-?(?:(?P<r>[A-Z]?\d{1,4}[A-Z]?)(?:室|房|号房|号)?)?$"
)
_DASHED = re.compile(r"(?P<b>\d+|[A-Z]\d?)-(?:(?P<u>\d{1,2}|[A-Z])-)?(?P<r>\d{2,4}[A-Z]?)室?$")
_HALF = re.compile(r"(?P<b>\d+|[A-Z]\d?)幢(?P<u>\d{1,2})-(?P<r>\d{2,4}[A-Z]?)室?$")
_VILLAGE = re.compile(r"^([\u4e00-\u9fff]{2,8}?)(村民委员会|村委会|居民委员会|居委会|社区|村)(?=.|$)")


@cache
def _old_townships() -> dict[str, str]:
    """Names that no longer exist → nine digits of the township that holds the place today."""
    now = divisions.townships()
    old = {
        "五常街道": "五常乡 五常镇",
        "仓前街道": "仓前镇 仓前乡",
        "闲林街道": "闲林镇 闲林乡",
        "余杭街道": "余杭镇",
        "中泰街道": "中泰乡 中泰镇",
        "良渚街道": "良渚镇 勾庄镇 安溪镇 大陆镇",
        "仁和街道": "仁和镇 獐山镇 东塘镇 云会乡",
        "瓶窑镇": "长命乡 彭公乡",
        "径山镇": "双溪镇 长乐镇 潘板镇",
        "鸬鸟镇": "鸬鸟乡",
        "百丈镇": "百丈乡",
        "黄湖镇": "黄湖乡",
    }
    return {name: now[township] for township, names in old.items() for name in names.split()}


@cache
def _township_names() -> tuple[re.Pattern[str], dict[str, str | None]]:
    """Township names at the head of a text, and their nine digits; None for those that are Linping's now."""
    linping = dict.fromkeys([*divisions.moved(), "塘栖街道", "乔司镇", "运河镇", "崇贤镇", "星桥镇"])
    known: dict[str, str | None] = {**_old_townships(), **divisions.townships(), **linping}
    return _any(known), known


@cache
def _community_names() -> re.Pattern[str]:
    """Known communities and villages at the head of a text, 村委会 and 居委会 included."""
    return re.compile(_any(divisions.communities()).pattern + "(委会|民委员会|居委会)?")


def _any(names: Iterable[str]) -> re.Pattern[str]:
    return re.compile("(" + "|".join(sorted(names, key=lambda n: (-len(n), n))) + ")")


@cache
def _hangzhou() -> re.Pattern[str]:
    """Other districts, counties and former counties of Hangzhou at the head of a text."""
    names = {d.name for d in divisions.table().values() if d.kind == "county" and d.code[:4] in ("3301", "3390")}
    return _any(n for n in names if not n.startswith("余杭"))


@cache
def _counties() -> re.Pattern[str]:
    """Counties of the rest of Zhejiang."""
    names = {d.name for d in divisions.table().values() if d.kind == "county" and d.code[:4] not in ("3301", "3390")}
    return _any(names)


@lru_cache(maxsize=100_000)
def clean_address(raw: str | None) -> Address:
    """Parse one address text; never fails, at worst level `none` with a reason."""
    if raw is None or not raw.strip():
        return NOTHING
    text = tidy(raw)
    if not text or text.upper() in _WORDS or not re.search("[\u4e00-\u9fff]|\\d-\\d", text):
        return NOTHING._replace(reason=Reason.ADDRESS_PLACEHOLDER)
    rest, inside = _head(text)
    if inside is False:
        return Address("outside", in_district=False)
    rest, township, moved = _township(rest)
    if moved:
        return Address("outside", in_district=False)
    rest, village, own = _community(rest)
    township = township or own
    inside = True if inside or township else None
    return _dwelling(rest, village)._finish(township, inside)


def clean_address_id(raw: str) -> str | None:
    """A standard address id in upper case; None for zeros and words that stand for nothing."""
    text = unicodedata.normalize("NFKC", raw).strip().upper()
    return None if text in _WORDS or not text.strip("0-") else text


class Dwelling(NamedTuple):
    """The levels below the community."""

    place: str | None
    building: str | None
    unit: str | None
    room: str | None
    village: str | None

    def _finish(self, township: str | None, inside: bool | None) -> Address:
        level = next((n for n, v in zip(LEVELS[:4], (self.room, self.unit, self.building, self.place), strict=True) if v), None)
        level = level or ("community" if self.village else "township" if township else "district" if inside else "none")
        reason = Reason.ADDRESS_UNREADABLE if level == "none" else None
        return Address(level, self.place, self.building, self.unit, self.room, township, inside, reason)


def tidy(raw: str) -> str:
    """Width, spaces and punctuation; 栋 座 号楼 # as 幢; Chinese numbers before a house word as digits."""
    text = unicodedata.normalize("NFKC", raw).upper().replace("－", "-")
    text = re.sub(r"[\s,，。;；、:：'\"“”_|/\\]", "", text)
    text = re.sub("[‐-―−~—–]", "-", text)
    text = re.sub(r"\([^)]*\)", "", text)
    text = _CHINESE_NUMBER.sub(lambda m: str(_number(m[1])), text)
    return _BUILDING_WORD.sub("幢", text)


def _number(chinese: str) -> int:
    total = 0
    for word, scale in (("百", 100), ("十", 10)):
        if word in chinese:
            head, chinese = chinese.split(word, 1)
            total += (_DIGITS.get(head[-1:], 1) if head else 1) * scale
    digits = "".join(str(_DIGITS[c]) for c in chinese if c in _DIGITS)
    return total + (int(digits) if digits else 0)


def _head(text: str) -> tuple[str, bool | None]:
    """Cut province, city and district; False when they lie elsewhere, True when they say Yuhang, None when silent."""
    if _OTHER_PROVINCE.match(text):
        return text, False
    rest = _PROVINCE.sub("", text)
    rest = re.sub(r"^杭州(市(区)?|(?=余杭|西湖|上城|拱墅|滨江|萧山|富阳|临安|临平|钱塘))", "", rest)
    if found := _OWN.match(rest):
        return rest[found.end() :], True
    if re.match(r"余杭(?!街道|镇|塘|路|南路|北路)", rest):
        return rest[2:], True
    if _hangzhou().match(rest) or _OTHER_CITY.match(rest) or _counties().match(rest) or _ANY_CITY.match(rest):
        return rest, False
    return rest, None


def _township(rest: str) -> tuple[str, str | None, bool]:
    """Cut the township; the flag says that it is Linping's today."""
    names, codes = _township_names()
    found = names.match(rest)
    if not found:
        return rest, None, False
    return rest[found.end() :], codes[found[1]], codes[found[1]] is None


def _community(rest: str) -> tuple[str, str | None, str | None]:
    """Cut the community or village: (rest, its name, nine digits of its township where the name is known)."""
    sure = _community_names().match(rest)
    if sure:
        return rest[sure.end() :], sure[1], divisions.communities()[sure[1]]
    found = _VILLAGE.match(rest)
    if not found:
        return rest, None, None
    name = found[1] + ("社区" if found[2] in ("社区", "居委会", "居民委员会") else "村")
    behind = rest[found.end() :]
    if found[2] == "村" and not _GROUP.search(behind) and not re.match(r"[\u4e00-\u9fff]{0,6}\d+号$", behind):
        return rest, None, None  # an estate called …新村, not an administrative village
    return behind, name, None


def _dwelling(rest: str, village: str | None) -> Dwelling:
    """The levels below the community: a village house, or place, building, unit and room."""
    group = _GROUP.search(rest)
    if village and group:
        return _village_house(rest, village, group)
    road = _ROAD.match(rest)
    if road and road.end() < len(rest):
        behind = _split(rest[road.end() :])
        if behind.place:
            return behind._replace(village=village)
        return behind._replace(place=f"{road[1]}{road[2]}号", village=village)
    if road:
        return Dwelling(f"{road[1]}{road[2]}号", None, None, None, village)
    if village and (house := _VILLAGE_HOUSE.fullmatch(rest)):
        return Dwelling(village, None, house[1] or None, house[2], village)
    return _split(rest)._replace(village=village)


def _village_house(rest: str, village: str, group: re.Match[str]) -> Dwelling:
    """村 + 组 + 号 is a house of its own, room level; the group stands as the unit, since some spellings lack it."""
    house = _HOUSE.search(rest[group.end() :])
    return Dwelling(village, None, f"{group[1]}组", house[1], village) if house else Dwelling(village, None, None, None, village)


def _split(text: str) -> Dwelling:
    """An estate with building, unit and room in any of their spellings."""
    for form in (_HALF, _DASHED, _TAIL):
        found = form.search(text)
        if found and (form is not _TAIL or found.group()):
            place = _place(text[: found.start()])
            part = found.groupdict()
            if (
                form is _TAIL
                and part["b"] is None
                and part["u"] is None
                and not found.group().endswith(("室", "房", "号房"))
                and place
            ):
                part["b"], part["r"] = (part["r"], None) if found.group().endswith("号") else (None, part["r"])
            return Dwelling(place, _bare(part["b"]), _bare(part["u"]), _bare(part["r"]), None)
    return Dwelling(_place(text), None, None, None, None)


def _place(text: str) -> str | None:
    """An estate's name: plain characters; a leading road with number belongs to it no more."""
    plain = re.sub("[^\u4e00-\u9fffA-Z0-9]", "", _ROAD.sub("", text)) or re.sub("[^\u4e00-\u9fffA-Z0-9]", "", text)
    plain = re.sub("(小区|住宅区)$", "", plain) or plain
    return plain if len(plain) > 1 else None


def _bare(part: str | None) -> str | None:
    return (part.lstrip("0") or "0") if part else None
