"""Every frame of the true district: its columns' types and meanings (world.py says what holds for all of them)."""

from __future__ import annotations

import polars as pl

I8, I16, I32, F32, STR, DATE, BOOL = pl.Int8, pl.Int16, pl.Int32, pl.Float32, pl.String, pl.Date, pl.Boolean

Schema = dict[str, tuple[type[pl.DataType], str]]

PERSONS: Schema = {
    "person_id": (I32, "row number"),
    "sex": (I8, "1 male, 2 female"),
    "birth_date": (DATE, "registered Gregorian birth date, as in the number"),
    "lunar_birth_date": (DATE, "the lunar date read as if solar, for people who give it so; null for most"),
    "death_date": (DATE, "null = alive on the last night"),
    "death_place": (I8, "1 hospital 2 on the way 3 home 4 care home 9 other (GB code of the death certificate)"),
    "death_in_district": (BOOL, "whether the district's hospitals or doctors certified the death"),
    "name": (STR, "legal name on the last night; foreigners: Latin name in passport order FAMILY GIVEN MIDDLE"),
    "chinese_name": (STR, "foreigners: the Chinese name they use"),
    "surname": (STR, "Chinese surname (one or two characters); foreigners: family name in Latin letters"),
    "number": (STR, "18-character citizen number on the last night; null: none yet, foreign, or Hong Kong/Macao/Taiwan"),
    "kind": (STR, "mainland | hk | mo | tw | foreign"),
    "nationality": (STR, "ISO 3166 alpha-3: CHN for kinds mainland, hk, mo, tw"),
    "ethnic": (STR, "GB/T 3304 two digits; null for foreigners"),
    "origin": (
        I8,
        "1 native 2 another Hangzhou urban district 3 rest of Zhejiang 4 other province 5 HKMT 6 foreign",
    ),
    "first_division": (STR, "6 digits: first six of the number"),
    "birth_place": (STR, "6 digits of the birth place (historic code of that time for natives)"),
    "mother_id": (I32, "person_id, null if not a person of this world"),
    "father_id": (I32, "person_id, null if not a person of this world"),
    "twin_order": (I8, "0 single birth; 1, 2 order among twins"),
    "education": (I8, "GB/T 4658 level: 10 20 30 40 60 70 80 90; 0 below school age"),
    "role": (STR, "why he is in the world: resident | away (local hukou living elsewhere) | left | dead | work_tie | other_tie"),
    "tie": (STR, "work_tie/other_tie: job | agency | owner | pupil | guardian | birth | patient | insured; null otherwise"),
    "error_proneness": (F32, "mean 1, long tail: multiplies every fault rate on this person's rows (errors come together)"),
    "grid_propensity": (F32, "0..1 chance that the grid keeps a card of him while he lives here"),
    "visit_rate": (F32, "grid visits a year while he lives here"),
    "clinic_rate": (F32, "outpatient visits a year"),
    "is_silent": (BOOL, "elder whom no department but the hukou register and at most the grid sees"),
    "is_grid_only": (BOOL, "migrant whom only the grid sees: no registration, insurance, tenancy"),
    "is_watermark": (BOOL, "member of the fixed watermark household that marks every export as synthetic"),
}

NAMES: Schema = {
    "person_id": (I32, ""),
    "name": (STR, "full name in force in the interval"),
    "kind": (STR, "legal | provisional (newborn before registration: 张三之子, 无名氏, 宝宝 …)"),
    "from_date": (DATE, "birth for the first"),
    "to_date": (DATE, "null = in force"),
}

DOCUMENTS: Schema = {
    "person_id": (I32, ""),
    "kind": (
        STR,
        "id18 citizen number | id15 its old form (same person, before 2013) | id18_old number later corrected by the police | "
        "id18_second a second number held beside the first | passport foreign passport | cn_passport | pr_old 15-character "
        "permanent residence card | pr_new 18-character one | hk_pass H/M pass | tw_pass | "
        "hkmt_permit 18-character residence permit",
    ),
    "number": (STR, ""),
    "country": (STR, "ISO alpha-3 of the issuer"),
    "from_date": (DATE, "issued; citizen numbers: hukou registration"),
    "to_date": (DATE, "replaced or expired; null = in force"),
}

MARRIAGES: Schema = {
    "marriage_id": (I32, ""),
    "husband_id": (I32, ""),
    "wife_id": (I32, ""),
    "from_date": (DATE, "registration"),
    "to_date": (DATE, "divorce or death; null = in force"),
    "end_reason": (STR, "divorce | death | null"),
    "in_district": (BOOL, "registered at the district's office"),
    "end_in_district": (BOOL, "divorce registered at the district's office"),
}

HUKOU: Schema = {
    "person_id": (I32, ""),
    "division": (STR, "6 digits, GB/T 2260 today"),
    "township": (STR, "9 digits; null outside the district"),
    "community": (STR, "12 digits; null outside the district"),
    "dwelling_id": (I32, "home of the household; null for collective households and outside the district"),
    "is_collective": (BOOL, "collective household (talent market, university, company)"),
    "household_no": (STR, "9 digits"),
    "relation": (STR, "GB/T 4761 relation to the head: 02 head, 11/12 spouse, 20/30 child, 51/52 parent, 99"),
    "head_id": (I32, "person_id of the head; null for collective"),
    "outside_text": (STR, "address below the county, outside the district (XX镇XX村N号)"),
    "from_date": (DATE, "registered or moved in"),
    "to_date": (DATE, "moved out or cancelled; null = active"),
    "in_reason": (STR, "birth | old | talent | purchase | marriage | family | duplicate"),
    "out_reason": (STR, "moved | dead | null"),
    "from_division": (STR, "6 digits he came from, for moves"),
    "to_division": (STR, "6 digits he went to, for moves"),
    "is_duplicate": (BOOL, "a second active hukou held beside the true one (case second_hukou)"),
}

STAYS: Schema = {
    "person_id": (I32, ""),
    "dwelling_id": (I32, "null outside the district"),
    "township": (STR, "9 digits; null outside"),
    "division": (STR, "6 digits of the place; 000000 abroad"),
    "at_hukou_place": (BOOL, "outside stays: in the township of his own hukou"),
    "from_date": (DATE, "first night there"),
    "to_date": (DATE, "null = lives there on the last night (the living) ; the dead: death date"),
    "tenure": (STR, "owner | rented | dormitory | campus | relatives | outside | abroad"),
    "household_id": (I32, "people living together; null outside"),
    "is_head": (BOOL, ""),
    "abroad_purpose": (STR, "work | study, for stays outside the border"),
}

ABSENCES: Schema = {
    "person_id": (I32, ""),
    "from_date": (DATE, ""),
    "to_date": (DATE, "back home on this day; null = still absent on the last night"),
    "kind": (STR, "spring (Spring Festival return) | trip | summer (pupils)"),
}

DWELLINGS: Schema = {
    "dwelling_id": (I32, "row number"),
    "township": (STR, "9 digits"),
    "community": (STR, "12 digits"),
    "township_name": (STR, ""),
    "community_name": (STR, ""),
    "form": (STR, "flat | village | dormitory | campus"),
    "road": (STR, "main road, flats and dormitories"),
    "road_no": (I16, "house number on the road"),
    "estate": (STR, "estate, dormitory or campus name; village: null"),
    "building": (I16, "幢; null in villages"),
    "unit": (I16, "单元; null if none"),
    "floor": (I16, "层"),
    "room": (I16, "室 (floor*100 + door); null in villages"),
    "group": (I16, "village: 组"),
    "house": (I16, "village: 号"),
    "std_addr_id": (STR, "standard address id of the district's address office, 20 characters"),
    "house_code": (STR, "the housing department's code, 15 characters"),
    "area": (F32, "square metres"),
    "address": (STR, "official full text"),
    "owner_id": (I32, "owner on the last night; null unknown or institutional"),
}

OWNERSHIPS: Schema = {
    "dwelling_id": (I32, ""),
    "owner_id": (I32, ""),
    "co_owner_id": (I32, "null if single"),
    "from_date": (DATE, "purchase"),
    "to_date": (DATE, "sold; null = owns"),
}

TENANCIES: Schema = {
    "tenancy_id": (I32, ""),
    "dwelling_id": (I32, ""),
    "household_id": (I32, ""),
    "lessee_id": (I32, "the household's head"),
    "lessor_id": (I32, "owner; null if a company or unknown"),
    "from_date": (DATE, "start of living"),
    "to_date": (DATE, "true end; null = lives there"),
    "is_filed": (BOOL, "filed with the housing department"),
    "filed_date": (DATE, "null if not filed"),
    "contract_end": (DATE, "end written in the contract, may lie in the future"),
}

PHONES: Schema = {
    "person_id": (I32, ""),
    "phone": (STR, "11 digits; digits 4-7 in 0000-0009"),
    "from_date": (DATE, ""),
    "to_date": (DATE, "null = in use"),
    "sharing": (STR, "own | spouse | parent (child or elder using a relative's) | agency | none"),
    "holder_id": (I32, "the person whose phone it is"),
}

EMPLOYERS: Schema = {
    "employer_id": (I32, "row number"),
    "uscc": (STR, "18 characters, valid check"),
    "name": (STR, ""),
    "kind": (STR, "company | agency (labour agency that insures others' workers) | public | school | selfemployed"),
    "in_district": (BOOL, "insures in the district"),
    "township": (STR, "9 digits; null outside"),
    "address": (STR, "registered office"),
    "phone": (STR, "the personnel office's phone, used for staff by careless clerks"),
    "operator_id": (I32, "selfemployed: the person; company: legal representative; null unknown"),
    "founded": (DATE, ""),
    "closed": (DATE, "null = open"),
    "has_fund": (BOOL, "pays the housing fund"),
}

JOBS: Schema = {
    "person_id": (I32, ""),
    "employer_id": (I32, ""),
    "from_date": (DATE, ""),
    "to_date": (DATE, "null = works"),
    "in_district": (BOOL, "employer insures in the district"),
    "is_self_employed": (BOOL, ""),
    "is_agency": (BOOL, "insured here through an agency (代缴); may live anywhere"),
    "is_insured": (BOOL, "social insurance is paid"),
    "has_fund": (BOOL, "housing fund is paid"),
    "identity_of": (I32, "borrowed identity: the person under whose name he is insured; null = own"),
}

SCHOOLS: Schema = {
    "school_id": (I32, "row number"),
    "code": (STR, "10-digit school code"),
    "name": (STR, ""),
    "stage": (STR, "kindergarten | primary | middle | high | university"),
    "in_district": (BOOL, ""),
    "township": (STR, "9 digits; null outside"),
    "delivers": (BOOL, "its pupils appear in the education department's lists"),
}

ENROLMENTS: Schema = {
    "person_id": (I32, ""),
    "school_id": (I32, ""),
    "from_date": (DATE, ""),
    "to_date": (DATE, "null = enrolled"),
    "grade": (I8, "grade on the last night or at leaving; kindergarten 1-3"),
    "class_no": (I8, ""),
    "is_boarder": (BOOL, ""),
    "pupil_no": (STR, "19 characters: G + number, J + generated, L temporary"),
    "end_reason": (STR, "graduated | moved | null"),
    "guardian_1_id": (I32, "usually the mother"),
    "guardian_2_id": (I32, ""),
}

HOSPITALS: Schema = {
    "hospital_id": (I32, "row number"),
    "code": (STR, ""),
    "name": (STR, ""),
    "in_district": (BOOL, ""),
    "township": (STR, "9 digits; null outside"),
}

BIRTHS: Schema = {
    "child_id": (I32, "births in the last 7 years, and every birth in the history"),
    "mother_id": (I32, ""),
    "father_id": (I32, "null unknown"),
    "hospital_id": (I32, ""),
    "in_district": (BOOL, "hospital in the district"),
    "birth_minute": (I16, "minute of the day"),
    "weeks": (I8, "gestation"),
    "weight": (I16, "grams"),
    "plurality_order": (I8, "1; twins 1, 2"),
    "certificate_no": (STR, "letter + 9 digits"),
    "issue_date": (DATE, ""),
    "reissued_no": (STR, "renamed and re-issued: the new number; null"),
    "reissue_date": (DATE, ""),
    "hukou_date": (DATE, "registered in a hukou; null = not yet"),
}

REGISTRATIONS: Schema = {
    "registration_id": (I32, "episodes of the floating register; none for those never registered"),
    "person_id": (I32, ""),
    "dwelling_id": (I32, ""),
    "arrived": (DATE, "true arrival at the dwelling"),
    "registered": (DATE, "first appears"),
    "confirmed": (DATE, "last confirmation"),
    "planned_leave": (DATE, ""),
    "ended": (DATE, "cancelled; null = open (though he may have left: never cancelled)"),
    "end_reason": (I8, "1 left 2 expired automatically 3 dead 4 hukou moved here; null"),
    "purpose": (STR, "work | trade | study | family | other"),
    "channel": (I8, "1 app 2 police 3 assistant 4 employer"),
    "permit_no": (STR, "residence permit; null"),
    "permit_from": (DATE, ""),
    "permit_to": (DATE, ""),
}

FOREIGN_STAYS: Schema = {
    "person_id": (I32, "foreigners and HKMT registered at the police, one row an entry"),
    "dwelling_id": (I32, ""),
    "document": (STR, "number shown"),
    "document_kind": (STR, "as in documents"),
    "entered": (DATE, "entry into the mainland"),
    "arrived": (DATE, "moved into the dwelling"),
    "registered": (DATE, ""),
    "planned_leave": (DATE, ""),
    "permit_to": (DATE, "residence permit or stay valid to; null permanent"),
    "ended": (DATE, "null = not reported as left"),
}

INSURANCE: Schema = {
    "person_id": (I32, ""),
    "system": (STR, "employee | resident (medical insurance)"),
    "employer_id": (I32, "employee system; null"),
    "from_date": (DATE, ""),
    "to_date": (DATE, "null = insured"),
    "in_district": (BOOL, "insured in the district's pool"),
}

PENSIONS: Schema = {
    "person_id": (I32, ""),
    "kind": (STR, "employee | resident"),
    "from_date": (DATE, "first payment"),
    "to_date": (DATE, "stopped; null = paid"),
    "certified": (DATE, "last life certification; null never"),
}

DIBAO: Schema = {
    "household_id": (I32, "poor households on the aid list"),
    "head_id": (I32, ""),
    "person_id": (I32, "a member; the head has a row too"),
    "member_no": (I8, "0 head, 1..8"),
    "from_date": (DATE, ""),
    "to_date": (DATE, "null = paid"),
}

CASES: Schema = {
    "case": (STR, "kind of hard case, see jobs.sample.hard_cases.KINDS"),
    "case_id": (I32, "number within the kind: people of one case share it"),
    "person_id": (I32, ""),
    "note": (STR, "role in the case (a, b, father, son, child, mother …)"),
}

DIVISIONS: Schema = {
    "division": (STR, "6 digits"),
    "province": (STR, ""),
    "city": (STR, "empty for counties directly under a municipality"),
    "county": (STR, ""),
}

SCHEMAS: dict[str, Schema] = {
    "persons": PERSONS,
    "names": NAMES,
    "documents": DOCUMENTS,
    "marriages": MARRIAGES,
    "hukou": HUKOU,
    "stays": STAYS,
    "absences": ABSENCES,
    "dwellings": DWELLINGS,
    "ownerships": OWNERSHIPS,
    "tenancies": TENANCIES,
    "phones": PHONES,
    "employers": EMPLOYERS,
    "jobs": JOBS,
    "schools": SCHOOLS,
    "enrolments": ENROLMENTS,
    "hospitals": HOSPITALS,
    "births": BIRTHS,
    "registrations": REGISTRATIONS,
    "foreign_stays": FOREIGN_STAYS,
    "insurance": INSURANCE,
    "pensions": PENSIONS,
    "dibao": DIBAO,
    "cases": CASES,
    "divisions": DIVISIONS,
}
