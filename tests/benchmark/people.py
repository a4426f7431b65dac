"""One table of invented persons with Chinese names, each mentioned about one and a half times, with typing errors.

Who is who stands in a table of its own. The same seed, rows and rates give the same bytes. Shares nothing with the engine
or with the sample district: no list of names, look-alikes or address parts is read from there.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

SURNAMES = (
    "王李张刘陈杨黄赵周吴徐孙朱马胡郭林何高梁郑罗宋谢唐韩曹许邓萧冯曾程蔡彭潘袁于董余苏叶吕魏蒋田杜丁沈姜范江傅钟卢汪戴崔任陆"
    "廖姚方金邱夏谭韦贾邹石熊孟秦阎薛侯雷白龙段郝孔邵史毛常万顾赖武康贺严尹钱施牛洪龚"
)
GIVEN = (
    "明国华建文平志伟东海强晓生光林小民永杰军金健一忠洪江福祥中正振勇耀春大宁亮宇兴宝少剑云学仁涛瑞飞鹏安亚泽世汉达卫利胜敏群"
    "波成荣新峰刚家龙德庆斌辉良玉俊立浩天宏子松克清长嘉红山贤阳乐锋智青跃元武广思雄锦威启昌铭维义宗英凯鸿森超坚旭政传康继翔栋"
    "仲权奇礼楠炜友年震鑫雷兵万星骏伦绍麟雨行才希彦兆贵源有景升惠臣慧开章润高佳虎根诚夫声冬奎扬双坤镇楚水铁喜之迪泰方同滨邦先"
    "聪朝善非恒晋汝丹为晨乃秀岩辰洋然厚灿卓轩帆若连勋祖锡吉崇钧田石奕发洲彪钢运伯满庭申湘皓承梓雪孟其潮冰怀鲁裕翰征谦航士尧标"
    "洁城寿枫革纯风化逸腾岳银鹤琳显焕来心凤睿勤延凌昊西羽百捷定琦圣佩麒虹如靖日咏会久昕黎桂玮燕可越彤雁孝宪萌颖艺夏桐月瑜沛诗"
    "妍蕾婷娜静丽芳娟艳梅兰莉霞萍倩雯怡璐菲琪欣媛莹"
)
ROADS = [
    a + b
    for a in "文古荆莫良临仓闲瓶径余塘乔运星新和景常永"
    for b in ("一路", "二路", "西路", "东路", "北街", "南街", "大道", "新村", "苑路", "桥巷")
]
PREFIXES = ["13", "15", "17", "18", "19"]

Codes = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Rates:
    """Shares of records that carry each error, drawn for every record and field by itself."""

    name_wrong: float = 0.03  # one character another one
    name_swapped: float = 0.01  # two neighbouring characters exchanged
    birth_swapped: float = 0.02  # day and month exchanged, where both can be months
    birth_year: float = 0.02  # one of the year's last two digits wrong
    sex_wrong: float = 0.002
    moved: float = 0.12  # the address of another dwelling
    address_missing: float = 0.08
    phone_new: float = 0.15
    phone_digit: float = 0.01
    phone_missing: float = 0.25

    def times(self, factor: float) -> Rates:
        """All rates so many times as high, none above 0.9."""
        return replace(self, **{f.name: min(0.9, getattr(self, f.name) * factor) for f in fields(self)})


def people(rows: int, seed: int = 1, rates: Rates | None = None) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The table (id, name, birth_date, sex, address, phone, all text; missing is null) and the truth (id, person)."""
    rates = rates or Rates()
    draw = np.random.default_rng(seed)
    persons = max(1, round(rows / 1.5))
    mentions = 1 + draw.choice(3, persons, p=[0.6, 0.3, 0.1])
    person = np.repeat(np.arange(persons), mentions)
    person = np.concatenate([person, draw.integers(0, persons, max(0, rows - len(person)))])[:rows]
    table = pl.DataFrame(
        {
            "name": _names(draw, persons, person, rates),
            "birth_date": _births(draw, persons, person, rates),
            "sex": _sexes(draw, persons, person, rates),
            "address": _addresses(draw, persons, person, rates),
            "phone": _phones(draw, persons, person, rates),
        }
    )
    order = draw.permutation(rows)
    ids = pl.Series("id", np.arange(rows)).cast(pl.String).str.zfill(8)
    table = table[order].select(ids, pl.all())
    return table, pl.DataFrame({"id": ids, "person": person[order]})


def _some(draw: np.random.Generator, count: int, rate: float) -> npt.NDArray[np.bool_]:
    return draw.random(count) < rate


def _skewed(draw: np.random.Generator, values: int, count: int, power: float) -> Codes:
    """Positions, the first ones common and the last rare."""
    weight = 1 / np.arange(3, values + 3) ** power
    return draw.choice(values, count, p=weight / weight.sum())


def _names(draw: np.random.Generator, persons: int, person: Codes, rates: Rates) -> pl.Series:
    """A surname and one or two characters; errors may hit any of them."""
    characters = np.array([*sorted(set(SURNAMES + GIVEN)), ""])
    place = {c: i for i, c in enumerate(characters)}
    surname = np.array([place[c] for c in SURNAMES])[_skewed(draw, len(SURNAMES), persons, 0.9)]
    pool = np.array([place[c] for c in GIVEN])
    given = pool[_skewed(draw, len(GIVEN), 2 * persons, 0.9)].reshape(2, -1)
    given[1][_some(draw, persons, 0.14)] = len(characters) - 1
    spelled = np.vstack([surname, given])[:, person]
    length = 2 + (spelled[2] < len(characters) - 1)
    rows = np.arange(len(person))
    wrong = rows[_some(draw, len(person), rates.name_wrong)]
    spelled[draw.integers(0, length[wrong]), wrong] = draw.choice(pool, len(wrong))
    swapped = rows[_some(draw, len(person), rates.name_swapped)]
    at = draw.integers(0, length[swapped] - 1)
    spelled[at, swapped], spelled[at + 1, swapped] = spelled[at + 1, swapped], spelled[at, swapped]
    parts = [pl.Series(str(i), characters[codes]) for i, codes in enumerate(spelled)]
    return pl.DataFrame(parts).select(pl.concat_str(pl.all()).alias("name"))["name"]


def _births(draw: np.random.Generator, persons: int, person: Codes, rates: Rates) -> pl.Series:
    """yyyymmdd; more births in the middle years, one in fifty on the first of its month, for such dates are half known."""
    start, end = np.datetime64("1938-01-01"), np.datetime64("2022-01-01")
    span = int((end - start).astype(int))
    even, middle = draw.integers(0, span, persons), draw.triangular(0.2 * span, 0.55 * span, 0.9 * span, persons)
    days = start + np.where(_some(draw, persons, 0.6), even, middle.astype(np.int64))
    heaped = _some(draw, persons, 0.02)
    days[heaped] = days[heaped].astype("datetime64[M]").astype("datetime64[D]")
    days = days[person]
    year = days.astype("datetime64[Y]").astype(int) + 1970
    month = days.astype("datetime64[M]").astype(int) % 12 + 1
    day = (days - days.astype("datetime64[M]")).astype(int) + 1
    swap = _some(draw, len(person), rates.birth_swapped) & (day <= 12)
    month, day = np.where(swap, day, month), np.where(swap, month, day)
    wrong = _some(draw, len(person), rates.birth_year) & (day < 29)  # the 29th of February stays a date
    unit = np.where(_some(draw, len(person), 0.7), 1, 10)
    digit = year // unit % 10
    year = np.where(wrong, year + unit * ((digit + draw.integers(1, 10, len(person))) % 10 - digit), year)
    return pl.Series("birth_date", year * 10_000 + month * 100 + day).cast(pl.String)


def _sexes(draw: np.random.Generator, persons: int, person: Codes, rates: Rates) -> pl.Series:
    sex = draw.integers(0, 2, persons)[person] ^ _some(draw, len(person), rates.sex_wrong)
    return pl.Series("sex", np.array(["男", "女"])[sex])


def _addresses(draw: np.random.Generator, persons: int, person: Codes, rates: Rates) -> pl.Series:
    """A flat shared by two or three strangers, in one of three spellings; null where missing."""
    flats = max(1, round(persons / 2.5))
    lived = draw.integers(0, flats, persons)[person]
    moved = _some(draw, len(person), rates.moved)
    lived[moved] = draw.integers(0, flats, int(moved.sum()))
    road = np.array(ROADS)[draw.integers(0, len(ROADS), flats)]
    parts = {"number": 999, "building": 40, "unit": 5, "floor": 18, "door": 6}
    numbers = pl.DataFrame({k: draw.integers(1, most + 1, flats) for k, most in parts.items()})
    room = pl.format("{}0{}", "floor", "door")
    start, where = pl.format("{}{}号", "road", "number"), ("building", "unit", room)
    spellings = numbers.with_columns(pl.Series("road", road)).select(
        whole=pl.format("余杭区{}{}幢{}单元{}室", start, *where),
        plain=pl.format("{}{}幢{}单元{}室", start, *where),
        short=pl.format("{}{}-{}-{}", start, *where),
    )
    format_ = draw.choice(3, len(person), p=[0.35, 0.4, 0.25])
    texts = np.array([spellings[c].gather(lived) for c in spellings.columns])
    text = texts[format_, np.arange(len(person))]
    return pl.Series("address", text, pl.String).set(pl.Series(_some(draw, len(person), rates.address_missing)), None)


def _phones(draw: np.random.Generator, persons: int, person: Codes, rates: Rates) -> pl.Series:
    """Eleven digits, one owner each but for chance; null where missing."""
    count = len(person)
    own = _numbers(draw, persons)[person]
    fresh = _some(draw, count, rates.phone_new)
    own[fresh] = _numbers(draw, int(fresh.sum()))
    unit = 10 ** draw.integers(0, 9, count)
    digit = own // unit % 10
    wrong = _some(draw, count, rates.phone_digit)
    own = np.where(wrong, own + unit * ((digit + draw.integers(1, 10, count)) % 10 - digit), own)
    return pl.Series("phone", own).cast(pl.String).set(pl.Series(_some(draw, count, rates.phone_missing)), None)


def _numbers(draw: np.random.Generator, count: int) -> Codes:
    return draw.choice(np.array(PREFIXES, np.int64), count) * 10**9 + draw.integers(0, 10**9, count)


PASSES: dict[str, list[pl.Expr]] = {
    "birth": [pl.col("birth_date")],
    "name": [pl.col("name")],
    "phone": [pl.col("phone")],
    "address": [pl.col("address")],
    "surname_month_sex": [pl.col("name").str.head(1), pl.col("birth_date").str.head(6), pl.col("sex")],
}


def pass_pairs(table: pl.DataFrame) -> dict[str, int]:
    """Pairs that agree on each pass of people.yml, counted without making them; a pair may agree on several."""
    found = {}
    for name, key in PASSES.items():
        size = table.lazy().select(key).drop_nulls().group_by(pl.all()).len().collect()["len"].cast(pl.Int64)
        found[name] = int((size * (size - 1) // 2).sum())
    return found


def main() -> None:
    """Write people.parquet and truth.parquet into a folder; print the pairs of each pass."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--errors", type=float, default=1.0, help="all error rates so many times as high")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    table, truth = people(args.rows, args.seed, Rates().times(args.errors))
    args.out.mkdir(parents=True, exist_ok=True)
    table.write_parquet(args.out / "people.parquet")
    truth.write_parquet(args.out / "truth.parquet")
    print(pass_pairs(table))


if __name__ == "__main__":
    main()
