"""The parameters of households: one versioned file that an official can read."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field

FILE = Path(__file__).with_name("parameters.yml")


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Basis(_Part):
    """What ties a member to a household, and how sure that makes it (0–1)."""

    zh: str
    en: str
    sure: float = Field(ge=0, le=1)
    unsure: float = Field(ge=0, le=1)
    whole: float = Field(ge=0, le=1)


class Parameters(_Part):
    """Everything households may be tuned by. `basis` goes by name: kin, stated, alike, alone, unlisted."""

    version: str
    minor: int
    aged: int
    present_sure: float
    basis: dict[str, Basis]
    tie: float


@cache
def load(file: Path = FILE) -> Parameters:
    """The parameters of a file."""
    return Parameters.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
