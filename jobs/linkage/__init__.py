"""The linkage engine: general, knows nothing of departments, Airflow or the pool."""
