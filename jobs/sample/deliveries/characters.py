"""What clerks, keyboards and character sets do to names: the generator's own small tables (the pipeline has others).

Facts of domain §3.8; the choice of characters is this file's. Every function takes one text and a number that picks
among the possibilities, and returns the damaged text, or None when the damage cannot happen to this text.
"""

from __future__ import annotations

HOMOPHONES = (
    "晓小筱 丽莉俐 燕艳雁 建健剑 志智治 红宏洪虹 伟玮炜苇 军君钧 芳方坊 静婧敬 杰洁捷 明铭鸣 华桦骅 英瑛莹 玲铃灵 婷亭庭 "
    "鑫欣新馨 宇雨羽禹 轩萱宣 涵晗含 浩皓昊 子梓紫 怡宜仪 佳嘉家 琪琦祺 辰晨宸 诗思斯 梦孟 强墙 斌彬滨 辉晖徽 平萍苹 春椿 "
    "国帼 文雯纹 海海 玉育钰 兰岚澜 梅媚 秀绣琇 珍真贞 桂贵 凤奉 云芸耘 龙隆 飞菲霏 超朝 峰锋丰 勇永咏 涛韬 磊蕾 敏民珉 "
    "慧惠会 蓉榕荣 倩茜 雪学 娟涓鹃 霞侠 博伯 泽则 奕亦易 诺若 依伊一 妍研言 可柯 语雨 桐童彤 瑶遥 俊骏峻 豪毫 鹏朋 成诚程 "
    "林琳霖 祥翔详 福富 永勇 德得 生升昇 金锦 兴星 忠中钟 晨辰 睿瑞锐 阳洋扬 东冬 波博 利力立 刚钢 良梁 根更 水税 法发 仁人"
)
"""Groups of characters with the same sound (tones may differ)."""

SURNAME_SOUNDS = (
    "王汪黄 张章 陈程 吴武 徐许 余于俞 江姜蒋 何贺 付傅 肖萧 闫严阎 代戴 邱丘秋 沈申 陆卢鲁 施史石 金靳 叶业 钟仲 罗骆 宋送"
)
LOOKALIKES = (
    "已己 未末 戊戌戍 子孑 佘余 毛手 晴睛 祎袆 姗珊 菅管 郗郄 翟瞿 仝全 弋戈 侯候 汩汨 冼洗 曰日 土士 于干 天夫 田由 申甲 王玉 "
    "大太 木本 今令 名各 宇字 凤风 兰三 洁浩 晓晚 娜婀 琦绮 烨桦 玮讳 婕倢 昊吴 崔催 柏拍 祁祈 沈忱 陆陡 杨扬 汪注 刘列 徐涂 "
    "林材 杰然 涛涤 敏敬 萍苹 辉挥 芳劳 伟韦 斌赋 淑椒 芬芳 娟涓 珍诊 霞霰 丽两 建健 国图 明朋 军车 平乎 志忘 学字 永水 成戍"
)
TRADITIONAL = (
    "张張 陈陳 刘劉 黄黃 赵趙 吴吳 孙孫 马馬 罗羅 郑鄭 谢謝 韩韓 许許 邓鄧 冯馮 萧蕭 "
    "叶葉 苏蘇 钟鐘 华華 国國 伟偉 丽麗 军軍 兰蘭 凤鳳 龙龍 云雲 杰傑"
)
RARE_FORMS = (
    "喆:吉吉 堃:方方土 犇:牛牛牛 淼:水水水 鑫:金金金 䶮:龙天 龑:龙天 昇:日升 玥:王月 翀:羽中 燚:火火火 垚:土土土 赟:斌贝 "
    "珺:王君 彧:或"
)
PINYIN = (
    "喆ZHE 堃KUN 犇BEN 淼MIAO 䶮YAN 龑YAN 昇SHENG 玥YUE 翀CHONG 燚YI 垚YAO 赟YUN 珺JUN 彧YU 镕RONG 韡WEI 㛃JIE 𬱖DI 𬍛CHONG "
    "𬭎HONG 𫍯XU 䜣XIN 璟JING 昕XIN 妤YU 琛CHEN 骁XIAO 煊XUAN 沄YUN 翊YI 晗HAN 婧JING 祎YI 旻MIN 骞QIAN 霖LIN 昀YUN 珩HENG "
    "芃PENG 筠YUN"
)
PRIVATE = {"䶮": "\ue863", "䜣": "\ue844", "㛃": "\ue0a1", "𬱖": "\ue0a2", "𬍛": "\ue0a3", "𬭎": "\ue0a4"}
"""Rare character → the private-use code an old national font gives it (the first two are foldable, the rest are a vendor's)."""

NEWBORN = ("{s}宝宝", "{s}某之子", "{s}××之女", "", "无名氏", "{s}{m}之子", "{s}婴")
PLACEHOLDERS = ("无", "不详", "未知", "-", "本人", "同上", "NULL")


def _groups(text: str) -> dict[str, str]:
    """Character → the other characters of its groups, in table order."""
    table: dict[str, str] = {}
    for group in text.split():
        for character in group:
            others = [c for c in group if c != character]
            table[character] = table.get(character, "") + "".join(c for c in others if c not in table.get(character, ""))
    return {c: o for c, o in table.items() if o}


SAME_SOUND, SURNAME_SOUND, SAME_LOOK = _groups(HOMOPHONES), _groups(SURNAME_SOUNDS), _groups(LOOKALIKES)
TO_TRADITIONAL = {pair[0]: pair[1] for pair in TRADITIONAL.split()}
SPLIT_FORM = dict(entry.split(":") for entry in RARE_FORMS.split())
SOUND = {entry[0]: entry[1:] for entry in PINYIN.split()}

RARE_PATTERN = "[" + "".join(sorted({*SOUND, *SPLIT_FORM})) + "\u3400-\u4dbf\ua000-\uffff\U00020000-\U0003ffff]"
"""Names that hold a character some system cannot."""


def _replace(name: str, table: dict[str, str], pick: int, first: int = 0) -> str | None:
    """Replace one character (not before position `first`) by one of its table's alternatives."""
    places = [i for i, c in enumerate(name) if i >= first and c in table]
    if not places:
        return None
    place = places[pick % len(places)]
    options = table[name[place]]
    return name[:place] + options[(pick // 7) % len(options)] + name[place + 1 :]


def homophone(name: str, pick: int) -> str | None:
    """A character of the same sound; one time in eight the surname's."""
    if pick % 8 == 0:
        damaged = _replace(name[:1], SURNAME_SOUND, pick)
        if damaged:
            return damaged + name[1:]
    return _replace(name, SAME_SOUND, pick, first=1)


def lookalike(name: str, pick: int) -> str | None:
    """A character of the same shape."""
    return _replace(name, SAME_LOOK, pick)


def traditional(name: str, pick: int) -> str | None:
    """A simplified character written in its traditional form."""
    return _replace(name, TO_TRADITIONAL, pick)


def masked_name(name: str, pick: int) -> str | None:
    """张*三, 张**, *伟."""
    if len(name) < 2 or "*" in name:
        return None
    if len(name) > 2 and pick % 3 == 0:
        return name[0] + "*" * (len(name) - 2) + name[-1]
    return "*" + name[1:] if pick % 3 == 1 else name[0] + "*" * (len(name) - 1)


def spaced(name: str, pick: int) -> str | None:
    """王 伟, with a plain or an ideographic space."""
    return name[0] + (" ", "　")[pick % 2] + name[1:] if len(name) == 2 and not name.isascii() else None


def truncated(name: str, pick: int) -> str | None:
    """Cut to 20 bytes in GBK as a byte column does; half a character becomes `?`."""
    raw = name.encode("gb18030", "replace")
    limit = 20 if len(raw) > 20 else len(raw) - 1 - pick % 2
    if len(raw) <= 12:
        return None
    return raw[:limit].decode("gb18030", "replace").replace("\ufffd", "?")


def rare(name: str, pick: int) -> str | None:
    """A rare character arriving as private use, `?`, `*`, capitals of its sound or its parts; common characters do not suffer."""
    places = [i for i, c in enumerate(name) if c in SOUND or c in SPLIT_FORM or ord(c) > 0x9FFF or 0x3400 <= ord(c) < 0x4E00]
    if not places or name.isascii():
        return None
    place = places[pick % len(places)]
    return name[:place] + _rare_form(name[place], pick // 3) + name[place + 1 :]


def _rare_form(character: str, pick: int) -> str:
    forms = ["?", "*", "□"]
    forms += [PRIVATE[character]] * 3 if character in PRIVATE else []
    forms += [SOUND[character]] * 2 if character in SOUND else []
    forms += [f"({SPLIT_FORM[character]})"] if character in SPLIT_FORM else []
    return forms[pick % len(forms)]


def placeholder_name(name: str, pick: int) -> str | None:
    """无, 不详, …"""
    return PLACEHOLDERS[pick % len(PLACEHOLDERS)]


def provisional(name: str, pick: int) -> str | None:
    """A newborn's name before it has one, from the name's surname."""
    surname = name[:1]
    return NEWBORN[pick % len(NEWBORN)].format(s=surname, m=name[1:2])


def in_gbk(name: str) -> str:
    """A name as a GBK database keeps it: an old private code for some rare characters, `?` for the others."""
    return "".join(c if _is_gbk(c) else PRIVATE.get(c, "?") for c in name)


def _is_gbk(character: str) -> bool:
    try:
        character.encode("gbk")
    except UnicodeEncodeError:
        return False
    return True
