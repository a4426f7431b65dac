"""Extract: take each department's deliveries as they are.

For every table: read what lies ready up to the business date and was not taken yet, land it, apply it to the source rows
in force, and write down what came (deliveries). A broken or missing delivery holds its table: the others go on, what was
in force stays in force, and the contract's policy for lateness decides whether the night may.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from jobs.context import Context
from jobs.departments import ledger
from jobs.departments.clauses import Contract
from jobs.departments.contract import FOLDER, all_contracts, contract_for
from jobs.departments.current import Current
from jobs.departments.delivery import Delivered, Offer, Reader, Request, Taken
from jobs.departments.landing import Landed, land, landing_table
from jobs.departments.ledger import Book
from jobs.departments.punctuality import standing
from jobs.departments.readers import reader_for
from jobs.departments.sources import Sources, read_sources
from jobs.departments.volumes import check_volume
from jobs.errors import DeliveryHeld, UserError
from jobs.tables import DELIVERIES, SOURCE_ROWS, Table


@dataclass
class Intake:
    """What became of one table tonight: deliveries landed, entries for the book, warnings, the sentence that stops."""

    book: Book
    taken: Taken
    landed: list[Landed] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    broken: str | None = None
    stops: str | None = None

    def hold(self, offer: Offer, sentence: str) -> None:
        """Write down that a delivery is held."""
        self.broken = sentence
        self.book.note(offer, "held", sentence)
        self.warnings.append(sentence)


def run(context: Context) -> None:
    """Take the deliveries of all departments, or of `options["department"]`; DeliveryHeld if one may not be missing.

    `options["contracts"]` names another folder of contracts.
    """
    folder = Path(context.options.get("contracts") or FOLDER)
    only = context.options.get("department")
    contracts = [contract_for(only, folder)] if only else list(all_contracts(folder).values())
    sources = read_sources(context.settings.sources)
    intakes = [intake for contract in contracts for intake in _department(context, contract, sources)]
    warnings = [w for intake in intakes for w in intake.warnings]
    for sentence in warnings:
        print(f"warning: {sentence}", file=sys.stderr)
    context.receipt.notes["warnings"] = warnings
    context.receipt.rejected = context.receipt.rows_in - context.receipt.rows_out
    stops = [intake.stops for intake in intakes if intake.stops]
    if stops:
        raise DeliveryHeld(" ".join(stops))


def _department(context: Context, contract: Contract, sources: Sources) -> list[Intake]:
    """All tables of one department, then its deliveries."""
    name = f"deliveries/{contract.code}"
    known = context.read_arrow(name, DELIVERIES, previous=True).to_pylist() if context.had(name) else []
    intakes = []
    for table in contract.tables:
        intake = Intake(Book(contract, table, context.date), ledger.taken_before(known, table))
        _take(context, contract, sources, intake)
        _write(context, contract, intake)
        _judge(context, contract, intake)
        intakes.append(intake)
    new = {ledger.key(row): row for intake in intakes for row in intake.book.rows}
    rows = {ledger.key(row): row for row in known} | new
    context.write_arrow(DELIVERIES, pa.Table.from_pylist([rows[k] for k in sorted(rows)], schema=DELIVERIES.schema), name)
    return intakes


def _take(context: Context, contract: Contract, sources: Sources, intake: Intake) -> None:
    """Read what is new of one table, in sequence; after a broken delta nothing more, since later ones lean on it."""
    manner = contract.manner_of(intake.book.table)
    try:
        source = sources.source(contract.code, manner)
        request = Request(contract, intake.book.table, source, context.date)
        reader = reader_for(manner)
        offers = reader.offers(request, intake.taken)
    except UserError as error:  # no source, or the place itself cannot be reached
        intake.hold(Offer(context.date, ()), str(error))
        return
    for offer in offers:
        try:
            delivered = _read(request, reader, offer, intake, sources.residents)
        except DeliveryHeld as error:
            intake.hold(offer, str(error))
            if request.spec.mode == "delta":
                return
            continue
        landed = land(request, offer, delivered)
        intake.landed.append(landed)
        intake.book.took(landed)
        intake.taken = ledger.also(intake.taken, offer, delivered.total)
        intake.broken = None


def _read(request: Request, reader: Reader, offer: Offer, intake: Intake, residents: int) -> Delivered:
    """One delivery, with its volume checked and its unknown columns said."""
    if offer.fault:
        raise request.held(offer.fault)
    delivered = reader.read(request, offer)
    warning = check_volume(request, offer, delivered, intake.taken, residents)
    if warning:
        intake.warnings.append(warning)
    if delivered.drift:
        intake.warnings.append(
            f"{request.label}: delivered with columns that the contract does not know: {', '.join(delivered.drift)}; their "
            "values were dropped. Name them in the contract (columns, ignored or refused)."
        )
    return delivered


def _write(context: Context, contract: Contract, intake: Intake) -> None:
    """Landing and the rows in force; a table that never came is there, empty, for the stages behind."""
    spec = contract.tables[intake.book.table]
    name = f"source_current/{contract.code}/{intake.book.table}"
    declared = landing_table(contract.code, intake.book.table, spec)
    before = _columns_before(context, declared.name)
    same = before == declared.schema.names
    if intake.landed or not same:
        _write_landing(context, declared, intake.landed, append=same)
    elif context.had(name):
        return
    current = Current.of(context.read_arrow(name, SOURCE_ROWS, previous=True) if context.had(name) else None)
    current.reorder(before[2:] or list(spec.columns), list(spec.columns))
    for one in intake.landed:
        context.receipt.rows_in += one.delivered.total
        context.receipt.rows_out += one.frame.height
        current.apply(spec, one)
        one.release()
    if not context.had(name) or current.touched:
        context.write_arrow(SOURCE_ROWS, current.whole(), name)
    elif current.changed:
        context.write_arrow(SOURCE_ROWS, current.appended(), name, append=True)


def _write_landing(context: Context, declared: Table, landed: list[Landed], append: bool) -> None:
    rows = pa.concat_tables([one.rows for one in landed]) if landed else declared.schema.empty_table()
    context.write_arrow(declared, rows, append=append)


def _columns_before(context: Context, landing: str) -> list[str]:
    """Columns of landing in the night before; when the contract changed them since, landing starts anew."""
    files = context.files(landing, previous=True) if context.had(landing) else []
    return list(pq.read_schema(files[0]).names) if files else []


def _judge(context: Context, contract: Contract, intake: Intake) -> None:
    """Say how the table stands: on time, carried, not due, or missing for too long."""
    book, last, office = intake.book, intake.taken.last, contract.name.zh
    stand = standing(contract.tables[book.table], last, context.date, intake.broken is not None)
    tonight, missing = Offer(context.date, ()), f"Delivery {contract.code}.{book.table} of {context.date} did not come"
    sentence = intake.broken
    if sentence is None and (stand.overdue or not intake.landed):
        if stand.overdue and last is not None:
            sentence = f"{missing}; the one of {last} is carried, {stand.overdue} days overdue. Ask {office} for it."
            book.note(tonight, "carried", sentence)
            intake.warnings.append(sentence)
        elif not stand.goes_on:
            sentence = f"{missing}; none ever did. Ask {office} for it."
            book.note(tonight, "held", sentence)
            intake.warnings.append(sentence)
        else:
            book.note(tonight, "not_due")
    if not stand.goes_on:
        intake.stops = sentence
