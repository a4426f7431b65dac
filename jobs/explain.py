"""`renkou explain RK…`: why these records are one person, and why this person has this status; `renkou explain A B`: why two ids
are one person, or why not."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

from jobs.errors import UserError

if TYPE_CHECKING:
    from jobs.settings import Settings


def explain(settings: Settings, resident_id: str, date: dt.date | None = None, as_json: bool = False) -> str:
    """The story of a resident on a finished night (the newest by default), personal values masked.

    An id that was merged away leads to the one that stands for it now, and says so. Unknown ids are UserErrors.
    """
    from jobs.residents.asked import current
    from jobs.residents.finder import Finder, finished_night
    from jobs.residents.page import page
    from jobs.residents.story import story
    from jobs.what_if import deciding

    resident_id = resident_id.strip().upper()
    night = finished_night(settings, date)
    find = Finder(settings, night)
    shown, told = current(find, resident_id)
    whole = {"night": night.label, "asked_for": resident_id, "redirects": told, **story(find, shown)}
    whole["decided_by"] = deciding(settings, find, shown)
    whole["by_hand"] = _by_hand(settings, whole["status"])
    if as_json:
        return json.dumps(whole, ensure_ascii=False, indent=1, default=str)
    ahead = [f"{e['resident_id']} was merged into {e['other_id']} on {e['date']}. 已并入。" for e in told]
    return "\n".join([*ahead, *([""] if ahead else []), page(whole, night.label)])


def _by_hand(settings: Settings, status: dict[str, Any] | None) -> dict[str, Any] | None:
    """The decision by hand that a status rests on, with its signer and reason, which stand in the ledger alone."""
    from jobs.residence.overrides import read

    said = (status or {}).get("explanation", {}).get("by_hand")
    found = [o for o in read(settings.overrides) if said and o.override_id == said["override_id"]]
    return {**said, "by": found[0].by, "why": found[0].why} if found else said


def explain_pair(settings: Settings, pair: tuple[str, str], date: dt.date | None = None) -> dict[str, Any]:
    """What stands between two ids on a finished night: residents' (merged ones lead on) or records'; see jobs/residents/pair.py.

    `page` makes text of it, `pair_picture` an SVG. Unknown ids are UserErrors that never repeat what was typed in their place.
    """
    from jobs.linkage.decisions import read
    from jobs.residents.asked import meant
    from jobs.residents.finder import Finder, finished_night
    from jobs.residents.pair import pair_story

    night = finished_night(settings, date)
    find = Finder(settings, night)
    (one, told_one), (two, told_two) = (meant(find, text) for text in pair)
    ledger = read(settings.decisions)
    revoked = {d.revokes for d in ledger if d.revokes}
    newest = {d.pair: d for d in ledger if not d.revokes and d.decision_id not in revoked}
    standing = [d for d in newest.values() if d.verdict != "unsure"]
    told = pair_story(find, one, two, standing)
    return {"night": night.label, "asked_for": [text.strip() for text in pair], "redirects": [*told_one, *told_two], **told}


def pair_page(told: dict[str, Any]) -> str:
    """Two ids' story as text, the merges that led there first."""
    from jobs.residents.pair_page import page

    ahead = [f"{e['resident_id']} was merged into {e['other_id']} on {e['date']}. 已并入。" for e in told["redirects"]]
    return "\n".join([*ahead, *([""] if ahead else []), page(told, told["night"])])


def pair_picture(told: dict[str, Any]) -> str:
    """The heaviest link between two ids as an SVG waterfall; UserError where nothing was compared."""
    from jobs.residents.waterfall import picture

    links = told["links"] or told["path"]
    if not links:
        raise UserError("There is no comparison to draw: both ids stand in one profile.", "Leave --svg out.")
    one, two = (side["resident_id"] for side in told["sides"])
    title = f"{one}: why one person 为何是同一人" if told["one_person"] else f"{one} and {two}: one person? 是否同一人"
    return picture(links[0], title)
