"""REST: token, pages, windows, patience, shifting pages, and servers that fail, against a real local HTTP server."""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from jobs.departments.contract import load
from jobs.departments.delivery import Offer, Request
from jobs.departments.readers.rest import RestReader
from jobs.departments.sources import Source
from jobs.errors import DeliveryHeld

from .conftest import NIGHT, Office, day, department, table

Row = dict[str, Any]


class Server(ThreadingHTTPServer):
    """Row versions by time of update; `before` may change them or answer instead before each page is served."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.rows: list[Row] = []
        self.calls: list[tuple[str, dict[str, str]]] = []
        self.tokens = 0
        self.before = lambda server, call: None

    def pages(self) -> list[dict[str, str]]:
        return [words for path, words in self.calls if path == "/people"]


class Handler(BaseHTTPRequestHandler):
    server: Server

    def log_message(self, *_: Any) -> None:
        pass

    def answer(self, content: Any, status: int = 200, headers: dict[str, str] | None = None) -> None:
        body = content if isinstance(content, bytes) else json.dumps(content, ensure_ascii=False).encode()
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | (headers or {})).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        words = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if words != {"appKey": "renkou", "sign": hashlib.md5(b"renkousecret").hexdigest()}:
            return self.answer({"code": 40301, "msg": "bad sign"})
        self.server.tokens += 1
        self.answer({"code": 0, "data": {"accessToken": f"t{self.server.tokens}", "expiresIn": 7200}})

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        words = {k: v[0] for k, v in parse_qs(parts.query).items()}
        self.server.calls.append((parts.path, words))
        instead = self.server.before(self.server, len(self.server.calls))
        if instead is not None:
            return self.answer(*instead)
        if self.headers.get("Authorization") != f"Bearer t{self.server.tokens}":
            return self.answer({"code": 40101, "msg": "token expired"})
        rows = sorted(
            (r for r in self.server.rows if words["startTime"] <= r["updated"] < words["endTime"]), key=lambda r: r["updated"]
        )
        size, number = int(words["pageSize"]), int(words["pageNo"])
        page = rows[size * (number - 1) : size * number]
        self.answer({"code": 0, "msg": "ok", "data": {"total": len(rows), "pageNo": number, "pageSize": size, "rows": page}})


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server()
    threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield running
    running.shutdown()
    running.server_close()


def source(server: Server, **words: Any) -> dict[str, Any]:
    url = f"http://127.0.0.1:{server.server_address[1]}"
    return {
        "url": url,
        "app_key": "renkou",
        "secret": "secret",
        "retries": 2,
        "backoff_seconds": 0.001,
        "timeout_seconds": 5,
    } | words


@pytest.fixture
def open_office(office: Office, server: Server) -> Office:
    form = {"token_path": "/oauth/token", "page_size": 10, "window_format": "%Y-%m-%d %H:%M:%S"}
    office.add(department("rest", {"people": table(source="/people", format=form, late={"carry_days": 2})}), source(server))
    server.rows = [row(n) for n in range(35)]
    return office


def row(number: int, updated: str = "2026-11-20 08:00:00", name: str = "名") -> Row:
    return {"id": f"{number:03d}", "name": f"{name}{number}", "updated": updated}


def test_pages_make_one_delivery(open_office: Office, server: Server) -> None:
    assert open_office.extract(NIGHT).rows_in == 35
    assert [p["pageNo"] for p in server.pages()] == ["1", "2", "3", "4"]
    assert server.tokens == 1
    assert set(open_office.current(NIGHT)) == {f"{n:03d}" for n in range(35)}


def test_next_night_asks_for_a_window_with_overlap(open_office: Office, server: Server) -> None:
    open_office.extract(NIGHT)
    server.rows += [row(1, "2026-11-21 07:00:00", "新"), row(1, "2026-11-21 09:00:00", "更新"), row(99, "2026-11-22 00:00:00")]
    server.calls.clear()
    receipt = open_office.extract(day(1))
    assert server.pages()[0]["startTime"] == "2026-11-17 00:00:00"
    assert server.pages()[0]["endTime"] == "2026-11-22 00:00:00"
    assert (receipt.rows_in, receipt.rows_out, receipt.rejected) == (37, 35, 2)
    assert open_office.current(day(1))["001"] == (["001", "更新1", "2026-11-21 09:00:00"], day(1), None)
    assert open_office.current(day(1))["002"][1] == NIGHT
    assert "099" not in open_office.current(day(1))


def test_token_expires_in_the_middle(open_office: Office, server: Server) -> None:
    def expire(running: Server, call: int) -> Any:
        return ({"code": 40101, "msg": "expired"},) if call == 3 else None

    server.before = expire
    assert open_office.extract(NIGHT).rows_in == 35
    assert server.tokens == 2


def test_pages_that_shift_lose_no_row(open_office: Office, server: Server) -> None:
    """While page 2 is asked for, a row of page 1 leaves the window: all later rows move one place up."""

    def shift(running: Server, call: int) -> Any:
        if call == 2:
            running.rows = [r for r in running.rows if r["id"] != "003"] + [row(3, "2026-11-25 00:00:00")]
        return None

    server.before = shift
    open_office.extract(NIGHT)
    assert set(open_office.current(NIGHT)) == {f"{n:03d}" for n in range(35)}
    assert len(server.pages()) > 4


def test_rows_repeated_on_every_page_land_once(open_office: Office, server: Server) -> None:
    server.rows += [row(n) for n in range(5)]
    receipt = open_office.extract(NIGHT)
    assert (receipt.rows_in, receipt.rejected) == (35, 0)


def test_a_busy_server_is_given_time(server: Server, office: Office) -> None:
    waits: list[float] = []
    answers = iter([({"e": 1}, 429, {"Retry-After": "3"}), (b"oops", 503), None])
    server.before = lambda running, call: next(answers, None)
    server.rows = [row(1)]
    office.add(department("rest", {"people": table(source="/people")}), source(server))
    request = Request(load(office.contracts / "xx.yml"), "people", Source.model_validate(source(server)), NIGHT)
    delivered = RestReader(waits.append).read(request, Offer(NIGHT, ("/people",)))
    assert delivered.total == 1
    assert waits == [3.0, 0.002]


def failing(answer: Any) -> Any:
    return lambda server, call: answer


@pytest.mark.parametrize(
    ("before", "sentence"),
    [
        (failing((b"Internal Server Error 13800001234", 500)), r"its server answers HTTP 500, 3 times in a row \(/people\)"),
        (failing(({}, 429, {"Retry-After": "0"})), "its server answers HTTP 429, 3 times in a row"),
        (failing(({}, 404)), "its server answers HTTP 404"),
        (failing((b"<html>login</html>",)), "answers something that is no JSON object"),
        (failing(({"code": 50000, "msg": "张三"},)), "answers code 50000 on page 1"),
        (failing(({"code": 40101},)), "refuses every token"),
        (
            failing(({"code": 0, "data": {"total": 1, "rows": [{"id": "1", "xm": "x", "updated": "u"}]}},)),
            "lacks the column name",
        ),
    ],
)
def test_failing_servers_hold(open_office: Office, server: Server, before: Any, sentence: str) -> None:
    open_office.extract(NIGHT)
    server.before = before
    receipt = open_office.extract(day(1))
    (warning,) = receipt.notes["warnings"]
    assert re.search(sentence, warning)
    assert warning.startswith("Delivery xx.people (某局, Office) is held: ")
    assert "13800001234" not in warning
    assert "张三" not in warning
    assert open_office.current(day(1)) == open_office.current(NIGHT)


def test_wrong_key_and_no_server(office: Office, server: Server) -> None:
    office.add(department("rest", {"people": table(source="/people")}), source(server, secret="guess-me"))
    with pytest.raises(DeliveryHeld, match=r"refuses the key \(code 40301\)") as caught:
        office.extract(NIGHT)
    assert "guess-me" not in str(caught.value)
    office.add(department("rest", {"people": table(source="/people")}), source(server, url="http://127.0.0.1:9"))
    with pytest.raises(DeliveryHeld, match=r"cannot be reached \(ConnectError\)"):
        office.extract(NIGHT)


def test_nothing_new_is_no_fault(open_office: Office, server: Server) -> None:
    open_office.extract(NIGHT)
    open_office.extract(day(5))
    receipt = open_office.extract(day(9))
    assert (receipt.rows_in, receipt.notes["warnings"]) == (0, [])
    assert open_office.states(day(9))[("people", day(9))] == "on_time"
