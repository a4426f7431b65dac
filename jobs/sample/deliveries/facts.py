"""Looking up what is true of a person on a date: the only way the departments' modules read the world.

Everything takes and gives whole columns. Look-ups by date use one sorted integer key (person, day): one binary search each.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from jobs.sample.deliveries.addresses_text import outside_texts, variants
from jobs.sample.deliveries.clerks import mix, uniform
from jobs.sample.world import World

DAY_BITS = 20
EPOCH = date(1970, 1, 1)
OFFSET = 200_000  # makes days before 1970 positive


Days = NDArray[np.int64]
"""Days since 1970, one per row."""

PAPERS = {
    "pr_new": "foreigner_pr", "pr_old": "foreigner_pr", "hkmt_permit": "hkmt_residence", "hk_pass": "hk_macao_pass",
    "tw_pass": "taiwan_pass", "passport": "passport",
}  # fmt: skip


def days(column: pl.Series) -> Days:
    """Dates as days since 1970; nulls as the far future."""
    return column.cast(pl.Date).cast(pl.Int32).fill_null(OFFSET).cast(pl.Int64).to_numpy()


def day(value: date) -> int:
    """One date as days since 1970."""
    return (value - EPOCH).days


class AsOf:
    """The interval of a person in force on a day: give (persons, days), get row numbers of the columns kept (null: none)."""

    def __init__(self, frame: pl.DataFrame, *keep: str) -> None:
        frame = frame.filter(pl.col("person_id").is_not_null())
        keys = _keys(frame["person_id"], days(frame["from_date"]))
        order = np.argsort(keys, kind="stable")
        self.keys = keys[order]
        self.frame = frame.select(keep)[order]

    def rows(self, persons: pl.Series, when: Days, *, nearest: bool = False) -> pl.Series:
        """Row numbers in `frame`; `nearest` takes the first interval where none has begun yet."""
        who = persons.cast(pl.Int64).fill_null(-1).to_numpy()
        asked = (who << DAY_BITS) + when + OFFSET
        if not len(self.keys):
            return pl.Series([None] * len(who), dtype=pl.Int64)
        found = np.searchsorted(self.keys, asked, side="right") - 1
        good = (found >= 0) & (self.keys[np.maximum(found, 0)] >> DAY_BITS == who)
        if nearest:
            after = np.minimum(found + 1, len(self.keys) - 1)
            found = np.where(good, found, after)
            good = good | (self.keys[after] >> DAY_BITS == who)
        return pl.Series(np.where(good, found, -1)).cast(pl.Int64).replace(-1, None)

    def get(self, column: str, rows: pl.Series) -> pl.Series:
        """Values of one column at those rows."""
        return self.frame[column].gather(rows)


def _keys(who: pl.Series, when: Days) -> Days:
    return (who.cast(pl.Int64).to_numpy() << DAY_BITS) + when + OFFSET


@dataclass(frozen=True)
class Facts:
    """The world with its look-ups and the sample's seed."""

    world: World
    seed: int

    def person(self, column: str, persons: pl.Series) -> pl.Series:
        """One column of `persons` for these people (null for null)."""
        return self.world.persons[column].gather(persons.cast(pl.Int64))

    @cached_property
    def first_night(self) -> date:
        """The first business date."""
        return self.world.night_dates[0]

    @cached_property
    def _names(self) -> AsOf:
        return AsOf(self.world.names, "name", "kind")

    @cached_property
    def _stays(self) -> AsOf:
        return AsOf(self.world.stays, "dwelling_id", "division", "from_date", "abroad_purpose")

    @cached_property
    def _homes(self) -> AsOf:
        return AsOf(self.world.stays.filter(pl.col("dwelling_id").is_not_null()), "dwelling_id")

    @cached_property
    def _phones(self) -> AsOf:
        return AsOf(self.world.phones, "phone")

    @cached_property
    def hukou_as_of(self) -> AsOf:
        """The true hukou (duplicates left out)."""
        return AsOf(self.world.hukou.filter(~pl.col("is_duplicate")), "division", "township", "dwelling_id", "outside_text")

    @cached_property
    def _numbers(self) -> AsOf:
        kinds = ["id18", "id18_old", "hkmt_permit"]
        papers = self.world.documents.filter(pl.col("kind").is_in(kinds))
        return AsOf(papers.sort("person_id", "from_date", "kind", descending=[False, False, True]), "number")

    def name(self, persons: pl.Series, when: Days) -> pl.Series:
        """Name in force (the first one before it)."""
        names = self._names
        found = names.get("name", names.rows(persons, when, nearest=True))
        return found.fill_null(self.person("name", persons))

    def name_kind(self, persons: pl.Series, when: Days) -> pl.Series:
        """`provisional` for newborns before their name."""
        return self._names.get("kind", self._names.rows(persons, when, nearest=True))

    def number(self, persons: pl.Series, when: Days) -> pl.Series:
        """Citizen number (or permit of Hong Kong, Macao, Taiwan) held on that day; null before the first."""
        return self._numbers.get("number", self._numbers.rows(persons, when))

    def _by_person(self, frame: pl.DataFrame, column: str) -> pl.Series:
        """One value per person id (null for most), from a frame with person_id."""
        found = frame.unique("person_id", keep="last", maintain_order=True)
        people = self.world.persons.select("person_id")
        return people.join(found, on="person_id", how="left", maintain_order="left")[column]

    @cached_property
    def _second_numbers(self) -> pl.Series:
        return self._by_person(self.world.documents.filter(pl.col("kind") == "id18_second"), "number")

    def second_number(self, persons: pl.Series) -> pl.Series:
        """The second citizen number that a few people hold beside the first."""
        return self._second_numbers.gather(persons.cast(pl.Int64))

    @cached_property
    def _former(self) -> AsOf:
        changed = self.world.names.filter((pl.col("kind") == "legal") & pl.col("to_date").is_not_null())
        return AsOf(changed.with_columns(from_date=pl.col("to_date")), "name")

    def former_name(self, persons: pl.Series, when: Days) -> pl.Series:
        """The legal name before the one in force on that day."""
        return self._former.get("name", self._former.rows(persons, when))

    @cached_property
    def _jobs(self) -> AsOf:
        return AsOf(self.world.jobs, "employer_id")

    def employer(self, column: str, persons: pl.Series, when: Days) -> pl.Series:
        """A column of the employer of that day (or the last one)."""
        return self.world.employers[column].gather(self._jobs.get("employer_id", self._jobs.rows(persons, when)).cast(pl.Int64))

    def office_phone(self, persons: pl.Series, when: Days) -> pl.Series:
        """The personnel office's phone, which careless clerks type for staff."""
        return self.employer("phone", persons, when)

    def birth_told(self, persons: pl.Series, salt: int) -> tuple[pl.Series, pl.Series]:
        """Birth date as told at this office, and whether it is the lunar date read as if solar (some of the old tell it so)."""
        lunar = self.person("lunar_birth_date", persons)
        told = lunar.is_not_null() & (self.chance(persons, salt) < 0.4)
        return pl.select(pl.when(told).then(lunar).otherwise(self.person("birth_date", persons))).to_series(), told

    @cached_property
    def hides(self) -> pl.Series:
        """People whom no department but the hukou register and the grid sees."""
        return self.world.persons["is_silent"] | self.world.persons["is_grid_only"]

    def seen(self, frame: pl.DataFrame, who: str = "person_id") -> pl.DataFrame:
        """The rows of a frame without the people who hide."""
        return frame.filter(~self.hides.gather(frame[who].cast(pl.Int64)).fill_null(False))

    @cached_property
    def _papers(self) -> list[AsOf]:
        """Papers in order of preference: permanent residence, permit, passes and passports (citizens have their number)."""
        papers = self.world.documents
        groups = [["pr_new", "pr_old"], ["hkmt_permit"], ["hk_pass", "tw_pass", "passport"]]
        return [AsOf(papers.filter(pl.col("kind").is_in(kinds)), "kind", "number") for kinds in groups]

    def paper(self, persons: pl.Series, when: Days) -> tuple[pl.Series, pl.Series]:
        """Type and number of the paper a person shows on that day; both null when he has none yet."""
        number = self.number(persons, when)
        mainland = self.person("kind", persons) == "mainland"
        kind = pl.select(pl.when(mainland & number.is_not_null()).then(pl.lit("citizen"))).to_series()
        number = pl.select(pl.when(mainland).then(number)).to_series()
        for papers in self._papers:
            rows = papers.rows(persons, when, nearest=True)
            kind = kind.fill_null(papers.get("kind", rows).replace(PAPERS))
            number = number.fill_null(papers.get("number", rows))
        return kind, number

    @cached_property
    def _spouses(self) -> AsOf:
        wed = self.world.marriages
        both = [
            wed.select("from_date", "to_date", person_id=a, spouse=b)
            for a, b in (("husband_id", "wife_id"), ("wife_id", "husband_id"))
        ]
        return AsOf(pl.concat(both), "to_date", "spouse")

    def spouse(self, persons: pl.Series, when: Days) -> pl.Series:
        """Husband or wife on that day."""
        rows = self._spouses.rows(persons, when)
        lasting = days(self._spouses.get("to_date", rows)) > when
        return pl.select(pl.when(pl.Series(lasting)).then(self._spouses.get("spouse", rows))).to_series()

    def phone(self, persons: pl.Series, when: Days) -> pl.Series:
        """Mobile known on that day, as of the last contact."""
        return self._phones.get("phone", self._phones.rows(persons, when, nearest=True))

    def home(self, persons: pl.Series, when: Days) -> pl.Series:
        """Dwelling in the district where he lives or last lived before that day; null if never yet."""
        return self._homes.get("dwelling_id", self._homes.rows(persons, when))

    def stay(self, column: str, persons: pl.Series, when: Days) -> pl.Series:
        """A column of the stay on that day (outside stays too)."""
        return self._stays.get(column, self._stays.rows(persons, when))

    def hukou(self, column: str, persons: pl.Series, when: Days) -> pl.Series:
        """A column of the true hukou on that day."""
        return self.hukou_as_of.get(column, self.hukou_as_of.rows(persons, when, nearest=True))

    def dwelling(self, column: str, dwellings: pl.Series) -> pl.Series:
        """One column of `dwellings`."""
        return self.world.dwellings[column].gather(dwellings.cast(pl.Int64))

    @cached_property
    def _dwelling_texts(self) -> pl.Series:
        return variants(self.world.dwellings)

    def dwelling_text(self, dwellings: pl.Series, dice: pl.Series, salt: int, official: float = 0.4) -> pl.Series:
        """A dwelling's address as this clerk writes it: the official text in a share of cases, else another variant, by dice."""
        count = self.world.dwellings.height
        kinds = len(self._dwelling_texts) // max(count, 1)
        steps = official + (1 - official) * np.array([0.0, 0.36, 0.63, 0.84, 1.0])
        pick = np.searchsorted(steps, self.chance(dice, salt).to_numpy(), side="right").clip(0, max(kinds - 1, 0))
        return self._dwelling_texts.gather(dwellings.cast(pl.Int64) + pl.Series(pick * count))

    def address(self, persons: pl.Series, when: Days, salt: int) -> pl.Series:
        """Where he says he lives on that day: a dwelling's text, or a text outside the district."""
        dwellings = self.stay("dwelling_id", persons, when)
        inside = self.dwelling_text(dwellings, persons, salt)
        outside = self.outside_text(persons, when)
        is_out = dwellings.is_null() & self.stay("division", persons, when).is_not_null()
        known = self.dwelling_text(self.home(persons, when), persons, salt)
        table = pl.DataFrame({"in": inside, "out": outside, "is_out": is_out, "known": known})
        return table.select(pl.coalesce("in", pl.when("is_out").then("out"), "known").alias("address")).to_series()

    def outside_text(self, persons: pl.Series, when: Days) -> pl.Series:
        """The address at the stay's division outside the district (village of the hukou when there)."""
        division = self.stay("division", persons, when).fill_null(self.hukou("division", persons, when))
        village = self.hukou("outside_text", persons, when)
        return outside_texts(self.world.divisions, division, village)

    def hukou_text(self, persons: pl.Series, when: Days, salt: int) -> pl.Series:
        """The hukou's address in words."""
        dwellings = self.hukou("dwelling_id", persons, when)
        inside = self.dwelling_text(dwellings, persons, salt)
        outside = outside_texts(
            self.world.divisions, self.hukou("division", persons, when), self.hukou("outside_text", persons, when)
        )
        return inside.fill_null(outside)

    @cached_property
    def relatives(self) -> pl.Series:
        """For every person the relative whose number careless clerks type: mother, else father, else spouse."""
        wed = self.world.marriages.filter(pl.col("to_date").is_null())
        pairs = pl.concat(
            [
                wed.select(person_id="husband_id", spouse="wife_id"),
                wed.select(person_id="wife_id", spouse="husband_id"),
            ]
        ).unique("person_id", keep="first", maintain_order=True)
        joined = self.world.persons.select("person_id", "mother_id", "father_id").join(
            pairs, on="person_id", how="left", maintain_order="left"
        )
        return joined.select(pl.coalesce("mother_id", "father_id", "spouse")).to_series()

    def chance(self, keys: pl.Series, salt: int) -> pl.Series:
        """A number in [0, 1) per integer key, of this sample's seed."""
        return pl.Series(uniform(keys.fill_null(-1).cast(pl.Int64).to_numpy(), self.seed * 1009 + salt))

    def pick(self, keys: pl.Series, salt: int, count: int) -> pl.Series:
        """A number 0 … count-1 per integer key."""
        drawn = mix(keys.fill_null(-1).cast(pl.Int64).to_numpy(), self.seed * 1013 + salt) % np.uint64(count)
        return pl.Series(drawn.astype(np.int64))
