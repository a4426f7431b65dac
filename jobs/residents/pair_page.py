"""Why two ids are one person, or why not, as text of 80 columns."""

from __future__ import annotations

from typing import Any

from jobs.residents.columns import wrap
from jobs.residents.waterfall import bars


def page(told: dict[str, Any], night: str) -> str:
    """The whole page."""
    parts = [_head(told, night), wrap(answer(told)), _reasons(told), _links(told)]
    return "\n\n".join("\n".join(part) for part in parts if part)


def _head(told: dict[str, Any], night: str) -> list[str]:
    lines = [f"night {night}"]
    for side in told["sides"]:
        lines += wrap(
            f"{'–'.join(dict.fromkeys((side['profiles'][0], side['profiles'][-1])))}  {side['resident_id']}  {side['name']}  "
            f"{side['sex'] or '?'}  {side['birth_date']}  {side['id_number']}"
        )
        lines += wrap(f"   resident of {side['records']} records of {' '.join(side['departments'] or [])}", "   ")
    return lines


def answer(told: dict[str, Any]) -> str:
    """One sentence: one person or two, and on what that rests."""
    if told["one_person"]:
        if told["same_profile"]:
            return "One person 同一人: both stand in one profile, by one number and name or one source key."
        if told["path"]:
            return f"One person 同一人: {len(told['path'])} link(s) lead from one to the other.{_over_veto(told)}"
        return "One person 同一人: joined by relatives they share, or by a person's decision."
    if any(d["verdict"] == "different" for d in told["decisions"]):
        return "Two persons 不是同一人: somebody decided so."
    if any(d["verdict"] == "same" for d in told["decisions"]):
        return (
            "Two residents still; somebody decided that they are one, which the next night will follow 已判定同一人,待下一夜合并."
        )
    if told["provisional"]:
        why = f", kept apart by {told['apart'][0]}" if told["apart"] else ""
        return f"Two residents until somebody decides 待人工判定: probably one person{why}."
    if told["apart"]:
        return f"Two persons 不是同一人: {told['apart'][0]}."
    return _why_not(told)


def _over_veto(told: dict[str, Any]) -> str:
    """What lifted the veto of a link on the path, if one did."""
    if not any(link["veto"] for link in told["path"]):
        return ""
    if any(d["verdict"] == "same" for d in told["decisions"]):
        return " A veto between them gave way to a person's decision 人工判定为同一人."
    return (
        " 公安 states another number for this name, birth date and home, which outweighs the number that other departments state"
        " 同名、同生日、同住处,号码以公安为准."
    )


def _why_not(told: dict[str, Any]) -> str:
    """Of two residents that no fact and no person keeps apart."""
    if not told["links"]:
        return "Two residents 未并: nothing about them can be compared."
    best = told["links"][0]
    if best["veto"]:
        return f"Two persons 不是同一人: the veto {best['veto']} forbids it, whatever the weight."
    if told["scored_now"] and best["block"] is None:
        return "Two residents 未并: no blocking pass brings them together, so no night compared them; compared now, below."
    if told["scored_now"]:
        return "Two residents 未并: compared, and below the weight from which a pair is kept; compared again now, below."
    if best["grade"] == "auto":
        return "Two residents 未并: this link alone would join them, yet their groups exclude each other or another is as near."
    if best["likely"]:
        return f"Two residents 未并: probably one by {best['likely']}, which only a person may decide; see renkou review."
    return "Two residents 未并: the evidence is not enough to join them without a person's decision."


def _reasons(told: dict[str, Any]) -> list[str]:
    lines = []
    if told["provisional"]:
        p = told["provisional"]
        lines += wrap(
            f"! {p['resident_id']} is in no count 未计入: probably {p['provisional_of']} (p {p['provisional_probability']:.3f})"
        )
    lines += [line for why in told["apart"] for line in wrap(f"apart 区分: {why}")]
    for d in told["decisions"]:
        lines += wrap(f"decision 判定 {d['decision_id']}: {d['verdict']}, by {d['by']}, in force from {d['on']}")
    return lines


def _links(told: dict[str, Any]) -> list[str]:
    if not told["links"] and not told["path"]:
        return []
    shown = told["path"] or told["links"]
    word = "compared now 现算" if told["scored_now"] else "links 关联"
    lines = [f"{word}: {len(shown)} of {max(told['links_in_all'], len(shown))} shown"]
    for link in shown:
        rules = [
            link["grade"],
            *([f"vetoed by {link['veto']}"] if link["veto"] else []),
            *([f"likely one by {link['likely']}"] if link["likely"] else []),
        ]
        head = f"  {'–'.join(link['between'])}  {link['weight']:+.1f} bits, p {link['probability']:.4f}, {', '.join(rules)}"
        lines += wrap(f"{head}, pass {link['block'] or 'none'}", "    ")
        lines += bars(link["comparisons"], link["weight"])
    return [*lines, f"model {shown[0]['model_version']}"]
