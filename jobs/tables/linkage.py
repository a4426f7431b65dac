"""Which mentions mean the same person: profiles, their stamps, and the links between them."""

from jobs.tables.columns import ADDRESS, BIRTH, LIST, NAME, NUMBER, NUMBERS, PHONE, B, Column, D, F, I, S, Table, key

PROFILES = Table(
    "profiles",
    "distinct identity content shared by one or more records",
    ("profile_id",),
    (
        key("profile_id", "smallest record_id it stands for"),
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
        key("record_id", "record"),
        key("profile_id", "its profile"),
        Column("stamp", I, "hash of what the profile takes from the record"),
        Column("met_by", I, "hash of the key by which it met its profile's other records"),
    ),
)

PROFILE_STAMPS = Table(
    "profile_stamps",
    "what decides a profile's links, as a hash: two profiles that keep theirs keep their link",
    ("profile_id",),
    (
        key("profile_id", "profile"),
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
        key("profile_l", "the smaller profile id"),
        key("profile_r", "the larger"),
        Column("weight", F, "match weight in log2, prior included", required=True),
        Column("probability", F, "of being one person", required=True),
        key("grade", "auto, review or none"),
        key("block", "first blocking pass that produced the pair"),
        Column("levels", S, "comparison=level:weight, in the model's order, joined by ;"),
        Column("veto", S, "the hard veto that forbids it, or null"),
        Column("likely", S, "the model's rule by which the two are more likely one than two, or null"),
        key("model_version", "of the model file"),
    ),
)
