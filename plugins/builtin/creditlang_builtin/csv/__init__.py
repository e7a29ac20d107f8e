"""CSV files: read strictly, written so that a spreadsheet opens them without harm."""
