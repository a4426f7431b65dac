"""Every table that one stage writes and another reads: meaning, key, columns, and which columns are personal.

This is the one declaration that the stages, the digest, the masks, the privacy tests and docs/tables.md follow.
Types are Arrow types; Spark's are derived from them. Dates are dates in Asia/Shanghai; intervals are half-open [from, to).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pyarrow as pa

NUMBER, NAME, PHONE, ADDRESS, BIRTH = "number", "name", "phone", "address", "birth_date"
"""Classes of personal values; whole values of NUMBER, NAME, PHONE and ADDRESS never appear in a log or an error."""

S, I, D, B, F = pa.string(), pa.int64(), pa.date32(), pa.bool_(), pa.float64()
LIST, NUMBERS = pa.list_(pa.string()), pa.list_(pa.int64())


@dataclass(frozen=True)
class Column:
    """One column: its Arrow type, its meaning, its class of personal value (or None), and whether it may be null."""

    name: str
    type: pa.DataType
    meaning: str
    personal: str | None = None
    required: bool = False


@dataclass(frozen=True)
class Table:
    """One table between stages. `key` identifies a row; `clock` columns are left out of digests."""

    name: str
    meaning: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    clock: tuple[str, ...] = ()
    partition: tuple[str, ...] = ()

    @property
    def schema(self) -> pa.Schema:
        """The table's Arrow schema, columns in declared order."""
        return pa.schema([pa.field(c.name, c.type) for c in self.columns])

    def personal(self, kinds: Iterable[str]) -> list[str]:
        """Names of the columns holding personal values of these kinds."""
        wanted = set(kinds)
        return [c.name for c in self.columns if c.personal in wanted]


def _key(name: str, meaning: str) -> Column:
    return Column(name, S, meaning, required=True)


ORIGIN = (
    _key("dept", "department code, as in jobs/departments/*.yml"),
    _key("source_table", "table of that department's contract"),
    _key("source_key", "the source row's key, its parts joined by |"),
)

DELIVERIES = Table(
    "deliveries",
    "what one department sent for one table and business date (one table a department: deliveries/{dept})",
    ("dept", "source_table", "business_date", "sequence"),
    (
        _key("delivery_id", "dept.table.date.sequence"),
        _key("dept", "department code"),
        _key("source_table", "table of the contract"),
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
        _key("source_key", "key parts joined by |"),
        _key("delivery_id", "the delivery that brought this version of the row"),
        Column("position", I, "position of the row within its delivery"),
        Column("known_from", D, "business date of that delivery", required=True),
        Column("row_hash", S, "hash over the row's values", required=True),
        Column("closed_on", D, "business date of the soft delete, or of the full delivery that lacks it; null while in force"),
        Column("values", LIST, "delivered text by the contract's column order; null where absent", NUMBER),
    ),
)

RECORDS = Table(
    "records",
    "one mention of one person, standardized; the raw value stands beside every repaired one",
    ("record_id",),
    (
        _key("record_id", "hash of (dept, table, source key, role)"),
        *ORIGIN,
        _key("role", "who in the source row: self, mother, spouse, guardian_1 …"),
        Column("known_from", D, "business date since which this version is known", required=True),
        Column("closed_on", D, "business date the source row was closed; null while in force"),
        Column("account", S, "the department's own person key, dept:key, shared by its tables", NUMBER),
        Column(
            "id_type",
            S,
            "citizen, hkmt_residence, foreigner_pr, hk_macao_pass, taiwan_pass, passport, birth_certificate, school, other",
        ),
        Column("id_number", S, "normalised number; null when it has no usable grade", NUMBER),
        Column(
            "id_grade", S, "OK, OK_15, REPAIRED, BAD_LEN, BAD_CHARS, BAD_DATE, BAD_AREA, BAD_CHECK, MASKED, PLACEHOLDER, MISSING"
        ),
        Column("id_raw", S, "as delivered", NUMBER),
        Column(
            "alias_number",
            S,
            "a second number stated on the same row (old number, birth certificate, school number), type:number",
            NUMBER,
        ),
        Column("name", S, "normalised name; null when masked or a placeholder", NAME),
        Column("name_kind", S, "han, dotted, foreign, newborn, masked, damaged, placeholder, missing"),
        Column("name_raw", S, "as delivered", NAME),
        Column("former_name", S, "曾用名, normalised", NAME),
        Column("sex", S, "M, F or null"),
        Column("birth_date", D, "stated birth date, else the number's; null when neither is sound", BIRTH),
        Column("birth_date_basis", S, "stated, number or null"),
        Column("ethnic", S, "GB/T 3304 two digits"),
        Column("nationality", S, "ISO 3166 alpha-3; CHN where the number is a citizen's"),
        Column("phone", S, "mobile, 11 digits; null when a placeholder or not a phone", PHONE),
        Column("phone_raw", S, "as delivered", PHONE),
        Column("address_raw", S, "dwelling text as delivered", ADDRESS),
        Column("dwelling_id", S, "standard address id, else hash of the parsed address; null above building level"),
        Column("address_level", S, "room, unit, building, estate, community, township, district, outside, none"),
        Column("township", S, "9-digit division of the dwelling; null when outside or unknown"),
        Column("in_district", B, "dwelling lies in 330110; null when unknown"),
        Column("hukou_division", S, "6 to 12 digits as stated"),
        Column("hukou_active", B, "an active row of the local hukou register; null where the source is no hukou register"),
        Column("hukou_address_raw", S, "hukou address as delivered", ADDRESS),
        Column("employer", S, "unified social credit code or the department's unit number"),
        Column("school", S, "school code"),
        Column("birth_order", S, "胎次 among multiples: 1, 2 …; null for single or unknown"),
        Column("mother_number", S, "mother's citizen number from the same row", NUMBER),
        Column("father_number", S, "father's citizen number from the same row", NUMBER),
        Column("spouse_number", S, "spouse's citizen number from the same row", NUMBER),
        Column("household", S, "the department's household key, dept:key, where it keeps one"),
    ),
    partition=("dept",),
)

SIGNS = Table(
    "signs",
    "dated evidence that a record's person lives, works, studied, died or left",
    ("sign_id",),
    (
        _key("sign_id", "hash of (record, sign, from, source row)"),
        _key("record_id", "whose sign"),
        _key("sign", "S01–S21 positive, N01–N09 negative (docs/glossary.md)"),
        *ORIGIN,
        Column("from_date", D, "first day, or the day of a point event", required=True),
        Column("to_date", D, "day after the last; null while open or for a point event"),
        Column("known_from", D, "business date since which it is known", required=True),
        Column("place", S, "dwelling, district, work, none or elsewhere"),
        Column("dwelling_id", S, "where it proves a dwelling"),
        Column("township", S, "9 digits, where known"),
        Column("in_district", B, "place lies in 330110; null when unknown"),
        Column("detail", S, "what the rules need beside: cancellation reason, med_type, result of a visit"),
    ),
    partition=("dept",),
)

TIES = Table(
    "ties",
    "a stated relation between two records",
    ("from_record", "to_record", "relation"),
    (
        _key("from_record", "record"),
        _key("to_record", "record"),
        _key("relation", "mother_of, father_of, spouse_of, guardian_of, same_household, tenant_of"),
        *ORIGIN,
        Column("from_date", D, "since when, where stated"),
        Column("to_date", D, "until when, where stated"),
        Column("known_from", D, "business date since which it is known", required=True),
    ),
)

REJECTED_ROWS = Table(
    "rejected_rows",
    "a source row, mention or sign refused, and why; nothing is lost",
    ("row_id",),
    (
        _key("row_id", "hash of (dept, table, source key, part, reason)"),
        *ORIGIN,
        _key(
            "part", "row, or the mention's role, or the sign's code; silent: a row of a known person that states nothing further"
        ),
        _key("reason", "code of jobs.cleaning.reasons.Reason"),
        Column("known_from", D, "business date", required=True),
        Column("delivery_id", S, "the delivery it came in"),
    ),
)

CELL_ISSUES = Table(
    "cell_issues",
    "a cell refused or repaired while its row lives on",
    ("row_id", "column", "reason"),
    (
        _key("row_id", "hash of (dept, table, source key)"),
        *ORIGIN,
        _key("column", "source column"),
        _key("reason", "code of jobs.cleaning.reasons.Reason"),
        Column("repaired", B, "true when a sound value was recovered"),
        Column("known_from", D, "business date", required=True),
    ),
)

PROFILES = Table(
    "profiles",
    "distinct identity content shared by one or more records",
    ("profile_id",),
    (
        _key("profile_id", "smallest record_id it stands for"),
        Column("records", I, "how many records it stands for", required=True),
        Column("departments", LIST, "department codes, sorted"),
        Column("account", LIST, "departments' own person keys, sorted", NUMBER),
        Column("id_type", S, "as in records"),
        Column("id_number", S, "usable number", NUMBER),
        Column("id_confirmed", B, "stated by 公安 or by two independent departments"),
        Column("aliases", LIST, "further numbers, type:number, sorted", NUMBER),
        Column("name", S, "most frequent normalised name", NAME),
        Column("name_kind", S, "as in records"),
        Column("name_raw", S, "raw text of that name: masks and damaged names keep their known characters", NAME),
        Column("other_names", LIST, "further and former names, sorted", NAME),
        Column("sex", S, "M, F or null"),
        Column("birth_date", D, "stated", BIRTH),
        Column("nationality", S, "alpha-3"),
        Column("phones", LIST, "sorted", PHONE),
        Column("dwellings", LIST, "dwelling ids, sorted"),
        Column("township", S, "of the newest dwelling"),
        Column("mother_number", S, "citizen number", NUMBER),
        Column("father_number", S, "citizen number", NUMBER),
        Column("spouse_number", S, "citizen number", NUMBER),
        Column("birth_order", S, "胎次 among multiples"),
        Column("employer", S, "newest"),
        Column("school", S, "newest"),
        Column("hukou_active", B, "holds an active row of the local hukou register"),
        Column("id_text", S, "an unusable number as written (damaged, masked), for near and masked agreement", NUMBER),
        Column("guardian_numbers", LIST, "numbers of parents and guardians named on the same rows, sorted", NUMBER),
        Column("parent_names", LIST, "names of parents and guardians on the same rows, sorted", NAME),
        Column("family_phones", LIST, "phones of the parents that its numbers name, sorted", PHONE),
        Column("family_dwellings", LIST, "dwellings of those parents, sorted", ADDRESS),
        Column("sex_stated", B, "some record states the sex, beside what its number says"),
        Column("birth_stated", B, "some record states the birth date, beside what its number says"),
        Column(
            "kin_numbers", LIST, "own number as relatives' rows imply it: the mother's, where the child's row names her", NUMBER
        ),
    ),
)

PROFILE_RECORDS = Table(
    "profile_records",
    "which record stands behind which profile",
    ("record_id",),
    (
        _key("record_id", "record"),
        _key("profile_id", "its profile"),
        Column("stamp", I, "hash of what the profile takes from the record"),
        Column("met_by", I, "hash of the key by which it met its profile's other records"),
    ),
)

PROFILE_STAMPS = Table(
    "profile_stamps",
    "what decides a profile's links, as a hash: two profiles that keep theirs keep their link",
    ("profile_id",),
    (
        _key("profile_id", "profile"),
        Column("stamp", I, "of model, content, blocking keys and crowds", required=True),
        Column("engine", I, "hash of the model, the weights and the source of profiles and linkage; the same in all rows"),
        Column("content", I, "hash of the profile as the model sees it"),
        Column("crowded", B, "stands in a block over its pass's cap"),
        Column("blocks", NUMBERS, "hashes of the keys it meets others by, before any is refined"),
        Column("passes", NUMBERS, "the pass of each of them, by its place in the model"),
        Column("finer", NUMBERS, "hashes of what refines its keys, one for each part that the model refines by"),
    ),
)

LINKS = Table(
    "links",
    "a scored pair of profiles with its reasons; only pairs above the review threshold, and vetoed ones that would be",
    ("profile_l", "profile_r"),
    (
        _key("profile_l", "the smaller profile id"),
        _key("profile_r", "the larger"),
        Column("weight", F, "match weight in log2, prior included", required=True),
        Column("probability", F, "of being one person", required=True),
        _key("grade", "auto, review or none"),
        _key("block", "first blocking pass that produced the pair"),
        Column("levels", S, "comparison=level:weight, in the model's order, joined by ;"),
        Column("veto", S, "the hard veto that forbids it, or null"),
        Column("likely", S, "the model's rule by which the two are more likely one than two, or null"),
        _key("model_version", "of the model file"),
    ),
)

RESIDENTS = Table(
    "residents",
    "one per person: best value of each attribute with its source",
    ("resident_id",),
    (
        _key("resident_id", "RK + 12 base-32 + check character; never changes meaning"),
        Column("records", I, "how many records", required=True),
        Column("departments", LIST, "department codes, sorted"),
        Column("id_type", S, "of the best number"),
        Column("id_number", S, "best number", NUMBER),
        Column("id_number_source", S, "record it comes from"),
        Column("name", S, "best name", NAME),
        Column("name_source", S, "record it comes from"),
        Column("sex", S, "M, F or null"),
        Column("sex_source", S, "record it comes from"),
        Column("birth_date", D, "best birth date", BIRTH),
        Column("birth_date_source", S, "record it comes from"),
        Column("ethnic", S, "GB/T 3304"),
        Column("ethnic_source", S, "record it comes from"),
        Column("nationality", S, "alpha-3"),
        Column("nationality_source", S, "record it comes from"),
        Column("phone", S, "newest sound phone", PHONE),
        Column("phone_source", S, "record it comes from"),
        Column("hukou_division", S, "公安 first, else newest statement"),
        Column("hukou_division_source", S, "record it comes from"),
        Column("hukou_active", B, "holds an active row of the local hukou register"),
        Column("mother_id", S, "mother's resident id"),
        Column("father_id", S, "father's resident id"),
        Column("spouse_id", S, "spouse's resident id"),
        Column("provisional_of", S, "the resident that this one probably is, until somebody decides; such a row is not counted"),
        Column("provisional_probability", F, "of being that resident"),
        Column(
            "not_counted", S, "why the row is in no count: provisional, or unidentified (no number and no birth date); else null"
        ),
    ),
)

RESIDENT_RECORDS = Table(
    "resident_records",
    "which record belongs to which resident",
    ("record_id",),
    (
        _key("record_id", "record"),
        _key("resident_id", "its resident"),
        _key("profile_id", "the profile it went through"),
        Column("since", D, "business date since which it belongs there", required=True),
    ),
)

RESIDENT_EVENTS = Table(
    "resident_events",
    "what happened to resident ids; append-only",
    ("resident_id", "date", "kind", "other_id"),
    (
        _key("resident_id", "whose"),
        Column("date", D, "business date", required=True),
        _key("kind", "created, merged_into, split_from, retired"),
        _key("other_id", "the other resident, or empty"),
        Column("reason", S, "a sentence: which new, changed or removed evidence made it"),
    ),
)

RESIDENCE = Table(
    "residence",
    "one status per resident, with rule, dates and explanation",
    ("resident_id",),
    (
        _key("resident_id", "whose"),
        _key("status_code", "11 … 99, domain §1.3 (docs/rules.md)"),
        _key("status_class", "R, T, A, N, U, D or X"),
        Column("counts_usual", B, "常住", required=True),
        Column("counts_present", B, "实有", required=True),
        Column("counts_hukou", B, "户籍", required=True),
        Column("confidence", F, "0–1"),
        Column("band", S, "high, medium, low or none"),
        _key("rule_id", "the rule that decided"),
        _key("rule_version", "version of the parameters"),
        Column("nature", S, "LOCAL_HUKOU, CITY_HUKOU, PROV_HUKOU, OUT_HUKOU, NO_HUKOU, HKMT, FOREIGN"),
        Column("basis", S, "HERE, HERE_CUM, AWAY or null"),
        Column("here_since", D, "start of the run containing tonight"),
        Column("away_since", D, "start of the chain of evidence outside the hukou township"),
        Column("last_seen", D, "last day presence was really observed"),
        Column("days_365", I, "days present in the last 365"),
        Column("dwelling_id", S, "chosen dwelling"),
        Column("township", S, "9 digits; 330110999 when present but unknown"),
        Column("next_change", D, "date of the next change without new evidence; null for none"),
        Column("explanation", S, "JSON: signs used with their source rows, gaps, counterfactual"),
    ),
)

STATUS_HISTORY = Table(
    "status_history",
    "what a published night said anew about a resident's status; append-only, changes only (ADR 0008)",
    ("resident_id", "true_from", "seq"),
    (
        _key("resident_id", "whose"),
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

DWELLINGS = Table(
    "dwellings",
    "a dwelling where somebody is present tonight, and how many",
    ("dwelling_id",),
    (
        _key("dwelling_id", "as in residence"),
        Column("building_id", S, "the building; null where no address tells"),
        Column("building", S, "the building's name", ADDRESS),
        Column("township", S, "9 digits, as most people there have it"),
        _key("kind", "home, shared (several households), quarters (more people than a household can be: 集体户)"),
        Column("people", I, "present tonight (实有)", required=True),
        Column("usual", I, "of these usual residents (常住)", required=True),
        Column("households", I, "households there; none in quarters", required=True),
    ),
)

HOUSEHOLDS = Table(
    "households",
    "people who keep house together at a dwelling tonight (jobs/households/together.py)",
    ("household_id",),
    (
        _key("household_id", "hash of the dwelling and the smallest resident_id: it ends with that member's leaving"),
        _key("dwelling_id", "where"),
        Column("building_id", S, "as in dwellings"),
        Column("township", S, "as in dwellings"),
        Column("members", I, "people", required=True),
        Column("usual", I, "of these usual residents (常住)", required=True),
        Column("minors", I, "younger than 16", required=True),
        Column("aged", I, "80 and older", required=True),
        Column(
            "aged_alone",
            B,
            "one person aged 80 or more, alone at the dwelling, not parted from a spouse alive (独居高龄)",
            required=True,
        ),
        _key("basis", "weakest of the members' bases"),
        Column("confidence", F, "that exactly these people live together, 0–1", required=True),
    ),
)

HOUSEHOLD_MEMBERS = Table(
    "household_members",
    "which household a present resident belongs to; people of group quarters belong to none",
    ("resident_id",),
    (
        _key("resident_id", "whose"),
        _key("household_id", "household"),
        _key("dwelling_id", "where"),
        _key("basis", "kin, stated, alike, parted, alone or unlisted (jobs/households/parameters.yml)"),
        Column("confidence", F, "that the person lives with the others, 0–1", required=True),
        Column("since", D, "business date since which it is known so without a break", required=True),
    ),
)

RESIDENT_TIES = Table(
    "resident_ties",
    "who belongs to whom: stated ties between records, lifted to residents",
    ("resident_id", "relative_id", "relation"),
    (
        _key("resident_id", "mother, father, guardian or tenant; of spouses and of one household the smaller id"),
        _key("relative_id", "child, ward or landlord; the larger id"),
        _key("relation", "mother_of, father_of, guardian_of, spouse_of, same_household, tenant_of"),
        Column("departments", LIST, "who states it, sorted"),
        Column("from_date", D, "earliest stated beginning"),
        Column("to_date", D, "latest stated end; null while one statement has none"),
        Column("confidence", F, "0–1; every further department halves the doubt", required=True),
    ),
)

RESIDENCY_INDEX = Table(
    "residency_index",
    "a second opinion beside the rules: how much the registers' signs of life say that the person lives here",
    ("resident_id",),
    (
        _key("resident_id", "whose"),
        Column("residency_index", F, "0–1, over the last half years (jobs/residence/index.yml)", required=True),
        Column("evidence", F, "0–1, weighted signs of the newest half year alone", required=True),
        _key("basis", "own, mother or father (small children), dead, none (no sign at all)"),
        Column("resident_by_index", B, "at least tonight's threshold, estimated from certain cases", required=True),
        Column("signs", LIST, "codes of the signs seen in the newest half year, sorted"),
        Column("doubt", S, "rules_only: present by the rules, hardly a sign of life; index_only: the other way round; else null"),
        _key("index_version", "version of the parameters"),
    ),
)

CHANGES = Table(
    "changes",
    "what differs from the previous snapshot",
    ("resident_id", "kind"),
    (
        _key("resident_id", "whose"),
        _key("kind", "added, removed, merged, split, status, address, provisional, account"),
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
        _key("township", "9 digits"),
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
        _key("metric", "name of the expectation or figure"),
        _key("layer", "landing, records, links, residents, residence, snapshot"),
        _key("dimension", "GB/T 36344 dimension, linkage, or total"),
        _key("dept", "department or empty"),
        _key("source_table", "table or empty"),
        _key("column", "column, group or township, or empty"),
        Column("value", F, "observed"),
        Column("bound", S, "what was demanded"),
        _key("severity", "critical, warning or info"),
        Column("passed", B, "verdict", required=True),
        Column("sentence", S, "for a failed one: which rows, what to do"),
    ),
)

TABLES: dict[str, Table] = {
    t.name: t
    for t in (
        DELIVERIES, SOURCE_ROWS, RECORDS, SIGNS, TIES, REJECTED_ROWS, CELL_ISSUES, PROFILES, PROFILE_RECORDS,
        PROFILE_STAMPS, LINKS, RESIDENTS, RESIDENT_RECORDS, RESIDENT_EVENTS, RESIDENCE, STATUS_HISTORY,
        DWELLINGS, HOUSEHOLDS, HOUSEHOLD_MEMBERS, RESIDENT_TIES, RESIDENCY_INDEX,
        CHANGES, BALANCE, QUALITY,
    )
}  # fmt: skip


def table_for(name: str) -> Table:
    """The declaration behind a stored table's name: `source_current/ga/czrk` follows `source_current`."""
    return TABLES[name.split("/")[0]]
