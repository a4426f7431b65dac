"""The contract of one department: one YAML file that says what it delivers, how, and what each column means.

A department is found by its file's path; adding one touches nothing else. Loading checks everything and fails with a
sentence naming file, table and field. What a contract may say stands in clauses.py.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml
from pydantic import ValidationError

from jobs.departments.checks import mistakes
from jobs.departments.clauses import Contract
from jobs.errors import UserError

FOLDER = Path(__file__).parent
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""As safe_load, ten times as quick where the library was built with libyaml."""


@cache
def load(file: Path) -> Contract:
    """Read and check one contract; UserError names file, table and field of the first mistake."""
    try:
        contract = Contract.model_validate(yaml.load(file.read_text(encoding="utf-8"), Loader=LOADER))
    except (ValidationError, yaml.YAMLError) as error:
        raise UserError(f"Contract {file.name} is wrong: {_first(error)}.", "Mend that line; see docs/contracts.md.") from None
    _check(file, contract)
    return contract


def contract_for(department: str, folder: Path = FOLDER) -> Contract:
    """The contract of one department by its code."""
    file = folder / f"{department}.yml"
    if not file.exists():
        raise UserError(
            f"There is no department {department}.", f"Known: {', '.join(p.stem for p in sorted(folder.glob('*.yml')))}."
        )
    return load(file)


def all_contracts(folder: Path = FOLDER) -> dict[str, Contract]:
    """Every department's contract by code, in the order of codes."""
    return {p.stem: load(p) for p in sorted(folder.glob("*.yml"))}


def _first(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(str(p) for p in first['loc'])}: {first['msg']}"
    return " ".join(str(error).split())


def _check(file: Path, contract: Contract) -> None:
    """What the types cannot say: names that must refer to something."""
    if contract.code != file.stem:
        raise UserError(f"Contract {file.name} says code {contract.code}.", "File name and code must agree.")
    for mistake in mistakes(contract):
        raise UserError(f"Contract {file.name} is wrong: {mistake}.", "Mend that line; see docs/contracts.md.")
