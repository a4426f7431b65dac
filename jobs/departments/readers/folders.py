"""Dated files below a folder, wherever fsspec finds it: `file:///abs/yb` or `sftp://user:password@host/yb`."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import fsspec

from jobs.departments.delivery import Offer, Request, Taken
from jobs.errors import UserError


class Folder:
    """The department's folder; every failure of the connection becomes a sentence that names no password."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.fs, self.root = self._guard("its folder", lambda: _open(request.source.address))

    def names(self, pattern: str) -> dict[dt.date, list[str]]:
        """Files that fit a pattern (`{date}` yyyyMMdd, `{iso}` yyyy-MM-dd, `*`), by date; a missing folder has none."""
        found: dict[dt.date, list[str]] = defaultdict(list)
        for name, date in self._guard("its folder", lambda: list(self._walk(pattern.split("/"), "", None))):
            found[date].append(name)
        return {d: sorted(names) for d, names in sorted(found.items())}

    def read(self, name: str) -> bytes:
        """All bytes of a file."""
        return self._guard(f"file {name}", lambda: self.fs.cat_file(f"{self.root}/{name}"))

    def _walk(self, parts: list[str], below: str, date: dt.date | None) -> Iterator[tuple[str, dt.date]]:
        try:
            entries = self.fs.ls(f"{self.root}/{below}".rstrip("/"), detail=True)
        except FileNotFoundError:
            return
        for entry in entries:
            name = str(entry["name"]).rstrip("/").rsplit("/", 1)[-1]
            match = re.fullmatch(_expression(parts[0]), name)
            if match is None or name.startswith(("~", ".")):
                continue
            dated = _date(match) or date
            if len(parts) > 1 and entry["type"] == "directory":
                yield from self._walk(parts[1:], f"{below}{name}/", dated)
            elif len(parts) == 1 and entry["type"] == "file" and dated is not None:
                yield below + name, dated

    def _guard(self, what: str, work: Callable[[], Any]) -> Any:
        """Run, and turn what the network and the disk may do into a held delivery."""
        try:
            return work()
        except UserError:
            raise
        except Exception as error:  # paramiko, fsspec and the system each have their own families
            raise self.request.held(
                f"{what} cannot be read ({type(error).__name__})",
                "See that the server and the folder can be reached, then run again.",
            ) from None


def dated_offers(request: Request, found: dict[dt.date, list[str]], taken: Taken) -> list[Offer]:
    """What is new among dated files: dates not taken yet, and files that joined a date later.

    Files that join a full delivery without scope bring the whole date again, since absence closes rows.
    """
    offers = []
    full = request.spec.mode == "full"
    for date, names in found.items():
        if date > request.night or (full and taken.last is not None and date < taken.last):
            continue
        before = taken.files.get(date, frozenset())
        new = [n for n in names if n not in before]
        if new:
            whole = full and request.spec.scope is None
            offers.append(Offer(date, tuple(names if whole else new), taken.sequences.get(date, -1) + 1))
    return offers


def _open(address: str) -> tuple[Any, str]:
    fs, root = fsspec.core.url_to_fs(address, skip_instance_cache=True)
    return fs, str(root).rstrip("/")


def _expression(part: str) -> str:
    pieces = {"{date}": r"(?P<date>\d{8})", "{iso}": r"(?P<iso>\d{4}-\d{2}-\d{2})", "*": ".*"}
    split = re.split(r"(\{date\}|\{iso\}|\*)", part)
    return "".join(pieces.get(p, re.escape(p)) for p in split)


def _date(match: re.Match[str]) -> dt.date | None:
    groups = match.groupdict()
    text = groups.get("iso") or groups.get("date")
    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None
