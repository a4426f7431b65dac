"""Cases of every cleaning function: what a department writes, what stands after cleaning, and why. One line a case."""

from __future__ import annotations

import datetime as dt

from jobs.cleaning.reasons import Reason as R

# raw, stated type, type, value, grade, reason
NUMBERS = [
    # domain Appendix B
    ("11010519491231002X", None, "citizen", "11010519491231002X", "OK", None),
    ("440524188001010014", None, "citizen", "440524188001010014", "OK", None),
    ("330125199001011239", None, "citizen", "330125199001011239", "OK", None),
    ("330184199801011237", None, "citizen", "330184199801011237", "OK", None),
    ("330110200501011236", None, "citizen", "330110200501011236", "OK", None),
    ("330110199001011234", "citizen", "citizen", "330110199001011234", "OK", None),
    ("810000199408230021", None, "hkmt_residence", "810000199408230021", "OK", None),
    ("830000199201300022", "hkmt_residence", "hkmt_residence", "830000199201300022", "OK", None),
    ("911124198108030024", "foreigner_pr", "foreigner_pr", "911124198108030024", "OK", None),
    # writing
    ("11010519491231002x", None, "citizen", "11010519491231002X", "OK", R.NUMBER_TIDIED),
    ("１１０１０５１９４９１２３１００２Ｘ", None, "citizen", "11010519491231002X", "OK", R.NUMBER_TIDIED),
    (" 330125 19900101 1239", "citizen", "citizen", "330125199001011239", "OK", R.NUMBER_TIDIED),
    ("'330125199001011239", "citizen", "citizen", "330125199001011239", "OK", R.NUMBER_TIDIED),
    ("330125-19900101-1239", "citizen", "citizen", "330125199001011239", "OK", R.NUMBER_TIDIED),
    ("330125\u200b199001011239", "citizen", "citizen", "330125199001011239", "OK", R.NUMBER_TIDIED),
    ("11010519491231002Х", "citizen", "citizen", "11010519491231002X", "REPAIRED", R.NUMBER_REPAIRED),  # Cyrillic
    ("11010519491231002*", "citizen", "citizen", "11010519491231002X", "REPAIRED", R.NUMBER_REPAIRED),
    ("33012519900101123*", "citizen", "citizen", None, "MASKED", R.NUMBER_MASKED),  # X does not fit
    ("330125900101123", "citizen", "citizen", "330125199001011239", "OK_15", R.NUMBER_UPGRADED),
    ("330125900101123", None, "citizen", "330125199001011239", "OK_15", R.NUMBER_UPGRADED),
    ("440524800101996", "citizen", "citizen", "440524188001019967", "OK_15", R.NUMBER_UPGRADED),  # a centenarian's
    # faults
    ("33012519900101123X", "citizen", "citizen", "33012519900101123X", "BAD_CHECK", R.NUMBER_CHECK),
    ("3301251990010112", "citizen", "citizen", None, "BAD_LEN", R.NUMBER_LENGTH),
    ("3301251990010112390", "citizen", "citizen", None, "BAD_LEN", R.NUMBER_LENGTH),
    ("33012519900101A239", "citizen", "citizen", None, "BAD_CHARS", R.NUMBER_CHARACTERS),
    ("330125199002301239", "citizen", "citizen", None, "BAD_DATE", R.NUMBER_DATE),
    ("330125901332123", "citizen", "citizen", None, "BAD_DATE", R.NUMBER_DATE),
    ("990125199001011230", "citizen", "foreigner_pr", "990125199001011230", "BAD_CHECK", R.NUMBER_CHECK),
    ("160125199001011237", "citizen", "citizen", "160125199001011237", "BAD_AREA", R.NUMBER_AREA),
    ("3301**********1234", "citizen", "citizen", None, "MASKED", R.NUMBER_MASKED),
    ("330110********1234", None, None, None, "MASKED", R.NUMBER_MASKED),
    ("3.30125E+17", "citizen", "citizen", None, "BAD_CHARS", R.NUMBER_EXCEL),
    ("330125199001011000", "citizen", "citizen", None, "BAD_CHECK", R.NUMBER_EXCEL),
    ("330125199001011239.0", "citizen", "citizen", None, "BAD_CHARS", R.NUMBER_EXCEL),
    ("无", "citizen", "citizen", None, "PLACEHOLDER", R.NUMBER_PLACEHOLDER),
    ("000000000000000000", "citizen", "citizen", None, "PLACEHOLDER", R.NUMBER_PLACEHOLDER),
    ("111111111111111111", None, None, None, "PLACEHOLDER", R.NUMBER_PLACEHOLDER),
    ("NB20260101001", "citizen", "citizen", None, "PLACEHOLDER", R.NUMBER_PLACEHOLDER),
    ("LS0001", "birth_certificate", "birth_certificate", None, "PLACEHOLDER", R.NUMBER_PLACEHOLDER),
    ("", "citizen", None, None, "MISSING", None),
    ("  ", None, None, None, "MISSING", None),
    # other documents
    ("USA310090010112", None, "foreigner_pr", "USA310090010112", "OK", None),
    ("usa310090010112", "foreigner_pr", "foreigner_pr", "USA310090010112", "OK", R.NUMBER_TIDIED),
    ("USA31009001", "foreigner_pr", "foreigner_pr", None, "BAD_LEN", R.NUMBER_LENGTH),
    ("USA310099130112", "foreigner_pr", "foreigner_pr", None, "BAD_DATE", R.NUMBER_DATE),
    ("H12345678", "hk_macao_pass", "hk_macao_pass", "H12345678", "OK", None),
    ("H1234567801", "hk_macao_pass", "hk_macao_pass", "H12345678", "OK", None),  # the last two count renewals
    ("M123", "hk_macao_pass", "hk_macao_pass", None, "BAD_LEN", R.NUMBER_LENGTH),
    ("01234567", "taiwan_pass", "taiwan_pass", "01234567", "OK", None),
    ("0123456701(B)", "taiwan_pass", "taiwan_pass", "01234567", "OK", None),
    ("E12345678", "passport", "passport", "E12345678", "OK", None),
    ("ab 123456", "passport", "passport", "AB123456", "OK", R.NUMBER_TIDIED),
    ("NO1234567", "passport", "passport", "NO1234567", "OK", None),
    ("护照号", "passport", "passport", None, "BAD_CHARS", R.NUMBER_CHARACTERS),
    ("330125199001011239", "passport", "citizen", "330125199001011239", "OK", None),  # the number knows better
    ("O330123456", "birth_certificate", "birth_certificate", "O330123456", "OK", None),
    ("o330123456", "birth_certificate", "birth_certificate", "O330123456", "OK", R.NUMBER_TIDIED),
    ("G330110200501011236", "school", "school", "G330110200501011236", "OK", None),
    ("L330110202001011234", "school", "school", "L330110202001011234", "OK", None),
    ("G3301102005", "school", "school", None, "BAD_LEN", R.NUMBER_LENGTH),
    ("军字第1234567号", "other", "other", "军字第1234567号", "OK", None),
]  # fmt: skip

# raw, dotted, value, kind, former, reason
NAMES = [
    ("张伟", False, "张伟", "han", None, None),
    ("欧阳娜娜", False, "欧阳娜娜", "han", None, None),
    ("王 伟", False, "王伟", "han", None, R.NAME_REPAIRED),
    ("　李　四　", False, "李四", "han", None, R.NAME_REPAIRED),
    ("买买提•吐尔逊", False, "买买提·吐尔逊", "dotted", None, R.NAME_REPAIRED),
    ("买买提・吐尔逊", False, "买买提·吐尔逊", "dotted", None, R.NAME_REPAIRED),
    ("买买提‧吐尔逊", False, "买买提·吐尔逊", "dotted", None, R.NAME_REPAIRED),
    ("买买提·吐尔逊", False, "买买提·吐尔逊", "dotted", None, None),
    ("阿卜杜.热合曼", False, "阿卜杜·热合曼", "dotted", None, R.NAME_REPAIRED),
    ("阿依.汗", False, "阿依汗", "han", None, R.NAME_REPAIRED),  # too short to be sure
    ("阿依.汗", True, "阿依·汗", "dotted", None, R.NAME_REPAIRED),  # unless the ethnic group writes dots
    ("张\ue863", False, "张䶮", "han", None, R.NAME_REPAIRED),  # private use of old GBK
    ("于\ue844", False, "于䜣", "han", None, R.NAME_REPAIRED),
    ("张&#19886;", False, "张䶮", "han", None, R.NAME_REPAIRED),
    ("张(龙天)", False, "张䶮", "han", None, R.NAME_REPAIRED),
    ("张⿱龙天", False, "张䶮", "han", None, R.NAME_REPAIRED),
    ("⻢伟", False, "马伟", "han", None, R.NAME_REPAIRED),
    ("𬱖𬍛", False, "𬱖𬍛", "han", None, None),
    ("張偉", False, "張偉", "han", None, None),  # traditional stays as written
    ("张伟（曾用名：张三）", False, "张伟", "han", "张三", R.NAME_FORMER),
    ("张伟(张大伟)", False, "张伟", "han", "张大伟", R.NAME_FORMER),
    ("张?", False, "张?", "damaged", None, R.NAME_DAMAGED),
    ("张□□", False, "张??", "damaged", None, R.NAME_DAMAGED),
    ("张〓", False, "张?", "damaged", None, R.NAME_DAMAGED),
    ("张\ufffd", False, "张?", "damaged", None, R.NAME_DAMAGED),
    ("张\ue000", False, "张?", "damaged", None, R.NAME_DAMAGED),  # a vendor's private character
    ("文YAN", False, "文?", "damaged", None, R.NAME_DAMAGED),
    ("张(口木)", False, "张?", "damaged", None, R.NAME_DAMAGED),  # written in parts, unknown
    ("张*三", False, None, "masked", None, R.NAME_MASKED),
    ("张＊＊", False, None, "masked", None, R.NAME_MASKED),
    ("*伟", False, None, "masked", None, R.NAME_MASKED),
    ("张某某", False, None, "masked", None, R.NAME_MASKED),
    ("张XX", False, None, "masked", None, R.NAME_MASKED),
    ("张××", False, None, "masked", None, R.NAME_MASKED),
    ("买买提江…", False, None, "masked", None, R.NAME_MASKED),
    ("0无", False, None, "placeholder", None, R.NAME_PLACEHOLDER),
    ("ÑA", False, None, "placeholder", None, R.NAME_PLACEHOLDER),
    ("1无名氏", False, "无名氏", "newborn", None, R.NAME_PROVISIONAL),
    ("无", False, None, "placeholder", None, R.NAME_PLACEHOLDER),
    ("不详", False, None, "placeholder", None, R.NAME_PLACEHOLDER),
    ("本人", False, None, "placeholder", None, R.NAME_PLACEHOLDER),
    ("-", False, None, "placeholder", None, R.NAME_PLACEHOLDER),
    ("测试", False, None, "placeholder", None, R.TEST_ROW),
    ("测试人员1", False, None, "placeholder", None, R.TEST_ROW),
    ("test01", False, None, "placeholder", None, R.TEST_ROW),
    ("123", False, None, "placeholder", None, R.NAME_CHARACTERS),
    ("张伟2", False, "张伟", "han", None, R.NAME_CHARACTERS),
    ("张三", False, "张三", "han", None, None),  # a real name too
    ("张某之子", False, "张某之子", "newborn", None, R.NAME_PROVISIONAL),
    ("李××之女", False, "李××之女", "newborn", None, R.NAME_PROVISIONAL),
    ("李×婴", False, "李×婴", "newborn", None, R.NAME_PROVISIONAL),
    ("王丽之大女", False, "王丽之大女", "newborn", None, R.NAME_PROVISIONAL),
    ("宝宝", False, "宝宝", "newborn", None, R.NAME_PROVISIONAL),
    ("大宝", False, "大宝", "newborn", None, R.NAME_PROVISIONAL),
    ("无名氏", False, "无名氏", "newborn", None, R.NAME_PROVISIONAL),
    ("王羲之", False, "王羲之", "han", None, None),
    ("SMITH JOHN", False, "SMITH JOHN", "foreign", None, None),
    ("Müller, Jürgen-Karl", False, "MULLER JURGEN KARL", "foreign", None, R.NAME_REPAIRED),
    ("SMITH<<JOHN<PAUL", False, "SMITH JOHN PAUL", "foreign", None, R.NAME_REPAIRED),
    ("O'Brien Seán", False, "OBRIEN SEAN", "foreign", None, R.NAME_REPAIRED),
    ("", False, None, "missing", None, None),
]  # fmt: skip

D = dt.date
# raw, value, reason
DATES = [
    ("19900101", D(1990, 1, 1), None),
    ("20240229", D(2024, 2, 29), None),
    ("20261122235959", D(2026, 11, 22), None),
    ("1990-01-01", D(1990, 1, 1), None),
    ("1990-1-1", D(1990, 1, 1), None),
    ("1990/01/01 00:00", D(1990, 1, 1), None),
    ("1990.01.01", D(1990, 1, 1), None),
    ("1990年1月1日", D(1990, 1, 1), None),
    ("１９９０－０１－０１", D(1990, 1, 1), None),
    ("2026-11-01 08:30", D(2026, 11, 1), None),
    ("2026-11-01T08:30:00", D(2026, 11, 1), None),
    ("2026-11-01T16:00:00Z", D(2026, 11, 2), None),  # midnight in Shanghai
    ("2026-11-01T23:00:00+08:00", D(2026, 11, 1), None),
    ("45321", D(2024, 1, 30), R.DATE_FROM_SERIAL),
    ("45321.5", D(2024, 1, 30), R.DATE_FROM_SERIAL),
    ("1900-01-01", None, R.DATE_PLACEHOLDER),
    ("19000101", None, R.DATE_PLACEHOLDER),
    ("9999-12-31", None, R.DATE_PLACEHOLDER),
    ("99991231", None, R.DATE_PLACEHOLDER),
    ("00000000", None, R.DATE_PLACEHOLDER),
    ("0000-00-00", None, R.DATE_PLACEHOLDER),
    ("0000-00-00 00:00:00", None, R.DATE_PLACEHOLDER),
    ("0001-01-01", None, R.DATE_PLACEHOLDER),
    ("20230229", None, R.DATE_UNREADABLE),
    ("20231301", None, R.DATE_UNREADABLE),
    ("昨天", None, R.DATE_UNREADABLE),
    ("1990", None, R.DATE_UNREADABLE),
    ("18000101", None, R.DATE_RANGE),
    ("29900101", None, R.DATE_RANGE),
]  # fmt: skip

# raw, first day, last day, reason
MONTHS = [
    ("202602", D(2026, 2, 1), D(2026, 2, 28), None),
    ("2024-02", D(2024, 2, 1), D(2024, 2, 29), None),
    ("2026年3月", D(2026, 3, 1), D(2026, 3, 31), None),
    ("20261231", D(2026, 12, 1), D(2026, 12, 31), None),
    ("202613", None, None, R.DATE_UNREADABLE),
    ("999912", None, None, R.DATE_PLACEHOLDER),
    ("000000", None, None, R.DATE_PLACEHOLDER),
]  # fmt: skip

# raw, value, reason
PHONES = [
    ("13812345670", "13812345670", None),
    ("+86 138-1234-5670", "13812345670", None),
    ("008613812345670", "13812345670", None),
    ("8613812345670", "13812345670", None),
    ("１３８１２３４５６７０", "13812345670", None),
    ("13812345670/13900001234", "13812345670", None),
    ("0571-88888881;13812345670", "13812345670", None),
    ("13812345670.0", "13812345670", None),
    ("0571-86212345", None, R.PHONE_LANDLINE),
    ("86212345", None, R.PHONE_LANDLINE),
    ("661234", None, R.PHONE_LANDLINE),
    ("13800000000", None, R.PHONE_PLACEHOLDER),
    ("13800138000", None, R.PHONE_PLACEHOLDER),
    ("13000000000", None, R.PHONE_PLACEHOLDER),
    ("11111111111", None, R.PHONE_PLACEHOLDER),
    ("12345678901", None, R.PHONE_PLACEHOLDER),
    ("13888888888", None, R.PHONE_PLACEHOLDER),
    ("0", None, R.PHONE_PLACEHOLDER),
    ("无", None, R.PHONE_PLACEHOLDER),
    ("138****1234", None, R.PHONE_MASKED),
    ("同上", None, R.PHONE_UNREADABLE),
    ("138123456", None, R.PHONE_UNREADABLE),
]  # fmt: skip

# raw, value, reason
DIVISIONS = [
    ("330110", "330110", None),
    ("330110000000", "330110", None),
    ("330110005", "330110005", None),
    ("330110005000", "330110005", None),
    ("330110005004", "330110005004", None),
    ("330184", "330184", None),  # 余杭市 of old
    ("341222", "341222", None),
    ("33", "330000", None),
    ("330110001", "330113", R.DIVISION_MOVED),  # 临平街道
    ("330110003002", "330113", R.DIVISION_MOVED),
    ("339999", None, R.DIVISION_UNKNOWN),
    ("990110", None, R.DIVISION_UNKNOWN),
    ("余杭区", None, R.DIVISION_UNKNOWN),
]  # fmt: skip

# function, raw, value, reason
CODES = [
    ("sex", "男", "M", None), ("sex", "1", "M", None), ("sex", "Ｆ", "F", None), ("sex", "女", "F", None), ("sex", "5", "M", None),
    ("sex", "9", None, None), ("sex", "0", None, None), ("sex", "3", None, R.CODE_UNKNOWN),
    ("ethnic", "01", "01", None), ("ethnic", "1", "01", None), ("ethnic", "汉族", "01", None), ("ethnic", "维吾尔族", "05", None),
    ("ethnic", "穿青人", "97", None), ("ethnic", "57", None, R.CODE_UNKNOWN), ("ethnic", "火星族", None, R.CODE_UNKNOWN),
    ("country", "CHN", "CHN", None), ("country", "156", "CHN", None), ("country", "中国", "CHN", None), ("country", "us", "USA", None),
    ("country", "36", "AUS", None), ("country", "XXX", None, R.CODE_UNKNOWN),
]  # fmt: skip

# raw, level, place, building, unit, room, township, in_district
ADDRESSES = [
    # five spellings of one dwelling
    ("浙江省杭州市余杭区五常街道荆丰社区文一西路100号西溪花园3幢2单元501室", "room", "西溪花园", "3", "2", "501", "330110005", True),
    ("西溪花园3幢2单元501", "room", "西溪花园", "3", "2", "501", None, None),
    ("浙江省余杭市五常乡西溪花园3栋2单元501室", "room", "西溪花园", "3", "2", "501", "330110005", True),
    ("西溪花园3-2-501", "room", "西溪花园", "3", "2", "501", None, None),
    ("西溪花园3幢501室", "room", "西溪花园", "3", None, "501", None, None),
    # and further ones
    ("西溪花园３号楼２单元５层501室", "room", "西溪花园", "3", "2", "501", None, None),
    ("西溪花园3#2-501", "room", "西溪花园", "3", "2", "501", None, None),
    ("西溪花园3幢2-501室", "room", "西溪花园", "3", "2", "501", None, None),
    ("西溪花园小区十二幢2单元501室", "room", "西溪花园", "12", "2", "501", None, None),
    ("余杭区仓前街道西溪花园3幢2单元", "unit", "西溪花园", "3", "2", None, "330110012", True),
    ("余杭区仓前街道西溪花园3幢", "building", "西溪花园", "3", None, None, "330110012", True),
    ("余杭区仓前街道西溪花园", "estate", "西溪花园", None, None, None, "330110012", True),
    ("余杭区未来公寓A座1203室", "room", "未来公寓", "A", None, "1203", None, True),
    ("文一西路100号3幢501室", "room", "文一西路100号", "3", None, "501", None, None),
    ("余杭镇凤凰新村5幢3单元201室", "room", "凤凰新村", "5", "3", "201", "330110013", True),
    ("勾庄镇西溪花园3幢501室", "room", "西溪花园", "3", None, "501", "330110010", True),
    ("径山镇小古城村8组23号", "room", "小古城村", None, "8组", "23", "330110109", True),
    ("余杭区小古城村委会八组23号", "room", "小古城村", None, "8组", "23", "330110109", True),
    ("径山镇小古城村23号", "room", "小古城村", None, None, "23", "330110109", True),
    ("径山镇小古城村陈家头23号", "room", "小古城村", None, "陈家头", "23", "330110109", True),
    ("余杭街道锦银社区6号", "room", "锦银社区", None, None, "6", "330110013", True),
    ("良渚文化村社区白鹭郡3幢1单元1101室", "room", "白鹭郡", "3", "1", "1101", "330110010", True),
    ("三墩花园3幢501室", "room", "三墩花园", "3", None, "501", None, None),  # a Chinese number inside a name stays
    ("五常街道荆丰社区", "community", None, None, None, None, "330110005", True),
    ("杭州市余杭区仓前街道", "township", None, None, None, None, "330110012", True),
    ("浙江省杭州市余杭区", "district", None, None, None, None, None, True),
    # elsewhere
    ("余杭区临平街道西溪花园3幢501室", "outside", None, None, None, None, None, False),  # 330110 before 2021, Linping since
    ("余杭区塘栖镇人民路1号", "outside", None, None, None, None, None, False),
    ("杭州市西湖区文三路100号", "outside", None, None, None, None, None, False),
    ("安徽省阜阳市颍州区文峰街道1号", "outside", None, None, None, None, None, False),
    ("合肥市包河区金寨路1号", "outside", None, None, None, None, None, False),
    ("温州市鹿城区1号", "outside", None, None, None, None, None, False),
    ("北京市海淀区中关村1号", "outside", None, None, None, None, None, False),
    ("不详", "none", None, None, None, None, None, None),
]  # fmt: skip
ADDRESS_REASONS = [("不详", R.ADDRESS_PLACEHOLDER), ("余杭塘", None), ("、、号", R.ADDRESS_UNREADABLE)]
