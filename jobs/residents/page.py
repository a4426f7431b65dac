"""The story of one resident as text of 80 columns, both languages where there is room."""

from __future__ import annotations

from typing import Any

from jobs.departments.contract import all_contracts
from jobs.residence.codes import CODES
from jobs.residents.columns import cell, row, wrap
from jobs.residents.one_resident_page import decides
from jobs.residents.pending import pending
from jobs.residents.waterfall import bars

KINDS = {
    "created": "created 新建",
    "merged_into": "merged into 并入",
    "split_from": "split from 拆自",
    "retired": "retired 撤销",
}

UNDECIDED = ("61", "62")
"""Codes that say that nothing is known."""


def page(story: dict[str, Any], night: str) -> str:
    """The whole page."""
    parts = [
        _head(story["resident"], night),
        [*_status(story["status"]), *_by_hand(story.get("by_hand")), *_decided_by(story)],
        _records(story["records"]),
        _links(story),
        _near(story["near_misses"]),
        _events(story["events"], story["resident"]["resident_id"]),
    ]
    return "\n\n".join("\n".join(part) for part in parts if part)


def _head(r: dict[str, Any], night: str) -> list[str]:
    first = (
        f"{r['resident_id']}  {r['name']}  {r['sex'] or '?'}  {r['birth_date']}  {r['id_type'] or 'no number'} {r['id_number']}"
    )
    lines = [first, f"night {night} · {r['records']} records of {' '.join(r['departments'])} · phone {r['phone']}"]
    lines += _not_counted(r)
    words = (("mother_id", "mother 母"), ("father_id", "father 父"), ("spouse_id", "spouse 配偶"))
    related = [f"{word} {r[key]}" for key, word in words if r[key]]
    return lines + wrap(" · ".join(related)) if related else lines


def _not_counted(r: dict[str, Any]) -> list[str]:
    if r["not_counted"] == "provisional":
        return wrap(
            f"! not counted 不计: probably one person with {r['provisional_of']} (p {r['provisional_probability']:.3f}) 疑与其为同一人,"
            " kept apart until somebody decides 待人工判定",
            "  ",
        )
    if r["not_counted"]:
        return ["! not counted 不计: a mention with neither number nor birth date 无号码无出生日期"]
    return []


def _status(status: dict[str, Any] | None) -> list[str]:
    if status is None:
        return ["status 居住状态: not decided on this night"]
    words, told = CODES.get(status["status_code"]), status["explanation"]
    lines = wrap(f"status {status['status_code']} {words.zh} · {words.en}" if words else f"status {status['status_code']}")
    score = "–" if status["evidence_score"] is None else f"{status['evidence_score']:.2f}"
    facts = [f"rule {status['rule_id']} ({status['rule_version']})", f"evidence score {score}"]
    for key, word in (
        ("basis", "basis"),
        ("here_since", "here since"),
        ("last_seen", "last seen"),
        ("next_change", "next change"),
    ):
        if status.get(key):
            facts.append(f"{word} {status[key]}")
    lines += wrap("  " + " · ".join(facts), "  ")
    lines += pending(status)
    lines += _sure(status)
    lines += _signs("for 正面", told.get("positive"))
    lines += _signs("against 反面", told.get("negative"))
    if told.get("without_strongest") is not None:
        lines.append(f"  without its strongest sign the evidence score would be {told['without_strongest']}")
    if told.get("counterfactual"):
        lines += wrap(f"  counterfactual: {told['counterfactual']}", "  ")
    if told.get("alarm"):
        lines += wrap(f"  ! {told['alarm']}", "    ")
    return lines


def _sure(status: dict[str, Any]) -> list[str]:
    """The calibrated confidence in words; nights from before there was one kept the evidence score in its place."""
    if status["confidence"] is None or status["evidence_score"] is None:
        return []
    if status["rule_id"] == "R-03":
        return []
    if status["status_code"] in UNDECIDED:
        return wrap("  how sure 把握: not decided, to be verified 未定，待核实", "    ")
    right = round(100 * status["confidence"])
    return wrap(
        f"  how sure 把握: {right} of 100 with such evidence were right ({status['band']}) 同类证据每百人判对{right}人", "    "
    )


def _by_hand(decided: dict[str, Any] | None) -> list[str]:
    """Who decided the status by hand, why, and until when."""
    if not decided:
        return []
    who = f", signed by {decided['by']}: {decided['why']}" if decided.get("by") else ""
    return wrap(f"  decided by hand 人工认定 {decided['override_id']} from {decided['on']} until {decided['until']}{who}", "    ")


def _decided_by(story: dict[str, Any]) -> list[str]:
    """Whom the person follows or lives with, and the single records and departments of which the status hangs."""
    if not story.get("decided_by") or not story["status"]:
        return []
    names = {code: f"{contract.name.zh} {contract.name.en}" for code, contract in all_contracts().items()}
    told = story["status"]["explanation"]
    words = {"follows": "follows 随", "home_of": "at home with 同住"}
    ahead = [f"  {word} {told[key]}" for key, word in words.items() if told.get(key)]
    return [*ahead, *decides(story["decided_by"], names, story["status"]["rule_version"])]


def _signs(head: str, signs: list[dict[str, Any]] | None) -> list[str]:
    lines = []
    for at, sign in enumerate(signs or []):
        label = head if at == 0 else ""
        until = sign.get("to") or "…"
        weight = f"w {sign['w']:.2f}" if sign.get("w") is not None else ""
        decay = f"× {sign['decay']:.2f}" if sign.get("decay") is not None else ""
        text = f"{sign['sign']} {sign.get('place') or '':<20} {sign.get('from') or '…'} – {until:<10} {weight} {decay}"
        lines.append(f"  {cell(label, 13)}{text}".rstrip())
    return lines


def _records(records: list[dict[str, Any]]) -> list[str]:
    """One line a kind of record: what looks alike in every column but the profile is told once, with its number."""
    widths = (3, 24, 11, 12, 19, 11)
    lines = [row(("", "records 记录", "role", "name 姓名", "number 号码", "birth"), widths)]
    alike: dict[tuple[str, ...], list[str]] = {}
    for r in records:
        number = r["number"] if r["number"] != "–" else f"({r['number_grade'] or 'MISSING'})".lower()
        place = f"{r['dept']}.{r['source_table']}" + ("†" if r["closed_on"] else "")
        alike.setdefault((place, r["role"], r["name"], number, r["birth_date"]), []).append(r["profile"])
    for (place, *rest), profiles in alike.items():
        times = f" ×{len(profiles)}" if len(profiles) > 1 else ""
        letter = profiles[0] if len(set(profiles)) == 1 else "…"
        lines.append(row((letter, place + times, *rest), widths))
    if any(r["closed_on"] for r in records):
        lines.append("† closed by its department 已终止")
    return lines


def _links(story: dict[str, Any]) -> list[str]:
    profiles = len({r["profile"] for r in story["records"]})
    if profiles == 1:
        return wrap("links 关联: none needed: the records share one number and name, or one source key")
    lines = [f"links 关联: {len(story['links'])} hold its {profiles} profiles together, {story['further_links']} more agree"]
    alike: dict[str, list[dict[str, Any]]] = {}
    for link in story["links"]:
        alike.setdefault(f"{link['comparisons']}{link['block']}{link['weight']:.1f}", []).append(link)
    for links in alike.values():
        lines += _waterfall(links[0], ", ".join("–".join(link["between"]) for link in links))
    for kin in story["relatives"]:
        lines.append(f"  {' – '.join(kin['between'])}  one name, {kin['word']} {kin['relative']} 同名亲属")
    missing = profiles - 1 - len(story["links"]) - len(story["relatives"])
    if missing:
        lines.append(f"  {missing} joined by a human decision 人工判定")
    return lines


def _waterfall(link: dict[str, Any], title: str) -> list[str]:
    lines = wrap(f"  {title}  {link['weight']:+.1f} bits, p {link['probability']:.4f}, {_grade(link)}, pass {link['block']}")
    return lines + bars(link["comparisons"])


def _grade(link: dict[str, Any]) -> str:
    if link["veto"]:
        return f"{link['likely']}: {link['veto']} gave way to 公安's number or a decision 以公安号码或人工判定为准"
    return str(link["grade"]) if link["grade"] == "auto" else f"{link['likely']}, the only candidate 唯一候选"


def _near(misses: list[dict[str, Any]]) -> list[str]:
    lines = ["near, but not joined 相近而未并"] if misses else []
    for miss in misses:
        own = next(letter for letter in miss["between"] if letter != "?")
        why = f"kept apart by {miss['veto']}" if miss["veto"] else miss["grade"]
        why += f", likely one by {miss['likely']}" if miss["likely"] else ""
        lines += wrap(f"  {own} – {miss['other_resident']}  {miss['weight']:+.1f} bits, {why}", "    ")
    return lines


def _events(events: list[dict[str, Any]], me: str) -> list[str]:
    lines = ["events 变更"] if events else []
    for e in events:
        kind = KINDS.get(e["kind"], e["kind"])
        who = f"{kind} {e['other_id']}" if e["resident_id"] == me else f"{e['resident_id']} {kind} this one"
        lines += wrap(f"  {e['date']} {who.strip()}: {e['reason']}", "    ")
    return lines
