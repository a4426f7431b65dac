"""All that commands import late. The fork server imports this once; nothing here starts a thread or opens a connection."""

import importlib

from jobs.run import MODULES

LATE = (
    "great_expectations.expectations.core", "jobs.cli", "jobs.validate", "pyspark.sql.connect.functions",
    "pyspark.sql.connect.session",
)  # fmt: skip

for module in (*LATE, *MODULES.values()):
    importlib.import_module(module)
