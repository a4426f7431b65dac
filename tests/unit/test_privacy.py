"""Messages of libraries are masked before anyone reads them."""

from __future__ import annotations

import pytest

from jobs.privacy import redact


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("cannot cast '33010019900101001X' to DATE", "cannot cast '######' to DATE"),
        ("bad phone 13800001234", "bad phone ######"),
        ("bad phones 138-0000-1234, +852 5000 1234", "bad phones ######, +######"),
        ("night 2026-11-22 03:15:00 at 12:30", "night 2026-11-22 03:15:00 at 12:30"),
        ("value １３８００００１２３４ is wrong", "value ###### is wrong"),
        ("no such name 欧阳震华", "no such name ■"),
        ("address 文一西路969号3幢", "address ■969■3■"),
        ("table records, 12 rows, night 2026-11-22", "table records, 12 rows, night 2026-11-22"),
        ("买买提·吐尔逊", "■"),
    ],
)
def test_redact(said, shown):
    assert redact(said) == shown
