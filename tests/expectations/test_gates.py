"""Every expectation has a breach that makes it fail, a sound night passes them all, and a refusal says what to do."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from jobs.context import Context, run_step
from jobs.errors import GateRefused, UserError
from jobs.pool import current
from jobs.pool.nights import Night, Receipt
from jobs.quality.figures import Figures
from jobs.quality.gates import Finding, figures_table, judge, judge_check
from jobs.quality.suites import all_suites, suites_for
from jobs.settings import Settings
from jobs.tables import BALANCE, QUALITY, RECORDS, RESIDENCE, SIGNS, table_for
from tests import literal_night as literal
from tests.expectations.breaches import BREACHES
from tests.literal_night import FIRST, SECOND, TOWNSHIPS, Rows

EXPECTATIONS = {
    f"{s.suite}.{e.name}": (s, c, e) for s in all_suites().values() for c in s.checks for e in c.expectations
}  # fmt: skip


@pytest.fixture(scope="module")
def district(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """An installation with one sound, published night."""
    settings = literal.installation(tmp_path_factory.mktemp("district") / "home")
    literal.write(settings, FIRST, literal.tables(FIRST))
    return settings


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """One whose first nights had ten thousand usual residents in one township, or seven, as a case needs; see `before`."""
    return literal.installation(tmp_path_factory.mktemp("grown") / "home")


def second(settings: Settings, rows: Rows, revision: int, **options: object) -> Context:
    """A second night of these rows, standing before its gates; tables that did not change are the first night's."""
    night = Night(settings.nights, SECOND, revision)
    given = {"engine": "pandas", "contracts": settings.home / "contracts", **options}
    known = literal.tables(FIRST)
    changed = {name: content for name, content in rows.items() if content != known.get(name)}
    for step, names in literal.STEPS[:5]:
        run_step(settings, night, step, literal.writer(changed, names), **given)
    return Context(settings, night, Receipt("gate"), given)


def snapshot_files(folder: Path, rows: Rows) -> dict[str, list[str]]:
    """The published first snapshot's rows, spoiled, as files under construction."""
    files = {}
    for name, content in rows.items():
        file = folder / f"{name}.parquet"
        pq.write_table(pa.Table.from_pylist(content, schema=None if content else table_for(name).schema), file)
        files[f"snap_{name}"] = [str(file)]
    return files


def findings_of(context: Context, name: str, files: dict[str, list[str]] | None = None) -> list[Finding]:
    """What this one expectation finds; its neighbours are judged with a whole night."""
    suite, check, expectation = EXPECTATIONS[name]
    return judge_check(Figures(context, files), suite, check.model_copy(update={"expectations": [expectation]}))


def failed(findings: list[Finding]) -> set[str]:
    return {f"{f.suite.suite}.{f.expectation.name}" for f in findings if not f.outcome.passed}


def test_every_expectation_has_a_breach():
    assert set(BREACHES) == set(EXPECTATIONS)


def test_every_figure_is_judged_by_a_suite():
    from jobs.quality.figures import registry

    assert set(registry()) <= {c.frame for s in all_suites().values() for c in s.checks}


SPECIAL = {
    "records.columns_declared", "residence.total_steady", "residence.township_steady", "residence.township_steady_small",
    "residence.deaths_plausible",
}  # fmt: skip
NUMBERED = {name: n for n, name in enumerate(sorted(BREACHES), start=1)}


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(n for n in BREACHES if not n.startswith("snapshot.") and n not in SPECIAL))
def test_breach_is_found(district: Settings, name: str):
    rows = literal.tables(SECOND)
    BREACHES[name](rows)
    findings = findings_of(second(district, rows, NUMBERED[name]), name)
    assert name in failed(findings)
    broken = next(f for f in findings if not f.outcome.passed and f.expectation.name == name.split(".")[1])
    assert not broken.outcome.broken
    assert broken.expectation.meta.todo.en in broken.sentence("en")
    assert broken.expectation.meta.todo.zh in broken.sentence("zh")
    for value in literal.NAMES + tuple(r["phone"] for r in rows["records"]) + tuple(r["id_number"] for r in rows["records"]):
        assert value not in broken.sentence()


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(n for n in BREACHES if n.startswith("snapshot.")))
def test_snapshot_breach_is_found(district: Settings, name: str, tmp_path: Path):
    root = district.pool / "snapshots" / FIRST.isoformat()
    rows = {
        t: pq.ParquetDataset(root / t).read().to_pylist()
        for t in ("resident", "residence", "lineage", "balance", "quality", "status_history", "changes")
    }  # fmt: skip
    context = second(district, literal.tables(SECOND), NUMBERED[name])
    assert failed(findings_of(context, name, snapshot_files(tmp_path, rows))) == set()
    BREACHES[name](rows)
    assert name in failed(findings_of(context, name, snapshot_files(tmp_path, rows)))


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("residence.total_steady", 7000, 7100),
        ("residence.township_steady", 10000, 10200),
        ("residence.township_steady_small", 20, 40),
    ],
)
def test_change_beyond_the_bound_is_found(grown: Settings, name: str, before: int, after: int):
    revision = NUMBERED[name]
    sealed_night(grown, FIRST, revision, {"residence": _usual(before)})
    context = Context(grown, Night(grown.nights, SECOND, revision), Receipt("x"), {"engine": "pandas"})
    for count, expected in ((before, False), (after, True)):
        context.receipt = Receipt("residence")
        context.write_arrow(RESIDENCE, literal.frame(RESIDENCE, _usual(count)))
        context.night.put(context.receipt)
        assert (name in failed(findings_of(context, name))) is expected


def test_deaths_beyond_five_times_the_median_are_found(grown: Settings):
    name = "residence.deaths_plausible"
    people = _usual(60)
    for n in range(3):
        date = FIRST - dt.timedelta(days=2 - n)
        account = dict.fromkeys(BALANCE.schema.names, 0) | {"township": TOWNSHIPS[0], "deaths": 4}
        sealed_night(grown, date, 500, {"residence": people, "balance": [account]})
    context = Context(grown, Night(grown.nights, SECOND, 500), Receipt("residence"), {"engine": "pandas"})
    for dead, expected in ((20, False), (21, True)):
        context.write_arrow(
            RESIDENCE, literal.frame(RESIDENCE, [literal.residence(n, "91", "330110001") for n in range(dead)] + people[dead:])
        )
        context.night.put(context.receipt)
        assert (name in failed(findings_of(context, name))) is expected


def test_a_foreign_column_in_a_file_is_found(district: Settings):
    context = second(district, literal.tables(SECOND), 900)
    file = Path(context.files("records")[0])
    pq.write_table(pq.read_table(file).append_column("religion", pa.array(["x"] * 12)), file)
    (finding,) = findings_of(context, "records.columns_declared")
    assert not finding.outcome.passed
    assert finding.outcome.examples == ("records.religion",)


def test_a_sound_night_passes_everything(district: Settings):
    night = Night(district.nights, FIRST)
    figures = Context(district, night, Receipt("x")).read_arrow("quality").to_pylist()
    assert {f["layer"] for f in figures} == {"landing", "records", "links", "residents", "residence", "snapshot"}
    assert [f["metric"] for f in figures if not f["passed"]] == []
    unjudged = {n for n in EXPECTATIONS if not n.startswith("snapshot.")} - {f["metric"] for f in figures}
    assert unjudged == set()


def test_night_one_says_no_baseline(district: Settings):
    figures = Context(district, Night(district.nights, FIRST), Receipt("x")).read_arrow("quality").to_pylist()
    silent = {f["metric"] for f in figures if f["sentence"] and "no baseline" in f["sentence"]}
    assert {"residents.id_events_few", "residence.total_steady", "residence.deaths_plausible"} <= silent


@pytest.mark.slow
def test_a_refused_gate_keeps_the_snapshot_and_says_which_rows(tmp_path: Path):
    settings = literal.installation(tmp_path / "home")
    literal.write(settings, FIRST, literal.tables(FIRST))
    rows = literal.tables(SECOND)
    BREACHES["records.sex_listed"](rows)
    with pytest.raises(GateRefused) as refused:
        literal.write(settings, SECOND, rows)
    assert "records, sex_listed: 1 rows, for example ga-0." in refused.value.what
    held = current.current(settings.pool)
    assert held is not None and held["label"] == FIRST.isoformat()
    status = json.loads((settings.pool / "status.json").read_text(encoding="utf-8"))
    assert (status["stale_since"], status["current"]) == (SECOND.isoformat(), FIRST.isoformat())
    assert "sex_listed" in status["why"]
    report = (settings.reports / SECOND.isoformat() / "report.md").read_text(encoding="utf-8")
    assert "Gate records refused" in report
    assert "records.sex_listed" in report
    assert (settings.reports / SECOND.isoformat() / "report.html").exists()
    literal.write(settings, SECOND, literal.tables(SECOND))
    assert "stale_since" not in json.loads((settings.pool / "status.json").read_text(encoding="utf-8"))
    assert "refused" not in (settings.reports / SECOND.isoformat() / "report.md").read_text(encoding="utf-8").split("## ")[1]


@pytest.mark.slow
def test_a_warning_does_not_stop_the_night(tmp_path: Path):
    settings = literal.installation(tmp_path / "home")
    rows = literal.tables(FIRST)
    BREACHES["records.phone_form"](rows)
    night = literal.write(settings, FIRST, rows)
    assert night.manifest() is not None
    receipt = night.receipt("gate.records")
    assert receipt is not None and "phone_form" in receipt.notes["warnings"][0]
    assert "records.phone_form" in (settings.reports / FIRST.isoformat() / "report.md").read_text(encoding="utf-8")


def test_validate_refuses_figures_of_another_night(district: Settings):
    from jobs.validate import run

    context = second(district, literal.tables(SECOND), 901)
    with pytest.raises(UserError, match=r"Gate landing of night 2026-11-22\.901 has not passed"):
        run(context)


def test_a_new_department_needs_no_suite_of_its_own(tmp_path: Path):
    settings = literal.installation(tmp_path / "home")
    contract = literal.CONTRACT.format(code="eleventh", table="lunch", late="{stop: true}")
    (settings.home / "contracts" / "eleventh.yml").write_text(contract, encoding="utf-8")
    with pytest.raises(GateRefused, match=r"eleventh\.lunch, required_delivery"):
        literal.write(settings, FIRST, literal.tables(FIRST), through="landing")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("suite: x\nlayer: moon", "wrong at layer"),
        ("suite: y\nlayer: links\ntitle: {zh: a, en: a}\nowner: {zh: a, en: a}\nchecks: []", "calls itself y"),
        ("suite: [", "is no YAML"),
    ],
)
def test_a_wrong_suite_is_told_in_a_sentence(tmp_path: Path, text: str, sentence: str):
    (tmp_path / "x.yml").write_text(text)
    with pytest.raises(UserError, match=sentence):
        all_suites(tmp_path)


def test_suites_never_show_personal_columns(tmp_path: Path):
    source = Path("expectations/records.yml").read_text(encoding="utf-8").replace('key: ["record_id"]', 'key: ["id_number"]')
    (tmp_path / "records.yml").write_text(source, encoding="utf-8")
    with pytest.raises(UserError, match="would show id_number"):
        all_suites(tmp_path)


@pytest.mark.spark
def test_spark_and_pandas_reach_the_same_verdicts(district: Settings, spark):
    rows = literal.tables(SECOND)
    for name in ("records.record_id_unique", "records.sex_listed", "records.birth_date_plausible", "signs.sign_end_after_start"):
        BREACHES[name](rows)
    context = second(district, rows, 902)
    verdicts = []
    for engine in ("pandas", "spark"):
        context.options["engine"] = engine
        table = figures_table(judge(context, "records"), "records")
        verdicts.append([{k: r[k] for k in ("metric", "value", "passed", "sentence")} for r in table.to_pylist()])
    assert sorted(verdicts[0], key=str) == sorted(verdicts[1], key=str)
    assert {r["metric"] for r in verdicts[0] if not r["passed"]} >= {
        "records.record_id_unique", "records.sex_listed", "records.birth_date_plausible", "signs.sign_end_after_start",
    }  # fmt: skip


def test_results_carry_no_values(district: Settings):
    rows = literal.tables(SECOND)
    secret = "13800138000x"
    rows["records"][0]["phone"] = secret
    context = second(district, rows, 903)
    findings = judge(context, "records")
    assert "records.phone_form" in failed(findings)
    assert secret not in str([dataclasses.asdict(f.outcome) for f in findings])


def test_layers_have_suites():
    assert all(suites_for(layer) for layer in ("landing", "records", "links", "residents", "residence", "snapshot"))


def sealed_night(settings: Settings, date: dt.date, revision: int, tables: Rows) -> None:
    """A finished night that pins just these tables."""
    night = Night(settings.nights, date, revision)
    context = Context(settings, night, Receipt("residence"))
    for name, rows in tables.items():
        table = {"residence": RESIDENCE, "balance": BALANCE, "quality": QUALITY, "records": RECORDS, "signs": SIGNS}[name]
        context.write_arrow(table, literal.frame(table, rows))
    night.put(context.receipt)
    night.seal({"tables": night.own()})


def _usual(count: int) -> list[literal.Row]:
    return [literal.residence(n, "11", TOWNSHIPS[0]) for n in range(count)]
