"""File drops: separated text, plain or gzip, in any charset, with .md5 beside each part and one .ok a date.

Lines are taken apart by their newline bytes first (no charset in use has a newline inside a character), so that one bad
line costs one row and not the file.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import polars as pl
import pyarrow as pa

from jobs.departments.delivery import Delivered, Offer, Refusal, Request, Taken, digest, text_table, too_many
from jobs.departments.drift import Choice, choose
from jobs.departments.readers.folders import Folder, dated_offers

BLOCK = 16 << 20
"""Bytes of text taken apart at a time; bounds the memory of a large file."""


class FilesReader:
    """Reads file drops from any file system that fsspec knows."""

    def offers(self, request: Request, taken: Taken) -> list[Offer]:
        """New dates; one whose parts and .ok do not stand together is offered with its fault."""
        folder = Folder(request)
        found = folder.names(request.spec.source)
        ok = request.spec.format.get("ok")
        if ok is None:
            return dated_offers(request, found, taken)
        complete = folder.names(ok)
        offers = dated_offers(request, {d: n for d, n in found.items() if d in complete}, taken)
        for half in dated_offers(request, {d: n for d, n in found.items() if d not in complete}, taken):
            offers.append(replace(half, fault=f"file {', '.join(half.names)} is not complete yet: its .ok file is missing"))
        for half in dated_offers(request, {d: n for d, n in complete.items() if d not in found}, taken):
            offers.append(replace(half, fault=f"{', '.join(half.names)} says that {half.date} is complete, but there is no file"))
        return sorted(offers, key=lambda o: (o.date, o.sequence))

    def read(self, request: Request, offer: Offer) -> Delivered:
        """Check and take apart every part, in the order of their names."""
        folder = Folder(request)
        stated = _stated_rows(request, folder, offer)
        parts = [_Part(request, name, _checked(request, folder, name)) for name in offer.names]
        tables, shift = [], 0
        refused: dict[Refusal, list[int]] = {}
        positions: list[pa.Array] = []
        for part in parts:
            tables.append(part.take())
            if part.name in stated and stated[part.name] != part.total:
                raise request.held(f"file {part.name} holds {part.total} rows, the .ok file says {stated[part.name]}")
            positions.append(pa.array([p + shift for p in part.positions], pa.int64()))
            for reason, where in part.refused.items():
                refused.setdefault(reason, []).extend(p + shift for p in where)
            shift += part.total
        bad = too_many(refused, shift)
        if bad is not None:
            raise request.held(
                f"{len(refused[bad])} of {shift} rows in {', '.join(offer.names)} are unreadable: {bad.value[:-1]}"
            )
        if shift == 0 and request.spec.mode == "full":
            raise request.held(f"file {', '.join(offer.names)} holds no row, although it is said to be complete")
        return Delivered(
            rows=pa.concat_tables(tables),
            positions=pa.concat_arrays(positions),
            total=shift,
            files=list(offer.names),
            sha256=digest(p.raw for p in parts),
            refused=refused,
            drift=sorted({c for p in parts for c in p.choice.drift}),
            dropped=sorted({c for p in parts for c in p.choice.dropped}),
        )


@dataclass
class _Part:
    """One file being taken apart."""

    request: Request
    name: str
    raw: bytes
    total: int = 0
    positions: list[int] = field(default_factory=list)
    refused: dict[Refusal, list[int]] = field(default_factory=dict)
    choice: Choice = field(default_factory=lambda: Choice([], [], []))

    def take(self) -> pa.Table:
        """The rows of the part, all text."""
        form = self.request.spec.format
        charset = str(form.get("charset", "utf-8"))
        names: list[str] | None = None if form.get("header", True) else self.request.spec.delivered
        frames = []
        for block in self._blocks():
            if names is None or self.total == 0:
                self._refuse_other_charset(block, charset)
            lines = block.split(b"\n")
            if lines and not lines[-1]:
                lines.pop()
            if names is None and lines:
                names = self._header(lines.pop(0), charset)
            if lines and names is not None:
                frames.append(self._rows(lines, charset, len(names)))
        if names is None:
            raise self.request.held(f"file {self.name} is empty, although it is said to be complete")
        self.choice = choose(self.request, names, f"file {self.name}")
        columns = [
            pl.concat([f[:, i] for f in frames]).to_arrow() if frames else pa.array([], pa.string()) for i in self.choice.indices
        ]
        return _nulled(text_table(list(self.request.spec.columns), columns), form.get("nulls", []))

    def _blocks(self) -> Iterator[bytes]:
        """Decompressed bytes in blocks that end with a line."""
        stream: io.BufferedIOBase = io.BytesIO(self.raw)
        if self.request.spec.format.get("compression") == "gzip":
            stream = gzip.GzipFile(fileobj=stream)
        rest = b""
        try:
            while block := stream.read(BLOCK):
                cut = block.rfind(b"\n") + 1
                if cut:
                    yield rest + block[:cut]
                    rest = block[cut:]
                else:
                    rest += block
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            fault = "is cut off in the middle (truncated gzip)" if isinstance(error, EOFError) else "is no sound gzip file"
            raise self.request.held(f"file {self.name} {fault}") from None
        if rest:
            yield rest

    def _header(self, line: bytes, charset: str) -> list[str]:
        try:
            text = line.removeprefix(b"\xef\xbb\xbf").decode(charset).strip("\r\n")
        except UnicodeDecodeError:
            raise self.request.held(f"the first line of file {self.name} is not {charset.upper()}") from None
        separator, quote = self.request.spec.format.get("separator", ","), self.request.spec.format.get("quote")
        return [c.strip().strip(quote or "") for c in text.split(separator)]

    def _refuse_other_charset(self, block: bytes, charset: str) -> None:
        """Chinese UTF-8 is often readable as GB18030, as nonsense; GB18030 read as UTF-8 by chance gives no Chinese."""
        head = block[: 1 << 20]
        if charset.lower().replace("-", "") == "utf8" or head.isascii():
            return
        head = head[: head.rfind(b"\n") + 1] or head
        try:
            text = head.decode("utf-8")
        except UnicodeDecodeError:
            return
        foreign = [c for c in text[:100_000] if not c.isascii()]
        if 2 * sum("\u4e00" <= c <= "\u9fff" for c in foreign) > len(foreign):
            raise self.request.held(f"file {self.name} is UTF-8, not {charset.upper()} as agreed")

    def _rows(self, lines: list[bytes], charset: str, width: int) -> pl.DataFrame:
        """Fields of the lines that have `width` of them; the others are refused by position."""
        form = self.request.spec.format
        first = self.total + 1
        self.total += len(lines)
        texts = self._decode(lines, charset, first)
        series = pl.Series("line", texts, dtype=pl.String).str.strip_suffix("\r")
        frame = pl.DataFrame({"position": range(first, first + len(lines)), "line": series}).drop_nulls("line")
        frame = frame.with_columns(fields=pl.col("line").str.split(form.get("separator", ",")))
        quote = form.get("quote")
        if quote:
            frame = _requoted(frame, quote, form.get("separator", ","))
        good = frame.filter(pl.col("fields").list.len() == width)
        wrong = frame.filter(pl.col("fields").list.len() != width)["position"].to_list()
        if wrong:
            self.refused.setdefault(Refusal.FIELD_COUNT, []).extend(wrong)
        self.positions.extend(good["position"].to_list())
        return good.select(pl.col("fields").list.get(i).alias(f"f{i}") for i in range(width))

    def _decode(self, lines: list[bytes], charset: str, first: int) -> list[str | None]:
        """Text of every line; None (and a refusal) where the charset does not know its bytes."""
        try:
            return list(b"\n".join(lines).decode(charset).split("\n"))
        except UnicodeDecodeError:
            texts: list[str | None] = []
            for position, line in enumerate(lines, first):
                try:
                    texts.append(line.decode(charset))
                except UnicodeDecodeError:
                    texts.append(None)
                    self.refused.setdefault(Refusal.UNDECODABLE, []).append(position)
            return texts


def _requoted(frame: pl.DataFrame, quote: str, separator: str) -> pl.DataFrame:
    """Lines that hold a quote are taken apart by the csv module, each by itself: an open quote costs one row."""
    quoted = frame.filter(pl.col("line").str.contains(quote, literal=True))
    if quoted.is_empty():
        return frame

    def fields(line: str) -> list[str]:
        try:
            return next(csv.reader([line], delimiter=separator, quotechar=quote, strict=True))
        except (csv.Error, StopIteration):
            return []

    apart = pl.Series("apart", [fields(x) for x in quoted["line"]], dtype=pl.List(pl.String))
    mended = quoted.select("position").with_columns(apart=apart)
    return frame.join(mended, on="position", how="left", maintain_order="left").with_columns(
        fields=pl.coalesce("apart", "fields")
    )


def _nulled(table: pa.Table, words: list[str]) -> pa.Table:
    """Cells that hold nothing but a word for null become null."""
    if not words:
        return table
    import pyarrow.compute as pc

    nothing = pa.array(words, pa.string())
    arrays = [pc.if_else(pc.is_in(c, value_set=nothing), pa.scalar(None, pa.string()), c) for c in table.columns]
    return pa.table(arrays, schema=table.schema)


def _checked(request: Request, folder: Folder, name: str) -> bytes:
    raw = folder.read(name)
    if request.spec.format.get("md5"):
        stated = folder.read(f"{name}.md5").decode("ascii", "replace").split()
        found = hashlib.md5(raw, usedforsecurity=False).hexdigest()
        if not stated or stated[0].lower() != found:
            raise request.held(f"file {name} does not agree with its .md5: it was changed or cut off on the way")
    return raw


def _stated_rows(request: Request, folder: Folder, offer: Offer) -> dict[str, int]:
    """What the .ok file says: rows by part; every part it names must be there."""
    pattern = request.spec.format.get("ok")
    if pattern is None:
        return {}
    stated: dict[str, int] = {}
    for ok in folder.names(pattern).get(offer.date, []):
        for line in folder.read(ok).decode("utf-8", "replace").splitlines():
            words = line.split()
            if len(words) == 2 and words[1].isdigit():
                stated[words[0]] = int(words[1])
    missing = sorted(set(stated) - set(offer.names)) if offer.sequence == 0 else []
    if missing:
        raise request.held(f"the .ok file says that {offer.date} is complete, but {', '.join(missing)} is missing")
    return stated
