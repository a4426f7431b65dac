"""Where each department's deliveries lie: sources.yml, written by whoever runs the installation.

    id_key: <hex>                # secret of resident ids
    residents: 1420000           # for the contracts' volume bounds
    departments:
      ga: {database: {url: "postgresql+psycopg://reader:${GA_PASSWORD}@host/yhga"}}
      wj: {rest: {url: "${WJ_API:-http://127.0.0.1:8711}/wj", app_key: renkou, secret: "${WJ_SECRET}"}}

`${NAME}` and `${NAME:-default}` are taken from the environment, so that no secret need stand in the file. Nothing of a
source is ever logged.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from jobs.errors import UserError


class Source(BaseModel):
    """One department's connection for one manner of delivery."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: SecretStr  # `{date}` stands for the business date (yyyy-mm-dd)
    app_key: str = ""
    secret: SecretStr = SecretStr("")
    retries: int = Field(default=4, ge=0)  # after the first attempt
    backoff_seconds: float = Field(default=0.5, ge=0)  # doubles with each retry
    timeout_seconds: float = Field(default=30.0, gt=0)

    @property
    def address(self) -> str:
        """The URL in clear."""
        return self.url.get_secret_value()


class Sources(BaseModel):
    """The whole file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id_key: SecretStr = SecretStr("")
    residents: int = Field(gt=0)
    departments: dict[str, dict[str, Source]]

    def source(self, department: str, manner: str) -> Source:
        """The connection of a department; UserError when the file names none."""
        found = self.departments.get(department, {}).get(manner)
        if found is None:
            raise UserError(
                f"sources.yml names no {manner} connection for department {department}.",
                f"Add departments.{department}.{manner}.url to it.",
            )
        return found


def read_sources(file: Path, environment: Mapping[str, str] = os.environ) -> Sources:
    """Read sources.yml with its variables filled in."""
    if not file.exists():
        raise UserError(f"There is no {file}.", "Make a sample (renkou sample) or set RENKOU_SOURCES to your sources.yml.")
    try:
        return Sources.model_validate(_expand(yaml.safe_load(file.read_text(encoding="utf-8")), environment))
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        where = ".".join(str(p) for p in first["loc"])
        raise UserError(f"{file.name} is wrong at {where or 'its top'}: {first['msg']}.", "Mend that line.") from None
    except yaml.YAMLError:
        raise UserError(f"{file.name} is no YAML.", "Mend it; an editor with YAML support shows the line.") from None


def _expand(value: Any, environment: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {k: _expand(v, environment) for k, v in value.items()}
    if not isinstance(value, str):
        return value

    def fill(match: re.Match[str]) -> str:
        name, default = match.group(1), match.group(2)
        found = environment.get(name, default)
        if found is None:
            raise UserError(f"sources.yml needs the environment variable {name}.", f"Set {name} and start again.")
        return found

    return re.sub(r"\$\{(\w+)(?::-([^}]*))?\}", fill, value)
