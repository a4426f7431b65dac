"""Characters that travel badly: private-use code points of old Chinese encodings, radicals, characters written in parts.

Facts: domain §3.8 and Appendix B. U+E815–U+E864 stand for GBK FE50–FEA0, which GB 18030 decodes; the code points that
Python still leaves private have a hand table.
"""

from __future__ import annotations


def _private() -> dict[int, int]:
    """Private-use code point → its standard character."""
    pairs = [bytes((0xFE, low)) for low in (*range(0x50, 0x7F), *range(0x80, 0xA1))]
    folded = {0xE815 + i: ord(pair.decode("gb18030")) for i, pair in enumerate(pairs)}
    table = {old: new for old, new in folded.items() if not 0xE000 <= new <= 0xF8FF}
    late = (0xE81E, 0xE826, 0xE82B, 0xE82C, 0xE832, 0xE843, 0xE854, 0xE864)
    table.update({old: 0x9FB4 + i for i, old in enumerate(late)})
    table.update({0xE816: 0x20087, 0xE817: 0x20089, 0xE818: 0x200CC, 0xE831: 0x215D7, 0xE83B: 0x2298F, 0xE855: 0x241FE})
    return table


PRIVATE = _private()

RADICALS = str.maketrans("⺠⻓⻢⻰⻩⻘⻄⻁⻉⻋⻅⻆⻔⻙⻚⻛⻜⻝⻥⻦⻬⻮⻯⻳", "民长马龙黄青西虎贝车见角门韦页风飞食鱼鸟齐齿龙龟")
"""Radicals that NFKC does not turn into the character they look like."""

COMPOSED = {
    "龙天": "䶮", "吉吉": "喆", "方方土": "堃", "牛牛牛": "犇", "水水水": "淼", "金金金": "鑫", "火火火": "焱", "土土土": "垚",
    "木木木": "森", "石石石": "磊", "日日日": "晶", "马马马": "骉", "火火": "炎", "由页": "𬱖", "女洁": "㛃", "讠斤": "䜣",
    "日升": "昇", "山峰": "峰", "王韦": "玮", "王行": "珩", "王廷": "珽", "日斤": "昕", "日韦": "暐", "韦韦": "韡", "王文": "玟",
}  # fmt: skip
"""A character written as its parts → the character; other parts stay unknown."""
