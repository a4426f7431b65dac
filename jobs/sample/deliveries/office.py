"""How any table gets from the world to its delivery: choose what is due, write it as text, damage it, note the truth.

A department's module declares `Table`s. `build` makes one typed row per source row ever, with the hidden columns

* `_rid` integer id of the row (all dice hang on it), `_born` the day the department first has it,
* `_touched` (optional) a day on which it was corrected or confirmed, the last of such days, `_every` (optional) days between them
  back to `_met`, `_ends` (optional) the day its end is known,
* `_dice` (optional) what the cell faults hang on instead, where several rows repeat one register entry,
* `_clerk` (optional) who typed it, `_gone` (optional) the day it vanishes from full lists.

`render` writes rows as text for one night: what the department knew on that day. It adds `_pid_{role}` for every mention.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from jobs.sample.deliveries.cases import apply_cases
from jobs.sample.deliveries.clerks import proneness, uniform
from jobs.sample.deliveries.facts import Facts
from jobs.sample.deliveries.faults import ROW_RATES, Dice, Hits, Mention, damage_cells, rate_of
from jobs.sample.deliveries.truth import Truth

SLICE = 300_000
OVERLAP = 3
TEST_NAMES = ("测试", "test", "测试数据", "测试一")

Build = Callable[[Facts], pl.DataFrame]
Render = Callable[[Facts, pl.DataFrame, date], pl.DataFrame]


def columns(names: str) -> tuple[str, ...]:
    """Column names from a text, in delivered order."""
    return tuple(names.split())


@dataclass(frozen=True)
class Table:
    """One delivered table: its shape, its maker, its cadence."""

    dept: str
    name: str
    key: tuple[str, ...]
    columns: tuple[str, ...]
    build: Build
    render: Render
    put: Callable[[Office, pl.DataFrame, date, bool], None]  # rows, night, whether it is the night's first slice
    mentions: tuple[Mention, ...] = ()
    mode: str = "delta"  # delta: rows stamped in the last days; versions: since the last night; full: all that hold
    due: Callable[[date], bool] = lambda night: True
    finish: Callable[[Office, date], None] | None = None
    copies: tuple[str, ...] = ()  # departments whose errors are copied into this table
    slice_rows: int = SLICE
    like: str = ""  # a table whose cell faults this one repeats (same dice, same rates)


@dataclass
class Office:
    """One run of the generator: where it writes, with which rates, and what has been noted so far."""

    facts: Facts
    out: Path
    rates: float
    seed: int
    truth: Truth
    errors: dict[str, list[pl.DataFrame]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    def deliver(self, table: Table) -> None:
        """Everything one table delivers over all nights."""
        master = table.build(self.facts)
        for optional, kind in {"_touched": pl.Date, "_ends": pl.Date, "_gone": pl.Date, "_clerk": pl.Int64}.items():
            if optional not in master.columns:
                master = master.with_columns(pl.lit(None, dtype=kind).alias(optional))
        first = self.facts.first_night
        previous: date | None = None
        for night in self.facts.world.night_dates:
            if night != first and (not table.due(night) or self._befalls("delivery_missing", table, night)):
                continue
            self._night(table, master, night, previous)
            previous = night

    def _befalls(self, kind: str, table: Table, night: date) -> bool:
        """Whether this fault befalls this night's whole delivery; if so it is noted (key: the date)."""
        rate = rate_of(ROW_RATES[kind], table.dept, table.name) * self.rates
        salt = self.seed + sum(ord(c) * 31**i for i, c in enumerate(f"{kind}.{table.dept}.{table.name}")) % 10**9
        if float(uniform(np.array([night.toordinal()]), salt)[0]) >= rate:
            return False
        row = {"dept": table.dept, "source_table": table.name, "source_key": f"{night}", "role": "", "column": "", "fault": kind}
        self.truth.faults.add(pl.DataFrame([row]))
        return True

    def _night(self, table: Table, master: pl.DataFrame, night: date, previous: date | None) -> None:
        rows = due_rows(touched_by(master, night), table.mode, night, previous)
        added = ["new_item"] if previous is not None and self._befalls("new_column", table, night) else []
        start = True
        for part in rows.iter_slices(table.slice_rows):
            text, hits = self._write_up(table, part, night)
            self._note(table, text, hits, night, previous)
            text = self._with_duplicates(table, text)
            self.counts[f"{table.dept}.{table.name}"] = self.counts.get(f"{table.dept}.{table.name}", 0) + text.height
            table.put(self, text.select(*table.columns, *(pl.lit("1").alias(c) for c in added)), night, start)
            start = False
        if start:
            table.put(self, pl.DataFrame(schema=dict.fromkeys(table.columns, pl.String)), night, True)
        if table.finish:
            table.finish(self, night)

    def _write_up(self, table: Table, part: pl.DataFrame, night: date) -> tuple[pl.DataFrame, Hits]:
        """Text of one slice with its faults, and where they are."""
        text = table.render(self.facts, part, night)
        dice = part["_dice"] if "_dice" in part.columns else part["_rid"]
        text = text.with_columns(part["_rid"].cast(pl.Int64), part["_stamp"], part["_clerk"], _dice=dice.cast(pl.Int64))
        text = self._with_relatives(table, text)
        text, copied = self._copy_errors(table, text)
        text, reserved = self._apply_cases(table, text)
        text, hits = damage_cells(text, (table.dept, table.like or table.name), table.mentions, self._dice(table, text))
        hits = reserved + hits
        self._remember(table, text, hits)
        text, tests = self._with_tests(table, text, night)
        return text, copied + hits + tests

    def _dice(self, table: Table, text: pl.DataFrame) -> Dice:
        rows = text["_dice"].to_numpy()
        people = text[table.mentions[0].person] if table.mentions else pl.Series([None] * text.height, dtype=pl.Int32)
        own = self.facts.person("error_proneness", people).fill_null(1.0).to_numpy().astype(np.float64)
        clerks = text["_clerk"].fill_null(pl.Series(rows % 97)).to_numpy()
        own_batch = (text["_dice"] == text["_rid"]).to_numpy()  # rows that repeat a register's cells share its batch
        batches = np.where(own_batch & (not table.like), text["_stamp"].cast(pl.Int64).to_numpy(), rows % 31)
        return Dice(rows, proneness(own, clerks, batches, self.seed + sum(map(ord, table.dept))) * self.rates, self.seed)

    def _with_relatives(self, table: Table, text: pl.DataFrame) -> pl.DataFrame:
        """The numbers that might be typed by mistake."""
        extra = []
        for mention in table.mentions:
            if mention.number:
                other = self.facts.relatives.gather(text[mention.person].cast(pl.Int64))
                extra.append(self.facts.person("number", other).alias(f"_relative_{mention.role}"))
        return text.with_columns(extra)

    def _copy_errors(self, table: Table, text: pl.DataFrame) -> tuple[pl.DataFrame, Hits]:
        """Errors of the department copied from stand here too, for a share of the people."""
        share = rate_of(ROW_RATES["copied_error"], table.dept) * min(self.rates, 1.0)
        hits: Hits = []
        if not share or not table.mentions:
            return text, hits
        mention = table.mentions[0]
        for what in ("number", "name"):
            column = getattr(mention, what)
            known = [e.filter(pl.col("field") == what) for d in table.copies for e in self.errors.get(d, [])]
            if column is None or not known:
                continue
            errors = pl.concat(known).unique("pid", keep="first", maintain_order=True).select("pid", "value", wrong=pl.lit(True))
            found = text.select(pid=mention.person).join(errors, on="pid", how="left", maintain_order="left")
            takes = (
                found["wrong"].fill_null(False)
                & (self.facts.chance(text[mention.person], 77) < share)
                & text[column].is_not_null()
            )
            text = text.with_columns(pl.when(takes).then(found["value"]).otherwise(pl.col(column)).alias(column))
            places = np.nonzero(takes.to_numpy())[0]
            if len(places):
                hits.append((places, mention.role, column, f"{what}_copied"))
        return text, hits

    def _apply_cases(self, table: Table, text: pl.DataFrame) -> tuple[pl.DataFrame, Hits]:
        """The faults that reserved people suffer for certain."""
        hits: Hits = []
        for mention in table.mentions:
            text, found = apply_cases(self.facts, table.dept, mention, text)
            hits += found
        return text, hits

    def _remember(self, table: Table, text: pl.DataFrame, hits: Hits) -> None:
        """Keep the errors in names and numbers of a first mention, for the departments that copy."""
        if table.dept not in ("ga", "rs", "yb") or not table.mentions:
            return
        mention = table.mentions[0]
        for places, role, column, _ in hits:
            what = {mention.number: "number", mention.name: "name"}.get(column)
            if role == mention.role and what:
                there = pl.Series(places)
                self.errors.setdefault(table.dept, []).append(
                    pl.DataFrame({"pid": text[mention.person].gather(there), "value": text[column].gather(there)}).with_columns(
                        field=pl.lit(what)
                    )
                )

    def _with_tests(self, table: Table, text: pl.DataFrame, night: date) -> tuple[pl.DataFrame, Hits]:
        """A few rows that only try the system out: 测试. They mean nobody."""
        rate = rate_of(ROW_RATES["test_row"], table.dept) * self.rates
        if not table.mentions or table.mentions[0].role != "self" or not rate or night != self.facts.first_night:
            return text, []
        chosen = text.filter(pl.Series(uniform(text["_rid"].to_numpy(), self.seed + 4242)) < rate)
        if not chosen.height:
            return text, []
        mention = table.mentions[0]
        names = pl.Series([TEST_NAMES[i % len(TEST_NAMES)] for i in range(chosen.height)])
        changes: list[pl.Expr | pl.Series] = [pl.concat_str(pl.lit("9"), pl.col(table.key[0]).str.slice(1)).alias(table.key[0])]
        changes += [pl.lit(None, dtype=pl.Int32).alias(m.person) for m in table.mentions]
        changes += [names.alias(mention.name)] if mention.name else []
        changes += [pl.lit("111111111111111111").alias(mention.number)] if mention.number else []
        others = [c for m in table.mentions[1:] for c in (m.name, m.number, m.birth) if c]
        changes += [pl.lit(None, dtype=pl.String).alias(c) for c in dict.fromkeys(others)]
        tests = chosen.with_columns(changes).with_columns(_test=pl.lit(True))
        both = pl.concat([text.with_columns(_test=pl.lit(False)), tests.select(*text.columns, "_test")])
        return both, [(np.arange(text.height, both.height), mention.role, "", "test_row")]

    def _with_duplicates(self, table: Table, text: pl.DataFrame) -> pl.DataFrame:
        """Some rows arrive twice, as they are."""
        rate = rate_of(ROW_RATES["duplicate_exact"], table.dept, table.name) * self.rates
        twice = text.filter(pl.Series(uniform(text["_rid"].to_numpy(), self.seed + 1717)) < rate) if rate else text.head(0)
        if not twice.height:
            return text
        self.truth.faults.add(
            self._origin(table, twice).with_columns(role=pl.lit(""), column=pl.lit(""), fault=pl.lit("duplicate_exact"))
        )
        return pl.concat([text, twice])

    def _origin(self, table: Table, text: pl.DataFrame) -> pl.DataFrame:
        key = pl.concat_str([pl.col(k).fill_null("") for k in table.key], separator="|")
        return text.select(dept=pl.lit(table.dept), source_table=pl.lit(table.name), source_key=key)

    def _note(self, table: Table, text: pl.DataFrame, hits: Hits, night: date, previous: date | None) -> None:
        """Write the truth of rows that are new or changed since the last delivery."""
        fresh = (text["_stamp"] > previous) if previous else pl.Series([True] * text.height, dtype=pl.Boolean)
        tests = text["_test"] if "_test" in text.columns else pl.Series([False] * text.height, dtype=pl.Boolean)
        origin = self._origin(table, text).with_columns(valid_from=pl.lit(night))
        for mention in table.mentions:
            meant = fresh & (text[mention.person].is_not_null() | (tests & (mention.role == table.mentions[0].role)))
            self.truth.records.add(origin.with_columns(role=pl.lit(mention.role), person_id=text[mention.person]).filter(meant))
        for places, role, column, kind in hits:
            named = origin[places].filter(fresh.gather(pl.Series(places)))
            self.truth.faults.add(named.with_columns(role=pl.lit(role), column=pl.lit(column), fault=pl.lit(kind)))
        self._note_own_faults(table, text.filter(fresh))

    def _note_own_faults(self, table: Table, text: pl.DataFrame) -> None:
        """Faults that a department's module made itself: columns `_fault_{role}__{column}` with the kind or null."""
        for name in [c for c in text.columns if c.startswith("_fault_")]:
            role, column = name.removeprefix("_fault_").split("__")
            befallen = text.filter(pl.col(name).is_not_null())
            self.truth.faults.add(
                self._origin(table, befallen).with_columns(role=pl.lit(role), column=pl.lit(column), fault=befallen[name])
            )


def touched_by(master: pl.DataFrame, night: date) -> pl.DataFrame:
    """The rows with the newest of their `_touched` days up to the night, where those repeat."""
    if "_every" not in master.columns:
        return master
    ahead = (pl.col("_touched") - pl.lit(night)).dt.total_days()
    steps = pl.when(ahead > 0).then(-(-ahead // pl.col("_every"))).otherwise(0)
    newest = pl.col("_touched") - pl.duration(days=steps * pl.col("_every"))
    return master.with_columns(_touched=pl.when(newest > pl.col("_met")).then(newest))


def due_rows(master: pl.DataFrame, mode: str, night: date, previous: date | None) -> pl.DataFrame:
    """The rows a night delivers, with `_stamp` (date of the newest change known by then), in order of change."""
    known = [pl.when(pl.col(c) <= night).then(pl.col(c)) for c in ("_born", "_touched", "_ends")]
    rows = master.filter(pl.col("_born") <= night).with_columns(_stamp=pl.max_horizontal(known))
    if mode == "full":
        rows = rows.filter(pl.col("_gone").is_null() | (pl.col("_gone") > night))
    elif previous is not None:
        since = previous if mode == "versions" else min(previous, night - timedelta(days=OVERLAP))
        rows = rows.filter(pl.col("_stamp") > since)
    clock = (uniform(rows["_rid"].to_numpy(), 5) * 36000).astype(np.int64) + 28800
    return rows.with_columns(_clock=pl.Series(clock)).sort("_stamp", "_clock", "_rid", maintain_order=True)
