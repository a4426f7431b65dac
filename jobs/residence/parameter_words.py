"""What each number of the parameters means, in a few words of Chinese and English."""

from __future__ import annotations

from jobs.residence.parameters import Parameters

FIELDS = {
    "weight": ("权重", "weight"),
    "weak": ("弱证权重", "weight of a weak one"),
    "three_visits": ("三次以上的权重", "weight of three visits"),
    "carry": ("沿用天数", "days carried"),
    "carry_permit": ("有证沿用天数", "days carried with a permit"),
    "half_life": ("半衰天数", "half-life in days"),
}
"""Numbers of a sign; its own name goes before."""
WORDS = {
    "days.bridge": ("间断可连天数", "a gap bridged"),
    "days.bridge_same_place": ("同一处所间断可连", "a gap bridged at the same place"),
    "days.bridge_visits": ("同一住处两次走访可连", "a gap between two grid visits bridged"),
    "days.elsewhere_breaks": ("在外逾此则断", "a longer stay elsewhere breaks a run"),
    "days.chain": ("离户籍地证据链间断", "gaps in the chain away from the hukou"),
    "days.chain_silent": ("两端均在区时的间断", "such gaps inside the district"),
    "days.support": ("住处迹象支持期", "a dwelling sign supports others"),
    "days.keep": ("非本地最后见到后保留", "a non-local kept after last seen"),
    "days.recent_run": ("近期曾在区", "a run that ended within"),
    "days.settled_span": ("稳定居住两次见到的间隔", "settled: seen twice so far apart"),
    "days.settled_window": ("稳定居住的查看期", "settled: looked for within"),
    "days.settled_carded": ("在册者静默可信", "silence believed: with a card"),
    "days.settled_city": ("市内他区户籍者静默可信", "silence believed: hukou elsewhere in the city"),
    "days.settled_owner": ("本地有房者静默可信", "silence believed: local owner"),
    "days.settled_insured": ("外来参保者静默可信", "silence believed: non-local insured"),
    "days.settled_unlisted": ("本地未在册者静默可信", "silence believed: local, no card"),
    "days.met_before": ("首次见到者先来", "first met or known by work: came before"),
    "days.found_gone_after": ("走访不见者先走", "found gone: left so long before"),
    "days.newly_registered": ("新落户视为在区", "a hukou registered lately is presence"),
    "days.absent": ("本地离开满半年", "local: half a year away"),
    "days.silent": ("本地全无迹象", "local: no sign at all"),
    "days.window": ("累计基准的窗口", "window of the cumulative basis"),
    "days.cumulative": ("窗口内在区天数", "days present in the window"),
    "days.conflict": ("正反证相近", "positive and negative so close conflict"),
    "days.conflict_hold": ("矛盾时照旧计入", "a conflict counts as before"),
    "days.death_activity": ("死后仍有活动", "activity after a death contradicts it"),
    "days.visits_window": ("三次就诊之期", "three visits within"),
    "days.lapsed_after": ("登记期满视为离开", "a registration this old that ends: left"),
    "days.works_on": ("停保后仍工作", "work goes on after insurance ended"),
    "days.work_in_force": ("工作视为在职", "work paid within counts"),
    "days.newborn": ("新生儿未落户", "a child this young has no hukou yet"),
    "days.hysteresis": ("R-11等待天数", "R-11: dates a soft change waits"),
    "days.hysteresis_search": ("R-11回看天数", "R-11: dates looked back"),
    "months.half_year": ("半年（月）", "half a year, in months"),
    "age.child": ("随父母的幼儿", "children follow their parents below"),
    "age.minor": ("随父母的未成年人", "minors follow their parents below"),
    "age.elder": ("随家庭的老人", "elders stay with the household from"),
    "age.impossible": ("不可能的年龄", "no natural person beyond"),
    "scores.high": ("高置信", "high confidence from"),
    "scores.medium": ("中置信", "medium confidence from"),
    "scores.low": ("证据不足", "evidence is thin below"),
    "scores.conflict": ("矛盾双方下限", "both sides of a conflict"),
    "scores.parent": ("子女取父母分", "a child's share of the parent's score"),
    "scores.household": ("随家庭老人的上限", "ceiling of elders kept by a household"),
    "scores.silent_absent": ("静默离开的分", "score of absence by silence"),
    "scores.older_negative": ("较旧反证的份额", "share of an older negative"),
    "scores.strong_member": ("同住者强证", "a household member's own sign"),
    "scores.card": ("网格在册补分", "a grid card's share of what is missing"),
    "bulk_visits.times": ("批量走访倍数", "visits ticked: times the usual number"),
    "bulk_visits.least": ("批量走访下限", "visits ticked: at least"),
    "household_size": ("一户最多人数", "most people of a household"),
}
"""By the path in parameters.yml; days where nothing else is said."""


def words(name: str, p: Parameters) -> tuple[str, str]:
    """Chinese and English words of a number by its path; KeyError for one that has none."""
    if name in WORDS:
        return WORDS[name]
    part, code, field = name.split(".")
    sign = p.signs[code] if part == "signs" else p.negatives[code]
    zh, en = FIELDS[field]
    return f"{sign.zh}·{zh}", f"{sign.en}, {en}"
