"""A linkage model: which fields two rows are compared by, in which ordered levels, and where candidate pairs come from.

One YAML file a statistician can read. The engine knows nothing else about the tables it links; weights are learned
(jobs/linkage/training.py) and kept beside it as JSON (jobs/linkage/weights.py). Every mistake is one sentence.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from jobs.errors import UserError
from jobs.linkage.keys import TRANSFORMS, parse_part
from jobs.linkage.levels import ROW_LEVELS, VALUE_LEVELS
from jobs.linkage.model_words import level_problems, part_problem, read_yaml, validation

FieldType = Literal[
    "text", "name", "number", "date", "list", "flag", "folded", "digits", "date_ymd", "date_dmy", "date_mdy"
]  # fmt: skip
SAME, HOUSEHOLD, STRANGERS = "same", "household", "strangers"


class Part(BaseModel):
    """Base of all parts: unknown words are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class FieldSpec(Part):
    """One input column (`first|second` where two tables name it differently). `list` holds several values a row; `flag` is
    true or false; `folded`, `digits` and `date_…` are compared by one spelling (jobs/linkage/spellings.py)."""

    column: str | None = None
    type: FieldType = "text"


class TermFrequency(Part):
    """Rare values weigh more: at `levels` the strangers' probability is the value's own frequency.

    `by` splits the table (sex, decade of birth), `split` multiplies the frequencies of two parts (surname × given name).
    """

    levels: list[str] = ["exact"]
    by: list[str] = []
    split: list[str] = []


class Comparison(Part):
    """One field compared by ordered levels, best first; `else` and missing come by themselves.

    `only_with` names comparisons and levels without which agreement here adds nothing; `shared` says that members of a
    household share it; `household_most` bounds how often they reach a level (mistyped records of one person look like
    relatives to the EM); `identifying` says that its values are as many as people, so that strangers share one the more
    rarely the larger the population.
    """

    field: str
    levels: list[str | dict[str, Any]] = Field(min_length=1)
    term_frequency: TermFrequency | None = None
    only_with: dict[str, list[str]] = {}
    shared: bool = False
    household_most: dict[str, float] = {}
    identifying: bool = False

    @property
    def names(self) -> list[str]:
        """Level names, best first, `else` last."""
        return [level_name(each) for each in self.levels] + ["else"]


class Pass(Part):
    """One blocking pass: rows agreeing on all key parts (`field`, `field.transform`, `field:4`) are compared.

    Blocks over `cap` rows are split by `refine`, part after part; `implies` lists comparisons not to learn in this pass
    because its key decides them (those over the key's own fields are known).
    """

    name: str
    key: list[str] = Field(min_length=1)
    refine: list[str] = []
    cap: int = Field(default=200, gt=1)
    implies: list[str] = []
    training: bool = True


class Rule(Part):
    """A condition on a pair; all its parts must hold.

    `levels`: comparison → allowed levels (`missing` too); `both` / `either` / `neither`: flags; `same` / `differ`: fields present on
    both sides with equal / different values.
    """

    name: str
    levels: dict[str, list[str]] = {}
    both: list[str] = []
    either: list[str] = []
    neither: list[str] = []
    same: list[str] = []
    differ: list[str] = []


class Likely(Rule):
    """A condition under which two are more likely one than two, though weights alone may not join them.

    `despite`: hard vetoes that do not stop the suspicion (they stop the join). `sole`: where one side has no number and
    everything that speaks for it points to the same cluster, it may join. A pair may be as improbable as `least`, and is kept
    even below the review threshold: that nobody else comes into question is evidence that no weight holds.
    """

    despite: list[str] = []
    sole: bool = False
    least: float = Field(default=0.5, gt=0, lt=1)


class Thresholds(Part):
    """Probabilities. `auto: expected` chooses the cut with the best expected F1 of the data at hand."""

    review: float = Field(default=0.05, gt=0, lt=1)
    auto: float | Literal["expected"] = "expected"


class LinkModel(Part):
    """The whole model. `one_to_one`: each of two tables is free of duplicates. `population`: persons that the prior is for,
    where weights learned on a sample must hold for all; without it the prior is the sample's own."""

    model: str
    version: str = "1"
    id: str
    one_to_one: bool = False
    household: bool = False
    population: int | None = Field(default=None, gt=1)
    fields: dict[str, FieldSpec] = Field(min_length=1)
    comparisons: dict[str, Comparison] = Field(min_length=1)
    passes: list[Pass] = Field(min_length=1)
    vetoes: list[Rule] = []
    review: list[Rule] = []
    auto_needs: list[Rule] = []
    likely: list[Likely] = []
    thresholds: Thresholds = Thresholds()
    seed: int = Field(default=20_261_122, ge=0)

    @property
    def classes(self) -> tuple[str, ...]:
        """Latent classes of pairs; strangers last."""
        return (SAME, HOUSEHOLD, STRANGERS) if self.household else (SAME, STRANGERS)

    @property
    def floor(self) -> float:
        """The least probability at which a pair may be kept: for review, or because a likely rule asks for it."""
        return min([self.thresholds.review, *(rule.least for rule in self.likely)])

    def column(self, field: str) -> str:
        """The input column behind a field."""
        return self.fields[field].column or field

    def blocked(self, each: Pass) -> set[str]:
        """Comparisons whose m must not be learned in this pass."""
        fields = {parse_part(part).field for part in each.key}
        return {name for name, c in self.comparisons.items() if uses(c) & fields} | set(each.implies)


def uses(comparison: Comparison) -> set[str]:
    """Fields a comparison looks at."""
    other = {str(v) for level in comparison.levels if isinstance(level, dict) for k, v in level.items() if k in ROW_LEVELS}
    return {comparison.field} | other


def level_name(level: str | dict[str, Any]) -> str:
    """`exact`, or `jaro_winkler 0.9` for a level with an argument."""
    if isinstance(level, str):
        return level
    kind, argument = next(iter(level.items()))
    return f"{kind} {argument}"


WORDS: dict[str, list[str]] = {
    "": list(LinkModel.model_fields), "fields": list(FieldSpec.model_fields), "comparisons": list(Comparison.model_fields),
    "term_frequency": list(TermFrequency.model_fields), "passes": list(Pass.model_fields), "vetoes": list(Rule.model_fields),
    "review": list(Rule.model_fields), "auto_needs": list(Rule.model_fields), "likely": list(Likely.model_fields),
    "thresholds": list(Thresholds.model_fields),
}  # fmt: skip
"""The words allowed at each place of a model, for who mistypes one."""


def load_model(file: Path) -> LinkModel:
    """Read and check a model; UserError says in a sentence what is wrong."""
    try:
        content = read_yaml(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, IsADirectoryError):
        raise UserError(
            f"There is no model file {file.name}.", "Give the path of a YAML model, see docs/link-models.md."
        ) from None
    except UnicodeDecodeError:
        raise _wrong(file.name, "it is no text in UTF-8") from None
    except ValueError as error:
        raise _wrong(file.name, str(error)) from None
    try:
        model = LinkModel.model_validate(content)
    except ValidationError as error:
        raise _wrong(file.name, validation(error.errors()[0], WORDS)) from None
    for problem in problems(model):
        raise _wrong(file.name, problem)
    return model


def problems(model: LinkModel) -> list[str]:
    """Everything the types cannot say, as clauses; empty when the model is sound."""
    found: list[str] = _threshold_problems(model.thresholds)
    for name, comparison in model.comparisons.items():
        found += _comparison_problems(model, name, comparison)
    names = [p.name for p in model.passes]
    found += [f"pass {n} stands twice" for n in sorted(set(names)) if names.count(n) > 1]
    for each in model.passes:
        for part in [*each.key, *each.refine]:
            found += _part_problems(model, f"pass {each.name}", part)
        found += [f"pass {each.name}: no comparison {c}" for c in each.implies if c not in model.comparisons]
    for rule in [*model.vetoes, *model.review, *model.auto_needs, *model.likely]:
        found += _rule_problems(model, rule)
    vetoes = {v.name for v in model.vetoes}
    found += [f"rule {r.name}: no veto {v}" for r in model.likely for v in r.despite if v not in vetoes]
    return found


def _threshold_problems(thresholds: Thresholds) -> list[str]:
    if thresholds.auto == "expected" or thresholds.review <= float(thresholds.auto) < 1:
        return []
    return [f"thresholds: auto is a probability from review ({thresholds.review}) to below 1, or the word expected"]


def _comparison_problems(model: LinkModel, name: str, comparison: Comparison) -> list[str]:
    if comparison.field not in model.fields:
        return [f"comparison {name}: no field {comparison.field}"]
    found = []
    for level in comparison.levels:
        if isinstance(level, dict) and len(level) != 1:
            found.append(f"comparison {name}: a level with an argument is one word and one value")
            continue
        kind, argument = (level, None) if isinstance(level, str) else next(iter(level.items()))
        if kind not in VALUE_LEVELS and kind not in ROW_LEVELS:
            found.append(f"comparison {name}: no level {kind}; known are {', '.join(sorted({*VALUE_LEVELS, *ROW_LEVELS}))}")
        elif kind in ROW_LEVELS and argument is not None and argument not in model.fields:
            found.append(f"comparison {name}: level {kind} names no field {argument}")
        elif (argument is None) != ((VALUE_LEVELS.get(kind) or ROW_LEVELS[kind]).argument is None):
            found.append(f"comparison {name}: level {kind} {'lacks its' if argument is None else 'takes no'} argument")
    if not found:
        steps = [(level, None) if isinstance(level, str) else next(iter(level.items())) for level in comparison.levels]
        found += [f"comparison {name}: {p}" for p in level_problems(steps, model.fields[comparison.field].type)]
    names = comparison.names
    found += [f"comparison {name}: level {n} stands twice" for n in sorted(set(names)) if names.count(n) > 1]
    if comparison.term_frequency:
        found += [
            f"comparison {name}: term frequency at unknown level {n}" for n in comparison.term_frequency.levels if n not in names
        ]
        for part in comparison.term_frequency.by:
            found += _part_problems(model, f"comparison {name}", part)
        found += [f"comparison {name}: no transform {t}" for t in comparison.term_frequency.split if t not in TRANSFORMS]
    found += [f"comparison {name}: household_most at unknown level {n}" for n in comparison.household_most if n not in names]
    return found + _level_problems(model, f"comparison {name}", comparison.only_with)


def _part_problems(model: LinkModel, where: str, part: str) -> list[str]:
    parsed = parse_part(part)
    if parsed.field not in model.fields:
        return [f"{where}: no field {parsed.field}"]
    if wrong := part_problem(part):
        return [f"{where}: {wrong}"]
    if parsed.transform and parsed.transform not in TRANSFORMS:
        return [f"{where}: no transform {parsed.transform}; known are {', '.join(sorted(TRANSFORMS))}"]
    return []


def _level_problems(model: LinkModel, where: str, levels: dict[str, list[str]]) -> list[str]:
    found = []
    for name, allowed in levels.items():
        if name not in model.comparisons:
            found.append(f"{where}: no comparison {name}")
            continue
        known = {*model.comparisons[name].names, "missing"}
        found += [f"{where}: comparison {name} has no level {a}" for a in allowed if a not in known]
    return found


def _rule_problems(model: LinkModel, rule: Rule) -> list[str]:
    fields = [*rule.both, *rule.either, *rule.neither, *rule.same, *rule.differ]
    missing = [f"rule {rule.name}: no field {f}" for f in fields if f not in model.fields]
    flags = [f for f in [*rule.both, *rule.either, *rule.neither] if f in model.fields and model.fields[f].type != "flag"]
    missing += [f"rule {rule.name}: both, either and neither take fields of `type: flag`, which {f} is not" for f in flags]
    if not fields and not rule.levels:
        missing.append(f"rule {rule.name} has no condition")
    return missing + _level_problems(model, f"rule {rule.name}", rule.levels)


def _wrong(name: str, problem: str) -> UserError:
    return UserError(f"Model {name} is wrong: {problem}.", "Mend that line; docs/link-models.md says what a model may say.")
