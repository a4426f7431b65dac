"""Tables of invented persons in shapes the engine was not made for, with the truth beside them: person number per row."""

from __future__ import annotations

import numpy as np
import pandas as pd

SYLLABLES = [c + v for c in "bdfgklmnprstvw" for v in "aeio"]
HAN_SURNAMES = list("王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许邓冯韩曹")
HAN = list(
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂英华玉萍红建文俊峰婷宇浩然子轩欣怡梓涵雨泽志国庆春梅云凤琴波斌辉鹏飞雪晨佳琪思远"
)
COMMON = [
    "john",
    "william",
    "mary",
    "thomas",
    "george",
    "elizabeth",
    "ann",
    "sarah",
    "james",
    "jane",
    "henry",
    "charles",
    "robert",
    "alice",
]
FAMILIES = [
    "smith",
    "jones",
    "taylor",
    "brown",
    "williams",
    "wilson",
    "clark",
    "wright",
    "walker",
    "white",
    "hall",
    "green",
    "wood",
    "king",
]


def words(draw: np.random.Generator, count: int, syllables: int) -> list[str]:
    """Invented words."""
    return ["".join(draw.choice(SYLLABLES, syllables)) for _ in range(count)]


def skewed(draw: np.random.Generator, values: list[str], count: int) -> np.ndarray:
    """Values drawn so that few are common and most are rare."""
    weight = 1 / np.arange(1, len(values) + 1) ** 0.8
    return draw.choice(np.array(values, dtype=object), count, p=weight / weight.sum())


def mistype(draw: np.random.Generator, text: str, letters: str) -> str:
    """One edit: a letter wrong, missing or doubled, or two neighbours exchanged."""
    at = int(draw.integers(0, len(text)))
    kind = draw.integers(0, 4)
    if kind == 0 or len(text) < 3:
        return text[:at] + str(draw.choice(list(letters))) + text[at + 1 :]
    if kind == 1:
        return text[:at] + text[at + 1 :]
    if kind == 2:
        return text[:at] + text[at] + text[at:]
    at = min(at, len(text) - 2)
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def spoil(draw: np.random.Generator, values: pd.Series, wrong: float, missing: float, letters: str) -> pd.Series:
    """Typing errors and gaps."""
    chance = draw.random(len(values))
    made = [mistype(draw, v, letters) if c < wrong else v for v, c in zip(values, chance, strict=True)]
    return pd.Series(made, index=values.index, dtype=object).mask(
        pd.Series(draw.random(len(values)) < missing, index=values.index)
    )


def census(people: int, seed: int) -> pd.DataFrame:
    """An old census kept twice: first name, surname, occupation, year of birth, birthplace, postcode; one to three rows a person."""
    draw = np.random.default_rng(seed)
    latin = "abcdefghiklmnoprstuvw"
    base = pd.DataFrame(
        {
            "first_name": skewed(draw, COMMON + words(draw, 150, 3), people),
            "surname": skewed(draw, FAMILIES + words(draw, 900, 3), people),
            "occupation": skewed(draw, words(draw, 60, 4), people),
            "birth_year": draw.integers(1820, 1890, people).astype(str),
            "birthplace": skewed(draw, words(draw, 400, 4), people),
            "postcode": [f"{a}{b} {c}{d}" for a, b, c, d in zip(
                draw.choice(["ox", "rg", "sn", "gl"], people), draw.integers(1, 30, people), draw.integers(1, 9, people),
                draw.choice(["ab", "cd", "ef", "gh", "jk"], people), strict=True)],
        }
    )  # fmt: skip
    rows = base.loc[np.repeat(base.index, draw.integers(1, 4, people))]
    rows = rows.assign(person=rows.index).reset_index(drop=True)
    for name, wrong, gap in [
        ("first_name", 0.06, 0.03),
        ("surname", 0.07, 0.02),
        ("occupation", 0.05, 0.25),
        ("birthplace", 0.05, 0.1),
    ]:
        rows[name] = spoil(draw, rows[name], wrong, gap, latin)
    moved = draw.random(len(rows)) < 0.2
    rows.loc[moved, "postcode"] = draw.choice(base["postcode"], moved.sum())
    rows.loc[draw.random(len(rows)) < 0.1, "postcode"] = None
    off = pd.Series(np.where(draw.random(len(rows)) < 0.15, draw.integers(-2, 3, len(rows)), 0))
    rows["birth_year"] = rows["birth_year"].astype(int) + off
    rows.insert(0, "entry", [f"E{n:07d}" for n in draw.permutation(len(rows))])
    return rows.sample(frac=1, random_state=seed).reset_index(drop=True)


def chinese(people: int, seed: int) -> pd.DataFrame:
    """姓名, birth date, sex, phone, address: families share surname, phone and address; some persons have a second or third row."""
    draw = np.random.default_rng(seed)
    family = draw.integers(0, int(people / 1.6), people)
    roads = [f"{a}{b}路" for a, b in zip(draw.choice(HAN, 90), draw.choice(HAN, 90), strict=True)]
    home = [
        f"{roads[int(draw.integers(0, 90))]}{draw.integers(1, 300)}号{draw.integers(1, 30)}栋{draw.integers(101, 2600)}室"
        for _ in range(people)
    ]
    phone = [f"1{draw.choice(list('3578'))}{draw.integers(10**8, 10**9)}" for _ in range(people)]
    last = skewed(draw, HAN_SURNAMES, people)
    given = ["".join(draw.choice(HAN, int(draw.choice([1, 2], p=[0.2, 0.8])))) for _ in range(people)]
    born = pd.Timestamp("1940-01-01") + pd.to_timedelta(draw.integers(0, 29_000, people), unit="D")
    own = draw.random(people) < 0.7
    base = pd.DataFrame(
        {
            "姓名": [last[f] + g for f, g in zip(family, given, strict=True)],
            "出生日期": born.strftime("%Y-%m-%d"),
            "性别": draw.choice(["男", "女"], people),
            "手机": [phone[i if o else f] for i, (o, f) in enumerate(zip(own, family, strict=True))],
            "住址": [home[f] for f in family],
        }
    )
    rows = base.loc[np.repeat(base.index, draw.choice([1, 2, 3], people, p=[0.4, 0.4, 0.2]))]
    rows = rows.assign(person=rows.index).reset_index(drop=True)
    wrong = draw.random(len(rows)) < 0.05
    rows.loc[wrong, "姓名"] = [v[:-1] + str(draw.choice(HAN)) for v in rows.loc[wrong, "姓名"]]
    swap = draw.random(len(rows)) < 0.03
    rows.loc[swap, "出生日期"] = [f"{v[:4]}-{v[8:]}-{v[5:7]}" if int(v[8:]) <= 12 else v for v in rows.loc[swap, "出生日期"]]
    rows["手机"] = spoil(draw, rows["手机"], 0.03, 0.25, "0123456789")
    fresh = draw.random(len(rows)) < 0.12
    rows.loc[fresh, "手机"] = [f"1{draw.choice(list('3578'))}{draw.integers(10**8, 10**9)}" for _ in range(fresh.sum())]
    moved = draw.random(len(rows)) < 0.12
    rows.loc[moved, "住址"] = draw.choice(home, moved.sum())
    rows.loc[draw.random(len(rows)) < 0.08, "住址"] = None
    rows.insert(0, "编号", draw.permutation(len(rows)) + 1)
    return rows.sample(frac=1, random_state=seed).reset_index(drop=True)


def registers(people: int, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Two registers of the same town: other column names, dates day first and year first, ids from 1 in both, half in common."""
    draw = np.random.default_rng(seed)
    born = pd.Timestamp("1930-01-01") + pd.to_timedelta(draw.integers(0, 30_000, people), unit="D")
    base = pd.DataFrame(
        {
            "given": skewed(draw, COMMON + words(draw, 200, 2), people),
            "family": skewed(draw, FAMILIES + words(draw, 1500, 3), people),
            "born": born,
            "mail": [f"{w}{n}@{w[:3]}.org" for w, n in zip(words(draw, people, 2), draw.integers(1, 999, people), strict=True)],
            "town": skewed(draw, words(draw, 120, 3), people),
            "sex": draw.choice(["m", "f"], people),
        }
    )  # fmt: skip
    part = people * 3 // 4
    first, second = base.iloc[:part].copy(), base.iloc[people - part :].copy()
    for frame in (first, second):
        for name in ("given", "family", "town"):
            frame[name] = spoil(draw, frame[name], 0.06, 0.03, "abcdehikmnorst")
        frame["mail"] = spoil(draw, frame["mail"], 0.03, 0.4, "abcdehikmnorst")
    first = first.assign(born=first["born"].dt.strftime("%d/%m/%Y"), person=first.index)
    second = second.assign(born=second["born"].dt.strftime("%Y-%m-%d"), person=second.index)
    second["family"] = second["family"].str.upper()
    second = second.rename(
        columns={"given": "forename", "family": "last", "born": "dob", "mail": "contact", "town": "residence", "sex": "gender"}
    )
    both = [f.sample(frac=1, random_state=seed).reset_index(drop=True) for f in (first, second)]
    for frame, name in zip(both, ("id", "nr"), strict=True):
        frame.insert(0, name, np.arange(1, len(frame) + 1))
    return both[0], both[1]
