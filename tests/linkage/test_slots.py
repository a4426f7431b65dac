"""Keys without their empty slots are the keys of rows × slots, and rare keys are set aside without sorting."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given, settings

from jobs.linkage.blocking import members_of, sort_members
from jobs.linkage.blocks import blocks_of
from jobs.linkage.encoding import Encoded, encode_column
from jobs.linkage.frequencies import Frequency, row_frequency
from jobs.linkage.keys import parse_part
from jobs.linkage.model import Comparison, TermFrequency
from jobs.linkage.nightly import content_stamps, key_stamps
from jobs.linkage.row_keys import row_keys, stamped_blocks
from jobs.linkage.scoring import _worded
from jobs.linkage.slots import NO_KEY, PassKeys, mix, pass_keys
from tests.linkage.test_nightly import MODEL, TABLE, encoded

SALT = np.uint64(0x9E3779B97F4A7C15)
ALL = 2**64


def plain_mix(key: int, value: int) -> int:
    """The rule of `mix`, in Python's whole numbers."""
    mixed = (key ^ ((value + int(SALT) + (key << 6) + (key >> 2)) % ALL)) * 0xBF58476D1CE4E5B9 % ALL
    return mixed ^ mixed >> 31 | 1


def test_mix_is_its_rule() -> None:
    draw = np.random.default_rng(3)
    keys, values = draw.integers(0, ALL, (2, 200), np.uint64)
    assert mix(keys, values).tolist() == [plain_mix(k, v) for k, v in zip(keys.tolist(), values.tolist(), strict=True)]
    assert mix(np.uint64(7), values).tolist() == [plain_mix(7, v) for v in values.tolist()]


@given(TABLE)
@settings(max_examples=60, deadline=None)
def test_pass_keys_cross_the_values_of_their_parts(rows: dict[int, tuple]) -> None:
    table = encoded(rows)
    for position, each in enumerate(MODEL.passes):
        matrix = pass_keys(table, each.key, position).matrix(len(table))
        for row in range(len(table)):
            expected = [position + 1]
            for text in each.key:
                part = parse_part(text)
                column = table.columns[part.field]
                hashes = np.append(column.hashes(part.transform, part.length), NO_KEY)[column.codes].reshape(len(table), -1)[row]
                expected = [plain_mix(k, v) for k in expected for v in hashes.tolist() if v]
            assert [k for k in matrix[row].tolist() if k] == expected


@given(TABLE)
@settings(max_examples=60, deadline=None)
def test_stamps_of_blocks_are_those_of_keys_by_row(rows: dict[int, tuple]) -> None:
    table = encoded(rows)
    blocks = blocks_of(MODEL, table)
    engine = np.uint64(5)
    made = stamped_blocks(MODEL, table, blocks, engine)
    content = content_stamps(MODEL, table, engine)
    assert made["content"].to_numpy().view(np.uint64).tolist() == content.tolist()
    calm = [not c for c in made["crowded"].to_pylist()]
    stamps = key_stamps(content, blocks.keys, blocks.complete)
    assert made["stamp"].to_numpy().view(np.uint64)[calm].tolist() == stamps[calm].tolist()
    assert made.select(["content", "blocks", "passes", "finer"]) == row_keys(MODEL, table, engine).drop_columns(["row_id"])
    first = [[k for matrix in blocks.first for k in matrix.matrix(len(table))[row].tolist() if k] for row in range(len(table))]
    assert [np.array(b, np.int64).view(np.uint64).tolist() for b in made["blocks"].to_pylist()] == first
    meets = [[k for matrix in blocks.keys for k in matrix[row].tolist() if k] for row in range(len(table))]
    assert [np.array(b, np.int64).view(np.uint64).tolist() for b in made["meets"].to_pylist()] == meets


def test_members_stand_by_block_source_and_row() -> None:
    draw = np.random.default_rng(6)
    row, block = draw.integers(0, 200, 2_000), draw.integers(1, 400, 2_000).astype(np.uint64) * SALT
    table = encoded(dict.fromkeys(range(2), (None,) * 5))
    table.source = draw.integers(0, 2, 200).astype(np.int8)
    for source in (table.source, None):
        table.source = source
        held = sort_members(row, block, (block % np.uint64(3)).astype(np.int8), table)
        wanted: dict[int, set[int]] = {}
        for r, b in zip(row.tolist(), block.tolist(), strict=True):
            wanted.setdefault(b, set()).add(r)
        side = np.zeros(200, np.int8) if source is None else source
        expected = [(r, b) for b in sorted(wanted) for r in sorted(wanted[b], key=lambda r: (side[r], r)) if len(wanted[b]) > 1]
        assert list(zip(held.row.tolist(), held.block.tolist(), strict=True)) == expected
        assert held.pass_.tolist() == [b % 3 for b in held.block.tolist()]
    one = PassKeys.of([(row, block)])
    assert members_of([one, one], table).pass_.max() == 1


def test_lists_are_sorted_whichever_way_they_are_made() -> None:
    lists = [["b", "a", ""], [], None, ["c"], ["a", "b", "z"], [None, "b"]]
    plain = pa.array(lists, pa.list_(pa.string()))
    coded = pa.ListArray.from_arrays(plain.offsets, plain.flatten().dictionary_encode())
    for data in (plain, coded):
        for ordered in (True, False):
            column = encode_column(pa.chunked_array([data]), "list", ordered)
            texts = np.append(column.values, None)
            found = [[t for t in texts[codes] if t is not None] for codes in column.codes]
            assert found == [["a", "b"], [], [], ["c"], ["a", "b", "z"], ["b"]]
    unused = pa.ListArray.from_arrays(
        pa.array([0, 1, 2], pa.int32()), pa.DictionaryArray.from_arrays(pa.array([1, 1], pa.int32()), pa.array(["x", "y", "y"]))
    )
    assert encode_column(pa.chunked_array([unused]), "list", False).values.tolist() == ["y"]


def test_frequencies_fall_back_to_all_rows_and_to_the_rare() -> None:
    wish = Comparison(field="name", levels=["exact"], term_frequency=TermFrequency(levels=["exact"], by=["sex"]))
    columns = {
        "name": encode_column(pa.chunked_array([pa.array(["张伟", "张伟", "李娜", "王五", None, "张伟"])]), "name"),
        "sex": encode_column(pa.chunked_array([pa.array(["M", "F", "F", "M", "M", None])]), "text"),
    }
    table = Encoded(pa.array([str(k) for k in range(6)]), columns)
    shares = {"*": {"张伟": 0.25, "李娜": 2**-4}, "M|": {"张伟": 0.5}, "F|": {"王五": 0.5}}
    known = Frequency({"value": shares}, {"value": {"*": 2**-8, "F|": 2**-6}})
    assert row_frequency(wish, known, table).tolist() == [-1.0, -6.0, -6.0, -8.0, 0.0, -2.0]


def test_reasons_are_worded_by_level_and_weight() -> None:
    levels, weight = np.array([0, 1, -1, 0, 0], np.int8), np.array([1.25, -0.5, 0.0, 1.25, 7.0])
    assert _worded("sex", ["exact", "else", "missing"], levels, weight).to_pylist() == [
        "sex=exact:1.2", "sex=else:-0.5", "sex=missing:0.0", "sex=exact:1.2", "sex=exact:7.0",
    ]  # fmt: skip
