"""Inputs from a file: gathered, echoed, answered, the same every time."""

from typing import Any

from creditlang_repl.script import run_script


def told(session: Any, text: str) -> tuple[str, bool]:
    """What a script tells, and whether an input failed."""
    written: list[str] = []
    failed = run_script(session, text.splitlines(keepends=True), written.append)
    return "".join(written), failed


def test_inputs_and_replies(session: Any) -> None:
    assert told(session, "# a comment\nwhy\n\nmoral + 1\r\n") == (
        "> why\nyou said why\n> moral + 1\nyou said moral + 1\n",
        False,
    )


def test_several_lines_are_one_input(session: Any) -> None:
    text = "in moral item x\n    0.2 per event\n    # a remark\n    cap 1 in total\n\nwhy\n"
    assert told(session, text)[0] == (
        "> in moral item x\n…     0.2 per event\n…     # a remark\n…     cap 1 in total\n"
        "you said in moral item x /     0.2 per event /     # a remark /     cap 1 in total\n> why\nyou said why\n"
    )


def test_a_block_ends_at_a_line_that_is_not_indented_and_at_the_end(session: Any) -> None:
    told(session, "item x\n    0.2 per event\nwhy\ncount(\nactivity)\nitem y\n    1 per event")
    assert session.inputs == ["item x\n    0.2 per event", "why", "count(\nactivity)", "item y\n    1 per event"]


def test_a_failed_input_stops_nothing_and_quit_ends(session: Any) -> None:
    text, failed = told(session, "fail\nwhy\nquit\nwhy\n")
    assert failed
    assert text == "> fail\nno \\x1b[2J\n> why\nyou said why\n> quit\n"


def test_nothing_that_acts_on_a_terminal_is_written(session: Any) -> None:
    text, _ = told(session, "why \x1b[31m\n")
    assert text == "> why \\x1b[31m\nyou said why \\x1b[31m\n"


def test_an_empty_script(session: Any) -> None:
    assert told(session, "\n  \n# nothing\n") == ("", False)
