"""A school's own form, filled: `template` reads the workbook and its placeholders, `words` knows what they stand for,
`rows` repeats rows, `fill_output` puts it together.
"""
