"""The sample's HTTP server as a client sees it: token, signature, window, pages, 429, expired tokens, injected failures."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import polars as pl
import pytest

from jobs.sample.deliveries.putting import CLIENT, announce, append_rows
from jobs.sample.server import TOKEN_CALLS, serve

PATH = "/openapi/v1/birth"
ROWS = 1234


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rest")
    announce(folder / "api", "wj", PATH, {"store": "wj.sqlite", "table": "birth", "page_size": 500})
    stamps = [f"2026-11-{1 + i * 20 // ROWS:02d} {8 + i * 13 % 10:02d}:00:00" for i in range(ROWS)]
    bodies = [json.dumps({"id": str(i), "updateTime": s}) for i, s in enumerate(sorted(stamps))]
    append_rows(folder / "api" / "wj.sqlite", "birth", pl.DataFrame({"updated": sorted(stamps), "body": bodies}))
    return folder


@pytest.fixture()
def client(folder: Path) -> Iterator[httpx.Client]:
    with serve(folder) as base, httpx.Client(base_url=f"{base}/wj", timeout=5) as client:
        yield client


def token(client: httpx.Client) -> dict[str, str]:
    sign = hashlib.md5(f"{CLIENT['app_key']}{CLIENT['secret']}".encode()).hexdigest()
    answer = client.post("/oauth/token", json={"appKey": CLIENT["app_key"], "sign": sign}).json()
    assert answer["code"] == 0 and answer["data"]["expiresIn"] == 7200
    return {"Authorization": f"Bearer {answer['data']['accessToken']}"}


def pull(client: httpx.Client, size: int = 100, **window: str) -> tuple[list[dict[str, str]], list[int]]:
    """All rows of a window, page after page, as a patient client reads them; and the statuses seen."""
    head, rows, statuses, page = token(client), [], [], 1
    while True:
        answer = client.get(PATH, params={"pageNo": page, "pageSize": size, **window}, headers=head)
        statuses.append(answer.status_code)
        if answer.status_code == 429:
            assert int(answer.headers["Retry-After"]) >= 1
            continue
        data = answer.json()["data"]
        rows += data["rows"]
        if page * size >= data["total"]:
            return rows, statuses
        page += 1


def test_a_wrong_signature_gets_no_token(client):
    answer = client.post("/oauth/token", json={"appKey": CLIENT["app_key"], "sign": "0" * 32}).json()
    assert answer["code"] != 0 and answer["data"] is None


def test_without_a_token_nothing_is_told(client):
    assert client.get(PATH).json()["code"] == 40101
    assert client.get(PATH, headers={"Authorization": "Bearer x"}).json()["data"] is None


def test_all_rows_come_in_order_with_some_repeated_and_a_429_on_the_way(client):
    rows, statuses = pull(client)
    ids = [int(r["id"]) for r in rows]
    assert set(ids) == set(range(ROWS))
    assert 0 < len(ids) - ROWS < 10
    assert 429 in statuses


def test_the_window_includes_its_start_and_not_its_end(client):
    rows, _ = pull(client, startTime="2026-11-05 00:00:00", endTime="2026-11-06 00:00:00")
    assert rows and {r["updateTime"][:10] for r in rows} == {"2026-11-05"}
    assert pull(client, startTime="2027-01-01 00:00:00")[0] == []


def test_a_page_is_never_longer_than_allowed(client):
    data = client.get(PATH, params={"pageSize": 9999}, headers=token(client)).json()["data"]
    assert data["pageSize"] == 500 and len(data["rows"]) == 500


def test_post_with_a_json_body_works_like_get(client):
    answer = client.post(PATH, json={"pageNo": 2, "pageSize": 10}, headers=token(client)).json()
    assert answer["data"]["pageNo"] == 2 and [r["id"] for r in answer["data"]["rows"]] == [str(i) for i in range(10, 20)]


def test_a_token_wears_out(client):
    head = token(client)
    codes = [client.get(PATH, params={"pageSize": 1}, headers=head) for _ in range(TOKEN_CALLS + 10)]
    spent = [a.json()["code"] for a in codes if a.status_code == 200]
    assert spent[0] == 0 and spent[-1] == 40101
    assert client.get(PATH, params={"pageSize": 1}, headers=token(client)).json()["code"] == 0


def test_the_failure_switch_breaks_a_path_until_it_is_taken_away(client, folder):
    switch = folder / "api" / "fail.json"
    switch.write_text(json.dumps({"path": "/wj/openapi/v1/birth", "status": 500}))
    try:
        assert client.get(PATH, headers=token(client)).status_code == 500
    finally:
        switch.unlink()
    assert client.get(PATH, headers=token(client)).status_code == 200


def test_an_unknown_path_is_404(client):
    assert client.get("/openapi/v1/nothing").status_code == 404


def test_a_hundred_thousand_rows_come_in_seconds(tmp_path):
    announce(tmp_path / "api", "wj", PATH, {"store": "wj.sqlite", "table": "birth", "page_size": 500})
    body = json.dumps({f"column{i}": "x" * 12 for i in range(20)})
    append_rows(
        tmp_path / "api" / "wj.sqlite",
        "birth",
        pl.DataFrame({"updated": ["2026-11-01 08:00:00"] * 100_000, "body": [body] * 100_000}),
    )
    began = time.monotonic()
    with serve(tmp_path) as base, httpx.Client(base_url=f"{base}/wj", timeout=5) as client:
        rows, _ = pull(client, size=500)
    assert len(rows) >= 100_000
    assert time.monotonic() - began < 20
