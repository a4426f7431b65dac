"""Everything that can go wrong, and the exit code the caller branches on.

A `UserError` is shown as one sentence saying what is wrong and one saying what to do, without a traceback.
No message ever contains a personal value (name, number, phone, address): name the column and the row's key hash instead.
"""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """Exit codes of every `renkou` command; Airflow and scripts branch on them."""

    OK = 0
    BUG = 1  # an unexpected error: traceback in the log
    USAGE = 2  # the command line is wrong
    BAD_INPUT = 3  # a file, contract, model or query is wrong
    NO_INPUT = 4  # a stage's input is missing: run the stage before it
    GATE_REFUSED = 5  # a critical expectation failed: the old snapshot stays current
    DELIVERY_HELD = 6  # a department's delivery is broken; the others went on


class RenkouError(Exception):
    """Base of all errors raised on purpose."""

    exit_code = ExitCode.BUG


class UserError(RenkouError):
    """Something the user can mend. `what` names the fault, `todo` the next step; both are whole sentences."""

    exit_code = ExitCode.BAD_INPUT

    def __init__(self, what: str, todo: str = "") -> None:
        super().__init__(f"{what} {todo}".strip())
        self.what = what
        self.todo = todo


class MissingInput(UserError):
    """A stage was started before the stage that makes its input."""

    exit_code = ExitCode.NO_INPUT


class GateRefused(UserError):
    """A critical expectation failed; nothing is published."""

    exit_code = ExitCode.GATE_REFUSED


class DeliveryHeld(UserError):
    """A delivery cannot be read as its contract says; what was taken before stays in force."""

    exit_code = ExitCode.DELIVERY_HELD
