"""What goes wrong in citizen numbers, birth dates, sexes and phones (domain §2.4, §3.1, §3.7).

One text and a pick in, one text out. Every function returns None when its damage cannot happen to this value.
"""

from __future__ import annotations

from datetime import datetime, timedelta

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS = "10X98765432"
FULL = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
PHONES = ("13800000000", "13888888888", "11111111111", "13000000000", "12345678901", "0", "13800138000", "00000000")
"""Phones typed to get past a required field."""


def check_character(first17: str) -> str:
    """ISO 7064 MOD 11-2 check character of 17 digits."""
    return CHECKS[sum(int(d) * w for d, w in zip(first17, WEIGHTS, strict=True)) % 11]


def _is_citizen(number: str) -> bool:
    return len(number) == 18 and number[:17].isdigit()


def bad_check(number: str, pick: int) -> str | None:
    """One digit mistyped or two neighbours swapped; the check character no longer fits."""
    if not _is_citizen(number):
        return None
    place = 6 + pick % 11
    if pick % 3 == 0 and number[place - 1] != number[place]:
        return number[: place - 1] + number[place] + number[place - 1] + number[place + 1 :]
    digit = str((int(number[place]) + 1 + (pick // 11) % 9) % 10)
    return number[:place] + digit + number[place + 1 :]


def wrong_valid(number: str, pick: int) -> str | None:
    """Another number, valid by its check: sequence or day of birth mistyped by someone who recomputed nothing but was lucky."""
    if not _is_citizen(number):
        return None
    if pick % 3 == 0:
        day = 1 + (int(number[12:14]) + 1 + pick // 3 % 26) % 28
        body = f"{number[:12]}{day:02d}{number[14:17]}"
    else:
        body = f"{number[:14]}{900 + (int(number[14:17]) + 2 * (1 + pick // 3 % 40)) % 96:03d}"
    found = body + check_character(body)
    return None if found == number else found


def fifteen(number: str, pick: int) -> str | None:
    """The old 15-digit form, which only people born before 2000 can have had."""
    return number[:6] + number[8:17] if _is_citizen(number) and number[6:8] == "19" and number[6:10] < "1996" else None


def lower_x(number: str, pick: int) -> str | None:
    """Lower-case x."""
    return number[:-1] + "x" if number.endswith("X") else None


def full_width(number: str, pick: int) -> str | None:
    """Full-width digits."""
    return number.translate(FULL)


def spaced_number(number: str, pick: int) -> str | None:
    """Blanks inside or around."""
    if len(number) < 15 or pick % 3 == 0:
        return f" {number} "
    return f"{number[:6]} {number[6:14]} {number[14:]}"


def apostrophe(number: str, pick: int) -> str | None:
    """The apostrophe that makes a spreadsheet keep text."""
    return "'" + number


def scientific(number: str, pick: int) -> str | None:
    """What a spreadsheet leaves of a long number: 3.30125E+17, or the last three digits zeroed."""
    if not _is_citizen(number) or not number.isdigit():
        return None
    return f"{int(number):.5E}" if pick % 2 else number[:15] + "000"


def masked(number: str, pick: int) -> str | None:
    """3301**********1234."""
    if len(number) < 8:
        return None
    head, tail = (4, 4) if pick % 2 else (6, 4)
    return number[:head] + "*" * (len(number) - head - tail) + number[-tail:]


def temporary(number: str, pick: int) -> str | None:
    """A number the counter invented to get on."""
    return ("LS", "NB", "000000")[pick % 3] + f"{pick % 10**10:012d}"


def default_birth(text: str, pick: int) -> str | None:
    """A placeholder date in the column's own form."""
    digits = ("19000101", "99991231", "00000000", "19010101")[pick % 4]
    return _like(text, digits)


def swapped_day(text: str, pick: int) -> str | None:
    """Day and month exchanged, where that is a date."""
    plain = text.replace("-", "").replace("/", "")[:8]
    if len(plain) != 8 or not "01" <= plain[6:8] <= "12" or plain[4:6] == plain[6:8]:
        return None
    return _like(text, plain[:4] + plain[6:8] + plain[4:6])


def wrong_year(text: str, pick: int) -> str | None:
    """A year mistyped by one or ten."""
    plain = text.replace("-", "").replace("/", "")[:8]
    if len(plain) < 6 or not plain.isdigit():
        return None
    year = int(plain[:4]) + (-1, 1, -10, 10)[pick % 4]
    safe = plain[4:] if plain[4:8] != "0229" else "0228"
    return _like(text, f"{year}{safe}") if 1900 < year <= 2026 else None


def first_of_month(text: str, pick: int) -> str | None:
    """The first of the month or of the year for a date nobody remembered."""
    plain = text.replace("-", "").replace("/", "")[:8]
    if len(plain) != 8:
        return None
    return _like(text, plain[:6] + "01" if pick % 3 else plain[:4] + "0101")


def eight_hours_early(text: str, pick: int) -> str | None:
    """A time stamp taken for UTC: `2026-05-02 01:22` becomes the evening of the day before."""
    if len(text) != 16 or text[11:13] >= "08":
        return None
    return (datetime.strptime(text, "%Y-%m-%d %H:%M") - timedelta(hours=8)).strftime("%Y-%m-%d %H:%M")


def excel_serial(text: str, pick: int) -> str | None:
    """The number of days since 1899-12-30 that a spreadsheet shows for a date whose format was lost."""
    plain = text.replace("-", "")[:8]
    if len(plain) != 8 or not plain.isdigit() or plain < "19010101":
        return None
    return str((datetime.strptime(plain, "%Y%m%d") - datetime(1899, 12, 30)).days)


def _like(text: str, digits: str) -> str:
    """Eight digits in the form of `text`: yyyyMM, yyyy-MM-dd, yyyy/MM/dd, with whatever follows the date kept."""
    if "-" in text:
        return f"{digits[:4]}-{digits[4:6]}-{digits[6:8]}{text[10:]}"
    if "/" in text:
        return f"{digits[:4]}/{digits[4:6]}/{digits[6:8]}{text[10:]}"
    return digits[: len(text)] if len(text) < 8 else digits + text[8:]


SEXES = {"1": "2", "2": "1", "男": "女", "女": "男", "M": "F", "F": "M", "男性": "女性", "女性": "男性"}


def other_sex(text: str, pick: int) -> str | None:
    """The other sex, as the column writes it."""
    return SEXES.get(text)


def placeholder_phone(text: str, pick: int) -> str | None:
    """One of the phones typed to get past the field."""
    return PHONES[pick % len(PHONES)]


def phone_form(text: str, pick: int) -> str | None:
    """+86, blanks, hyphens."""
    if len(text) != 11:
        return None
    return ("+86" + text, f"{text[:3]} {text[3:7]} {text[7:]}", f"{text[:3]}-{text[3:7]}-{text[7:]}", "86-" + text)[pick % 4]


def short_phone(text: str, pick: int) -> str | None:
    """A six-digit short number or a landline."""
    return text[-6:] if pick % 2 else f"0571-8{text[-7:]}"


def masked_phone(text: str, pick: int) -> str | None:
    """138****1234."""
    return text[:3] + "****" + text[-4:] if len(text) == 11 else None


def mistyped_phone(text: str, pick: int) -> str | None:
    """One digit of the last four wrong."""
    if len(text) != 11:
        return None
    place = 7 + pick % 4
    return text[:place] + str((int(text[place]) + 1 + pick // 4 % 9) % 10) + text[place + 1 :]
