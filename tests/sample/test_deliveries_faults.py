"""Every fault kind: it damages as its name says, at its rate, and errors come together."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from jobs.sample.deliveries import characters as ch
from jobs.sample.deliveries import numbers as no
from jobs.sample.deliveries.clerks import proneness, uniform
from jobs.sample.deliveries.faults import KINDS, Dice, Mention, damage_cells, rate_of

pytestmark = pytest.mark.slow

COUNT = 200_000
NUMBER = "11010519491231002X"
MENTION = Mention("self", "number", "name", "birth", "sex", "phone")


def frame(**cells: str) -> pl.DataFrame:
    usual = {"number": NUMBER, "name": "王喆", "birth": "19900102", "sex": "1", "phone": "13800001234"}
    columns = {c: [v] * COUNT for c, v in {**usual, **cells}.items()}
    extra = {"_relative_self": ["330125196501011239"] * COUNT, "_office": ["13900000001"] * COUNT}
    return pl.DataFrame(columns | extra)


def dice(prone: float = 1.0, seed: int = 1) -> Dice:
    return Dice(np.arange(COUNT), np.full(COUNT, prone), seed)


@pytest.mark.parametrize(
    ("damage", "value", "wanted"),
    [
        (no.fifteen, "330125197001011239", {"330125700101123"}),
        (no.fifteen, "330110200501011236", {None}),
        (no.lower_x, NUMBER, {"11010519491231002x"}),
        (no.lower_x, "330125197001011239", {None}),
        (no.full_width, "330125X", {"３３０１２５Ｘ"}),
        (no.scientific, "330125199001011239", {"330125199001011000", "3.30125E+17"}),
        (no.scientific, NUMBER, {None}),
        (no.masked, "330125199001011239", {"3301**********1239", "330125********1239"}),
        (no.apostrophe, "33", {"'33"}),
        (no.swapped_day, "1990-03-05", {"1990-05-03"}),
        (no.swapped_day, "19900325", {None}),
        (no.first_of_month, "1990-03-05", {"1990-03-01", "1990-01-01"}),
        (no.eight_hours_early, "2026-05-01 01:22", {"2026-04-30 17:22"}),
        (no.eight_hours_early, "2026-05-01 09:22", {None}),
        (no.excel_serial, "2024-02-01", {"45323"}),
        (no.default_birth, "1990-03-05", {"1900-01-01", "9999-12-31", "0000-00-00", "1901-01-01"}),
        (no.other_sex, "女", {"男"}),
        (no.masked_phone, "13800001234", {"138****1234"}),
        (ch.masked_name, "张小三", {"张*三", "*小三", "张**"}),
        (ch.spaced, "王伟", {"王 伟", "王　伟"}),
        (ch.spaced, "王小伟", {None}),
        (ch.truncated, "阿卜杜·买买提江吾斯曼", {"阿卜杜·买买提江吾斯"}),
    ],
)
def test_damage(damage, value, wanted):
    assert {damage(value, pick) for pick in range(60)} == wanted


def test_bad_checks_are_bad_and_wrong_numbers_are_good():
    for pick in range(500):
        bad, wrong = no.bad_check(NUMBER, pick), no.wrong_valid(NUMBER, pick)
        assert bad is None or (bad != NUMBER and bad[17] != no.check_character(bad[:17]))
        assert wrong is None or (wrong != NUMBER and wrong[17] == no.check_character(wrong[:17]))


def test_homophones_and_lookalikes_change_one_character():
    for table in (ch.homophone, ch.lookalike):
        seen = {table("王伟芳", pick) for pick in range(100)} - {None}
        assert seen and all(sum(a != b for a, b in zip("王伟芳", n, strict=True)) == 1 for n in seen)


def test_rare_characters_arrive_in_many_forms():
    seen = {ch.rare("王䶮", pick) for pick in range(200)}
    assert {"王\ue863", "王YAN", "王(龙天)", "王?"} <= seen
    assert ch.rare("王伟", 3) is None


def test_gbk_keeps_what_it_can():
    assert ch.in_gbk("王䶮𬱖喆") == "王\ue863\ue0a2喆"
    assert ch.in_gbk("王𠮷") == "王?"


@pytest.mark.parametrize("dept", ["ga", "wj", "rs", "yb", "mz", "jy", "zj", "gjj", "zf", "sj"])
def test_rates_are_met(dept):
    """Kinds that can befall any value come at their rate, within five standard deviations."""
    _, hits = damage_cells(frame(name="王小伟", number="330125199001011239"), (dept, "any"), (MENTION,), dice())
    seen = {kind: len(places) for places, _, _, kind in hits}
    always = (
        "number_missing",
        "number_bad_check",
        "number_relative",
        "name_missing",
        "phone_missing",
        "phone_placeholder",
        "sex_wrong",
    )
    for kind in (k for k in KINDS if k.name in always):
        expected = rate_of(kind.rates, dept, "any") * COUNT
        assert abs(seen.get(kind.name, 0) - expected) <= 5 * np.sqrt(expected) + 1, kind.name


def test_rates_scale_and_zero_means_none():
    few = sum(len(h[0]) for h in damage_cells(frame(), ("zf", "any"), (MENTION,), dice(1.0))[1])
    many = sum(len(h[0]) for h in damage_cells(frame(), ("zf", "any"), (MENTION,), dice(2.0))[1])
    none = damage_cells(frame(), ("zf", "any"), (MENTION,), dice(0.0))
    assert 1.8 < many / few < 2.2
    assert none[1] == [] and none[0].equals(frame())


def test_every_change_is_a_hit_and_every_hit_a_change():
    before = frame()
    after, hits = damage_cells(before, ("jy", "pupil"), (MENTION,), dice(3.0))
    for column in ("number", "name", "birth", "sex", "phone"):
        changed = (before[column].fill_null("") != after[column].fill_null("")).to_numpy()
        told = np.zeros(COUNT, dtype=bool)
        for places, role, where, _ in hits:
            if where == column:
                assert role == "self" and not told[places].any(), "one fault a cell"
                told[places] = True
        assert (changed == told).all()


def test_errors_come_together():
    """A row with one error has another one more often than rows in general."""
    persons = np.exp(np.random.default_rng(3).normal(0, 1, COUNT))
    prone = proneness(persons / persons.mean(), np.arange(COUNT) % 97, np.arange(COUNT) % 31, 1)
    _, hits = damage_cells(frame(), ("zf", "any"), (MENTION,), Dice(np.arange(COUNT), prone, 1))
    bad: dict[str, np.ndarray] = {}
    for places, _, column, _ in hits:
        bad.setdefault(column, np.zeros(COUNT, dtype=bool))[places] = True
    together, by_chance = (bad["number"] & bad["name"]).mean(), bad["number"].mean() * bad["name"].mean()
    assert together > 1.5 * by_chance


def test_every_kind_happens_somewhere():
    seen: set[str] = set()
    few = Dice(np.arange(30_000), np.full(30_000, 10.0), 1)
    values = {"number": "330125197001011230", "name": "丽喆"}
    for dept in ("ga", "mz", "jy", "wj", "zj", "sj", "yb", "zf", "rs"):
        for cells in (values, {"birth": "2026-05-02 01:20"}, {"name": "阿卜杜·买买提江吾斯曼"}, {}):
            table = "birth_cert" if dept == "wj" else "any"
            seen |= {h[3] for h in damage_cells(frame(**cells).head(30_000), (dept, table), (MENTION,), few)[1]}
    assert {k.name for k in KINDS} - seen == set()


def test_dice_are_even():
    drawn = uniform(np.arange(COUNT), 5)
    assert abs(drawn.mean() - 0.5) < 0.005 and drawn.min() >= 0 and drawn.max() < 1
    assert (drawn != uniform(np.arange(COUNT), 6)).all()
