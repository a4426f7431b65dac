"""The night: ten departments in, a validated snapshot out. Tasks and edges follow `jobs.plan.STAGES`.

Triggered by hand it takes the business date as a parameter; by schedule it takes the day before, because the
departments' last pull is at 04:00 (docs/runbook.md). Every task runs the same words that `renkou` takes by hand.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from airflow.sdk import DAG, Asset, Param, TriggerRule, task
from airflow.sdk.exceptions import AirflowFailException
from airflow.timetables.trigger import CronTriggerTimetable

from jobs import plan
from jobs.task import StepFailed, run

ZONE = "Asia/Shanghai"
SNAPSHOT = Asset("population_snapshot")
"""Updated when a night has published; downstream DAGs may follow it."""


def business_date(params: dict[str, Any], dag_run: Any) -> str:
    """The date asked for, else the day before the scheduled one."""
    if params.get("date"):
        return str(params["date"])
    moment: dt.datetime = dag_run.logical_date or dag_run.run_after
    from zoneinfo import ZoneInfo

    return (moment.astimezone(ZoneInfo(ZONE)).date() - dt.timedelta(days=1)).isoformat()


@task
def step(name: str, department: str | None = None, params: Any = None, dag_run: Any = None) -> None:
    """Run one step of the night as `renkou` would by hand."""
    try:
        run(plan.command(name, business_date(params, dag_run), department))
    except StepFailed as failure:
        if failure.final:  # bad input stays bad: a retry would only delay the duty engineer's call
            raise AirflowFailException(str(failure)) from None
        raise


@task
def session(action: str) -> None:
    """Start or stop the night's Spark server, where the settings ask for one."""
    run(["session", action])


with DAG(
    dag_id="population_nightly",
    description="人口库夜间批次 · ten departments to one validated population snapshot",
    schedule=CronTriggerTimetable("0 4 * * *", timezone=ZONE),
    start_date=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
    catchup=False,
    max_active_runs=1,  # two nights would race for the same tables
    default_args={"retries": 1, "retry_delay": dt.timedelta(minutes=2)},
    params={
        "date": Param(
            None,
            type=["null", "string"],
            format="date",
            title="业务日期 business date",
            description="YYYY-MM-DD; empty means yesterday",
        )
    },
    tags=["population", "nightly"],
    doc_md=__doc__,
) as dag:
    opened = session.override(task_id="start_session")("start").as_setup()
    closed = session.override(task_id="stop_session")("stop").as_teardown(setups=opened)  # type: ignore[arg-type]  # a task is what it takes
    before: Any = opened
    for stage in plan.STAGES:
        outlets = {"outlets": [SNAPSHOT]} if stage.name == "publish" else {}
        named = step.override(task_id=stage.name, **outlets)
        if stage.mapped:
            current: Any = named.partial(name=stage.name).expand(department=list(plan.departments()))
        else:
            current = named(stage.name)
        before >> current
        before = current
        if stage.gate:
            gate = step.override(task_id=f"gate_{stage.gate}", retries=0)(f"gate.{stage.gate}")
            before >> gate
            before = gate
    before >> closed
    hold = step.override(task_id="keep_yesterday", trigger_rule=TriggerRule.ONE_FAILED, retries=0)("hold")
    before >> hold
