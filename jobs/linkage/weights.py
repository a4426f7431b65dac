"""What training learned, as a JSON file: probabilities of levels by class, priors, frequencies; everything a score needs.

Weights are shown in log2. The file is pinned with the model's version: two runs with the same file give the same scores.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from jobs.errors import UserError
from jobs.linkage.frequencies import Frequency
from jobs.linkage.model import STRANGERS, LinkModel

Floats = npt.NDArray[np.float64]


@dataclass
class Weights:
    """`levels[comparison]` is classes × levels (the model's order, `else` last), each row summing to one."""

    classes: tuple[str, ...]
    prior: Floats
    levels: dict[str, Floats]
    frequencies: dict[str, Frequency] = field(default_factory=dict)
    auto: float = 0.5  # probability from which a link is automatic
    facts: dict[str, Any] = field(default_factory=dict)  # data hash, business date, counts, warnings, second opinion

    def log(self, comparison: str) -> Floats:
        """log2 of the probabilities, a zero column appended for missing (index −1)."""
        return np.hstack([np.log2(self.levels[comparison]), np.zeros((len(self.classes), 1))])

    @property
    def version(self) -> str:
        """Name, version and content hash of the model file."""
        return str(self.facts.get("version", "unversioned"))

    def fingerprint(self, model: LinkModel) -> str:
        """Eight hexadecimal digits over all that decides a score: the model's own words and what was learned."""
        often = {n: f.to_json() for n, f in sorted(self.frequencies.items())}
        learned = [self.table(model), self.prior.round(12).tolist(), often]
        text = model.model_dump_json() + json.dumps(learned, ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:8]

    def table(self, model: LinkModel) -> list[dict[str, Any]]:
        """One row per comparison and level: probabilities by class and the weight against strangers."""
        rows = []
        for name, comparison in model.comparisons.items():
            for position, level in enumerate(comparison.names):
                column = self.levels[name][:, position]
                weight = float(np.log2(column[0] / column[-1]))
                by_class = {c: float(f"{v:.6g}") for c, v in zip(self.classes, column, strict=True)}
                rows.append({"comparison": name, "level": level, **by_class, "weight": round(weight, 3)})
        return rows

    def save(self, model: LinkModel, file: Path) -> None:
        """Write the model file."""
        content = {
            "model": model.model,
            "model_version": model.version,
            "classes": list(self.classes),
            "prior": {c: float(f"{v:.6g}") for c, v in zip(self.classes, self.prior, strict=True)},
            "auto": float(f"{self.auto:.6g}"),
            "levels": self.table(model),
            "facts": self.facts,
            "frequencies": {name: f.to_json() for name, f in sorted(self.frequencies.items())},
        }
        file.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def load_weights(model: LinkModel, file: Path) -> Weights:
    """Read a model file; UserError when it is missing or made for another model."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UserError(f"There is no model file {file.name}.", "Train one: renkou train.") from None
    except json.JSONDecodeError:
        raise UserError(f"Model file {file.name} is no JSON.", "Train it again: renkou train.") from None
    classes = tuple(content["classes"])
    found: dict[str, dict[str, list[float]]] = {}
    for row in content["levels"]:
        found.setdefault(row["comparison"], {})[row["level"]] = [row[c] for c in classes]
    wanted = {name: comparison.names for name, comparison in model.comparisons.items()}
    if classes != model.classes or {n: list(v) for n, v in found.items()} != wanted:
        raise UserError(
            f"Model file {file.name} was trained for other comparisons than {model.model} has.", "Train it again: renkou train."
        )
    levels = {name: np.array([found[name][level] for level in names]).T for name, names in wanted.items()}
    frequencies = {name: Frequency.from_json(f) for name, f in content.get("frequencies", {}).items()}
    prior = np.array([content["prior"][c] for c in classes])
    return Weights(classes, prior, levels, frequencies, float(content["auto"]), content.get("facts", {}))


def blank(model: LinkModel) -> Weights:
    """Weights to start from: the best level for one person, `else` for strangers; a household shares what is `shared`."""
    levels = {}
    for name, comparison in model.comparisons.items():
        count = len(comparison.names)
        same = _slope(count, 0.9 if count > 1 else 1.0)
        stranger = _slope(count, 0.9)[::-1]
        rows = {"same": same, "household": _slope(count, 0.6) if comparison.shared else stranger, STRANGERS: stranger}
        levels[name] = np.array([rows[c] for c in model.classes])
    prior = np.array([0.001] * (len(model.classes) - 1) + [1 - 0.001 * (len(model.classes) - 1)])
    return Weights(model.classes, prior, levels)


def _slope(count: int, best: float) -> Floats:
    rest = np.array([0.5**i for i in range(count - 1)])
    return np.concatenate([[best], (1 - best) * rest / rest.sum()])
