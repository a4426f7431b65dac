"""Renders docs/rules.md from the rule list, the parameters and the tables of tests/spec: `python -m jobs.residence.rulebook`."""

from __future__ import annotations

from pathlib import Path

from jobs.residence import parameters
from jobs.residence.codes import CODES
from jobs.residence.parameters import Parameters
from jobs.residence.rules import RULES

ROOT = Path(__file__).parents[2]
TARGET = ROOT / "docs" / "rules.md"

INTRODUCTION = """# 居住状态规则 · Residence rules

由规则清单、参数文件和用例表生成，请勿手改：`python -m jobs.residence.rulebook`。
Rendered from the rule list, the parameters and the case tables; do not edit.

每人每夜一个状态，只由当夜已知证据和业务日期决定，不读昨日结果。
One status a person a night, from the evidence known tonight and the business date alone; yesterday's result is never read.

- **发布的置信度是证据分**（`c_pos · (1 − c_neg)`，按独立部门合成），尚未按核实样本校准。
  The published confidence is the evidence score of presence, `c_pos · (1 − c_neg)` over independent departments. It is not yet
  calibrated on verified persons: read the bands as an order, not as a probability.
- 手工裁定（R-03）和七日迟滞（R-11）尚未接入。
  Signed manual decisions (R-03) and the seven-day hysteresis (R-11) are not built yet.
- R-02（身份类别）和 R-04（在区区间）只产生事实，不单独决定。
  R-02 (identity class) and R-04 (presence) make facts; they decide nothing by themselves.
- 就医、接种、缴费须另有一年内的居所证据才算在区；同一行写明居所在区外的不算，在校亦同。
  Visits, vaccinations and paid months create presence only beside a dwelling sign of the last year, or a dwelling text here on
  the same row. A row that puts the dwelling outside the district creates none; for enrolments that is the only bar.
- 网格季末日成批勾选的“在住”不作数。
  Grid visits ticked in bulk on a quarter's last day do not count.
- 离开迹象若另有在期居所迹象、且其日期晚于原居所的一切迹象，是区内搬家，不是离开。
  A departure is a move inside the district when a sign in force names another dwelling, later than anything named the first.
- “查无此人”和行政注销只是弱反证，不是离开。
  "Nobody of that name" and an administrative cancellation are weak signs and no departure.
- 沉默不等于离开：两年内两次以上见于在区（相隔 {span} 日以上）或有自住房者，无离开或外地迹象时，
  本地户籍 {local} 日内、非本地 {other} 日内仍视为在区。
  Silence is no departure: whoever was seen here on two days {span} days apart within two years, or owns a dwelling that is not
  let, counts as present for {local} days (local hukou) or {other} days (others) when nothing says that the person went away.
- 居民保险终止且未就业，按离开日期处理。
  A resident insurance that ended without a job in its place counts as a departure on that day.
- 地址：在期的居所迹象按次序；其次近两年的居所迹象、就医就学就业的住址；再次户籍地址、自有住房。
  Address: dwelling signs in force by rank; those of the last two years; then the texts of visits, schools and jobs; the hukou
  address after them, an own dwelling last (domain §1.3 has the hukou address earlier; it tells least where people live).
"""

COUNTED = """
61 和 92 在最新反证后若干日内仍按无反证计数；户籍按是否有有效户籍计。
61 and 92 count for some days as if the newest negative signs were absent; 户籍 counts whoever holds an active local hukou.
"""

WORDS = """
用例写法 · How the cases are written.

`who` gives birth date (default 1990-06-15), hukou place (a township of the district is an active
local hukou), document, relatives (`mother=` another case of the same table and date; `_` stands for a space) and `home=`, where
the row's own dwelling text lies. `evidence` lists signs: `S01 from..to @room/township (detail)`; `to` is the first day after;
`@outside` lies outside the district; `shared…` rooms are shared by several cases; `(dept:detail)` names the department.
"""


def render(p: Parameters, spec: Path) -> str:
    """The whole document."""
    d = p.days
    introduction = INTRODUCTION.format(span=d.settled_span, local=d.settled_local, other=d.settled_other)
    parts = [introduction, _codes(), _rules(), _signs(p), _negatives(p), _days(p)]
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
        ["R-10", "非本地且未稳定居住，判为在区但证据分低于下限", "not local, not settled, counted as here on a low score", "62"]
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


def main() -> None:
    """Write docs/rules.md."""
    TARGET.write_text(render(parameters.load(), ROOT / "tests" / "spec"), encoding="utf-8")


if __name__ == "__main__":
    main()
