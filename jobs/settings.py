"""Where things lie and which engine runs them: the only place that reads the environment.

| variable          | meaning                                                            | default          |
|-------------------|--------------------------------------------------------------------|------------------|
| RENKOU_HOME       | folder of state, pool, reports and logs                            | ./var            |
| RENKOU_SOURCES    | YAML file with each department's connection URL                    | HOME/sources.yml |
| RENKOU_SPARK      | local[2], spark://host:7077, sc://host:15002, or connect           | local[2]         |
| RENKOU_PARTITIONS | shuffle partitions (results never depend on it)                    | 4                |
| RENKOU_ID_KEY     | secret key of resident ids (HMAC); overrides `id_key` in the file  | (from sources)   |
| RENKOU_BY         | who signs decisions of `renkou review`                             | (asked for)      |
| RENKOU_REVIEW_KEY | key of encrypted review files                                      | (--key-file)     |
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    """One installation. Paths are absolute."""

    home: Path
    sources: Path
    spark: str
    partitions: int
    id_key: str | None
    signer: str | None = None
    review_key: str | None = None

    @classmethod
    def from_environment(cls) -> Settings:
        """The settings the environment asks for."""
        home = Path(os.environ.get("RENKOU_HOME", "var")).resolve()
        return cls(
            home=home,
            sources=Path(os.environ.get("RENKOU_SOURCES", home / "sources.yml")).resolve(),
            spark=os.environ.get("RENKOU_SPARK", "local[2]"),
            partitions=int(os.environ.get("RENKOU_PARTITIONS", "4")),
            id_key=os.environ.get("RENKOU_ID_KEY"),
            signer=os.environ.get("RENKOU_BY"),
            review_key=os.environ.get("RENKOU_REVIEW_KEY"),
        )

    @property
    def tables(self) -> Path:
        """Delta tables of the state."""
        return self.home / "state" / "tables"

    @property
    def nights(self) -> Path:
        """Manifests: which night pins which version of which table."""
        return self.home / "state" / "nights"

    @property
    def decisions(self) -> Path:
        """The ledger of human judgements (jobs/linkage/decisions.py)."""
        return self.home / "state" / "decisions.jsonl"

    @property
    def overrides(self) -> Path:
        """The ledger of statuses decided by hand, rule R-03 (jobs/residence/overrides.py)."""
        return self.home / "state" / "overrides.jsonl"

    @property
    def pool(self) -> Path:
        """What readers see."""
        return self.home / "pool"

    @property
    def reports(self) -> Path:
        """Data-quality reports, a folder a night."""
        return self.home / "reports"

    @property
    def logs(self) -> Path:
        """Logs of stages and engines."""
        return self.home / "logs"
