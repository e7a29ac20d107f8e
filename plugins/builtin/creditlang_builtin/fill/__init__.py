"""A school's own form, filled: `template` reads the workbook and its placeholders, `words` knows what they stand for,
`rows` repeats rows, `heights` makes them high enough, `fill_output` puts it together.
"""
