"""A printed table of rates, from a workbook, a CSV file or pasted text, into the language."""
