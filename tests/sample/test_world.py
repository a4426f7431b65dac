"""The true district: numbers, families, intervals, distributions, hard cases, and that a seed decides everything."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest

from jobs.errors import UserError
from jobs.sample.build import HISTORY_DAYS, build_world, history_days
from jobs.sample.hard_cases import KINDS
from jobs.sample.schemas import SCHEMAS
from jobs.sample.world import World

LAST = date(2026, 11, 22)
COUNT = 12
RESIDENTS = 20_000


def build(residents: int, seed: int, cases: dict[str, int] | None = None) -> World:
    return build_world(residents, 3, seed, LAST, cases, progress=lambda line: None)


@pytest.fixture(scope="module")
def world() -> World:
    return build(RESIDENTS, 11)


@pytest.fixture(scope="module")
def cases() -> World:
    return build(3000, 5, dict.fromkeys(KINDS, COUNT))


def check_character(body: str) -> str:
    """GB 11643 by its definition, weight i = 2^(18-i) mod 11."""
    total = sum(int(c) * (2 ** (17 - i) % 11) for i, c in enumerate(body))
    return "10X98765432"[total % 11]


def overlaps(frame: pl.DataFrame, key: str = "person_id") -> pl.DataFrame:
    """Rows that begin before the row before them, of the same key, has ended."""
    ordered = frame.sort(key, "from_date", "to_date", nulls_last=True)
    before = pl.col("to_date").shift(1).over(key)
    first = pl.int_range(pl.len()).over(key) == 0
    return ordered.filter(~first & (before.is_null() | (before > pl.col("from_date"))))


def test_no_two_people_have_one_number(world: World) -> None:
    numbers = world.persons["number"].drop_nulls()
    assert numbers.len() > RESIDENTS
    assert numbers.n_unique() == numbers.len()


def test_numbers_are_valid_and_say_the_birth_date_and_sex(world: World) -> None:
    known = world.persons.filter(pl.col("number").is_not_null()).select("number", "sex", "birth_date", "first_division")
    for number, sex, born, area in known.sample(3000, seed=1).iter_rows():
        assert number[17] == check_character(number[:17])
        assert number[6:14] == f"{born:%Y%m%d}"
        assert int(number[16]) % 2 == sex % 2
        assert 900 <= int(number[14:17]) <= 995
        assert number[:6] == area


def test_other_documents_have_valid_checks_too(cases: World) -> None:
    kinds = ["id18_old", "id18_second", "hkmt_permit", "pr_new"]
    documents = cases.documents.filter(pl.col("kind").is_in(kinds))
    assert set(documents["kind"]) >= {"id18_old", "id18_second", "hkmt_permit"}
    for number in documents["number"]:
        assert number[17] == check_character(number[:17])
    assert set(documents.filter(pl.col("kind").str.starts_with("id18_"))["number"]).isdisjoint(
        cases.persons["number"].drop_nulls()
    )


def test_employers_have_valid_credit_codes(world: World) -> None:
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    weights = [pow(3, i, 31) for i in range(17)]
    for code in world.employers["uscc"].sample(200, seed=2):
        total = sum(alphabet.index(c) * w for c, w in zip(code, weights, strict=False))
        assert code[17] == alphabet[(31 - total % 31) % 31]
    assert world.employers["uscc"].n_unique() == world.employers.height


@pytest.mark.parametrize("parent", ["mother", "father"])
def test_parents_are_older_than_their_children(world: World, parent: str) -> None:
    born = world.persons.select(person="person_id", parent_born="birth_date", parent_sex="sex")
    children = world.persons.join(born, left_on=f"{parent}_id", right_on="person")
    years = (children["birth_date"] - children["parent_born"]).dt.total_days() / 365.25
    assert children.height > 2000
    assert years.min() >= 16
    assert years.quantile(0.99) < 56
    assert children["parent_sex"].unique().to_list() == [2 if parent == "mother" else 1]


def test_brothers_and_sisters_are_twins_or_born_months_apart(world: World) -> None:
    children = world.persons.filter(pl.col("mother_id").is_not_null()).sort("mother_id", "birth_date")
    gap = children.select(gap=pl.col("birth_date").diff().over("mother_id").dt.total_days(), twin="twin_order").drop_nulls()
    assert gap.filter(pl.col("gap") == 0)["twin"].min() > 0
    assert gap.filter(pl.col("gap") > 0)["gap"].min() >= 270


@pytest.mark.parametrize("name", ["stays", "names", "absences"])
def test_intervals_are_half_open_and_do_not_overlap(world: World, name: str) -> None:
    frame = getattr(world, name)
    assert frame.filter(pl.col("to_date") <= pl.col("from_date")).height == 0
    assert frame["from_date"].max() <= LAST
    assert overlaps(frame).height == 0


def test_hukou_is_one_at_a_time_but_for_the_second_hukou(cases: World) -> None:
    assert cases.hukou.filter(pl.col("to_date") <= pl.col("from_date")).height == 0
    assert overlaps(cases.hukou.filter(~pl.col("is_duplicate"))).height == 0
    assert overlaps(cases.hukou).select("person_id").unique().height == COUNT


def test_stays_cover_every_life_from_birth_to_death(world: World) -> None:
    lives = world.stays.group_by("person_id").agg(pl.col("from_date").min(), pl.col("to_date").max(), days=pl.len())
    gaps = world.stays.sort("person_id", "from_date").select(
        gap=(pl.col("from_date") - pl.col("to_date").shift(1).over("person_id")).dt.total_days()
    )
    joined = world.persons.join(lives, on="person_id", how="left")
    assert joined.filter(pl.col("from_date") != pl.col("birth_date")).height == 0
    assert joined["from_date"].null_count() == 0
    assert gaps["gap"].drop_nulls().abs().max() == 0
    open_ends = world.stays.filter(pl.col("to_date").is_null())["person_id"]
    assert set(open_ends) == set(world.persons.filter(pl.col("death_date").is_null())["person_id"])


def test_no_two_households_live_in_one_dwelling_at_a_time(world: World) -> None:
    homes = world.stays.filter(pl.col("tenure").is_in(["owner", "rented", "relatives"]))
    for night in (date(2025, 1, 1), date(2025, 12, 31), date(2026, 7, 1), LAST):
        tonight = homes.filter((pl.col("from_date") <= night) & (pl.col("to_date").is_null() | (pl.col("to_date") > night)))
        assert tonight.height > RESIDENTS / 2
        assert tonight.group_by("dwelling_id").agg(pl.col("household_id").n_unique())["household_id"].max() == 1


def test_residents_are_as_many_as_asked(world: World) -> None:
    here = world.stays.filter(pl.col("to_date").is_null() & pl.col("township").is_not_null())
    assert abs(here.height / RESIDENTS - 1) < 0.03
    assert abs((world.persons.height - here.height) / RESIDENTS - 0.634) < 0.05


@pytest.mark.parametrize("year", [2024, 2025])
def test_the_district_grows_by_two_to_three_percent_a_year(world: World, year: int) -> None:
    def present(day: date) -> int:
        here = pl.col("township").is_not_null() & (pl.col("from_date") <= day)
        return world.stays.filter(here & (pl.col("to_date").is_null() | (pl.col("to_date") > day)))["person_id"].n_unique()

    growth = present(date(year + 1, LAST.month, LAST.day)) / present(date(year, LAST.month, LAST.day)) - 1
    assert growth == pytest.approx(0.025, abs=0.012)


@pytest.fixture(scope="module")
def living(world: World) -> pl.DataFrame:
    now = world.stays.filter(pl.col("to_date").is_null() & pl.col("township").is_not_null())
    hukou = world.hukou.filter(pl.col("to_date").is_null() & ~pl.col("is_duplicate")).select("person_id", hukou="division")
    age = (pl.lit(LAST) - pl.col("birth_date")).dt.total_days() / 365.25
    return now.drop("division").join(world.persons, on="person_id").join(hukou, on="person_id", how="left").with_columns(age=age)


def test_sexes_and_ages_are_near_the_anchors(living: pl.DataFrame) -> None:
    share = living.select(
        male=(pl.col("sex") == 1).mean(),
        children=(pl.col("age") < 15).mean(),
        working=pl.col("age").is_between(15, 60, closed="left").mean(),
        old=(pl.col("age") >= 60).mean(),
    ).row(0, named=True)
    assert share["male"] == pytest.approx(0.521, abs=0.015)
    assert share["children"] == pytest.approx(0.16, abs=0.02)
    assert share["working"] == pytest.approx(0.722, abs=0.025)
    assert share["old"] == pytest.approx(0.118, abs=0.02)


def test_origins_are_near_the_anchors(living: pl.DataFrame) -> None:
    mainland = living.filter(pl.col("kind") == "mainland")
    outside = mainland.filter(pl.col("hukou") != "330110")
    assert outside.height / mainland.height == pytest.approx(0.54, abs=0.035)
    city = outside["hukou"].str.starts_with("3301").mean()
    province = (outside["hukou"].str.starts_with("33") & ~outside["hukou"].str.starts_with("3301")).mean()
    assert city == pytest.approx(0.32, abs=0.04)
    assert province == pytest.approx(0.27, abs=0.04)
    far = outside.filter(~pl.col("hukou").str.starts_with("33"))
    assert far["hukou"].str.starts_with("34").mean() == pytest.approx(0.24, abs=0.03)
    assert (living["kind"] == "foreign").mean() == pytest.approx(0.0025, abs=0.0012)


def test_households_have_the_sizes_of_the_census(living: pl.DataFrame) -> None:
    private = living.filter(~pl.col("tenure").is_in(["dormitory", "campus"]))
    sizes = private.group_by("household_id").len()["len"]
    assert sizes.mean() == pytest.approx(2.35, abs=0.1)
    assert (sizes == 1).mean() == pytest.approx(0.31, abs=0.05)
    assert 1 - private.height / living.height == pytest.approx(0.12, abs=0.03)


def test_streets_have_their_shares(living: pl.DataFrame) -> None:
    from jobs.sample.facts import table

    shares = living["township"].value_counts(normalize=True).join(table("townships"), on="township")
    assert shares.height == 12
    total = shares["share"].sum()
    assert (shares["proportion"] - shares["share"] / total).abs().max() < 0.035


def test_names_are_as_frequent_as_in_life(world: World) -> None:
    han = world.persons.filter((pl.col("kind") == "mainland") & (pl.col("ethnic") == "01"))
    top = han["surname"].value_counts(sort=True).head(5)["surname"].to_list()
    assert set(top) <= set("王李张刘陈吴沈")
    eighties = han.filter(pl.col("birth_date").dt.year().is_between(1980, 1989) & (pl.col("sex") == 1))
    given = eighties.with_columns(given=pl.col("name").str.strip_prefix(pl.col("surname")))["given"].value_counts()["count"]
    pairs = (given * (given - 1)).sum() / (given.sum() * (given.sum() - 1))
    assert 3e-4 < pairs < 2e-3


def test_births_are_heaped_on_first_days_for_the_old(world: World) -> None:
    old = world.persons.filter(pl.col("birth_date").dt.year() < 1975)
    new_year = (old["birth_date"].dt.month() == 1) & (old["birth_date"].dt.day() == 1)
    assert new_year.mean() > 2.5 / 365
    assert (old["birth_date"].dt.day() == 1).mean() > 1.7 / 30.4


def test_lunar_dates_are_about_a_month_before_the_solar_ones(world: World) -> None:
    given = world.persons.filter(pl.col("lunar_birth_date").is_not_null())
    days = (given["birth_date"] - given["lunar_birth_date"]).dt.total_days()
    assert given.height > 300
    assert days.min() > 10
    assert days.max() < 65


def test_a_known_lunar_birthday() -> None:
    from jobs.sample.people import lunar_reading

    festival = np.array([np.datetime64("1960-01-28").astype(int), np.datetime64("1955-02-12").astype(int)], dtype=np.int32)
    lunar = lunar_reading(festival).astype("datetime64[D]").astype(str)  # one day before and after the 19th of the month
    assert lunar[0] == "1960-01-01"
    assert lunar[1][:7] == "1955-01"


def test_phones_are_marked_as_fake_and_never_two_strangers(world: World) -> None:
    assert world.phones["phone"].str.contains(r"^1\d{2}000\d{5}$").all()
    assert world.phones.group_by("phone").agg(pl.col("holder_id").n_unique())["holder_id"].max() == 1


def test_every_reference_points_at_somebody(world: World) -> None:
    people = world.persons.height
    assert world.persons["person_id"].to_list() == list(range(people))
    assert world.dwellings["dwelling_id"].to_list() == list(range(world.dwellings.height))
    for name, schema in SCHEMAS.items():
        frame = getattr(world, name)
        for column in schema:
            if column in {"mother_id", "father_id", "head_id", "owner_id", "holder_id", "lessee_id", "lessor_id", "identity_of"}:
                assert frame[column].drop_nulls().is_between(0, people - 1).all(), (name, column)
            if column == "dwelling_id" and name != "dwellings":
                assert frame[column].drop_nulls().is_between(0, world.dwellings.height - 1).all(), (name, column)


def test_addresses_are_different_and_complete(world: World) -> None:
    rooms = world.dwellings
    assert rooms["address"].null_count() == 0
    assert rooms["address"].n_unique() / rooms.height > 0.985
    assert rooms["std_addr_id"].n_unique() == rooms.height


def test_everyone_with_local_hukou_has_a_place_of_it(world: World) -> None:
    local = world.hukou.filter(pl.col("division") == "330110")
    assert local["township"].null_count() == 0
    assert local.filter(~pl.col("is_collective"))["dwelling_id"].null_count() == 0
    assert world.hukou.filter(pl.col("division") != "330110")["outside_text"].null_count() == 0


def test_the_last_nights_are_full_of_events() -> None:
    big = build(50_000, 3)
    month = date(2026, 10, 23)
    assert (
        big.births.join(big.persons, left_on="child_id", right_on="person_id").filter(pl.col("birth_date") > month).height >= 15
    )
    assert big.persons.filter(pl.col("death_date") > month).height >= 5
    assert big.registrations.filter(pl.col("registered") > month).height >= 200
    assert big.registrations.filter(pl.col("ended") > month).height >= 100
    assert big.marriages.filter(pl.col("from_date") > month).height >= 5
    assert big.marriages.filter((pl.col("to_date") > month) & (pl.col("end_reason") == "divorce")).height >= 1
    assert big.tenancies.filter(pl.col("from_date") > month).height >= 100
    assert big.jobs.filter(pl.col("from_date") > month).height >= 200
    assert big.hukou.filter((pl.col("from_date") > month) & (pl.col("in_reason") != "birth")).height >= 10


def test_the_seed_decides_everything() -> None:
    first, again, other = build(1500, 4), build(1500, 4), build(1500, 5)
    for name in SCHEMAS:
        assert getattr(first, name).equals(getattr(again, name)), name
    for name in ("persons", "stays", "hukou", "phones", "jobs"):
        assert not getattr(first, name).equals(getattr(other, name)), name


# --- hard cases -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", KINDS)
def test_every_case_is_there_as_often_as_asked(cases: World, case: str) -> None:
    assert cases.in_case(case)["case_id"].n_unique() == COUNT


def test_nobody_is_in_two_cases(cases: World) -> None:
    assert cases.cases["person_id"].n_unique() == cases.cases.height


def pairs_of(world: World, case: str) -> pl.DataFrame:
    """One row a case: both people's attributes, suffixed by their part."""
    rows = world.in_case(case).join(world.persons, on="person_id")
    parts = sorted(rows["note"].unique())
    left, right = (rows.filter(pl.col("note") == part) for part in parts)
    return left.join(right, on="case_id", suffix="_2")


def test_namesakes_agree_in_name_sex_and_birth_date_but_not_in_number(cases: World) -> None:
    pairs = pairs_of(cases, "namesakes")
    for column in ("name", "sex", "birth_date"):
        assert (pairs[column] == pairs[f"{column}_2"]).all(), column
    assert (pairs["number"] != pairs["number_2"]).all()


def test_shared_numbers_are_the_only_ones(cases: World) -> None:
    pairs = pairs_of(cases, "shared_numbers")
    assert (pairs["number"] == pairs["number_2"]).all()
    assert (pairs["name"] != pairs["name_2"]).all()
    doubled = cases.persons.filter(pl.col("number").is_not_null() & pl.col("number").is_duplicated())
    assert set(doubled["number"]) == set(pairs["number"])


def test_twins_differ_in_name_and_number(cases: World) -> None:
    pairs = pairs_of(cases, "twins")
    assert (pairs["mother_id"] == pairs["mother_id_2"]).all()
    assert (pairs["birth_date"] == pairs["birth_date_2"]).all()
    assert (pairs["name"] != pairs["name_2"]).all()
    same_sex = pairs.filter(
        (pl.col("sex") == pl.col("sex_2")) & pl.col("number").is_not_null() & pl.col("number_2").is_not_null()
    )
    gap = same_sex["number"].str.slice(14, 3).cast(pl.Int32) - same_sex["number_2"].str.slice(14, 3).cast(pl.Int32)
    assert gap.abs().is_in([2, 94]).mean() > 0.9


def test_father_and_son_share_phone_and_home_and_all_but_one_character(cases: World) -> None:
    pairs = pairs_of(cases, "father_son")
    phones = cases.phones.filter(pl.col("to_date").is_null()).select("person_id", "phone")
    for father, son, one, two in pairs.select("person_id", "person_id_2", "name", "name_2").iter_rows():
        assert len(one) == len(two)
        assert sum(a != b for a, b in zip(one, two, strict=True)) == 1
        used = [set(phones.filter(pl.col("person_id") == p)["phone"]) for p in (father, son)]
        assert used[0]
        assert used[0] == used[1]
    homes = cases.stays.filter(pl.col("to_date").is_null()).select("person_id", "dwelling_id")
    home = dict(homes.iter_rows())
    assert all(home[a] == home[b] for a, b in pairs.select("person_id", "person_id_2").iter_rows())


def test_spouses_of_one_phone_are_married(cases: World) -> None:
    married = set(cases.marriages.filter(pl.col("to_date").is_null()).select("husband_id", "wife_id").iter_rows())
    phones = cases.phones.filter(pl.col("to_date").is_null()).select("person_id", "phone")
    for husband, wife in pairs_of(cases, "spouses_one_phone").select("person_id", "person_id_2").iter_rows():
        assert (husband, wife) in married
        assert set(phones.filter(pl.col("person_id") == husband)["phone"]) == set(
            phones.filter(pl.col("person_id") == wife)["phone"]
        )


def test_facts_of_the_other_cases(cases: World) -> None:
    def people(case: str) -> pl.DataFrame:
        return cases.in_case(case).join(cases.persons, on="person_id")

    documents = cases.documents.group_by("person_id").agg("kind")
    kinds = dict(documents.iter_rows())
    assert all(kinds[p].count("passport") == 2 for p in people("foreigners_new_passport")["person_id"])
    assert all({"hkmt_permit"} < set(kinds[p]) for p in people("hkmt_two_documents")["person_id"])
    assert all({"id18_old", "id18_second"} & set(kinds[p]) for p in people("two_numbers")["person_id"])
    assert people("dotted_names")["name"].str.contains("·", literal=True).all()
    assert all(not _in_gb2312(n) for n in people("rare_characters")["name"])
    assert people("dead_active")["death_date"].null_count() == 0
    names = cases.names.group_by("person_id").agg("kind", "from_date")
    history = {p: k for p, k, _ in names.iter_rows()}
    assert all(history[p] == ["legal", "legal"] for p in people("name_changes")["person_id"])
    babies = people("newborns").filter(pl.col("note") == "child")
    assert all("provisional" in history[p] for p in babies["person_id"])
    assert babies["person_id"].is_in(cases.births["child_id"].implode()).all()
    twice = (
        cases.hukou.filter(pl.col("to_date").is_null() & (pl.col("division") == "330110")).group_by("person_id").agg("township")
    )
    towns = dict(twice.iter_rows())
    assert all(len(towns[p]) == 2 for p in people("second_hukou")["person_id"])


def _in_gb2312(text: str) -> bool:
    try:
        text.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def test_an_unknown_case_is_refused() -> None:
    with pytest.raises(UserError, match="no hard case called triplets"):
        build(1000, 1, {"triplets": 3})


def test_more_cases_than_people_are_refused_in_a_sentence() -> None:
    with pytest.raises(UserError, match="5000 cases of father_son were asked for"):
        build(1000, 1, {"father_son": 5000})


@pytest.mark.parametrize(("nights", "days"), [(1, 730), (30, 730), (31, 760), (400, 1120)])
def test_the_history_begins_two_years_before_the_first_night(nights: int, days: int) -> None:
    """But for a month at most: samples of up to thirty nights are made alike."""
    assert history_days(nights) == days
    assert HISTORY_DAYS - 30 < days - (nights - 1) <= HISTORY_DAYS
