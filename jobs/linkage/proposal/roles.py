"""What a column of an unknown table says about a person, judged by its values first and its name second."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import pyarrow as pa

from jobs.linkage.proposal.shapes import Shape, shape_of

MEANING = {
    "id": "names the row, says nothing about the person",
    "citizen": "citizen number with check character",
    "number": "number or code of a person",
    "full_name": "whole name",
    "given_name": "given name",
    "surname": "family name",
    "words": "names, places or other short words",
    "date": "date of a person's life",
    "year": "year of a person's life",
    "age": "age",
    "sex": "sex",
    "phone": "telephone number",
    "email": "e-mail address",
    "postcode": "postcode",
    "house": "house or other small number",
    "address": "street or whole address",
    "place": "suburb, city or other place",
    "category": "one of a few values",
    "list": "list of values",
    "ignored": "not used",
}
"""Role → what it means; the keys are all roles."""
NAMES = ("full_name", "given_name", "surname")
HINTS = {
    "answer": r"^(cluster|cluster_?id|truth|label|is_?match|entity_?id|ent_?id|true_?id|gold)$",
    "id": r"^(id|uid|uuid|nr|no|index|key|row|rowid|编号|序号)$|(^|_| )(id|nr|no|key|uuid)$|^(rec|record|unique|row)",
    "stamp": r"creat|updat|modif|load|insert|timestamp|export|登记时间|更新|采集",
    "surname": r"sur_?name|last_?name|family_?name|lname|nachname|nom_?famille|^last$|^family$|^姓$|姓氏",
    "given_name": r"given|first_?name|fore_?name|fname|vorname|pr[eé]nom|middle|^first$|^名$|名字",
    "full_name": r"full_?name|^name$|姓名|person_?name|naam|_name$",
    "date": r"birth|dob|geburt|naiss|date|出生|生日|日期",
    "year": r"year|yob|jahr|年",
    "age": r"^age$|_age$|年龄",
    "sex": r"^sex|gender|性别|geschlecht|sexe",
    "phone": r"phone|tel|mobile|cell|手机|电话|fax",
    "email": r"mail|邮箱",
    "postcode": r"post_?code|zip|postal|plz|^pc$|邮编|邮政",
    "house": r"house|street_?n(o|um)|number|unit|flat|apt|门牌",
    "address": r"addr|street|road|住址|地址|strasse|rue",
    "place": r"suburb|city|town|place|county|parish|state|province|region|country|village|district|市|县|区|省|籍|ort|ville",
    "number": r"ssn|soc|passport|licen|insur|nhs|medicare|tax|证|number|^nr|_nr$|code",
}
SEXES = [{"m", "f"}, {"male", "female"}, {"男", "女"}, {"1", "2"}, {"w", "m"}, {"h", "f"}, {"0", "1"}]
_SURE, _MOST = 0.9, 0.75


@dataclass(frozen=True)
class Guess:
    """A column, what it is taken for and why. `type` is the model's field type; evidence never holds a value."""

    column: str
    role: str
    evidence: str
    shape: Shape
    type: str = "folded"
    han: bool = False

    def ignored(self, why: str) -> Guess:
        """The same column left out."""
        return replace(self, role="ignored", evidence=why)


def guess_roles(table: pa.Table) -> list[Guess]:
    """A guess for every column, in the table's order."""
    return [guess(name, shape_of(table[name]), _values(table[name])) for name in table.column_names]


def guess(name: str, shape: Shape, few: frozenset[str] = frozenset()) -> Guess:
    """What one column is; `few` are its values in lower case where there are only a few."""
    hint = {key for key, pattern in HINTS.items() if re.search(pattern, name.strip().lower())}
    for judge in (_useless, _stored, _written, _numeric, _chinese, _verbal):
        found = judge(shape, hint, few)
        if found is not None:
            role, evidence, kind = found
            return Guess(name, role, evidence, shape, kind, han=shape["han"] >= 0.5)
    return Guess(name, "ignored", "no pattern fits", shape)


Found = tuple[str, str, str] | None


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _useless(shape: Shape, hint: set[str], few: frozenset[str]) -> Found:
    if shape.kind == "other":
        return "ignored", "stored in a form that is not compared", "text"
    if not shape.distinct:
        return "ignored", "empty", "text"
    if shape.distinct == 1:
        return "ignored", "one value in every row that has any", "text"
    if "answer" in hint:
        return "ignored", "by its name the answer of another linkage", "text"
    if shape.filled * shape.rows < 2 or shape.filled < 0.005:
        return "ignored", f"filled in {shape.filled:.1%} of rows", "text"
    return None


def _stored(shape: Shape, hint: set[str], few: frozenset[str]) -> Found:
    """By the column's stored type."""
    if shape.kind == "list":
        return "list", "several values a row", "list"
    if shape.kind == "flag":
        return "category", "true or false", "text"
    if shape.kind == "date" and shape["stamp"] < 0.5 and shape["ymd_plain"] >= 0.5:
        return _dated(shape, hint, "stored as dates", "date")
    return None


def _dated(shape: Shape, hint: set[str], why: str, kind: str) -> Found:
    if "stamp" in hint:
        return "ignored", "time stamps of the record, not of the person", "text"
    return "date", f"{why} over {shape.spread:.0f} years", kind


def _written(shape: Shape, hint: set[str], few: frozenset[str]) -> Found:
    """Values whose form alone tells: e-mail, dates, citizen numbers, postcodes with letters."""
    if shape["email"] >= _MOST:
        return "email", f"{_percent(shape['email'])} have the form of an e-mail address", "folded"
    if shape["citizen"] >= _MOST:
        return "citizen", f"{_percent(shape['citizen'])} have 17 digits and a check character", "text"
    if shape["stamp"] >= 0.5:
        return "ignored", "times of day: stamps of the record, not of the person", "text"
    orders = {"date": "ymd_plain", "date_ymd": "ymd", "date_dmy": "dmy", "date_mdy": "mdy"}
    kind, pattern = max(orders.items(), key=lambda item: round(shape[item[1]], 3))
    if shape[pattern] >= 0.8 or (shape[pattern] >= 0.6 and "date" in hint):
        order = {"date_dmy": "day first", "date_mdy": "month first"}.get(kind, "year first")
        return _dated(shape, hint, f"{_percent(shape[pattern])} are dates ({order})", kind)
    if shape["uk_postcode"] >= _MOST:
        return "postcode", f"{_percent(shape['uk_postcode'])} have the form of a British postcode", "folded"
    if few and any(few <= kind | {"u", "unknown", "9", "3", "x", "o", "other"} and kind & few for kind in SEXES):
        coded = few <= {"0", "1", "2", "3", "9"}
        if not coded or "sex" in hint:
            return "sex", "two values of a sex code", "folded"
    return None


def _numeric(shape: Shape, hint: set[str], few: frozenset[str]) -> Found:
    digits, dialled = shape["digits"], max(shape["dialled"], shape["digits"])
    if dialled < 0.8 and not (shape["house"] >= 0.8 and shape["letter"] < 0.5):
        return _coded(shape, hint)
    size = f"about {shape.length:.0f} digits"
    if shape["year"] >= 0.9 and shape.distinct >= 5 and "postcode" not in hint:
        return "year", f"{_percent(shape['year'])} are years, over {shape.spread:.0f} years", "text"
    if "age" in hint and shape.longest <= 3:
        return "age", "small numbers under such a name", "text"
    if (
        shape["mobile"] >= 0.6
        or ("phone" in hint and shape.length >= 5)
        or (digits < 0.5 and shape.length >= 8 and "number" not in hint)
    ):
        return "phone", f"{size}, of mobile or dialled form", "digits"
    if shape.length >= 6.5 or (shape.length >= 5.5 and (shape.variety >= 0.5 or shape.same_length < 0.8)):
        return "number", f"{size}, {_percent(shape.variety)} distinct", "digits" if digits < 0.95 else "text"
    if shape.distinct <= 12 and not hint & {"house", "postcode"}:
        return "category", f"{shape.distinct} distinct values", "text"
    if "postcode" in hint or ("house" not in hint and shape.length >= 3.5 and shape.same_length >= 0.8):
        return "postcode", f"{size}, nearly all of one length, {shape.distinct} distinct", "text"
    return "house", f"numbers of at most {shape.longest} digits, {shape.distinct} distinct", "folded" if digits < 0.95 else "text"


def _coded(shape: Shape, hint: set[str]) -> Found:
    """Letters and digits without spaces: a document's number."""
    if shape["digit"] >= 0.8 and shape["space"] < 0.1 and shape["letter"] >= 0.3 and shape["han"] < 0.1 and shape.length >= 4:
        if shape.variety >= 0.2:
            return "number", f"letters and digits without spaces, {_percent(shape.variety)} distinct", "folded"
        if "postcode" in hint or (shape.length <= 8 and shape.distinct > 30):
            return "postcode", f"short codes, {shape.distinct} distinct", "folded"
    return None


def _chinese(shape: Shape, hint: set[str], few: frozenset[str]) -> Found:
    if shape["han"] < 0.5:
        return None
    if shape["han_address"] >= 0.3 and shape.length >= 5:
        return "address", f"{_percent(shape['han_address'])} name a street, village or number", "folded"
    if _few(shape):
        return "category", f"{shape.distinct} distinct values", "folded"
    if shape["han_name"] >= _MOST and shape.length <= 4.2 and (shape["han_surname"] >= 0.5 or hint & {"full_name"}):
        return "full_name", f"{_percent(shape['han_surname'])} begin with a common surname", "name"
    if hint & {"surname"} and shape.length < 2:
        return "surname", "single characters under such a name", "name"
    if hint & {"given_name"} and shape.length <= 3:
        return "given_name", "one to three characters under such a name", "name"
    return _long_text(shape) or ("words", f"{shape.distinct} distinct short texts", "folded")


def _few(shape: Shape) -> bool:
    return (shape.distinct <= 30 and shape.variety < 0.2) or (shape.distinct <= 60 and shape.variety < 0.02)


def _long_text(shape: Shape) -> Found:
    if shape.words >= 10 or shape.length >= 80:
        return "ignored", f"free text of about {shape.words:.0f} words", "text"
    return None


def _verbal(shape: Shape, hint: set[str], few: frozenset[str]) -> Found:
    if _few(shape) and not hint & {*NAMES}:
        return "category", f"{shape.distinct} distinct values", "folded"
    if (found := _long_text(shape)) is not None:
        return found
    if shape["street"] >= 0.35 or (shape["digit"] >= 0.5 and shape["space"] >= 0.6):
        return "address", f"{_percent(max(shape['street'], shape['digit']))} have a word for a street or a number", "folded"
    if shape["latin_words"] >= 0.6 and (found := _named(shape, hint)) is not None:
        return found
    for role in ("address", "place"):
        if role in hint:
            return role, f"{shape.distinct} distinct texts under such a name", "folded"
    return "words", f"{shape.distinct} distinct short texts", "folded"


def _named(shape: Shape, hint: set[str]) -> Found:
    given, family = shape["given"], shape["surname"]
    why = f"{_percent(given)} hold a common given name, {_percent(family)} a common surname"
    whole = shape.words >= 1.8
    for role in ("surname", "given_name", "full_name"):
        if role in hint and not hint & {"place", "address"}:
            return role, f"by its name; {why}", "folded"
    if whole and given >= 0.2 and family >= 0.06:
        return "full_name", why, "folded"
    if shape.words < 1.8 and given >= 0.1 and given > family:
        return "given_name", why, "folded"
    if shape.words < 1.8 and family >= 0.06 and family > given:
        return "surname", why, "folded"
    return None


def _values(column: pa.ChunkedArray) -> frozenset[str]:
    """The values in lower case where there are at most six."""
    import pyarrow.compute as pc

    if pa.types.is_nested(column.type):
        return frozenset()
    found = [v for v in pc.unique(column).to_pylist() if v is not None and v == v]
    return (
        frozenset(str(v).strip().lower().removesuffix(".0") for v in found if str(v).strip()) if len(found) <= 6 else frozenset()
    )
