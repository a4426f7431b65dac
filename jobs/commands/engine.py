"""Commands of the linkage engine on any tables, and of what is learned from a night."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from jobs.commands.words import add, date, finished_night
from jobs.settings import Settings

if TYPE_CHECKING:
    from jobs.commands.words import Commands


def add_commands(sub: Commands) -> None:
    """Add these commands to the command line."""
    tables = add(sub, "link-tables", _link_tables, "link any tables: dedupe one, or link two")
    tables.add_argument("--model", type=Path, required=True)
    tables.add_argument("tables", type=Path, nargs="+")
    tables.add_argument("--out", type=Path, required=True)
    tables.add_argument(
        "--engine", choices=["memory", "spark"], help="where pairs are compared; without it Spark from a million rows"
    )
    proposed = add(sub, "propose-model", _propose_model, "propose a link model from the tables' own values")
    proposed.add_argument("tables", type=Path, nargs="+")
    proposed.add_argument("--out", type=Path, help="where the model is written; without it, it is printed")
    proposed.add_argument("--pairs", type=int, help="most pairs the passes may make together (default 20 a row)")
    card = add(sub, "model-card", _model_card, "what a model learned and which errors to expect, as one page")
    card.add_argument("model", type=Path, help="the model, YAML")
    card.add_argument("weights", type=Path, help="what was learned: model.json of link-tables, or of renkou train")
    card.add_argument("--out", type=Path, required=True, help="card.html or card.md")
    usual = add(sub, "usual-rates", _usual_rates, "measure on a sample how many residents of each status truly live here")
    date(usual)
    usual.add_argument("--truth", type=Path, required=True)
    usual.add_argument("--out", type=Path, required=True, help="the file this sample's figures are added to")
    sure = add(sub, "calibrate", _calibrate, "count on a sample how often each kind of status is right: what confidence rests on")
    date(sure)
    sure.add_argument("--truth", type=Path, required=True)
    sure.add_argument(
        "--out", type=Path, required=True, help="the YAML file (a CSV stands beside it) this sample's people are added to"
    )
    train = add(sub, "train", _train, "learn the population model's weights from a finished night")
    date(train)
    train.add_argument("--out", type=Path, required=True)
    train.add_argument(
        "--expected", action="store_true", help="keep the weights in force; only count the errors they expect here"
    )


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


def _calibrate(args: argparse.Namespace, settings: Settings) -> None:
    from jobs.calibrate import calibrate

    told = calibrate(settings, finished_night(settings, args.date), args.truth, args.out)
    print(f"{told['people']:,} residents, {told['right'] / told['people']:.4f} of the status codes right → {args.out}")


def _train(args: argparse.Namespace, settings: Settings) -> None:
    from jobs.train import count_expected, train

    work = count_expected if args.expected else train
    work(settings, finished_night(settings, args.date), args.out)
