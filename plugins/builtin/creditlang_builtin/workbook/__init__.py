"""Workbooks: XLSX and the old XLS read, results written."""
