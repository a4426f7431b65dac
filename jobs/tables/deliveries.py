"""What the departments delivered: deliveries, the source rows in force, and what could not be read of them."""

from jobs.tables.columns import LIST, NUMBER, ORIGIN, B, Column, D, I, S, Table, key

DELIVERIES = Table(
    "deliveries",
    "what one department sent for one table and business date (one table a department: deliveries/{dept})",
    ("dept", "source_table", "business_date", "sequence"),
    (
        key("delivery_id", "dept.table.date.sequence"),
        key("dept", "department code"),
        key("source_table", "table of the contract"),
        Column("business_date", D, "the business date the delivery belongs to", required=True),
        Column("sequence", I, "order among deliveries of one date", required=True),
        Column("taken_on", D, "the night (business date) that took it"),
        Column("files", LIST, "names of the files or queries read"),
        Column("sha256", S, "over the bytes delivered (or the rows read, in order)"),
        Column("rows", I, "rows delivered"),
        Column("rows_landed", I, "rows landed; rows = rows_landed + rows rejected on reading"),
        Column(
            "rejected", LIST, "reason=count@first positions, for rows rejected on reading (jobs.departments.delivery.Refusal)"
        ),
        Column("mode", S, "full or delta"),
        Column("contract_version", S, "version of the contract read by"),
        Column("state", S, "on_time, late, carried, held or not_due"),
        Column("drift", LIST, "names of delivered columns the contract does not know (values dropped)"),
        Column("sentence", S, "for held or carried: what is wrong and what to do"),
    ),
)

SOURCE_ROWS = Table(
    "source_current",
    "the source rows in force (one table a contract table: source_current/{dept}/{table})",
    ("source_key",),
    (
        key("source_key", "key parts joined by |"),
        key("delivery_id", "the delivery that brought this version of the row"),
        Column("position", I, "position of the row within its delivery"),
        Column("known_from", D, "business date of that delivery", required=True),
        Column("row_hash", S, "hash over the row's values", required=True),
        Column("closed_on", D, "business date of the soft delete, or of the full delivery that lacks it; null while in force"),
        Column("values", LIST, "delivered text by the contract's column order; null where absent", NUMBER),
    ),
)

REJECTED_ROWS = Table(
    "rejected_rows",
    "a source row, mention or sign refused, and why; nothing is lost",
    ("row_id",),
    (
        key("row_id", "hash of (dept, table, source key, part, reason)"),
        *ORIGIN,
        key(
            "part", "row, or the mention's role, or the sign's code; silent: a row of a known person that states nothing further"
        ),
        key("reason", "code of jobs.cleaning.reasons.Reason"),
        Column("known_from", D, "business date", required=True),
        Column("delivery_id", S, "the delivery it came in"),
    ),
)

CELL_ISSUES = Table(
    "cell_issues",
    "a cell refused or repaired while its row lives on",
    ("row_id", "column", "reason"),
    (
        key("row_id", "hash of (dept, table, source key)"),
        *ORIGIN,
        key("column", "source column"),
        key("reason", "code of jobs.cleaning.reasons.Reason"),
        Column("repaired", B, "true when a sound value was recovered"),
        Column("known_from", D, "business date", required=True),
    ),
)
