"""The command line: the same words by hand, in Airflow and on a cluster. Light: nothing heavy is imported before it is needed."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from jobs import plan
from jobs.errors import ExitCode, UserError
from jobs.privacy import redact
from jobs.settings import Settings

if TYPE_CHECKING:
    from jobs.pool.nights import Night

Command = Callable[[argparse.Namespace, Settings], None]


def main(argv: list[str]) -> int:
    """Run one command and return its exit code; a user's error is two sentences on stderr, without a traceback."""
    args = parser().parse_args(argv)
    settings = Settings.from_environment()
    try:
        args.command(args, settings)
    except UserError as error:
        print(f"✗ {error.what}", *([f"  → {error.todo}"] if error.todo else []), sep="\n", file=sys.stderr)
        return int(error.exit_code)
    except BrokenPipeError:
        return int(ExitCode.OK)
    except Exception as error:
        print(unexpected(error), file=sys.stderr)
        return int(ExitCode.BUG)
    return int(ExitCode.OK)


def unexpected(error: Exception) -> str:
    """Where a bug struck and what the library said, personal values masked."""
    frames = [f"  {f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(error.__traceback__)]
    return "\n".join(
        ["✗ Unexpected error (please report):", *frames[-12:], f"  {type(error).__name__}: {redact(str(error))[:2000]}"]
    )


def parser() -> argparse.ArgumentParser:
    """All commands."""
    top = argparse.ArgumentParser(prog="renkou", description="人口 · one resident per person, every night, with reasons")
    sub = top.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _sample_commands(sub)
    _night_commands(sub)
    _question_commands(sub)
    _engine_commands(sub)
    return top


def _add(
    sub: argparse._SubParsersAction[argparse.ArgumentParser], name: str, command: Command, help_: str
) -> argparse.ArgumentParser:
    made = sub.add_parser(name, help=help_, description=help_)
    made.set_defaults(command=command)
    return made


def _date(made: argparse.ArgumentParser, required: bool = True) -> None:
    made.add_argument("--date", type=dt.date.fromisoformat, required=required, help="business date, YYYY-MM-DD")


def _sample_commands(sub: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    sample = _add(sub, "sample", _sample, "make a synthetic district with its departments' deliveries and the truth")
    sample.add_argument("--residents", type=int, default=5000)
    sample.add_argument("--nights", type=int, default=3)
    sample.add_argument("--seed", type=int, default=1)
    sample.add_argument("--out", type=Path, required=True)
    sample.add_argument("--last-night", type=dt.date.fromisoformat, default=dt.date(2026, 11, 22))
    sample.add_argument("--rates", type=float, default=1.0, help="multiplies every fault rate")
    sample.add_argument("--cases", default="", help="hard cases by count: twins=300,namesakes=300; all=300 sets every kind")
    serve = _add(sub, "serve-sample", _serve_sample, "serve the sample's REST departments on loopback until interrupted")
    serve.add_argument("--dir", type=Path, required=True)
    serve.add_argument("--port", type=int, default=8711)
    demo = _add(sub, "demo", _demo, "make a sample district and run its nights through the Airflow DAG")
    demo.add_argument("--residents", type=int, default=5000)
    demo.add_argument("--nights", type=int, default=3)
    demo.add_argument("--seed", type=int, default=1)


def _night_commands(sub: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    for stage in plan.STAGES:
        made = _add(sub, stage.name, _stage(stage.name), stage.meaning)
        _date(made)
        if stage.mapped:
            made.add_argument("--department", choices=plan.departments(), help="only this one")
        if stage.name == "link":
            made.add_argument("--full", action="store_true", help="compare all pairs, not only those changed since last night")
        if stage.name == "validate":
            made.add_argument("--layer", choices=[s.gate for s in plan.STAGES if s.gate], help="only the gate behind one stage")
    run = _add(sub, "run", _run, "run a whole night in one process")
    _date(run)
    hold = _add(sub, "hold", _hold, "mark the current snapshot stale after a failed night")
    _date(hold)
    session = _add(sub, "session", _session, "start or stop the night's Spark server (RENKOU_SPARK=connect)")
    session.add_argument("action", choices=["start", "stop"])
    _add(sub, "nights", _nights, "list nights, their revisions and state")


def _question_commands(sub: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    query = _add(sub, "query", _query, "ask the current snapshot in SQL")
    query.add_argument("sql")
    query.add_argument("--csv", action="store_true", help="print CSV instead of a table")
    counted = _add(sub, "population", _population, "the population as of one date as known on another, by township or status")
    counted.add_argument("--as-of", type=dt.date.fromisoformat, help="business date (the current snapshot's)")
    counted.add_argument("--known", type=dt.date.fromisoformat, help="by what was known on this date (by now)")
    counted.add_argument("--by", choices=["township", "status"], default="township")
    counted.add_argument("--csv", action="store_true", help="print CSV instead of a table")
    explain = _add(sub, "explain", _explain, "why this resident is one person with this status; or why two ids are one, or not")
    explain.add_argument("resident", help="a resident id; with a second id, a record id will do")
    explain.add_argument("other", nargs="?", help="a second resident or record id")
    explain.add_argument("--json", action="store_true")
    explain.add_argument("--svg", type=Path, help="of two ids: draw the heaviest link between them into this file")
    _date(explain, required=False)
    supposed = _add(
        sub, "what-if", _what_if, "the status as published, and as it would be on another day or without some records"
    )
    supposed.add_argument("resident", help="a resident id")
    supposed.add_argument("--as-of", type=dt.date.fromisoformat, metavar="DAY", help="the day of the status (the night's)")
    left_out = "leave out a record id, a department (ga) or a table (ga.ldrk); repeat for more"
    supposed.add_argument("--without", action="append", default=[], metavar="RECORD", help=left_out)
    supposed.add_argument("--json", action="store_true")
    _date(supposed, required=False)
    _review_command(sub)
    evaluate = _add(sub, "evaluate", _evaluate, "compare a night with the sample's truth")
    _date(evaluate)
    evaluate.add_argument("--truth", type=Path, required=True)
    evaluate.add_argument("--json", action="store_true")
    digest = _add(sub, "digest", _digest, "a digest of every table's contents, independent of files and partitions")
    _date(digest)


def _review_command(sub: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    review = _add(sub, "review", _review, "decide, on a terminal, the pairs that only a person can decide")
    review.add_argument("--limit", type=int, default=20, help="most cases, most informative first")
    review.add_argument("--by", help="who signs (else RENKOU_BY)")
    review.add_argument("--on", type=dt.date.fromisoformat, help="business date from which decisions hold (today)")
    review.add_argument("--key-file", type=Path, help="key of encrypted files (else RENKOU_REVIEW_KEY)")
    what = review.add_mutually_exclusive_group()
    what.add_argument("--list", action="store_true", help="only list the queue, without personal values")
    what.add_argument("--pair", nargs=2, metavar=("A", "B"), help="decide this pair of resident or record ids")
    what.add_argument("--undo", metavar="ID", help="take a decision back")
    what.add_argument("--out", type=Path, metavar="FILE", help="hand the cases over in an encrypted file")
    what.add_argument("--file", type=Path, metavar="FILE", help="work on such a file, away from the pool")
    what.add_argument("--in", type=Path, metavar="FILE", dest="take", help="enter the decisions of such a file")
    what.add_argument("--new-key", type=Path, metavar="FILE", help="make a key for such files")


def _engine_commands(sub: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    tables = _add(sub, "link-tables", _link_tables, "link any tables: dedupe one, or link two")
    tables.add_argument("--model", type=Path, required=True)
    tables.add_argument("tables", type=Path, nargs="+")
    tables.add_argument("--out", type=Path, required=True)
    tables.add_argument(
        "--engine", choices=["memory", "spark"], help="where pairs are compared; without it Spark from a million rows"
    )
    proposed = _add(sub, "propose-model", _propose_model, "propose a link model from the tables' own values")
    proposed.add_argument("tables", type=Path, nargs="+")
    proposed.add_argument("--out", type=Path, help="where the model is written; without it, it is printed")
    proposed.add_argument("--pairs", type=int, help="most pairs the passes may make together (default 20 a row)")
    card = _add(sub, "model-card", _model_card, "what a model learned and which errors to expect, as one page")
    card.add_argument("model", type=Path, help="the model, YAML")
    card.add_argument("weights", type=Path, help="what was learned: model.json of link-tables, or of renkou train")
    card.add_argument("--out", type=Path, required=True, help="card.html or card.md")
    usual = _add(sub, "usual-rates", _usual_rates, "measure on a sample how many residents of each status truly live here")
    _date(usual)
    usual.add_argument("--truth", type=Path, required=True)
    usual.add_argument("--out", type=Path, required=True, help="the file this sample's figures are added to")
    train = _add(sub, "train", _train, "learn the population model's weights from a finished night")
    _date(train)
    train.add_argument("--out", type=Path, required=True)


def _cases(text: str) -> dict[str, int]:
    pairs = [p.split("=", 1) for p in text.split(",") if p]
    try:
        return {name.strip(): int(count) for name, count in pairs}
    except ValueError:
        raise UserError(f"--cases {text!r} is not a list of name=count.", "Write it like twins=300,namesakes=300.") from None


def _sample(args: argparse.Namespace, settings: Settings) -> None:
    from jobs.sample.make import make_sample

    make_sample(args.out, args.residents, args.nights, args.seed, args.last_night, args.rates, _cases(args.cases))


def _serve_sample(args: argparse.Namespace, settings: Settings) -> None:
    import signal

    from jobs.sample.server import serve

    with serve(args.dir, args.port) as url:
        print(f"sample departments at {url}", flush=True)
        signal.sigwait({signal.SIGINT, signal.SIGTERM})


def _demo(args: argparse.Namespace, settings: Settings) -> None:
    from jobs.demo import demo

    demo(settings, args.residents, args.nights, args.seed)


def _stage(name: str) -> Command:
    def command(args: argparse.Namespace, settings: Settings) -> None:
        from jobs.run import do_mapped, do_step, line

        if plan.stage(name).mapped and args.department is None:
            do_mapped(settings, args.date, name, print)
            return
        step = f"gate.{args.layer}" if getattr(args, "layer", None) else name
        department, full = getattr(args, "department", None), getattr(args, "full", False)
        print(line(do_step(settings, args.date, step, department, full)))

    return command


def _run(args: argparse.Namespace, settings: Settings) -> None:
    from jobs.run import run_night

    run_night(settings, args.date, print)


def _hold(args: argparse.Namespace, settings: Settings) -> None:
    from jobs.run import hold

    hold(settings, args.date)


def _session(args: argparse.Namespace, settings: Settings) -> None:
    from jobs import connect

    print(connect.start(settings) if args.action == "start" else connect.stop(settings))


def _nights(args: argparse.Namespace, settings: Settings) -> None:
    from jobs.pool.nights import Night

    folders = sorted(settings.nights.glob("*/*"))
    if not folders:
        print(f"No night has been run in {settings.home}. Run one: renkou run --date YYYY-MM-DD (or set RENKOU_HOME).")
    for folder in folders:
        night = Night(settings.nights, dt.date.fromisoformat(folder.parent.name), int(folder.name))
        done = [r.step for r in night.receipts()]
        print(
            f"{night.label:<14} {'published' if night.manifest() else 'unfinished, last step ' + (done[-1] if done else 'none')}"
        )


def _query(args: argparse.Namespace, settings: Settings) -> None:
    from jobs import query

    columns, rows = query.query(settings, args.sql)
    print(query.as_csv(columns, rows) if args.csv else query.as_table(columns, rows))


def _population(args: argparse.Namespace, settings: Settings) -> None:
    from jobs import population

    asked, rows = population.population(settings, args.as_of, args.known, args.by)
    print(population.as_csv(asked, rows) if args.csv else population.page(asked, rows))


def _explain(args: argparse.Namespace, settings: Settings) -> None:
    from jobs import explain

    if args.other is None and args.svg:
        raise UserError("--svg draws what stands between two ids.", "Give a second id: renkou explain A B --svg FILE.")
    if args.other is None:
        print(explain.explain(settings, args.resident, args.date, as_json=args.json))
        return
    told = explain.explain_pair(settings, (args.resident, args.other), args.date)
    if args.svg:
        args.svg.write_text(explain.pair_picture(told), encoding="utf-8")
    print(json.dumps(told, ensure_ascii=False, indent=1, default=str) if args.json else explain.pair_page(told))


def _what_if(args: argparse.Namespace, settings: Settings) -> None:
    from jobs.what_if import Supposed, what_if

    supposed = Supposed(args.resident, args.as_of, tuple(args.without), args.date)
    print(what_if(settings, supposed, as_json=args.json))


def _review(args: argparse.Namespace, settings: Settings) -> None:
    from jobs.review import review

    review(settings, args)


def _evaluate(args: argparse.Namespace, settings: Settings) -> None:
    from jobs import evaluate

    result = evaluate.evaluate(settings, finished_night(settings, args.date), args.truth)
    print(json.dumps(result, ensure_ascii=False, indent=1, default=str) if args.json else evaluate.render(result))


def _digest(args: argparse.Namespace, settings: Settings) -> None:
    from jobs.digest import digests

    for table, value in sorted(digests(settings, finished_night(settings, args.date)).items()):
        print(f"{value}  {table}")


def _link_tables(args: argparse.Namespace, settings: Settings) -> None:
    from jobs.link_tables import SPARK_ROWS, Workers, link_tables, rows_of

    workers = None
    if args.engine == "spark" or (args.engine is None and rows_of(args.tables) >= SPARK_ROWS):
        from jobs.session import spark_session

        workers = Workers(lambda: spark_session(settings), settings.home / "state" / "link-tables")
    print(json.dumps(link_tables(args.model, args.tables, args.out, workers), ensure_ascii=False, indent=1))


def _propose_model(args: argparse.Namespace, settings: Settings) -> None:
    from jobs.propose_model import propose_model

    model, summary = propose_model(args.tables, args.out, args.pairs)
    print(summary, file=sys.stdout if args.out else sys.stderr)
    print(f"\n→ {args.out}" if args.out else model)


def _model_card(args: argparse.Namespace, settings: Settings) -> None:
    from jobs.model_card import model_card

    print(f"→ {model_card(args.model, args.weights, args.out)}")


def _usual_rates(args: argparse.Namespace, settings: Settings) -> None:
    from jobs.usual_rates import usual_rates

    told = usual_rates(settings, finished_night(settings, args.date), args.truth, args.out)
    print(f"{sum(n for bands in told['cells'].values() for n, _ in bands.values()):,} residents → {args.out}")


def _train(args: argparse.Namespace, settings: Settings) -> None:
    from jobs.train import train

    train(settings, finished_night(settings, args.date), args.out)


def finished_night(settings: Settings, date: dt.date) -> Night:
    """The newest published revision of a date."""
    from jobs.pool.nights import sealed

    found = [n for n in sealed(settings.nights) if n.date == date]
    if not found:
        raise UserError(f"There is no finished night {date}.", "List them with: renkou nights.")
    return found[0]
