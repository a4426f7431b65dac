"""A small town of families with its departments' records and the truth: for tests and a first model, not for measuring.

Own names, own faults; it shares nothing with jobs/sample.
"""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from jobs.tables import RECORDS

SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙朱马胡郭林何高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蒋蔡余杜叶程苏魏吕"
    "丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严"
)
MALE = "伟强磊洋勇军杰涛超明刚平辉鹏华飞鑫波斌宇浩凯健俊帆志建国文博轩然睿泽晨阳东林峰龙海山德荣福生金成祥"
FEMALE = "芳娜敏静丽艳娟霞秀英玲桂兰玉萍红梅莉燕洁琳雪慧婷倩颖佳欣怡涵梓萱诗语瑶悦彤菲妍雯琪月凤珍淑华香云春"
ALIKE = {"晴": "睛", "姗": "珊", "伟": "炜", "明": "朋", "洁": "浩", "瑶": "谣", "宇": "字", "建": "健"}
SOUND = {
    "丽": "莉",
    "燕": "艳",
    "建": "健",
    "志": "智",
    "红": "洪",
    "晓": "小",
    "伟": "玮",
    "静": "靜",
    "辉": "晖",
    "婷": "亭",
    "宇": "雨",
    "欣": "新",
}
COUNTRIES = ("USA", "KOR", "JPN", "DEU", "IND")
LATIN = [
    "JOHN",
    "MARY",
    "SMITH",
    "KIM",
    "LEE",
    "MIN",
    "JUN",
    "PARK",
    "SATO",
    "YUKI",
    "ANNA",
    "MUELLER",
    "HANS",
    "RAJ",
    "PATEL",
    "PRIYA",
    "DAVID",
    "BROWN",
    "EMMA",
    "TANAKA",
    "CHOI",
    "SOO",
    "OLGA",
    "IVAN",
    "PETER",
    "KLEIN",
    "ROSA",
    "GOMEZ",
]
W = [2 ** (18 - i) % 11 for i in range(1, 18)]


def check(body: str) -> str:
    """The check character of domain §3.1."""
    return "10X98765432"[sum(int(d) * w for d, w in zip(body, W, strict=True)) % 11]


@dataclass
class Person:
    """Someone, with what the departments may know."""

    pid: int
    name: str
    sex: str
    birth: dt.date
    number: str | None
    phone: str
    dwelling: str
    mother: Person | None = None
    father: Person | None = None
    order: str | None = None
    certificate: str | None = None
    country: str = "CHN"
    passports: list[str] = field(default_factory=list)
    local: bool = True


class Town:
    """People and records of one seed; `records()` and `truth()` give what was written."""

    def __init__(self, households: int, seed: int, faults: float = 1.0) -> None:
        self.draw = random.Random(seed)
        self.rate = faults
        self.people: list[Person] = []
        self.rows: list[dict[str, Any]] = []
        self.owner: list[int] = []
        self.serial = 0
        for home in range(households):
            self._household(home)
        for person in list(self.people):
            self._deliver(person)

    def chance(self, p: float) -> bool:
        """A fault happens."""
        return self.draw.random() < p * self.rate

    def given(self, sex: str) -> str:
        """A given name: the first characters are the common ones."""
        pool = MALE if sex == "M" else FEMALE
        pick = lambda: pool[min(int(self.draw.expovariate(1 / 14)), len(pool) - 1)]  # noqa: E731
        return pick() if self.draw.random() < 0.2 else pick() + pick()

    def surname(self) -> str:
        """Zipf-like."""
        return SURNAMES[min(int(self.draw.expovariate(1 / 18)), len(SURNAMES) - 1)]

    def born(self, age: int) -> dt.date:
        """A birth date, heaped on first days of months."""
        day = 1 if self.draw.random() < 0.05 else self.draw.randint(1, 28)
        return dt.date(2026 - age, self.draw.randint(1, 12 if age else 10), day)

    def number(self, birth: dt.date, sex: str) -> str:
        """A valid, unused number."""
        self.serial += 1
        order = (self.serial * 2 + (sex == "M")) % 1000
        area = self.draw.choice(["330125", "330184", "330110", "341221", "411525", "362330"])
        body = f"{area}{birth:%Y%m%d}{order:03d}"
        return body + check(body)

    def person(self, surname: str, sex: str, age: int, phone: str, dwelling: str) -> Person:
        """A citizen with a number."""
        birth = self.born(age)
        p = Person(len(self.people), surname + self.given(sex), sex, birth, self.number(birth, sex), phone, dwelling)
        self.people.append(p)
        return p

    def phone(self) -> str:
        """An unused mobile."""
        return f"1{self.draw.choice('3578')}{self.draw.randint(0, 9)}{self.draw.randint(0, 99_999_999):08d}"

    def _household(self, home: int) -> None:
        dwelling, shared = f"dwelling{home:06d}", self.phone()
        if self.draw.random() < 0.03:
            self._foreigner(dwelling)
            return
        husband_name, wife_name = self.surname(), self.surname()
        age = self.draw.randint(24, 60)
        father = self.person(husband_name, "M", age, self.phone(), dwelling)
        mother = self.person(wife_name, "F", max(age - self.draw.randint(-2, 6), 20), self.phone(), dwelling)
        if self.draw.random() < 0.4:
            mother.phone = father.phone = shared
        local = self.draw.random() < 0.6
        father.local = mother.local = local
        children = self.draw.choice([0, 1, 1, 2]) if age < 55 else 0
        twins = children == 2 and self.draw.random() < 0.08
        for c in range(children):
            sex = self.draw.choice("MF")
            child = self.person(husband_name, sex, self.draw.randint(0, min(age - 22, 17)), father.phone, dwelling)
            if twins and c == 1:
                twin = self.people[-2]
                child.birth, child.sex = twin.birth, twin.sex if self.draw.random() < 0.6 else sex
                child.number = self.number(child.birth, child.sex)
                if self.draw.random() < 0.6:  # names one character apart
                    child.name = twin.name[:-1] + self.draw.choice(MALE + FEMALE)
                    if child.name == twin.name:
                        child.name = twin.name[:-1] + "宸"
                child.order, twin.order = "2", "1"
            child.mother, child.father, child.local = mother, father, local
            child.certificate = f"U33{self.draw.randint(0, 9_999_999):07d}"
        if self.draw.random() < 0.15:
            elder = self.person(husband_name, "M", age + 26, father.phone, dwelling)
            if self.draw.random() < 0.5:
                elder.name = father.name[:-1] + self.draw.choice(MALE)
            elder.local = local

    def _foreigner(self, dwelling: str) -> None:
        birth = self.born(self.draw.randint(20, 60))
        name = " ".join(self.draw.sample(LATIN, self.draw.choice([2, 3])))
        p = Person(len(self.people), name, self.draw.choice("MF"), birth, None, self.phone(), dwelling)
        p.country = self.draw.choice(COUNTRIES)
        p.passports = [f"{self.draw.choice('ABKMX')}{self.draw.randint(1_000_000, 99_999_999)}" for _ in range(2)]
        p.local = False
        self.people.append(p)

    def _deliver(self, p: Person) -> None:
        if p.country != "CHN":
            for passport in p.passports:
                words = p.name.split()
                self.draw.shuffle(words)
                self.add(
                    p,
                    "ga",
                    "jwry",
                    id_type="passport",
                    id_number=passport,
                    name=" ".join(words),
                    name_kind="foreign",
                    nationality=p.country,
                    phone=None,
                    drop=("phone",),
                )
            self.add(p, "rs", "ac01", id_type="passport", id_number=p.passports[0], name_kind="foreign", nationality=p.country)
            return
        age = 2026 - p.birth.year
        parents = {"mother_number": p.mother and p.mother.number, "father_number": p.father and p.father.number}
        if p.local:
            self.add(p, "ga", "czrk", phone=None, drop=("phone",), trusted=True, **parents)
        elif self.draw.random() < 0.85:
            self.add(p, "ga", "ldrk", trusted=True)
        if age >= 18:
            for dept, table, rate in (
                ("rs", "ac01", 0.75),
                ("yb", "psn_insu", 0.85),
                ("yb", "setl", 0.4),
                ("gjj", "account", 0.4),
                ("zj", "house_sale", 0.2),
            ):
                if self.draw.random() < rate:
                    self.add(p, dept, table)
        else:
            self._child(p, age, parents)
        if self.draw.random() < 0.7:
            self.add(p, "zf", "grid_person", no_number=0.06)

    def _child(self, p: Person, age: int, parents: dict[str, Any]) -> None:
        if p.mother and p.father and age < 8:
            name = p.name if self.draw.random() > 0.05 else p.name[0] + self.given(p.sex)
            row = f"c{p.pid}"
            self.add(
                p,
                "wj",
                "birth_cert",
                id_type="birth_certificate",
                id_number=p.certificate,
                name=name,
                birth_order=p.order,
                phone=None,
                drop=("phone",),
                row=row,
                trusted=True,
                **parents,
            )
            row = f"v{p.pid}"
            child = self.add(p, "wj", "vaccination", alias_number=f"birth_certificate:{p.certificate}", no_number=0.12, row=row)
            if child["id_number"]:
                for role, parent in (("mother", p.mother), ("father", p.father)):
                    self.add(
                        parent,
                        "wj",
                        "vaccination",
                        role=role,
                        row=row,
                        no_number=99,
                        birth_date=None,
                        account=None,
                        drop=("birth_date", "account"),
                    )
        if age >= 6 and p.mother:
            row = f"p{p.pid}"
            self.add(p, "jy", "pupil", no_number=0.01, row=row)
            self.add(p.mother, "jy", "pupil", role="guardian_1", row=row, birth_date=None, drop=("birth_date", "dwelling_id"))
        if self.draw.random() < 0.9:
            self.add(p, "yb", "psn_insu")

    def add(
        self,
        p: Person,
        dept: str,
        table: str,
        role: str = "self",
        row: str | None = None,
        no_number: float = 0.002,
        trusted: bool = False,
        drop: tuple[str, ...] = (),
        **over: Any,
    ) -> dict[str, Any]:
        """One record, with this office's faults."""
        key = row or f"k{len(self.rows)}"
        r: dict[str, Any] = dict.fromkeys(RECORDS.schema.names)
        kind = "foreign" if p.country != "CHN" else "han"
        r |= {
            "record_id": f"{self.draw.getrandbits(80):020x}", "dept": dept, "source_table": table, "source_key": key,
            "role": role, "known_from": dt.date(2026, 11, 20), "account": f"{dept}:{p.pid}" if role == "self" else None,
            "id_type": "citizen", "id_number": p.number, "id_grade": "OK", "name": p.name, "name_kind": kind, "sex": p.sex,
            "birth_date": p.birth, "birth_date_basis": "stated", "nationality": p.country,
            "phone": p.phone, "dwelling_id": p.dwelling, "address_level": "room",
        }  # fmt: skip
        r |= over
        for column in drop:
            r[column] = over.get(column)
        if not trusted:
            self._faults(p, r, no_number)
        r["name_raw"], r["id_raw"] = r["name_raw"] or r["name"], r["id_raw"] or r["id_number"]
        if r["id_number"] is None:
            r["id_grade"] = "MISSING" if r["id_raw"] is None else r["id_grade"]
            r["birth_date_basis"] = "stated"
        self.rows.append(r)
        self.owner.append(p.pid)
        return r

    def _faults(self, p: Person, r: dict[str, Any], no_number: float) -> None:
        draw = self.draw
        if no_number >= 1 or self.chance(no_number):
            r["id_number"] = r["id_raw"] = None
        elif r["id_number"] and r["id_type"] == "citizen" and self.chance(0.004):
            r["id_number"] = self.number(p.birth, p.sex)  # wrong but valid
        elif r["id_number"] and p.mother and self.chance(0.01):
            r["id_number"] = p.mother.number
        elif r["id_number"] and r["id_type"] == "citizen" and self.chance(0.003):
            at = draw.randrange(18)
            r["id_raw"] = r["id_number"][:at] + draw.choice("0123456789") + r["id_number"][at + 1 :]
            r["id_number"], r["id_grade"] = None, "BAD_CHECK"
        name = str(r["name"])
        if self.chance(0.008):
            table = draw.choice([SOUND, ALIKE])
            r["name"] = "".join(table.get(c, c) for c in name)
        elif self.chance(0.002) and len(name) > 2 and r["name_kind"] == "han":
            r["name"] = name[:-1] + draw.choice(MALE + FEMALE)
        elif self.chance(0.001) and r["name_kind"] == "han":
            r["name"], r["name_kind"], r["name_raw"] = None, "masked", name[0] + "*" * (len(name) - 1)
        if r["phone"] and self.chance(0.12):
            r["phone"] = None if draw.random() < 0.5 else self.phone()
        if r["dwelling_id"] and self.chance(0.2):
            r["dwelling_id"] = None if draw.random() < 0.5 else f"dwelling9{draw.randint(0, 9_999_999):07d}"
        if r["birth_date"] and self.chance(0.004):
            r["birth_date"] = dt.date(r["birth_date"].year, r["birth_date"].month, draw.randint(1, 28))

    def records(self) -> pa.Table:
        """In jobs.tables.RECORDS' schema."""
        return pa.Table.from_pylist(self.rows, schema=RECORDS.schema)

    def truth(self) -> dict[str, int]:
        """record_id → person."""
        return {r["record_id"]: pid for r, pid in zip(self.rows, self.owner, strict=True)}
