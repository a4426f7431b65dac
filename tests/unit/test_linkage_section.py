"""The report's table of linkage figures."""

from __future__ import annotations

from jobs.quality.estimates import MEANING
from jobs.quality.linkage_section import SHORT, section
from jobs.quality.pages import Page


def test_a_row_a_group_and_a_column_a_figure() -> None:
    bound = "95%: 0.9233–0.9958; n = 1080; stands for the records without a number"
    rows = [
        ("linkage.link_precision", "", "", 0.99912, "95%: 0.9733–1.0000; n = 22"),
        ("linkage.numberless_recall", "", "", 0.9816, bound),
        ("linkage.numberless_recall", "", "sex:F", 0.9, bound),
        ("linkage.numberless_recall", "", "age:0-6", 0.8, bound),
        ("linkage.numberless_recall", "ga", "", 0.7, "no interval"),
    ]
    page = Page("x")
    section(page, rows)
    (_, (heads, body)), *legend = page.parts
    assert heads == ["人群 group", "无号找到 found", "关联为真 links true"]
    assert body == [
        ["全部 all", "0.982 (0.923–0.996; 1,080)", "0.999 (0.973–1.000; 22)"],
        ["ga", 0.7, ""],
        ["0–6 岁 years", "0.800 (0.923–0.996; 1,080)", ""],
        ["女 female", "0.900 (0.923–0.996; 1,080)", ""],
    ]
    assert [kind for kind, _ in legend] == ["li", "li"]


def test_every_figure_has_a_head() -> None:
    assert set(SHORT) == set(MEANING)
