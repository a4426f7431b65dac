"""The tables of one night as a report reads them: views over what the night pinned."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from jobs.pool import views
from jobs.pool.nights import Night, Receipt
from jobs.pool.store import Store
from jobs.settings import Settings
from jobs.tables import table_for


class NightTables:
    """The night's tables as views; a table this night has not made (or only inherited) is absent."""

    def __init__(self, settings: Settings, night: Night, receipts: Sequence[Receipt]) -> None:
        self.settings, self.night = settings, night
        self.con = views.connection(settings.home / "state" / "duckdb")
        self.con.execute(f"CREATE MACRO tonight() AS DATE '{night.date}'")
        own = {t: v for r in receipts for t, v in r.writes.items()}
        manifest = night.manifest()
        self.pins: dict[str, int] = manifest["tables"] if manifest else own
        self.store = Store(settings.tables)

    def has(self, *names: str) -> bool:
        """Whether the night has all of these tables."""
        return all(n in self.pins for n in names)

    def rows(self, sql: str, *names: str) -> list[tuple[Any, ...]]:
        """Rows of a query over these tables; none while one of them does not exist."""
        if not self.has(*names):
            return []
        for name in names:
            views.add_view(self.con, views.view_name(name), self.store.files(name, self.pins[name]), table_for(name).schema)
        return self.con.execute(sql).fetchall()

    def union(self, prefix: str, sql: str) -> list[tuple[Any, ...]]:
        """The same over all tables below a folder, as the view `all_rows`."""
        names = sorted(n for n in self.pins if n.startswith(prefix))
        files = [f for n in names for f in self.store.files(n, self.pins[n])]
        views.add_view(self.con, "all_rows", files, table_for(prefix.rstrip("/")).schema)
        return self.con.execute(sql).fetchall()
