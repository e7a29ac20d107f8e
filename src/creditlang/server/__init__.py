"""The server: a policy's checker, its results and its explanations for other programs and for the page.

    request ─ application ─→ worker_pool ═ pipe ═→ worker ─ read_question ─→ a question ─ answers ─→ JSON

`application` alone speaks HTTP and never looks into a request; what a request says is read, and answered, in a process
that may be ended. `questions` are the types of all that is asked and answered, of which `openapi` is made as well.
`assistant` gives the same answers to a language model, over standard input and output.
"""
