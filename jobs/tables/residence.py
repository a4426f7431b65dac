"""Where each resident lives: status, its history, and the index beside it."""

from jobs.tables.columns import LIST, B, Column, D, F, I, S, Table, key

RESIDENCE = Table(
    "residence",
    "one status per resident, with rule, dates and explanation",
    ("resident_id",),
    (
        key("resident_id", "whose"),
        key("status_code", "11 … 99, domain §1.3 (docs/rules.md)"),
        key("status_class", "R, T, A, N, U, D or X"),
        Column("counts_usual", B, "常住", required=True),
        Column("counts_present", B, "实有", required=True),
        Column("counts_hukou", B, "户籍", required=True),
        Column("confidence", F, "probability that the status code is right, calibrated; jobs/residence/calibration.yml"),
        Column("evidence_score", F, "0–1, evidence of presence by independent departments; the rules read it"),
        Column("band", S, "of the confidence: high, medium, low or none"),
        key("rule_id", "the rule that decided"),
        key("rule_version", "version of the parameters"),
        Column("nature", S, "LOCAL_HUKOU, CITY_HUKOU, PROV_HUKOU, OUT_HUKOU, NO_HUKOU, HKMT, FOREIGN"),
        Column("basis", S, "HERE, HERE_CUM, AWAY or null"),
        Column("here_since", D, "start of the run containing tonight"),
        Column("away_since", D, "start of the chain of evidence outside the hukou township"),
        Column("last_seen", D, "last day presence was really observed"),
        Column("days_365", I, "days present in the last 365"),
        Column("dwelling_id", S, "chosen dwelling"),
        Column("township", S, "9 digits; 330110999 when present but unknown"),
        Column("next_change", D, "date of the next change without new evidence; null for none"),
        Column("pending_status", S, "R-11: status_code, while counts_usual still is the earlier word; else null"),
        Column("pending_since", D, "R-11: first date on which the rules said so"),
        Column("pending_until", D, "R-11: date on which counts_usual follows, if the rules go on saying so"),
        Column("explanation", S, "JSON: signs used with their source rows, gaps, counterfactual"),
    ),
)

STATUS_HISTORY = Table(
    "status_history",
    "what a published night said anew about a resident's status; append-only, changes only (ADR 0008)",
    ("resident_id", "true_from", "seq"),
    (
        key("resident_id", "whose"),
        Column("true_from", D, "business date from which it holds, until a later row of the resident", required=True),
        Column(
            "known_from",
            D,
            "business date from which it was known: the night's own, of a revision the day after the newest",
            required=True,
        ),
        Column(
            "seq", I, "which publication, counted from 1 among those that said something; orders rows of one date", required=True
        ),
        Column("night", S, "label of the night that said it", required=True),
        Column("status_code", S, "as in residence; null: no such resident any more"),
        Column("counts_usual", B, "常住", required=True),
        Column("counts_present", B, "实有", required=True),
        Column("counts_hukou", B, "户籍", required=True),
        Column("township", S, "as in residence"),
        Column("rule_id", S, "the rule that decided when the row was written"),
        Column("same_as", S, "the resident this id was merged into or probably is: one person, counted once"),
    ),
)

RESIDENCY_INDEX = Table(
    "residency_index",
    "a second opinion beside the rules: how much the registers' signs of life say that the person lives here",
    ("resident_id",),
    (
        key("resident_id", "whose"),
        Column("residency_index", F, "0–1, over the last half years (jobs/residence/index.yml)", required=True),
        Column("evidence", F, "0–1, weighted signs of the newest half year alone", required=True),
        key("basis", "own, mother or father (small children), dead, none (no sign at all)"),
        Column("resident_by_index", B, "at least tonight's threshold, estimated from certain cases", required=True),
        Column("signs", LIST, "codes of the signs seen in the newest half year, sorted"),
        Column("doubt", S, "rules_only: present by the rules, hardly a sign of life; index_only: the other way round; else null"),
        key("index_version", "version of the parameters"),
    ),
)
