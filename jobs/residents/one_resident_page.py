"""What-if, and the records that decide a status, as text of 80 columns in both languages."""

from __future__ import annotations

from typing import Any

from jobs.residence.codes import CODES
from jobs.residents.columns import row, wrap
from jobs.residents.one_resident_changes import NO_ONE
from jobs.residents.pending import pending

WIDTHS = (26, 27, 27)
CARD = "grid card 网格卡"
SHOWN = 8
"""Single records told on a page; the rest stand in the JSON."""
LINES = (
    ("usual", "usual resident 常住"),
    ("confidence", "how sure 把握"),
    ("evidence", "evidence score 证据分"),
    ("basis", "half-year basis 半年依据"),
    ("here_since", "here since 在区起"),
    ("away_since", "left hukou by 离户籍地起"),
    ("last_seen", "last seen 最后所见"),
    ("days_365", "days of 365 一年内天数"),
)


def page(told: dict[str, Any]) -> str:
    """The whole answer."""
    parts = [_head(told), _table(told), _doubts(told), _why(told), _way(told)]
    return "\n\n".join("\n".join(part) for part in parts if part)


def _head(told: dict[str, Any]) -> list[str]:
    ahead = [f"{e['resident_id']} was merged into {e['other_id']} on {e['date']}. 已并入。" for e in told["redirects"]]
    lines = [*ahead, f"{told['resident_id']}  what if 假设  on {told['as_of']}, known on {told['night']} 所知截至"]
    alike: dict[str, list[str]] = {}
    for one in told["without"]:
        alike.setdefault(f"{one['place']}|({_signs(one['signs'])}{_role(one['role'])})", []).append(one["record"])
    for text, records in alike.items():
        place, what = text.split("|")
        which = records[0] if len(records) == 1 else f"×{len(records)}"
        lines += wrap(f"  without 去掉 {place} {which} {what}", "    ")
    return lines


def _signs(signs: list[str] | tuple[str, ...]) -> str:
    return " ".join(CARD if s == "card" else s for s in signs) if signs else "no sign 无迹象"


def _role(role: str) -> str:
    return "" if role == "self" else f", as {role}"


def _table(told: dict[str, Any]) -> list[str]:
    before, after = told["published"] or told["decided_anew"], told["supposed"]
    lines = [row(("", f"published 发布 {told['as_known_on']}", f"supposed 假设 {told['as_of']}"), WIDTHS)]
    for at in (0, 1):
        lines += _status_line("status 居住状态" if at == 0 else "", [_words(one["status"], at) for one in (before, after)])
    lines.append(row(("rule 规则", before["rule"] or "–", after["rule"] or "–"), WIDTHS))
    for name, label in LINES:
        one, two = (_value(side, name) for side in (before, after))
        lines.append(row((label, one, two), WIDTHS) + ("  *" if one != two else ""))
    if told["not_counted"]:
        lines += wrap(f"! the row is in no count 不计入任何人数: {told['not_counted']}")
    return lines


def _status_line(label: str, sides: list[str]) -> list[str]:
    """Words longer than their column go on below."""
    columns = [wrap(text, "   ", WIDTHS[1] - 1) for text in sides]
    depth = max(len(c) for c in columns)
    padded = [[*c, *[""] * (depth - len(c))] for c in columns]
    return [row((label if at == 0 else "", *(c[at] for c in padded)), WIDTHS) for at in range(depth)]


def _words(code: str, language: int) -> str:
    """`23 省外流动常住`, or below it the same in English."""
    if code == NO_ONE:
        return ("– 无任何记录", "   no record is left")[language]
    status = CODES[code]
    return f"{code} {status.zh}" if language == 0 else f"   {status.en}"


def _value(side: dict[str, Any], name: str) -> str:
    value = side[name]
    if name == "usual":
        return {True: "yes 是", False: "no 否", None: "as before 待核，照旧"}[value]
    if name == "confidence":
        return "–" if value is None else f"{value:.2f} {side['band'] or ''}".strip()
    if name == "evidence":
        return "–" if value is None else f"{value:.2f}"
    return "–" if value is None else str(value)


def _doubts(told: dict[str, Any]) -> list[str]:
    """What the reader must know before trusting the comparison."""
    lines = [line.removeprefix("  ") for line in pending(told.get("pending") or {})]
    if not told["published"]:
        lines += wrap("! the night decided no status for this resident 当夜未判定；the left column is decided anew 左列为现判")
    elif not told["agrees"]:
        lines += unlike(told["decided_anew"] | {"version": told["rule_versions"]["now"]}, told["rule_versions"]["published"])
    if told["as_of"] < told["as_known_on"]:
        lines += wrap("! the family, and others' hukou and documents, are as of the night 亲属关系及他人户籍、证件按当夜所知")
    return lines


def unlike(anew: dict[str, Any], version: str | None) -> list[str]:
    """The rules in force do not say what was published: they changed since."""
    score = "" if anew["evidence"] is None else f", evidence {anew['evidence']:.2f}"
    text = (
        f"! the rules in force ({anew['version']}) say {anew['status']} by {anew['rule']}{score} where the night published by "
        f"{version}; what follows compares with theirs 现行规则与发布时不同，以下按现行规则比较"
    )
    return wrap(text)


def _why(told: dict[str, Any]) -> list[str]:
    before, after = told["decided_anew"], told["supposed"]
    if before == after and not told["reasons"]:
        return ["nothing changes 无变化"]
    same = before["status"] == after["status"]
    by_whom = "" if told["agrees"] or not told["published"] else "by the rules in force 按现行规则 "
    lines = []
    for rule, words in told["rules"].items() if before["rule"] != after["rule"] else ():
        mark = "decided 原判" if rule == before["rule"] else "decides 现判"
        lines += [*wrap(f"  {rule} {mark}: {words['en']}", "    "), *wrap(f"    {words['zh']}", "    ")]
    for one in told["reasons"]:
        then, now = _plain(one["before"]), _plain(one["after"])
        lines += wrap(f"  {one['en']} {one['zh']}: {then} → {now}", "    ") if then != now else []
    if not same:
        return [f"{by_whom}why 原因", *lines]
    return [f"{by_whom}the status stays 状态不变" + ("; what else changes 其他变化" if lines else ""), *lines]


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "yes 是" if value else "no 否"
    return "–" if value is None else f"{value:.2f}" if isinstance(value, float) else str(value)


def _way(told: dict[str, Any]) -> list[str]:
    """Days between the night and the day asked for on which the status changes."""
    later = "until then, by the clock alone 其间仅因时间推移" if told["as_of"] > told["as_known_on"] else "since then 此后"
    lines = [later] if told["on_the_way"] else []
    for one in told["on_the_way"]:
        lines += wrap(f"  {one['date']}  {one['before']} → {_short(one['after'])} by {one['rule']}", "    ")
    return lines


def _short(code: str) -> str:
    return "no record left 无记录" if code == NO_ONE else f"{code} {CODES[code].zh}"


def decides(told: dict[str, Any], departments: dict[str, str], version: str | None) -> list[str]:
    """For `renkou explain`: of which single record or department the status hangs. `departments`: code → its name."""
    lines = [] if told["agrees"] else ["  " + line for line in unlike(told["decided_anew"], version)]
    single = told["single"]
    if not single:
        return [*lines, *wrap("  no single record or department decides it 去掉任一记录或部门，状态不变", "  ")]
    lines.append("  decided by 决定性记录: left out, the status would be 去掉后的状态")
    for one in single[:SHOWN]:
        whose = "" if one["resident_id"] == told["resident_id"] else f"{one['resident_id']}'s 亲属 "
        if len(one["records"]) == 1:
            what = f"{one['place']} {one['records'][0]}"
        else:
            what = f"all {len(one['records'])} of {departments.get(one['place'], one['place'])} ({one['place']})"
        lines += wrap(f"    without {whose}{what} ({_signs(one['signs'])}): {_short(one['status'])}", "      ")
    if len(single) > SHOWN:
        lines.append(f"    … {len(single) - SHOWN} more 其余见 --json")
    return lines
