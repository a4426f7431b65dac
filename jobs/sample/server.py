"""The departments' REST interfaces of a sample, served on 127.0.0.1 by a real HTTP server in a thread.

Protocol (domain §2.3, wj, mz and sj alike; every answer but a 429 or an injected failure is HTTP 200 with the envelope
`{"code": 0, "msg": "ok", "data": {"total", "pageNo", "pageSize", "rows"}}`):

* `POST {dept}/oauth/token` with JSON `{"appKey", "sign"}`, sign = hex MD5 of appKey + secret, gives `data.accessToken` and
  `data.expiresIn`. Calls carry `Authorization: Bearer TOKEN`. A token serves a limited number of calls; after that code
  40101 asks for a new one.
* `GET` (query) or `POST` (JSON body) of an endpoint with `startTime` (inclusive), `endTime` (exclusive, both
  `yyyy-MM-dd HH:mm:ss`, on the update time), `pageNo` (from 1) and `pageSize`; rows in order of update time. Pages may begin
  with rows that the page before ended with, and `total` grows meanwhile.
* now and then (by count of calls) 429 with `Retry-After`.
* a file `api/fail.json` `{"path": "/wj/openapi/v1/birth", "status": 500}` makes that path (a prefix) fail until removed.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

BUSY_EVERY, BUSY_AT = 211, 5  # data calls 5, 216, 427 … are answered 429
TOKEN_CALLS = 400  # data calls one token serves
SHIFT_EVERY, SHIFT_ROWS = 7, 2  # every 7th page begins with the last 2 rows of the page before


def sign(app_key: str, secret: str) -> str:
    """The signature both sides compute."""
    return hashlib.md5(f"{app_key}{secret}".encode(), usedforsecurity=False).hexdigest()


class Desk:
    """What the server knows: endpoints, rows, tokens. Thread-safe."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "api"
        known = json.loads((self.folder / "endpoints.json").read_text(encoding="utf-8"))
        self.endpoints: dict[str, dict[str, Any]] = known["endpoints"]
        self.clients: dict[str, dict[str, str]] = known["clients"]
        self.lock = threading.Lock()
        self.calls = 0
        self.tokens: dict[str, int] = {}
        self.stores: dict[str, sqlite3.Connection] = {}

    def failure(self, path: str) -> int | None:
        """The status that `fail.json` demands for this path, or None."""
        file = self.folder / "fail.json"
        if not file.exists():
            return None
        wanted = json.loads(file.read_text(encoding="utf-8"))
        return int(wanted["status"]) if path.startswith(wanted["path"]) else None

    def token(self, department: str, asked: dict[str, Any]) -> dict[str, Any]:
        """Answer a token request."""
        client = self.clients.get(department)
        if client is None or not _signed(client, asked):
            return _refusal(40100, "bad signature")
        with self.lock:
            name = hashlib.sha256(f"{department}:{len(self.tokens)}".encode()).hexdigest()[:32]
            self.tokens[name] = 0
        return {"code": 0, "msg": "ok", "data": {"accessToken": name, "expiresIn": 7200}}

    def busy(self) -> bool:
        """Count a data call; tell whether it is one that gets 429."""
        with self.lock:
            self.calls += 1
            return self.calls % BUSY_EVERY == BUSY_AT

    def allowed(self, bearer: str) -> bool:
        """Whether the call carries a live token."""
        with self.lock:
            used = self.tokens.get(bearer)
            if used is None or used >= TOKEN_CALLS:
                return False
            self.tokens[bearer] = used + 1
            return True

    def page(self, endpoint: dict[str, Any], asked: dict[str, Any]) -> str:
        """One page of row versions as JSON text, the envelope included."""
        size = max(1, min(int(asked.get("pageSize", endpoint["page_size"])), endpoint["page_size"]))
        number = max(1, int(asked.get("pageNo", 1)))
        table = endpoint["table"]
        with self.lock:
            store = self._store(endpoint["store"])
            low = _first_since(store, table, asked.get("startTime") or "")
            high = _first_since(store, table, asked.get("endTime") or "9999")
            shift = (number - 1) // SHIFT_EVERY * SHIFT_ROWS
            start = low + max(0, (number - 1) * size - shift)
            found = store.execute(
                f'SELECT body FROM "{table}" WHERE seq >= ? AND seq < ? ORDER BY seq', (start, min(start + size, high))
            ).fetchall()
        rows = ",".join(body for (body,) in found)
        return (
            f'{{"code":0,"msg":"ok","data":{{"total":{high - low + shift if high > low else 0},"pageNo":{number},'
            f'"pageSize":{size},"rows":[{rows}]}}}}'
        )

    def _store(self, name: str) -> sqlite3.Connection:
        if name not in self.stores:
            self.stores[name] = sqlite3.connect(self.folder / name, check_same_thread=False)
        return self.stores[name]

    def close(self) -> None:
        """Close the row stores."""
        for store in self.stores.values():
            store.close()


def _first_since(store: sqlite3.Connection, table: str, moment: str) -> int:
    """Sequence number of the first row updated at `moment` or later (rows are stored in order of update)."""
    found = store.execute(f'SELECT seq FROM "{table}" WHERE updated >= ? ORDER BY updated, seq LIMIT 1', (moment,)).fetchone()
    if found is None:
        found = store.execute(f'SELECT coalesce(max(seq), 0) + 1 FROM "{table}"').fetchone()
    return int(found[0])


def _signed(client: dict[str, str], asked: dict[str, Any]) -> bool:
    if asked.get("appKey") != client["app_key"]:
        return False
    return hmac.compare_digest(sign(client["app_key"], client["secret"]), str(asked.get("sign", "")))


def _refusal(code: int, message: str) -> dict[str, Any]:
    return {"code": code, "msg": message, "data": None}


class _Handler(BaseHTTPRequestHandler):
    """Routes of one Desk; logs nothing, since queries may carry keys."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    desk: Desk

    def do_GET(self) -> None:
        self._answer(dict(parse_qsl(urlsplit(self.path).query)))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        try:
            asked = json.loads(body or b"{}")
        except ValueError:
            asked = dict(parse_qsl(body.decode("utf-8", "replace")))
        self._answer({**dict(parse_qsl(urlsplit(self.path).query)), **(asked if isinstance(asked, dict) else {})})

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: the sample's server keeps no log."""

    def _answer(self, asked: dict[str, Any]) -> None:
        path = urlsplit(self.path).path.rstrip("/")
        failure = self.desk.failure(path)
        if failure is not None:
            return self._send(failure, json.dumps(_refusal(failure, "server error")))
        if path.endswith("/oauth/token"):
            return self._send(200, json.dumps(self.desk.token(path.split("/")[1], asked)))
        endpoint = self.desk.endpoints.get(path)
        if endpoint is None:
            return self._send(404, json.dumps(_refusal(404, "no such endpoint")))
        if self.desk.busy():
            return self._send(429, json.dumps(_refusal(42900, "too many requests")), {"Retry-After": "1"})
        bearer = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
        if not self.desk.allowed(bearer):
            return self._send(200, json.dumps(_refusal(40101, "token expired")))
        return self._send(200, self.desk.page(endpoint, asked))

    def _send(self, status: int, text: str, headers: dict[str, str] | None = None) -> None:
        body = text.encode("utf-8")
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def serve(folder: Path, port: int = 0) -> Iterator[str]:
    """Serve a sample folder's REST departments; yields `http://127.0.0.1:PORT`. Port 0 takes a free one."""
    desk = Desk(Path(folder))
    handler = type("Handler", (_Handler,), {"desk": desk})
    server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        desk.close()
