"""The four ways of delivery: database, REST, files, workbook. Each reads what one contract table describes."""

from __future__ import annotations

from jobs.departments.clauses import Manner
from jobs.departments.delivery import Reader


def reader_for(manner: Manner) -> Reader:
    """The reader of a manner; its libraries are imported only then."""
    if manner == "database":
        from jobs.departments.readers.database import DatabaseReader

        return DatabaseReader()
    if manner == "rest":
        from jobs.departments.readers.rest import RestReader

        return RestReader()
    if manner == "files":
        from jobs.departments.readers.files import FilesReader

        return FilesReader()
    from jobs.departments.readers.workbook import WorkbookReader

    return WorkbookReader()
