"""Renders docs/rules.md from the rule list, the parameters and the tables of tests/spec: `python -m jobs.residence.rulebook`."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from jobs.residence import calibration, parameters
from jobs.residence.codes import CODES
from jobs.residence.parameters import Parameters
from jobs.residence.rules.order import RULES

ROOT = Path(__file__).parents[2]
TARGET = ROOT / "docs" / "rules.md"

INTRODUCTION = """# 居住状态规则 · Residence rules

由规则清单、参数文件和用例表生成，请勿手改：`python -m jobs.residence.rulebook`。
Rendered from the rule list, the parameters and the case tables; do not edit.

每人每夜一个状态，只由当夜已知证据和业务日期决定，不读昨日结果。
One status a person a night, from the evidence known tonight and the business date alone; yesterday's result is never read.

- **证据分**（`evidence_score`，`c_pos · (1 − c_neg)`，按独立部门合成）说“在区”的证据有多强，规则只读它。**置信度**（`confidence`）是
  状态码判对的概率：真实状态已知的人中，同类证据者有几成判对（`jobs/residence/calibration.yml`，见文末）。确已离开者证据分低而置信度高。
  The **evidence score**, `c_pos · (1 − c_neg)` over independent departments, says how strong the evidence of *presence* is; the
  rules read it. The **confidence** is the probability that the status code is right: of people whose true status was known, the
  share of those with such evidence whose code was right. Whoever certainly left has a low score and a high confidence. 61 and 62
  say that nothing is known and count as not right.
- **人工认定**（R-03，`renkou override`）须签名、写明理由，至多一年，先于一切看证据的规则，依据随人而不随编号。
  **Decided by hand** (R-03, `renkou override`): signed, with a reason, for at most a year; it stands before every rule that looks at
  evidence and follows the person, not the id.
- **七日迟滞**（R-11，`days.hysteresis`）只管 `counts_usual`：无硬事件（出生、死亡、户口迁移、居住登记或注销、租赁、入学离校，
  本人或配偶、父母、子女、监护人的）亦未到时限（半年、183、365、730 日、法定年龄）的变化，须规则按当夜证据对最近 {week} 个业务日
  逐日判断均如此，方才公布；此前维持早先结果，并记 `pending_status`（当夜状态码）、`pending_since`、`pending_until`。
  早先结果是最近一个“立得住”的业务日的结果：该日连同之前共 {week} 日说法一致，或由硬事件、时限引起；{search} 日内无一日立得住的，不计常住。
  一切只由当夜证据决定：迹象自其日期起算，不论何时得知；由他人迹象推出的迹象、网格卡、人工认定均按当夜；
  更早的日期只看本人迹象，家人按这 {week} 日的第一日。
  **Seven-day hysteresis** (R-11, `days.hysteresis`) acts on `counts_usual` alone. A change without a hard event (birth, death, hukou
  move, residence registration or its cancellation, tenancy, enrolment; one's own or that of spouse, parents, children, guardians)
  and without a clock boundary (half year, 183, 365, 730 days, an age of the law) is published when the rules, asked on tonight's
  evidence for each of the last {week} business dates, all say so. Until then the earlier result stays, with `pending_status`
  (tonight's code), `pending_since` and `pending_until`. The *earlier result* is that of the most recent business date that stands:
  the rules said the same on it and on the dates before, {week} together, or a hard event or clock boundary led to it; where none of
  the last {search} dates stands, the person is not counted. Nothing stored is read: a sign counts from its own day, whenever it was
  told; signs that follow from other people's, grid cards and decisions by hand stand as tonight; dates before the {week} are asked of
  the person's own evidence, with the family as on the first of the {week}.
- R-02（身份类别）和 R-04（在区区间）只产生事实，不单独决定。
  R-02 (identity class) and R-04 (presence) make facts; they decide nothing by themselves.
- 就医、接种、缴费须另有一年内的居所证据才算在区；同一行写明居所在区外的不算，在校亦同。
  Visits, vaccinations and paid months create presence only beside a dwelling sign of the last year, or a dwelling text here on
  the same row. A row that puts the dwelling outside the district creates none; for enrolments that is the only bar.
- 网格季末日成批勾选的“在住”不作数。
  Grid visits ticked in bulk on a quarter's last day do not count.
- **网格在住卡**：网格人员表中未关闭、其后无反证的卡片，说明网格仍认其在住，但无日期，不产生区间。凭此沉默不算离开，就业就医可算在区，
  离开另一居所只是区内搬家；别无所见者，凭卡即视为在区且满半年。
  **Grid cards**: an open row of the grid's list of persons, not doubted since, says that the grid still counts the person as living
  there. It has no day, so it makes no interval: with it silence is no departure, work and visits create presence, and leaving
  another dwelling is a move. Whoever nothing else tells of is present by it, the half year counted as met.
- 离开迹象若另有在期居所迹象、且其日期晚于原居所的一切迹象，或网格卡在另一居所，是区内搬家，不是离开。网格说已离开、而网格自己另有
  此人未关闭的卡片（不论何处）的，关的是旧卡，不是离开；只有一张卡、被说离开后又走访到的，仍按下文两次见到。
  A departure is a move inside the district when a sign in force names another dwelling, later than anything named the first, or an
  open grid card does. What the grid says of leaving is no departure while the grid has another open card of the person, wherever:
  the row found gone was an older one. Where the only card is the one found gone and visited since, two sightings are asked for (below).
- “查无此人”和行政注销只是弱反证，不是离开。
  "Nobody of that name" and an administrative cancellation are weak signs and no departure.
- 沉默多久不算离开（无离开或外地迹象时，自最后所见起）：有网格卡的{carded_zh}：看门的人仍认其在住；
  无卡的本地户籍，有自住房 {owner} 日，两年内两次以上见于在区（相隔 {span} 日以上）{unlisted} 日；
  市内他区户籍 {city} 日（不须登记，迹象本来就少）；其他非本地户籍、在区有住址且居民保险在保的 {insured} 日；其余依各条规则。
  How long silence is no departure, when nothing says that the person went away: with an open grid card {carded_en}, as whoever
  looks at the door still counts the person as living there; a local without one {owner} days when owning a dwelling that is not let,
  {unlisted} days when seen here on two days {span} days apart within two years; people with hukou in another urban district of the
  city {city} days (nobody registers them, few signs are expected); others {insured} days when insured as a resident here with a
  dwelling here; otherwise as the rules say.
- 就业不是居住：离开迹象之后仍有缴费，不推翻离开。本地户籍的外出自最早的未被回答的离开迹象起算。
  Work is no living: paid months after a departure do not contradict it. A local's absence counts from the first departure that
  nothing newer answers.
- **户口迁出（现非本地户籍者）和登记外出（本地户籍者）是持续的陈述**：其间就医、缴费只是来访，只有更新的居住迹象（A 类）才能推翻。
  **A hukou moved out (of people without a local one) and a registered absence of a local stand**: treatment and paid months
  meanwhile are visits, only a newer A sign answers them. An older grid card does not.
- 居民保险终止、其后又无就业接续（至今仍缴或续缴 {works} 日以上；停缴的登记最多晚三个月）的，按离开日期处理，只有其后两次见到本人
  （至少一次为走访在住等 A 类迹象），或有新的登记、合同，才能推翻：单独一次走访可能有误。
  A resident insurance that ended, with no work that goes on or went on {works} days after it (ends of work are told up to three
  months late), counts as a departure on that day, answered by two sightings since, one of them an A sign at least, or by a new registration
  or contract: a single visit may be a slip, and treatment alone names no dwelling.
- 在区在校的学生，网格说已搬离、家人已离开的，不算离开：换了住处，仍在此上学；注销居住登记则算。
  A pupil enrolled here has not left because the grid found it gone from a dwelling, or because the family left; a registration
  cancelled says so.
- 走访发现已搬离者，此前已走：自走访前 {gone} 日起算，但不早于最后见到本人之日。网格卡写明离开日期的，以该日为准。
  Whoever a visitor finds gone had left before: {gone} days before the visit, but not before last met here. A card that states the
  day of leaving is taken at its word.
- 本地户籍新登记 {registered} 日内、别无迹象的，视为在区：户口须本人到场办理。
  A hukou registered within {registered} days, nothing else telling anything, is presence: it is registered in person.
- 首见于走访、就医等单日迹象或就业的，并非当日才来：满半年自首见前 {met} 日起算（一年两访之半）；首见于学年开始（{starts} 月）入学的亦同，
  学年之中转来的则自入学日起；均不早于最近一次离开和出生。登记、租约则自其起日。
  Whoever is first met on a single day (visit, treatment) or first known by work came before it: the half year counts from {met} days
  earlier, half of the year between two visits; so does whoever is first known by an enrolment at the start of the school year (month
  {starts}), while an enrolment during the year follows a move and tells its own beginning; never before last leaving or before birth.
  A registration or tenancy tells its own beginning. `here_since` stays the day seen.
- 一周岁以下、户口在外、在区未满半年的婴儿随父母：从未住过户口所在地者，按母亲计（普查口径）。
  An infant younger than a year, hukou elsewhere, without a half year of its own follows its parents, as the census counts it.
- 一周岁以上仍无户口记载、凭父母判定的儿童，与所随父母同码：出生须在一月内登记，户口随父母；随本地户籍父母而本区无其户口的，仍为户口待定。
  A child older than a year of whom no hukou is stated, decided by a parent, has the parent's code: births are registered within a
  month, with the parents; a local parent's child whom the register here does not know has no hukou yet.
- 户口不在住宅的（集体户、挂靠办公地址），不是住处，也不使就医、就业算作在区；别无所知的记为 12，镇街暂按户口所在。
  A hukou at no dwelling (collective households, the address of an office) is no home, and lets no treatment or work create presence:
  whose home nothing else tells is 12, counted in the hukou's township until something does.
- 住处无网格卡、登记或合同可凭，只见于医保等旧地址的，随在区的配偶、父母、子女中有凭据者的住处。
  A home that no card, registration or contract tells, but an old address on an insurance row, say, is that of spouse, parent or child
  who is here and of whom one does tell it.
- 家庭：配偶、父母、子女已离开且无一人在区、本人此后无居住或本人活动迹象（缴费不算）的，视为同去；本人沉默、无离开迹象，
  而上述亲属凭本人证据在区的，视为在区，满半年与否随亲属；从未见于在区、本人登记又写明居所在区外的除外（本地户籍不论）。
  Family: whoever no living sign and no act (paid months are neither) tells of since spouse, parents or children left, none of them
  being here, left with them. Whoever is silent and shows no sign of leaving, while one of them is here on evidence of their own,
  is here; for others than locals the half year is met as theirs, and not of one never here whose own row puts the dwelling
  elsewhere.
- 冲突（R-09）比较反证与本人活动或居住迹象的日期；离开后仍缴费不是冲突。
  A conflict (R-09) compares the negative with living signs and acts; paid months after a departure are no conflict.
- **离开的回答**：网格说已离开的（`two_sightings`），一次见到不足以推翻，须两次，或有登记、合同；其余离开迹象，一次即可。登记有效满
  {lapsed} 日后自行失效的，视为离开（此前只作遗忘）。离开起于写明的日期；走访发现人去屋空而未写明的，按此前 {gone} 日估计。
  **What answers a departure**: what the grid says of leaving (`two_sightings`) is answered by two sightings, a registration or a
  contract, one sighting alone may be a slip (of one never met otherwise it counts); other departures by one sighting. A registration
  that ends by itself after {lapsed} days in force is a departure, earlier it is forgetfulness. An absence begins on the day that is
  stated; where a visitor found the person gone and no day is stated, {gone} days before.
- **家庭**：配偶、父母、子女离开，此后未见其中任何人、亦无未成年子女在区、本人未再确切见到的，随之离开；本人离开某居所之后，在区内另一居所
  见到其配偶、父母或子女的，是同迁，不算离开。本地户籍外出者，配偶、父母或子女在境外工作学习的，视为同在境外。
  **Family**: when spouse, parents or children left, none of them was met since, no minor of them is here and the person was not surely
  met, the person left with them. Whose spouse, parent or child was met at another dwelling of the district after the person left one moved
  house and did not leave. Of those absent with a local hukou, whose spouse, parent or child works or studies abroad is abroad as well.
- 双重户口：一人只能登记一处，两条有效户口以先登记者为准，直至公安注销。
  Two active hukou rows: nobody may be registered twice, the first stands until the police cancel it.
- 地址：在期的居所迹象按次序；其次网格卡、近两年的居所迹象、就医就学就业的住址；再次户籍地址、自有住房。已有离开迹象的居所不再作为住址。
  Address: dwelling signs in force by rank; the grid card; dwelling signs of the last two years; then the texts of visits, schools and
  jobs; the hukou address after them, an own dwelling last (domain §1.3 has the hukou address earlier; it tells least where people
  live). A dwelling that a departure names since is none.
"""

COUNTED = """
61 和 92 在最新反证后若干日内仍按无反证计数；户籍按是否有有效户籍计。
61 and 92 count for some days as if the newest negative signs were absent; 户籍 counts whoever holds an active local hukou.
"""

WORDS = """
用例写法 · How the cases are written.

`who` gives birth date (default 1990-06-15), hukou place (a township of the district is an active
local hukou), document, relatives (`mother=` another case of the same table and date; `_` stands for a space), `home=`, where
the row's own dwelling text lies, and `card=`, the room of an open grid card (signs with `card` in brackets stand on it). `evidence`
lists signs: `S01 from..to @room/township (detail)`; `to` is the first day after;
`@outside` lies outside the district; `shared…` rooms are shared by several cases; `(dept:detail)` names the department.
"""


def render(p: Parameters, spec: Path) -> str:
    """The whole document."""
    d = p.days
    introduction = INTRODUCTION.format(
        **{"span": d.settled_span, "city": d.settled_city, "owner": d.settled_owner},
        **{"unlisted": d.settled_unlisted, "met": d.met_before, "works": d.works_on},
        **{"gone": d.found_gone_after, "lapsed": d.lapsed_after, "starts": "、".join(str(m) for m in p.school_starts)},
        **{"carded_zh": "不限日数" if d.settled_carded is None else f"{d.settled_carded} 日"},
        **{"carded_en": "however long" if d.settled_carded is None else f"up to {d.settled_carded} days"},
        **{"insured": d.settled_insured, "registered": d.newly_registered},
        **{"week": d.hysteresis, "search": d.hysteresis_search},
    )
    parts = [introduction, _codes(), _rules(), _signs(p), _negatives(p), _days(p), _sure()]
    cases = [file.read_text(encoding="utf-8").replace("# ", "### ", 1).strip() for file in sorted(spec.glob("*.md"))]
    return "\n".join([*parts, "## 用例 · Cases", WORDS, "\n\n".join(cases), ""])


def table(header: list[str], rows: list[list[str]]) -> str:
    """A Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def _codes() -> str:
    def mark(value: bool) -> str:
        return "Y" if value else "N"

    rows = [[c, s.zh, s.en, s.kind, mark(s.usual), mark(s.present), mark(s.hukou)] for c, s in CODES.items()]
    return "## 状态 · Status codes\n\n" + table(["code", "中文", "English", "class", "常住", "实有", "户籍"], rows) + COUNTED


def _rules() -> str:
    rows = [[r.id, r.zh, r.en, ", ".join(r.codes)] for r in RULES]
    rows.append(
        [
            "R-10",
            "非本地（市内他区户籍者除外）且未稳定居住，判为在区但证据分低于下限",
            "neither local nor from the city's other districts, not settled, counted as here on a low score",
            "62",
        ]
    )
    title = "## 规则，先决定者为准 · Rules, the first that decides wins\n\n"
    return title + table(["rule", "中文", "English", "codes"], rows)


def _signs(p: Parameters) -> str:
    def days(value: int | None) -> str:
        return "–" if value is None else str(value)

    rows = [
        [c, s.zh, s.en, s.strength.replace("-", "−"), f"{s.weight:.2f}", days(s.carry), days(s.half_life)]
        for c, s in p.signs.items()
    ]
    header = ["sign", "中文", "English", "strength", "weight", "carry", "half-life"]
    return f"## 迹象 · Signs (parameters {p.version})\n\n" + table(header, rows)


def _negatives(p: Parameters) -> str:
    def mark(value: bool) -> str:
        return "Y" if value else ""

    rows = [
        [c, n.zh, n.en, f"{n.weight:.2f}", "–" if n.half_life is None else str(n.half_life), mark(n.departure), mark(n.elsewhere)]
        for c, n in p.negatives.items()
    ]
    return table(["sign", "中文", "English", "weight", "half-life", "departure", "elsewhere"], rows)


def _days(p: Parameters) -> str:
    rows = [[name, str(value)] for part in (p.days, p.months, p.age, p.scores) for name, value in part.model_dump().items()]
    return "## 天数与界限 · Days and bounds\n\n" + table(["name", "value"], rows)


def _sure() -> str:
    """The widest cells of the calibration: how often each code of each rule was right."""
    known = calibration.load()
    sums = known.counts.group_by("code", "rule").agg(pl.col("people", "right").sum()).sort("code", "rule")
    rows = [[code, rule, f"{people:,}", f"{100 * known.cells[code, rule]:.0f}"] for code, rule, people, _ in sums.iter_rows()]
    told = "; ".join(_sample(dict(s)) for s in known.samples)
    words = (
        f"置信度的最宽各格；更细者见 `calibration.csv`。 The widest cells of the confidence (calibration {known.version}); narrower ones"
        f" stand in `calibration.csv`. 用`renkou calibrate`加入核实者，用`renkou evaluate`在别的样本上检验。"
        " `renkou calibrate` adds verified people, `renkou evaluate` judges on others."
        f" 核实者 verified: {told}.\n\n"
    )
    return "## 判对几成 · How often a code is right\n\n" + words + table(["code", "rule", "people", "right of 100"], rows)


def _sample(told: dict[str, object]) -> str:
    made = f"sample seed {told['seed']}, fault rates × {told['rates']:g}" if "seed" in told else "verified at the door"
    return f"{made}, {told['date']}, rules {told['rules']}: {told['people']:,}"


def main() -> None:
    """Write docs/rules.md."""
    TARGET.write_text(render(parameters.load(), ROOT / "tests" / "spec"), encoding="utf-8")


if __name__ == "__main__":
    main()
