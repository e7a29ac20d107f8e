"""The book about a policy as a page and as a PDF: one set of words, two templates, one picture."""
