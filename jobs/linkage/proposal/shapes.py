"""What a column's values look like: shares of rows that fit a pattern, lengths, repetition. No value leaves this module."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from jobs.linkage.encoding import as_text
from jobs.linkage.proposal.familiar import GIVEN, HAN_SURNAMES, SURNAMES
from jobs.linkage.spellings import NOTHING

MOST_VALUES = 50_000
"""Distinct values looked at, spread evenly over their sorted order."""

_Y, _M, _D = r"(1[89]|20)\d\d", r"(0?[1-9]|1[0-2])", r"(0?[1-9]|[12]\d|3[01])"
_MM, _DD = r"(0[1-9]|1[0-2])", r"(0[1-9]|[12]\d|3[01])"
_TAIL = r"([t ]+[0:.z]+)?$"
_MONTH = r"(jan|feb|mar|apr|may|mai|jun|jul|aug|sep|oct|okt|nov|dec|dez)[a-z]*\.?"
PATTERNS = {
    "digits": r"^[+-]?\d+$",
    "dialled": r"^\+?[(\d][\d\s().\-/]*\d$",
    "mobile": r"^(\+?86)?1[3-9]\d{9}$",
    "letter": r"\p{L}",
    "digit": r"\d",
    "space": r"\S\s+\S",
    "email": r"^[^@\s]+@[^@\s]+$",
    "han": r"\p{Han}",
    "han_name": r"^\p{Han}[\p{Han}·•*＊×○Xx]{1,5}$",
    "latin_words": r"^\p{L}[\p{L}'’.,\- ]*$",
    "street": r"\b(street|st|road|rd|avenue|ave|place|pl|crescent|cres|drive|dr|close|court|ct|lane|ln|circuit|cct|terrace|tce|"
    r"parade|boulevard|blvd|highway|hwy|grove|square|sq|way|strasse|weg|rue|calle)\b|str(aße|asse|\.)",
    "han_address": r"\p{Han}.*(路|街|巷|弄|号|幢|栋|室|村|小区|镇|乡|胡同)",
    "year": r"^(1[5-9]|20)\d\d$",
    "ymd_plain": rf"^{_Y}[-/.]?{_MM}[-/.]?{_DD}{_TAIL}",
    "ymd": rf"^{_Y}\s*[-/.年 ]?\s*{_M}\s*[-/.月 ]\s*{_D}日?{_TAIL}",
    "dmy": rf"^{_D}[-/. ]{_M}[-/. ]({_Y}|\d\d){_TAIL}|^{_D}[-/. ]+{_MONTH}[-/., ]+({_Y}|\d\d)$|^{_DD}{_MM}{_Y}$",
    "mdy": rf"^{_M}[-/. ]{_D}[-/. ]({_Y}|\d\d){_TAIL}|^{_MONTH}[-/. ]*{_D}[-/., ]+{_Y}$|^{_MM}{_DD}{_Y}$",
    "stamp": r"\d[t ]+\d?\d:\d\d.*[1-9]|\d[t ]+[12]?[1-9]:|\d[t ]+[12]0:",
    "uk_postcode": r"^[a-z]{1,2}\d[a-z\d]?\s*\d[a-z]{2}$",
    "house": r"^\d{1,5}\s?[a-z]?$|^\d{1,5}[-/]\d{1,5}[a-z]?$|^\d+号?$",
    "citizen": r"^\d{17}[\dx]$",
}


@dataclass(frozen=True)
class Shape:
    """One column. Shares are of filled rows; `repeats` is the share of rows whose value another row has too."""

    rows: int
    filled: float
    distinct: int
    top: float
    repeats: float
    length: float
    longest: int
    same_length: float  # share of rows with the most frequent length
    words: float
    shares: dict[str, float]
    spread: float = 0.0  # years between the 5th and 95th percentile of dates and years
    dense: bool = False  # whole numbers without gaps, each once: a counter
    kind: str = "text"  # text, date, list, flag: how the column is stored

    def __getitem__(self, pattern: str) -> float:
        return self.shares.get(pattern, 0.0)

    @property
    def unique(self) -> bool:
        """A value in every row, each of its own."""
        return self.filled == 1.0 and self.distinct == self.rows

    @property
    def variety(self) -> float:
        """Distinct values by filled row."""
        return self.distinct / max(self.rows * self.filled, 1)


def shape_of(column: pa.ChunkedArray) -> Shape:
    """Look at one column."""
    array = column.combine_chunks()
    kind = _kind(array.type)
    if kind == "other":
        return Shape(len(array), 0, 0, 0, 0, 0, 0, 0, 0, {}, kind=kind)
    if kind == "list":
        array = array.flatten()
    as_date = kind == "date" and not _has_times(array)
    text = pl.Series("value", pl.from_arrow(as_text(array, "date") if as_date else as_text(array, "text")), dtype=pl.String)
    text = text.str.strip_chars()
    counts = text.filter(~text.str.to_uppercase().is_in(list(NOTHING)) & (text != "")).value_counts().sort("value")
    filled = int(counts["count"].sum())
    if not filled:
        return Shape(len(array), 0, 0, 0, 0, 0, 0, 0, 0, {}, kind=kind)
    shown = counts if counts.height <= MOST_VALUES else counts.gather_every(-(-counts.height // MOST_VALUES))
    weight = shown["count"] / shown["count"].sum()
    lower = shown["value"].str.to_lowercase()
    sizes = lower.str.len_chars()
    return Shape(
        rows=len(array),
        filled=filled / len(array),
        distinct=counts.height,
        top=int(counts["count"].max()) / filled,  # type: ignore[arg-type]
        repeats=int(counts["count"].filter(counts["count"] > 1).sum()) / filled,
        length=float((sizes * weight).sum()),
        longest=int(sizes.max()),  # type: ignore[arg-type]
        same_length=_commonest(sizes, weight),
        words=float((lower.str.count_matches(r"\S+") * weight).sum()),
        shares=_shares(lower, weight) | _familiar(lower, weight),
        spread=_spread(lower),
        dense=_dense(counts, filled == len(array)),
        kind=kind,
    )


def _commonest(sizes: pl.Series, weight: pl.Series) -> float:
    """Share of rows with the most frequent size."""
    return max(pl.DataFrame({"s": sizes, "w": weight}).group_by("s").agg(pl.col("w").sum())["w"].to_list())


def _kind(stored: pa.DataType) -> str:
    if pa.types.is_dictionary(stored):
        stored = stored.value_type
    if pa.types.is_list(stored) or pa.types.is_large_list(stored):
        return "list" if _kind(stored.value_type) == "text" else "other"
    if pa.types.is_boolean(stored):
        return "flag"
    if pa.types.is_date(stored) or pa.types.is_timestamp(stored):
        return "date"
    plain = pa.types.is_string(stored) or pa.types.is_large_string(stored) or pa.types.is_string_view(stored)
    numeric = pa.types.is_integer(stored) or pa.types.is_floating(stored) or pa.types.is_decimal(stored)
    return "text" if plain or numeric else "other"


def _has_times(array: pa.Array) -> bool:
    """Whether most of these are moments of a day."""
    if not pa.types.is_timestamp(array.type):
        return False
    bare = pc.floor_temporal(array, unit="day")
    return float(pc.mean(pc.cast(pc.not_equal(array, bare), pa.float64())).as_py() or 0) >= 0.5


def _shares(lower: pl.Series, weight: pl.Series) -> dict[str, float]:
    return {name: float((lower.str.contains(pattern) * weight).sum()) for name, pattern in PATTERNS.items()}


def _familiar(lower: pl.Series, weight: pl.Series) -> dict[str, float]:
    """Shares of rows with a common given name or surname as first or last word, or a common Chinese surname in front."""
    words = lower.str.extract_all(r"\p{L}+")
    first, last = words.list.first(), words.list.last()
    tests = {
        "given": first.is_in(list(GIVEN)) | last.is_in(list(GIVEN)),
        "surname": first.is_in(list(SURNAMES)) | last.is_in(list(SURNAMES)),
        "han_surname": lower.str.slice(0, 1).is_in(list(HAN_SURNAMES)),
    }
    return {name: float((found.fill_null(False) * weight).sum()) for name, found in tests.items()}


def _spread(lower: pl.Series) -> float:
    years = lower.str.extract(r"((?:1[5-9]|20)\d\d)").cast(pl.Float64, strict=False).drop_nulls()
    return float(years.quantile(0.95) - years.quantile(0.05)) if len(years) else 0.0  # type: ignore[operator]


def _dense(counts: pl.DataFrame, full: bool) -> bool:
    """Numbers 0 or 1 to n, each once."""
    if not full or counts["count"].max() != 1:
        return False
    numbers = counts["value"].str.extract(r"^(\d{1,15})$").cast(pl.Int64, strict=False)
    if numbers.null_count():
        return False
    return int(numbers.max()) - int(numbers.min()) < 1.1 * len(numbers)  # type: ignore[arg-type]
