"""政法委 / 区社会治理中心: the grid's cards of persons and the visits at their doors."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

from jobs.sample.deliveries.cells import (
    choose,
    code,
    contact,
    day_text,
    from_days,
    lag,
    mask,
    number_text,
    plus,
    serial,
    stamp_text,
    until,
)
from jobs.sample.deliveries.facts import Facts, days
from jobs.sample.deliveries.faults import Mention
from jobs.sample.deliveries.office import Table, columns
from jobs.sample.deliveries.putting import database

PERSON = columns(
    "id community_code name gender birthday id_type id_no phone rhyz is_living std_addr_id addr_text household_id "
    "left_time left_reason modify_time grid_code grid_name person_type relation_to_head destination create_by tags"
)
VISIT = columns("visit_id person_id visit_time visitor result source house_id note")
PAPERS = {
    "citizen": "身份证",
    "passport": "护照",
    "hk_macao_pass": "港澳通行证",
    "taiwan_pass": "台胞证",
    "hkmt_residence": "港澳台居住证",
    "foreigner_pr": "永居证",
}
NOTICES = 0.65  # share of departures that the grid comes to know [A]
CARDS_KEPT = 3  # years before the history for which closed cards are still on the platform [A]
REUSES = 0.01  # share of new cards that get a closed card's number [A]
MISTAKES = 0.002  # share of cards closed as entered by mistake [A]
FABRICATES = 0.02  # share of accounts that tick all their cards on a quarter's last day [A]


def build_person(facts: Facts) -> pl.DataFrame:
    """Cards: one per person and stay in the district that the grid found, and one per local hukou known to be away."""
    cards = pl.concat([_found(facts), _away(facts)], how="diagonal_relaxed").sort("_born", "person_id", "from_date")
    rid = pl.Series(np.arange(cards.height))
    cards = _with_reused_ids(facts, cards.with_columns(_rid=rid))
    return cards.with_columns(_clerk=cards["dwelling_id"].fill_null(0).cast(pl.Int64) // 40)


def _with_reused_ids(facts: Facts, cards: pl.DataFrame) -> pl.DataFrame:
    """`_card`, the number that the platform shows: now and then a new card gets that of a long closed one."""
    closed = cards.filter(pl.col("_ends") < facts.world.history_start)["_rid"]
    again = (cards["_born"] > facts.first_night) & (facts.chance(cards["_rid"], 67) < REUSES)
    if not len(closed):
        return cards.with_columns(_card="_rid", _again=pl.lit(False))
    order = again.cast(pl.Int64).cum_sum() - 1
    other = closed.gather(order.clip(0, len(closed) - 1))
    again = again & (order < len(closed))
    return cards.with_columns(_card=pl.when(again).then(other).otherwise("_rid"), _again=again)


def _found(facts: Facts) -> pl.DataFrame:
    """Stays in the district that a grid worker came to see."""
    oldest = facts.world.history_start.replace(year=facts.world.history_start.year - CARDS_KEPT)
    stays = facts.world.stays.filter(pl.col("dwelling_id").is_not_null()).with_row_index("_stay")
    stays = stays.filter(pl.col("to_date").is_null() | (pl.col("to_date") > oldest))
    keys = stays["_stay"].cast(pl.Int64)
    seen = facts.chance(stays["person_id"], 51) < facts.person("grid_propensity", stays["person_id"])
    born = plus(stays["from_date"], lag(facts, keys, 52, 3, 150))
    dead = facts.person("death_date", stays["person_id"]) == stays["to_date"]
    notice = (facts.chance(keys, 53) < NOTICES) | dead.fill_null(False)
    mistaken = (facts.chance(keys, 68) < MISTAKES) & ~dead.fill_null(False)
    ends = mask(plus(stays["to_date"], lag(facts, keys, 54, 5, 120)), notice & ~mistaken)
    ends = ends.fill_null(mask(plus(born, lag(facts, keys, 69, 1, 200)), mistaken))
    checked = plus(born, lag(facts, keys, 55, 60, 400))
    ended = stays["to_date"].fill_null(date(9999, 1, 1))
    stays = stays.with_columns(
        _born=born,
        _ends=ends,
        _touched=mask(checked, checked < ended),
        reason=choose(dead, "死亡", choose(mistaken, "误录", choose(notice, "搬离", None))),
    )
    return stays.filter(seen & (born < ended)).drop("_stay")


def _away(facts: Facts) -> pl.DataFrame:
    """People of the hukou register whom the grid knows to be elsewhere: 人不在户在."""
    hukou = facts.world.hukou.filter(pl.col("township").is_not_null() & pl.col("to_date").is_null() & ~pl.col("is_duplicate"))
    last = days(pl.Series([facts.world.last_night])).repeat(hukou.height)
    out = facts.stay("dwelling_id", hukou["person_id"], last).is_null()
    since, purpose = facts.stay("from_date", hukou["person_id"], last), facts.stay("abroad_purpose", hukou["person_id"], last)
    told = facts.chance(hukou["person_id"], 56) < 0.6 * facts.person("grid_propensity", hukou["person_id"]).fill_null(0.5)
    reason = choose(purpose == "work", "出国工作", choose(purpose == "study", "出国留学", "外出"))
    alive = facts.person("death_date", hukou["person_id"]).is_null()
    born = plus(since, lag(facts, hukou["person_id"], 57, 20, 200))
    cards = hukou.select("person_id", "dwelling_id", "community", "township").with_columns(
        from_date=since, to_date=since, reason=reason, _born=born, _ends=born, away=pl.lit(True)
    )
    return cards.filter(out & told & alive & born.is_not_null()).drop("community", "township")


def render_person(facts: Facts, rows: pl.DataFrame, night: date) -> pl.DataFrame:
    """Cards as the platform shows them that night."""
    pid, met = rows["person_id"], contact(rows, night)
    kind, number = facts.paper(pid, met)
    birth, lunar = facts.birth_told(pid, 66)
    left = until(rows["_ends"], night)
    away = rows["away"].fill_null(False)
    home = facts.hukou("dwelling_id", pid, met)
    here = facts.hukou("township", pid, met).is_not_null()
    same = here & (home == rows["dwelling_id"])
    known = facts.chance(rows["_rid"], 58) < 0.7
    return pl.DataFrame(
        {
            "id": serial(rows["_card"], "G", 10),
            "community_code": facts.dwelling("community", rows["dwelling_id"]),
            "name": facts.name(pid, met),
            "gender": code(facts.person("sex", pid), {1: "男", 2: "女"}),
            "birthday": mask(day_text(birth, "%Y-%m-%d"), facts.chance(rows["_rid"], 59) < 0.8),
            "id_type": code(kind, PAPERS, None),
            "id_no": number,
            "phone": facts.phone(pid, met),
            "rhyz": choose(away, "3", choose(same, "1", choose(here, "2", "2"))),
            "is_living": choose(away | left.is_not_null(), "0", "1"),
            "std_addr_id": mask(facts.dwelling("std_addr_id", rows["dwelling_id"]), known),
            "addr_text": facts.dwelling_text(rows["dwelling_id"], rows["_rid"], 60),
            "household_id": serial(rows["household_id"], "H", 10),
            "left_time": mask(day_text(rows["to_date"].fill_null(left), "%Y-%m-%d"), left.is_not_null()),
            "left_reason": mask(rows["reason"], left.is_not_null()),
            "modify_time": stamp_text(rows),
            "grid_code": number_text(rows["dwelling_id"].cast(pl.Int64) // 400, "W", 6),
            "person_type": choose(here, "户籍", "流动"),
            "_pid_self": pid,
            "_fault_self__": choose(rows["_again"], "key_reused", None),
            "_fault_self__birthday": choose(lunar, "birth_lunar", None),
            "_office": facts.office_phone(pid, met),
        }
    ).with_columns(
        pl.lit(None, dtype=pl.String).alias(c)
        for c in PERSON
        if c in ("grid_name", "relation_to_head", "destination", "create_by", "tags")
    )


def build_visit(facts: Facts) -> pl.DataFrame:
    """Visits to the cards' doors since the history began, the fabricated ones among them."""
    cards = build_person(facts).filter(pl.col("away").is_null() | ~pl.col("away"))
    since, last = facts.world.history_start, facts.world.last_night
    window = (last - since).days
    rate = facts.person("visit_rate", cards["person_id"]).fill_null(1.0).to_numpy()
    expected = rate * window / 365
    count = np.floor(expected + facts.chance(cards["_rid"], 61).to_numpy()).astype(np.int64)
    card = np.repeat(np.arange(cards.height), count)
    keys = pl.Series(np.arange(len(card)) - np.repeat(np.cumsum(count) - count, count) + card * 1000)
    when = from_days(pl.Series(facts.pick(keys, 62, window + 1).to_numpy() + (since - date(1970, 1, 1)).days))
    real = _results(facts, cards[card].with_columns(when=when, _key=keys), 0)
    return (
        pl.concat([real, _fabricated(facts, cards)])
        .sort("_born", "_key")
        .with_row_index("_rid")
        .with_columns(pl.col("_rid").cast(pl.Int64))
    )


def _results(facts: Facts, visits: pl.DataFrame, salt: int) -> pl.DataFrame:
    """What the visitor found: the truth of that day, mostly."""
    dice = facts.chance(visits["_key"], 63)
    gone = visits["to_date"].is_not_null() & (visits["when"] >= visits["to_date"])
    closed = visits["_ends"].is_not_null() & (visits["when"] > visits["_ends"])
    absent = choose(dice < 0.13, "不在家", choose(dice < 0.145, "拒访", "在住"))
    left = choose(dice < 0.55, "已搬离", choose(dice < 0.75, "查无此人", choose(dice < 0.97, "不在家", "在住")))
    visits = visits.with_columns(result=choose(gone, left, absent), fake=pl.lit(False))
    return visits.filter((pl.col("when") >= pl.col("_born")) & ~closed).select(
        "_key",
        card=pl.col("_card"),
        dwelling_id="dwelling_id",
        result="result",
        fake="fake",
        _born="when",
        account=pl.col("_clerk"),
    )


def _fabricated(facts: Facts, cards: pl.DataFrame) -> pl.DataFrame:
    """An account that ticks 在住 for all its cards on the last day of a quarter."""
    guilty = cards.filter(facts.chance(cards["_clerk"], 64) < FABRICATES)
    ends = [d for d in _quarter_ends(facts) if facts.world.history_start <= d <= facts.world.last_night][-2:]
    parts = [
        guilty.filter((pl.col("_born") <= d) & (pl.col("_ends").is_null() | (pl.col("_ends") > d))).select(
            _key=pl.col("_rid") * 1000 + 900 + i,
            card="_card",
            dwelling_id="dwelling_id",
            result=pl.lit("在住"),
            fake=pl.lit(True),
            _born=pl.lit(d),
            account="_clerk",
        )
        for i, d in enumerate(ends)
    ]
    empty = _results(facts, cards.head(0).with_columns(when=pl.lit(None, dtype=pl.Date), _key=pl.lit(0, dtype=pl.Int64)), 0)
    return pl.concat([empty, *parts])


def _quarter_ends(facts: Facts) -> list[date]:
    years = range(facts.world.history_start.year, facts.world.last_night.year + 1)
    return [date(y, m, d) for y in years for m, d in ((3, 31), (6, 30), (9, 30), (12, 31))]


def render_visit(facts: Facts, rows: pl.DataFrame, night: date) -> pl.DataFrame:
    """Visits as text; fabricated ones lie within minutes."""
    rows = rows.with_columns(_clock=pl.when("fake").then(61200 + pl.col("card") % 600).otherwise("_clock"))
    return pl.DataFrame(
        {
            "visit_id": serial(rows["_rid"], "V", 11),
            "person_id": serial(rows["card"], "G", 10),
            "visit_time": stamp_text(rows),
            "visitor": number_text(rows["account"], "wg", 6),
            "result": rows["result"],
            "source": choose(facts.chance(rows["_rid"], 65) < 0.8, "走访", "电话"),
            "house_id": facts.dwelling("house_code", rows["dwelling_id"]),
            "_fault___result": choose(rows["fake"], "fabricated_visit", None),
        }
    ).with_columns(note=pl.lit(None, dtype=pl.String))


TABLES = (
    Table(
        "zf",
        "grid_person",
        ("id",),
        PERSON,
        build_person,
        render_person,
        database("grid_person", "zf"),
        (Mention("self", "id_no", "name", "birthday", "gender", "phone"),),
        copies=("ga",),
    ),
    Table("zf", "grid_visit", ("visit_id",), VISIT, build_visit, render_visit, database("grid_visit", "zf")),
)
