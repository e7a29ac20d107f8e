"""A school's own form, filled: `form_workbook` reads the workbook, `placeholders` knows what stands for what,
`repeated_rows` repeats rows, `row_heights` makes them high enough, `fill_output` puts it together.
"""
