"""Questions that service departments and verifiers ask, as views of the catalog: counts by township, lists by opaque id.

They read views that stand there already: `dwellings`, `households`, `household_members`, `residency_index`, `residence` and
`resident`. No name, number or address of a person stands in them (a building's name does).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobs.pool import views

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

QUESTIONS = {
    "aged_alone_by_township": (
        "households of one aged 80 or more, by township · 各镇街独居高龄户数",
        """SELECT township, count(*) AS households, count(*) FILTER (confidence >= 0.6) AS fairly_sure
           FROM households WHERE aged_alone GROUP BY township ORDER BY township""",
    ),
    "aged_alone": (
        "who is 80 or more and lives alone, surest first · 独居高龄名单（按可信度）",
        """SELECT m.resident_id, r.age, h.township, h.building_id, h.dwelling_id, h.confidence
           FROM households h JOIN household_members m USING (household_id) JOIN resident r USING (resident_id)
           WHERE h.aged_alone ORDER BY h.confidence DESC, m.resident_id""",
    ),
    "people_per_building": (
        "people, households and dwellings per building · 每幢楼的人数、户数与住房数",
        """SELECT building_id, min(building) AS building, min(township) AS township, sum(people)::BIGINT AS people,
                  sum(usual)::BIGINT AS usual, sum(households)::BIGINT AS households, count(*) AS dwellings
           FROM dwellings WHERE building_id IS NOT NULL GROUP BY building_id ORDER BY people DESC, building_id""",
    ),
    "verification_list": (
        "where the residency index and the rules disagree strongly · 居住指数与规则严重不一致，待核实",
        """SELECT i.resident_id, s.township, s.dwelling_id, i.doubt, s.status_code, s.rule_id, s.confidence,
                  round(i.residency_index, 4) AS residency_index, i.signs,
                  CASE i.doubt WHEN 'rules_only' THEN '规则认定在住，近几个半年几乎无生活迹象 · present by the rules, hardly a sign of life'
                       ELSE '规则认定不在住，登记迹象持续 · not present by the rules, signs of life go on' END AS reason
           FROM residency_index i JOIN residence s USING (resident_id) WHERE i.doubt IS NOT NULL
           ORDER BY abs(i.residency_index - CASE i.doubt WHEN 'rules_only' THEN 1 ELSE 0 END) DESC, i.resident_id""",
    ),
    "households_by_size": (
        "households by township and size, six and more together · 各镇街按人数分的户数",
        """SELECT township, least(members, 6) AS members, count(*) AS households
           FROM households GROUP BY ALL ORDER BY township, members""",
    ),
}
"""View → (meaning in both languages, its SELECT)."""


def create(con: DuckDBPyConnection) -> None:
    """Make the views of QUESTIONS; those they read stand there already."""
    for name, (meaning, sql) in QUESTIONS.items():
        con.execute(f"CREATE VIEW {name} AS {sql}")
        con.execute(f"COMMENT ON VIEW {name} IS {views.literal(meaning)}")
