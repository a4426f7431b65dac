"""Volume: does a delivery hold about as many rows as it should? Half a file looks like a sound one."""

from __future__ import annotations

from jobs.departments.delivery import Delivered, Offer, Request, Taken

NOISE = 100
"""Below this many rows the delivery before says nothing about this one."""


def check_volume(request: Request, offer: Offer, delivered: Delivered, taken: Taken, residents: int) -> str | None:
    """Hold a delivery below its bounds; return a warning for one above them.

    The contract's bounds are for complete deliveries: full ones, and the first of a delta table.
    """
    spec, rows = request.spec, delivered.total
    first = taken.last is None
    if spec.mode == "delta" and not first:
        return None
    where = ", ".join(offer.names)
    least = spec.rows.min * residents / 1000
    if spec.scope is None and rows < least:
        raise request.held(f"{where} holds {rows} rows, fewer than the {least:.0f} to be expected (rows.min)")
    if spec.mode == "full" and spec.scope is None and taken.rows >= NOISE and rows < (1 - spec.rows.shrink) * taken.rows:
        raise request.held(
            f"{where} holds {rows} rows, the delivery before held {taken.rows} (rows.shrink {spec.rows.shrink:.0%})"
        )
    if spec.rows.max is not None and rows > spec.rows.max * residents / 1000:
        return f"{request.label}: {where} holds {rows} rows, more than the {spec.rows.max * residents / 1000:.0f} to be expected"
    return None
