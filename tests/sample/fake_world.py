"""A small made-up World for tests of the deliveries: a few hundred people, everything simple, nothing of the real generator."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import polars as pl

from jobs.sample.deliveries.numbers import check_character
from jobs.sample.schemas import SCHEMAS
from jobs.sample.world import World, shape_frame

LAST = date(2026, 11, 22)
COUNT = 600
HOMES = 200


def _number(birth: date, sex: int, order: int) -> str:
    body = f"330110{birth:%Y%m%d}{900 + 2 * (order % 47) + (1 if sex == 1 else 0):03d}"
    return body + check_character(body)


def fake_world(nights: int = 3) -> World:
    rng = np.random.default_rng(7)
    ids = np.arange(COUNT)
    ages = rng.integers(0, 88, COUNT)
    births = [LAST - timedelta(days=int(a) * 365 + int(d)) for a, d in zip(ages, rng.integers(1, 360, COUNT), strict=True)]
    sex = (ids % 2 + 1).astype(int)
    names = [
        f"{'王李张刘陈杨沈'[i % 7]}{'伟芳娜秀英敏静丽强磊'[i // 7 % 10]}{'明华燕建杰'[i // 70 % 5] if i % 3 else ''}" for i in ids
    ]
    numbers = [_number(b, int(s), int(i)) for b, s, i in zip(births, sex, ids, strict=True)]
    deaths = [LAST - timedelta(days=int(i) % 300 + 5) if i % 13 == 0 and ages[i] > 60 else None for i in ids]
    ages[COUNT - 1], names[COUNT - 1], numbers[COUNT - 1] = 30, "SMITH JOHN PAUL", "E12345678"  # one foreigner with a passport
    mothers = [
        int(rng.choice(np.flatnonzero((sex == 2) & (ages > ages[i] + 20) & (ages < ages[i] + 40)))) if ages[i] < 40 else None
        for i in ids
    ]
    frames: dict[str, dict[str, object]] = {}
    frames["persons"] = {
        "person_id": ids,
        "sex": sex,
        "birth_date": births,
        "death_date": deaths,
        "death_place": [3] * COUNT,
        "death_in_district": [True] * COUNT,
        "name": names,
        "surname": [n[0] for n in names],
        "number": [*numbers[:-1], None],
        "kind": ["mainland"] * (COUNT - 1) + ["foreign"],
        "nationality": ["CHN"] * (COUNT - 1) + ["USA"],
        "ethnic": ["01"] * COUNT,
        "origin": [1] * COUNT,
        "first_division": ["330110"] * COUNT,
        "birth_place": ["330110"] * COUNT,
        "mother_id": mothers,
        "father_id": [None] * COUNT,
        "twin_order": [0] * COUNT,
        "education": [20] * COUNT,
        "role": ["resident"] * COUNT,
        "tie": [None] * COUNT,
        "error_proneness": [1.0] * COUNT,
        "grid_propensity": [0.9] * COUNT,
        "visit_rate": [2.0] * COUNT,
        "clinic_rate": [4.0] * COUNT,
        "is_silent": [False] * COUNT,
        "is_grid_only": [False] * COUNT,
        "is_watermark": [False] * COUNT,
    }
    frames["names"] = {"person_id": ids, "name": names, "kind": ["legal"] * COUNT, "from_date": births}
    frames["documents"] = {
        "person_id": ids,
        "kind": ["id18"] * (COUNT - 1) + ["passport"],
        "number": numbers,
        "country": ["CHN"] * COUNT,
        "from_date": births,
    }
    start = [max(b, date(2015, 3, 1)) for b in births]
    frames["stays"] = {
        "person_id": ids,
        "dwelling_id": ids % HOMES,
        "township": ["330110012"] * COUNT,
        "division": ["330110"] * COUNT,
        "at_hukou_place": [True] * COUNT,
        "from_date": start,
        "to_date": deaths,
        "tenure": ["rented"] * COUNT,
        "household_id": ids % HOMES,
        "is_head": ids < HOMES,
    }
    local = ids[ids % 2 == 0]
    frames["hukou"] = {
        "person_id": local,
        "division": ["330110"] * len(local),
        "township": ["330110012"] * len(local),
        "community": ["330110012001"] * len(local),
        "dwelling_id": local % HOMES,
        "is_collective": [False] * len(local),
        "household_no": [f"{i % HOMES:09d}" for i in local],
        "relation": ["02"] * len(local),
        "head_id": local,
        "from_date": [births[i] for i in local],
        "to_date": [deaths[i] for i in local],
        "in_reason": ["birth"] * len(local),
        "out_reason": ["dead" if deaths[i] else None for i in local],
        "is_duplicate": [False] * len(local),
    }
    homes = np.arange(HOMES)
    frames["dwellings"] = {
        "dwelling_id": homes,
        "township": ["330110012"] * HOMES,
        "community": ["330110012001"] * HOMES,
        "township_name": ["仓前街道"] * HOMES,
        "community_name": ["太炎社区"] * HOMES,
        "form": ["flat"] * HOMES,
        "road": ["良睦路"] * HOMES,
        "road_no": [8] * HOMES,
        "estate": ["梦溪花园"] * HOMES,
        "building": homes // 20 + 1,
        "unit": homes // 10 % 2 + 1,
        "floor": homes % 5 + 1,
        "room": (homes % 5 + 1) * 100 + homes // 5 % 2 + 1,
        "std_addr_id": [f"330110012001{h:08d}" for h in homes],
        "house_code": [f"3301100{h:08d}" for h in homes],
        "area": [88.0] * HOMES,
        "address": [
            f"浙江省杭州市余杭区仓前街道太炎社区良睦路8号梦溪花园{h // 20 + 1}幢{h // 10 % 2 + 1}单元"
            f"{(h % 5 + 1) * 100 + h // 5 % 2 + 1}室"
            for h in homes
        ],
        "owner_id": homes,
    }
    frames["ownerships"] = {"dwelling_id": homes, "owner_id": homes, "from_date": [date(2015, 3, 1)] * HOMES}
    lessees = ids[(ids % 2 == 1) & (ages > 20) & (ids < HOMES)]
    frames["tenancies"] = {
        "tenancy_id": np.arange(len(lessees)),
        "dwelling_id": lessees % HOMES,
        "household_id": lessees % HOMES,
        "lessee_id": lessees,
        "lessor_id": lessees - 1,
        "from_date": [date(2025, 1, 1)] * len(lessees),
        "is_filed": [True] * len(lessees),
        "filed_date": [date(2025, 1, 5)] * len(lessees),
        "contract_end": [date(2027, 1, 1)] * len(lessees),
    }
    frames["phones"] = {
        "person_id": ids,
        "phone": [f"1380000{i:04d}" for i in ids],
        "from_date": start,
        "sharing": ["own"] * COUNT,
        "holder_id": ids,
    }
    frames["employers"] = {
        "employer_id": [0, 1],
        "uscc": ["91330110MA00000001", "92330110MA00000002"],
        "name": ["西溪软件公司", "良渚面馆"],
        "kind": ["company", "selfemployed"],
        "in_district": [True, True],
        "township": ["330110012"] * 2,
        "address": ["良睦路1号"] * 2,
        "phone": ["13900000001", "13900000002"],
        "operator_id": [2, 5],
        "founded": [date(2014, 1, 1)] * 2,
        "has_fund": [True, False],
    }
    workers = ids[(ages > 22) & (ages < 58)]
    frames["jobs"] = {
        "person_id": workers,
        "employer_id": workers % 2,
        "from_date": [date(2024, 6, 1)] * len(workers),
        "in_district": [True] * len(workers),
        "is_self_employed": [False] * len(workers),
        "is_agency": [False] * len(workers),
        "is_insured": [True] * len(workers),
        "has_fund": workers % 2 == 0,
    }
    frames["schools"] = {
        "school_id": [0, 1],
        "code": ["3301100001", "3301100002"],
        "name": ["仓前小学", "太炎中学"],
        "stage": ["primary", "middle"],
        "in_district": [True] * 2,
        "township": ["330110012"] * 2,
        "delivers": [True] * 2,
    }
    pupils = ids[(ages >= 7) & (ages < 15)]
    frames["enrolments"] = {
        "person_id": pupils,
        "school_id": pupils % 2,
        "from_date": [date(2023, 9, 1)] * len(pupils),
        "grade": [3] * len(pupils),
        "class_no": [1] * len(pupils),
        "is_boarder": [False] * len(pupils),
        "pupil_no": ["G" + numbers[i] for i in pupils],
        "guardian_1_id": [mothers[i] for i in pupils],
    }
    frames["hospitals"] = {
        "hospital_id": [0, 1],
        "code": ["H1", "H2"],
        "name": ["区一院", "省妇保"],
        "in_district": [True, False],
        "township": ["330110012", None],
    }
    babies = ids[ages < 7]
    frames["births"] = {
        "child_id": babies,
        "mother_id": [mothers[i] for i in babies],
        "hospital_id": [0] * len(babies),
        "in_district": [True] * len(babies),
        "birth_minute": [600] * len(babies),
        "weeks": [39] * len(babies),
        "weight": [3200] * len(babies),
        "plurality_order": [1] * len(babies),
        "certificate_no": [f"U33{i:07d}" for i in babies],
        "issue_date": [births[i] + timedelta(days=3) for i in babies],
        "reissued_no": [f"V33{i:07d}" if i % 9 == 0 else None for i in babies],
        "reissue_date": [births[i] + timedelta(days=40) if i % 9 == 0 else None for i in babies],
    }
    movers = ids[(ids % 2 == 1) & (ids < COUNT - 1)]
    frames["registrations"] = {
        "registration_id": np.arange(len(movers)),
        "person_id": movers,
        "dwelling_id": movers % HOMES,
        "arrived": [start[i] for i in movers],
        "registered": [start[i] for i in movers],
        "confirmed": [start[i] for i in movers],
        "ended": [LAST - timedelta(days=1) if i % 101 == 0 else None for i in movers],
        "end_reason": [1 if i % 101 == 0 else None for i in movers],
        "purpose": ["work"] * len(movers),
        "channel": [1] * len(movers),
    }
    frames["foreign_stays"] = {
        "person_id": [COUNT - 1],
        "dwelling_id": [7],
        "document": ["E12345678"],
        "document_kind": ["passport"],
        "entered": [date(2026, 1, 5)],
        "arrived": [date(2026, 1, 10)],
        "registered": [date(2026, 1, 11)],
        "planned_leave": [date(2027, 1, 1)],
        "permit_to": [date(2027, 1, 9)],
    }
    frames["insurance"] = {
        "person_id": ids,
        "system": ["resident"] * COUNT,
        "from_date": start,
        "to_date": deaths,
        "in_district": [True] * COUNT,
    }
    old = ids[ages > 60]
    frames["pensions"] = {
        "person_id": old,
        "kind": ["employee"] * len(old),
        "from_date": [date(2016, 1, 1)] * len(old),
        "to_date": [deaths[i] for i in old],
        "certified": [date(2026, 3, 1)] * len(old),
    }
    frames["marriages"] = {
        "marriage_id": [0, 1],
        "husband_id": [100, 102],
        "wife_id": [101, 103],
        "from_date": [date(2025, 5, 20), date(2026, 11, 21)],
        "in_district": [True, True],
        "end_in_district": [False, False],
    }
    frames["dibao"] = {
        "household_id": [3, 3],
        "head_id": [3, 3],
        "person_id": [3, 203],
        "member_no": [0, 1],
        "from_date": [date(2025, 1, 1)] * 2,
    }
    frames["divisions"] = {"division": ["330110"], "province": ["浙江省"], "city": ["杭州市"], "county": ["余杭区"]}
    shaped = {name: shape_frame(name, dict(frames.get(name, {}))) if name in frames else _empty(name) for name in SCHEMAS}
    return World(seed=1, residents=COUNT, last_night=LAST, nights=nights, history_start=date(2024, 11, 22), **shaped)


def _empty(name: str) -> pl.DataFrame:
    return pl.DataFrame(schema={c: t for c, (t, _) in SCHEMAS[name].items()})


def with_cases(world: World, case: str, people: list[int], note: str = "self") -> World:
    """The same world with people reserved for one hard case."""
    frame = {"case": [case] * len(people), "case_id": list(range(len(people))), "person_id": people, "note": [note] * len(people)}
    return replace(world, cases=pl.concat([world.cases, shape_frame("cases", dict(frame))]))
