"""Why a cell, a mention, a sign or a row was refused or repaired: each reason is the sentence people read.

The enum's value is the English sentence, `zh` the Chinese one. Tables hold the reason's name (its code).
"""

from __future__ import annotations

from enum import Enum


class Reason(Enum):
    """One reason. `Reason.X.value` is the English sentence, `Reason.X.zh` the Chinese one, `Reason.X.name` the code."""

    zh: str

    def __new__(cls, sentence: str, zh: str) -> Reason:
        """Both languages stand side by side; the English sentence is the value."""
        reason = object.__new__(cls)
        reason._value_ = sentence
        reason.zh = zh
        return reason

    # personal numbers
    NUMBER_LENGTH = "The number has a length that no document of its type has.", "证件号码长度不符合该证件类型。"
    NUMBER_CHARACTERS = "The number holds characters that its type does not allow.", "证件号码含有该类型不允许的字符。"
    NUMBER_DATE = "The birth date inside the number does not exist or is out of range.", "号码中的出生日期不存在或超出范围。"
    NUMBER_AREA = "The number begins with a province that does not exist; the number is kept.", "号码的省份代码不存在，号码保留。"
    NUMBER_CHECK = (
        "The check character does not fit; the number is kept, but links only with a name.",
        "校验码不符，号码保留，但须与姓名一并使用。",
    )
    NUMBER_MASKED = "The number is masked; its known digits stay in the raw value.", "号码已脱敏，已知部分保留在原值中。"
    NUMBER_PLACEHOLDER = "The number is a placeholder or a temporary number.", "号码为占位或临时编号。"
    NUMBER_EXCEL = (
        "A spreadsheet turned the number into a figure and lost its last digits; the cell is refused.",
        "电子表格把号码转成数值而丢失末位，该单元格作废。",
    )
    NUMBER_UPGRADED = "A 15-digit number was completed to 18.", "15位号码已升为18位。"
    NUMBER_REPAIRED = "A look-alike or starred check character was restored to X.", "号码末位的形近字符或星号已还原为X。"
    NUMBER_TIDIED = (
        "The number was put into standard form (width, case, spaces, apostrophes).",
        "号码已规范化（全半角、大小写、空格、撇号）。",
    )
    NUMBER_OF_PARENT = (
        "The number belongs to a parent or guardian; it was taken off the child's mention.",
        "号码属于父母或监护人，已从儿童名下移出。",
    )
    NUMBER_OF_CHILD = (
        "The number is the child's by its birth date; it was taken off the parent's mention.",
        "号码按出生日期属于儿童本人，已从父母名下移出。",
    )
    # names
    NAME_PLACEHOLDER = "The name is a placeholder.", "姓名为占位内容。"
    NAME_MASKED = "The name is masked; its known characters stay in the raw value.", "姓名已脱敏，已知字保留在原值中。"
    NAME_DAMAGED = (
        "Some characters of the name were lost on the way; they stand as unknown.",
        "姓名有字符在传输中丢失，按未知字处理。",
    )
    NAME_PROVISIONAL = "The name is a newborn's provisional one.", "姓名为新生儿临时称呼。"
    NAME_REPAIRED = (
        "The name was put into standard form (dots, width, private characters, spaces).",
        "姓名已规范化（间隔点、全半角、自造字、空格）。",
    )
    NAME_FORMER = "A former name was separated from the name.", "已从姓名中分离出曾用名。"
    NAME_CHARACTERS = "The name holds characters that no name has.", "姓名含有不应出现的字符。"
    # dates
    DATE_PLACEHOLDER = "The date is a placeholder.", "日期为占位值。"
    DATE_UNREADABLE = "The date cannot be read.", "日期无法识别。"
    DATE_RANGE = "The date lies outside any plausible range.", "日期超出合理范围。"
    DATE_FROM_SERIAL = "A spreadsheet's day number was turned back into a date.", "电子表格的日期序号已还原为日期。"
    BIRTH_AFTER_DELIVERY = "The birth date lies after the delivery.", "出生日期晚于交付日期。"
    BIRTH_CONTRADICTS_NUMBER = (
        "The stated birth date differs from the number's; the stated one is kept.",
        "填报的出生日期与号码不一致，以填报为准。",
    )
    SEX_CONTRADICTS_NUMBER = (
        "The stated sex differs from the number's; the stated one is kept.",
        "填报的性别与号码不一致，以填报为准。",
    )
    # phones
    PHONE_LANDLINE = "A landline or short number is no mobile phone.", "固定电话或短号不是手机号码。"
    PHONE_PLACEHOLDER = "The phone is a placeholder.", "电话为占位号码。"
    PHONE_MASKED = "The phone is masked.", "电话已脱敏。"
    PHONE_UNREADABLE = "The text is not a phone number.", "内容不是电话号码。"
    # addresses, divisions, codes
    ADDRESS_UNREADABLE = "No level of the address could be read.", "地址各级均无法识别。"
    ADDRESS_PLACEHOLDER = "The address is a placeholder.", "地址为占位内容。"
    DIVISION_UNKNOWN = "The division code is not in the table.", "行政区划代码不在代码表内。"
    DIVISION_MOVED = "The code says Yuhang, the street went to Linping in 2021.", "代码属余杭区，但该镇街已于2021年划归临平区。"
    CODE_UNKNOWN = "The code is not in its list.", "代码不在代码表内。"
    LIST_UNREADABLE = "The list cannot be read.", "列表内容无法解析。"
    LIST_TOO_LONG = "The list has more entries than the contract reads.", "列表条目数超过契约约定。"
    REQUIRED_MISSING = "A required cell is empty.", "必填单元格为空。"
    # mentions, signs, rows
    NO_IDENTITY = (
        "The mention has no usable number, no name with birth date, and no tie to a numbered person.",
        "该提及既无可用号码，又无姓名加出生日期，也未关联到有号码的人员。",
    )
    TEST_ROW = "The row is a test row.", "该行为测试数据。"
    ALL_PLACEHOLDERS = "Name and number are both placeholders.", "姓名和号码均为占位内容。"
    OWNER_MISSING = (
        "The row speaks of a person whose own row was never delivered or was refused.",
        "该行所属人员的主记录未交付或已被拒绝。",
    )
    NOTHING_STATED = "The row mentions nobody and proves nothing.", "该行未提及任何人，也不构成任何迹象。"
    SIGN_WITHOUT_DATE = "The sign has no readable first day.", "迹象缺少可识别的起始日期。"
    END_BEFORE_START = "The end lies before the start.", "结束日期早于开始日期。"
    NEVER_IN_FORCE = "The row was closed before the sign began.", "该行在迹象开始之前已关闭。"


REPAIRS = frozenset(
    {
        Reason.NUMBER_UPGRADED, Reason.NUMBER_REPAIRED, Reason.NUMBER_TIDIED, Reason.NAME_REPAIRED, Reason.NAME_FORMER,
        Reason.NAME_CHARACTERS, Reason.DATE_FROM_SERIAL, Reason.DIVISION_MOVED,
    }
)  # fmt: skip
"""Reasons that come with a sound value; all others refuse the cell or warn."""
