"""REST interfaces of the kind that departments run: token, numbered pages, a window on the time of update.

Pages shift while they are read (a row that changes leaves the window), so a pass counts only when every page stated the
same total and as many different rows were read; else the window is read again and the passes are united. Rows are
put in order of update and content: their positions do not depend on how the pages fell.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import time
from collections.abc import Callable
from typing import Any

import httpx
import pyarrow as pa

from jobs.departments.delivery import Delivered, Offer, Request, Taken, in_order, text_table
from jobs.departments.drift import choose

PASSES = 4
LONGEST_WAIT = 60.0
TOKEN_EXPIRED = 40101


class RestReader:
    """Reads paged interfaces."""

    def __init__(self, sleep: Callable[[float], None] = time.sleep) -> None:
        self.sleep = sleep

    def offers(self, request: Request, taken: Taken) -> list[Offer]:
        """Tonight's window; it starts some days before the last one's end."""
        if taken.last is not None and request.night <= taken.last:
            return []
        since = taken.last - dt.timedelta(days=request.spec.overlap_days) if taken.last else None
        return [Offer(request.night, (request.spec.source,), since=None if request.spec.mode == "full" else since)]

    def read(self, request: Request, offer: Offer) -> Delivered:
        """Every row version of the window, all text."""
        client = Client(request, self.sleep)
        try:
            distinct, names = client.window(offer)
        finally:
            client.close()
        choice = (
            choose(request, names, f"answer of {request.spec.source}")
            if distinct
            else choose(request, request.spec.delivered, request.spec.source)
        )
        wanted = list(request.spec.columns)
        updated = request.spec.updated or request.spec.key[0]
        ordered = sorted(distinct.items(), key=lambda r: (_text(r[1].get(updated)) or "", r[0]))
        rows = text_table(wanted, (pa.array([_text(r.get(c)) for _, r in ordered], pa.string()) for c in wanted))
        return in_order(offer, rows, choice.drift if distinct else [], choice.dropped if distinct else [])


class Client:
    """One conversation with a department's server."""

    def __init__(self, request: Request, sleep: Callable[[float], None]) -> None:
        self.request, self.sleep = request, sleep
        self.form = request.spec.format
        self.source = request.source
        self.base = self.source.address.rstrip("/")
        self.http = httpx.Client(timeout=self.source.timeout_seconds, trust_env=False)
        self.token: str | None = None

    def close(self) -> None:
        """Give the connections back."""
        self.http.close()

    def window(self, offer: Offer) -> tuple[dict[str, dict[str, Any]], list[str]]:
        """All different rows of the window by their canonical text, and the names of their columns in order."""
        rows: dict[str, dict[str, Any]] = {}
        names: dict[str, None] = {}
        for _ in range(PASSES):
            before, clean = len(rows), self._pass(offer, rows, names)
            if clean or (before and len(rows) == before):
                break
        return rows, list(names)

    def _pass(self, offer: Offer, rows: dict[str, dict[str, Any]], names: dict[str, None]) -> bool:
        """Read every page once; True when no page can have shifted meanwhile."""
        size = int(self.form.get("page_size", 500))
        totals, seen, number = set(), set(), 1
        while True:
            data = self._page(offer, number, size)
            page = data["rows"]
            totals.add(data["total"])
            for row in page:
                text = json.dumps(row, ensure_ascii=False, sort_keys=True)
                seen.add(text)
                rows[text] = row
                names.update(dict.fromkeys(row))
            if not page or number * size >= data["total"]:
                return len(totals) == 1 and len(seen) == data["total"]
            number += 1

    def _page(self, offer: Offer, number: int, size: int) -> dict[str, Any]:
        form = str(self.form.get("window_format", "%Y-%m-%d %H:%M:%S"))
        start = offer.since or dt.date(1900, 1, 1)
        window = [dt.datetime.combine(d, dt.time()).strftime(form) for d in (start, offer.date + dt.timedelta(days=1))]
        parameters: dict[str, str | int] = {"pageNo": number, "pageSize": size, "startTime": window[0], "endTime": window[1]}
        for _ in range(3):
            if self.token is None:
                self.token = self._login()
            answer = self._send(
                "GET", self.request.spec.source, params=parameters, headers={"Authorization": f"Bearer {self.token}"}
            )
            if answer.get("code") == TOKEN_EXPIRED:
                self.token = None
                continue
            data = answer.get("data")
            if answer.get("code") != 0 or not isinstance(data, dict) or not isinstance(data.get("rows"), list):
                raise self._held(f"answers code {answer.get('code')} on page {number}")
            return {"rows": data["rows"], "total": int(data.get("total", 0))}
        raise self._held("refuses every token")

    def _login(self) -> str:
        secret = self.source.secret.get_secret_value()
        sign = hashlib.md5(f"{self.source.app_key}{secret}".encode(), usedforsecurity=False).hexdigest()
        path = str(self.form.get("token_path", "/oauth/token"))
        answer = self._send("POST", path, json={"appKey": self.source.app_key, "sign": sign})
        token = (answer.get("data") or {}).get("accessToken")
        if answer.get("code") != 0 or not token:
            raise self.request.held(
                f"its server refuses the key (code {answer.get('code')})",
                "See app_key and secret in sources.yml, then run again.",
            )
        return str(token)

    def _send(self, method: str, path: str, **words: Any) -> dict[str, Any]:
        """One call with bounded retries; a server that asks for patience (Retry-After) gets it."""
        fault, wait = "", 0.0
        for attempt in range(self.source.retries + 1):
            if attempt:
                self.sleep(wait)
            wait = self.source.backoff_seconds * 2**attempt
            try:
                answer = self.http.request(method, f"{self.base}{path}", **words)
            except httpx.HTTPError as error:
                fault = f"cannot be reached ({type(error).__name__})"
                continue
            if answer.status_code == 429 or answer.status_code >= 500:
                fault = f"answers HTTP {answer.status_code}"
                wait = max(wait, _patience(answer.headers.get("Retry-After")))
                continue
            return self._content(answer)
        raise self._held(f"{fault}, {self.source.retries + 1} times in a row")

    def _content(self, answer: httpx.Response) -> dict[str, Any]:
        if answer.status_code == 401:
            return {"code": TOKEN_EXPIRED}
        if answer.status_code != 200:
            raise self._held(f"answers HTTP {answer.status_code}")
        try:
            content = answer.json()
        except ValueError:
            content = None
        if not isinstance(content, dict):
            raise self._held("answers something that is no JSON object")
        return content

    def _held(self, what: str) -> Exception:
        return self.request.held(
            f"its server {what} ({self.request.spec.source})", "Ask the department whether its interface is up, then run again."
        )


def _patience(header: str | None) -> float:
    """Seconds that Retry-After asks for (dates are taken as the longest wait)."""
    if header is None:
        return 0.0
    return min(float(header), LONGEST_WAIT) if header.strip().isdigit() else LONGEST_WAIT


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)
