"""Who lives together: dwellings, households, their members, and residents' ties."""

from jobs.tables.columns import ADDRESS, LIST, B, Column, D, F, I, S, Table, key

DWELLINGS = Table(
    "dwellings",
    "a dwelling where somebody is present tonight, and how many",
    ("dwelling_id",),
    (
        key("dwelling_id", "as in residence"),
        Column("building_id", S, "the building; null where no address tells"),
        Column("building", S, "the building's name", ADDRESS),
        Column("township", S, "9 digits, as most people there have it"),
        key("kind", "home, shared (several households), quarters (more people than a household can be: 集体户)"),
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
        key("household_id", "hash of the dwelling and the smallest resident_id: it ends with that member's leaving"),
        key("dwelling_id", "where"),
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
        key("basis", "weakest of the members' bases"),
        Column("confidence", F, "that exactly these people live together, 0–1", required=True),
    ),
)

HOUSEHOLD_MEMBERS = Table(
    "household_members",
    "which household a present resident belongs to; people of group quarters belong to none",
    ("resident_id",),
    (
        key("resident_id", "whose"),
        key("household_id", "household"),
        key("dwelling_id", "where"),
        key("basis", "kin, stated, alike, parted, alone or unlisted (jobs/households/parameters.yml)"),
        Column("confidence", F, "that the person lives with the others, 0–1", required=True),
        Column("since", D, "business date since which it is known so without a break", required=True),
    ),
)

RESIDENT_TIES = Table(
    "resident_ties",
    "who belongs to whom: stated ties between records, lifted to residents",
    ("resident_id", "relative_id", "relation"),
    (
        key("resident_id", "mother, father, guardian or tenant; of spouses and of one household the smaller id"),
        key("relative_id", "child, ward or landlord; the larger id"),
        key("relation", "mother_of, father_of, guardian_of, spouse_of, same_household, tenant_of"),
        Column("departments", LIST, "who states it, sorted"),
        Column("from_date", D, "earliest stated beginning"),
        Column("to_date", D, "latest stated end; null while one statement has none"),
        Column("confidence", F, "0–1; every further department halves the doubt", required=True),
    ),
)
