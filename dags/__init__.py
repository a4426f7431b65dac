"""Airflow DAGs: schedule, order and resources only. What a stage does stands in `jobs`."""
