"""Printed forms: what draws the documents of any plugin's forms, and the two forms that fit every policy.

`forms_output` collects the forms and asks each for its documents; `to_xlsx`, `to_html` and `to_pdf` draw a document,
all three from one layout (`creditlang.toolkit.page_layout`); `staged_folder` publishes the files. `transcript` and
`class_notice` are forms: they say what stands where, and nothing of files.
"""
