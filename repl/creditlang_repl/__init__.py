"""The interactive session: a policy, sample students, and the question “what if?”.

`session` takes text and gives replies and knows no terminal; `commands` is the table of what may be typed beside the
language; `prompt` is the one file that knows prompt_toolkit, `script` carries out a file of inputs.
"""
