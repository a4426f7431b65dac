"""What a night tells of itself: changes, the population account, and figures of quality."""

from jobs.tables.columns import B, Column, F, I, S, Table, key

CHANGES = Table(
    "changes",
    "what differs from the previous snapshot",
    ("resident_id", "kind"),
    (
        key("resident_id", "whose"),
        key("kind", "added, removed, merged, split, status, address, provisional, account"),
        Column("before", S, "before: status code; township; the resident it was provisional of; of account where it counted"),
        Column("after", S, "the same, after"),
        Column("reason", S, "rule or event; of account the class of the population account"),
    ),
)

BALANCE = Table(
    "balance",
    "the population account per township; residual is zero",
    ("township",),
    (
        key("township", "9 digits"),
        Column("before", I, "usual residents in the previous snapshot", required=True),
        Column("births", I, "first counted while under one year old (certificates come late)"),
        Column("hukou_in", I, "first counted with a local hukou that was not local before"),
        Column("arrivals", I, "became usual residents, of no other class; on night one everybody"),
        Column("returns", I, "had left, or was away half a year, and is counted again"),
        Column("upgrades", I, "here less than half a year, or to be verified, before"),
        Column("moved_in", I, "usual residents from another township"),
        Column("splits", I, "ids split from another"),
        Column("deaths", I, "died"),
        Column("departures", I, "evidence of leaving, or the local hukou moved out"),
        Column("lapses", I, "half a year of absence reached, or evidence of living here ran out"),
        Column("moved_out", I, "usual residents to another township"),
        Column("merges", I, "ids merged into another, retired or void"),
        Column("corrections", I, "net effect of doubts of identity, deaths taken back and the rest of merges and splits"),
        Column("after", I, "usual residents tonight", required=True),
        Column("residual", I, "after − before − flows; zero", required=True),
    ),
)

QUALITY = Table(
    "quality",
    "one figure of quality with its bound and verdict",
    ("metric", "dept", "source_table", "column"),
    (
        key("metric", "name of the expectation or figure"),
        key("layer", "landing, records, links, residents, residence, snapshot"),
        key("dimension", "GB/T 36344 dimension, linkage, or total"),
        key("dept", "department or empty"),
        key("source_table", "table or empty"),
        key("column", "column, group or township, or empty"),
        Column("value", F, "observed"),
        Column("bound", S, "what was demanded"),
        key("severity", "critical, warning or info"),
        Column("passed", B, "verdict", required=True),
        Column("sentence", S, "for a failed one: which rows, what to do"),
    ),
)
