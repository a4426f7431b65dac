"""What the delivered rows say of persons, standardized: mentions, signs of life and ties."""

from jobs.tables.columns import ADDRESS, BIRTH, NAME, NUMBER, ORIGIN, PHONE, B, Column, D, S, Table, key

RECORDS = Table(
    "records",
    "one mention of one person, standardized; the raw value stands beside every repaired one",
    ("record_id",),
    (
        key("record_id", "hash of (dept, table, source key, role)"),
        *ORIGIN,
        key("role", "who in the source row: self, mother, spouse, guardian_1 …"),
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
        key("sign_id", "hash of (record, sign, from, source row)"),
        key("record_id", "whose sign"),
        key("sign", "S01–S21 positive, N01–N09 negative (docs/glossary.md)"),
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
        key("from_record", "record"),
        key("to_record", "record"),
        key("relation", "mother_of, father_of, spouse_of, guardian_of, same_household, tenant_of"),
        *ORIGIN,
        Column("from_date", D, "since when, where stated"),
        Column("to_date", D, "until when, where stated"),
        Column("known_from", D, "business date since which it is known", required=True),
    ),
)
