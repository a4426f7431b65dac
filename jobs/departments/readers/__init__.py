"""The four manners of delivery: database, REST, file drop, workbook."""
