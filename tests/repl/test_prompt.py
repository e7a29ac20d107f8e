"""The prompt with keys from a pipe: typing, several lines, the menu, earlier inputs, vi, interruption, pages."""

import asyncio
import io
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from prompt_toolkit.data_structures import Size
from prompt_toolkit.history import InMemoryHistory
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from creditlang_repl.history_file import history_file, state_folder
from creditlang_repl.prompt import PrivateHistory, Progress, Prompt, _by_line, _history
from creditlang_repl.reply import Reply, Written

ENTER, ALT_ENTER, TAB, UP, RIGHT, CTRL_C, CTRL_D, ESCAPE = (
    "\r",
    "\x1b\r",
    "\t",
    "\x1b[A",
    "\x1b[C",
    "\x03",
    "\x04",
    "\x1b",
)


class Screen(DummyOutput):
    """Keeps what is written."""

    def __init__(self, rows: int = 10, columns: int = 40) -> None:
        self.size = Size(rows, columns)
        self.written: list[str] = []

    def write(self, data: str) -> None:
        self.written.append(data)

    def write_raw(self, data: str) -> None:
        self.written.append(data)

    def get_size(self) -> Size:
        return self.size

    @property
    def text(self) -> str:
        """All of it."""
        return "".join(self.written)


Typed = Callable[..., SimpleNamespace]


@pytest.fixture
def typed(session: Any) -> Iterator[Typed]:
    """Type keys into a prompt until they are used up; what the session was asked, and the screen."""

    def run(text: str, opening: tuple[str, ...] = (), earlier: tuple[str, ...] = (), **options: Any) -> SimpleNamespace:
        screen = Screen()
        with create_pipe_input() as pipe:
            history = InMemoryHistory(list(earlier))
            prompt = Prompt(
                session, history=history, input=pipe, output=screen, paging=options.pop("paging", False), **options
            )
            pipe.send_text(text)
            prompt.run(opening)
        return SimpleNamespace(inputs=session.inputs, screen=screen, history=history, prompt=prompt)

    yield run


def test_what_is_typed_is_answered(typed: Typed) -> None:
    done = typed(f"why{ENTER}moral + 1{ENTER}{CTRL_D}", opening=("load small",))
    assert done.inputs == ["load small", "why", "moral + 1"]
    assert "you said moral + 1" in done.screen.text


def test_quit_leaves(typed: Typed) -> None:
    assert typed(f"quit{ENTER}why{ENTER}").inputs == ["quit"]
    assert typed("", opening=("quit",)).inputs == ["quit", "quit"]


def test_nothing_typed_is_nothing_asked(typed: Typed) -> None:
    assert typed(f"{ENTER}  {ENTER}{CTRL_D}").inputs == []


def test_a_block_goes_on_until_an_empty_line(typed: Typed) -> None:
    done = typed(f"in moral item x{ENTER}0.2 per event{ENTER}cap 1 in total{ENTER}{ENTER}why{ENTER}{CTRL_D}")
    assert done.inputs == ["in moral item x\n    0.2 per event\n    cap 1 in total", "why"]


def test_alt_enter_always_begins_a_new_line(typed: Typed) -> None:
    done = typed(f"item x: 1{ALT_ENTER}{ENTER}{CTRL_D}")
    assert done.inputs == ["item x: 1"]
    assert typed(f"why{ALT_ENTER}moral{ENTER}{CTRL_D}").inputs[-1] == "why\nmoral"


def test_an_open_bracket_goes_on_and_wrong_text_is_handed_over(typed: Typed) -> None:
    done = typed(f"count({ENTER}activity){ENTER}moral +{ENTER}{CTRL_D}")
    assert done.inputs == ["count(\n    activity)", "moral +"]


def test_interruption_clears_the_line(typed: Typed) -> None:
    assert typed(f"why gradu{CTRL_C}undo{ENTER}{CTRL_D}").inputs == ["undo"]


def test_interrupted_work_is_told(typed: Typed) -> None:
    done = typed(f"interrupted{ENTER}why{ENTER}{CTRL_D}")
    assert "Interrupted; nothing was changed." in done.screen.text
    assert done.inputs[-1] == "why"


def test_earlier_inputs_come_back(typed: Typed) -> None:
    assert typed(f"{UP}{ENTER}{CTRL_D}", earlier=("show moral", "why")).inputs == ["why"]
    assert typed(f"{UP}{UP}{ENTER}{CTRL_D}", earlier=("show moral", "why")).inputs[-1] == "show moral"
    assert typed(f"undo{ENTER}{CTRL_D}").history.get_strings() == ["undo"]


def test_the_rest_of_an_earlier_input_is_suggested(session: Any) -> None:
    """The suggestion comes a moment after the keys, so the keys are sent in two parts."""
    screen = Screen()
    with create_pipe_input() as pipe:
        prompt = Prompt(session, history=InMemoryHistory(["show moral"]), input=pipe, output=screen, paging=False)
        sent = []

        def when_suggested(_: object) -> None:
            if prompt.terminal.default_buffer.suggestion and not sent:
                sent.append(True)
                pipe.send_text(f"{RIGHT}{ENTER}{CTRL_D}")

        prompt.terminal.app.after_render += when_suggested
        pipe.send_text("sho")
        prompt.run()
    assert session.inputs == ["show moral"]


def test_a_completion_is_taken_with_tab_and_enter(session: Any) -> None:
    """The completions come from a thread; Tab goes to the first, Enter takes it, the next Enter hands over."""
    screen = Screen(rows=24, columns=80)
    with create_pipe_input() as pipe:
        prompt = Prompt(session, history=InMemoryHistory(), input=pipe, output=screen, paging=False)
        sent: list[str] = []

        def when_offered(_: object) -> None:
            state = prompt.terminal.default_buffer.complete_state
            if state is not None and state.completions and not sent:
                sent.extend(found.text for found in state.completions)
                pipe.send_text(f"{TAB}{ENTER}{ENTER}{CTRL_D}")

        prompt.terminal.app.after_render += when_offered
        pipe.send_text("show mor")
        prompt.run()
    assert sent == ["moral"]
    assert session.inputs == ["show moral"]


def test_vi_keys(typed: Typed) -> None:
    done = typed(f"whhy{ESCAPE}0lx{ENTER}{CTRL_D}", keys="vi")
    assert done.inputs == ["why"]


def test_long_replies_come_in_pages(typed: Typed) -> None:
    pages = typed(f"long{ENTER} q{CTRL_D}", paging=True).screen.text
    assert "line 8" in pages and "line 17" in pages and "line 18" not in pages
    assert "line 199" in typed(f"long{ENTER}a{CTRL_D}", paging=True).screen.text
    text = typed(f"long{ENTER}jq{CTRL_D}", paging=True).screen.text
    assert "line 9" in text and "line 10" not in text
    assert "line 199" in typed(f"long{ENTER}{CTRL_D}").screen.text


def test_a_page_counts_the_rows_that_wide_lines_take(typed: Typed) -> None:
    prompt = typed(CTRL_D).prompt
    assert len(prompt._rows(Reply(((("", "学" * 30),), (("", "a"),), (("", "b"),))))) == 4
    assert len(prompt._rows(Reply(((("", "a" * 400),),)))) == 11


def test_nothing_from_data_acts_on_the_terminal(typed: Typed) -> None:
    done = typed(f"fail{ENTER}student 2024020{CTRL_C}{CTRL_D}")
    assert "no \\x1b[2J" in done.screen.text
    assert "\x1b" not in done.screen.text and "\x07" not in done.screen.text
    assert "small\\x1b]0;x\\x07> " in done.screen.text


def test_a_saved_policy_is_told_before_the_next_input_or_above_it(typed: Typed, session: Any, tmp_path: Path) -> None:
    prompt = typed(CTRL_D).prompt
    prompt.saved = True
    with create_pipe_input() as pipe:
        screen = Screen()
        waiting = Prompt(session, history=InMemoryHistory(), input=pipe, output=screen, paging=False)
        told: list[str] = []

        def first(_: object) -> None:
            if not told:
                told.append("noticed")
                asyncio.get_running_loop().run_in_executor(None, waiting._notice)
            elif "saved again" in screen.text and len(told) == 1:
                told.append("told")
                pipe.send_text(f"{ENTER}{CTRL_D}")

        waiting.terminal.app.after_render += first
        pipe.send_text("why")
        waiting.run()
        assert session.inputs == ["why"]
        screen.written.clear()
        waiting.saved = True
        pipe.send_text(CTRL_D)
        waiting.run()
        assert "saved again" in screen.text


def test_no_colours_where_none_are_wanted(session: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with create_pipe_input() as pipe:
        assert Prompt(session, input=pipe, output=Screen(), history=InMemoryHistory()).colour
        assert not Prompt(session, colour=False, input=pipe, output=Screen(), history=InMemoryHistory()).colour
        monkeypatch.setenv("NO_COLOR", "1")
        plain = Prompt(session, input=pipe, output=Screen(), history=InMemoryHistory())
    assert not plain.colour
    assert not [rule for rule in plain.style.style_rules if "#" in rule[1]]


def test_the_toolbar_tells_how_a_command_is_used(session: Any) -> None:
    with create_pipe_input() as pipe:
        prompt = Prompt(session, input=pipe, output=Screen(), history=InMemoryHistory())
        assert "Alt+Enter" in prompt.hint("moral + 1")
        assert prompt.hint("why gra").startswith("why [TOPIC] — ")
        session.language = "zh"
        assert prompt.hint("why gra").startswith("为什么 [对象] — ")


def test_progress_only_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr("creditlang_repl.prompt._EVERY", -1)
    for stream, expected in ((Terminal(), "\r3 / 10,000\r          \r"), (io.StringIO(), "")):
        progress = Progress(stream)
        progress(3, 10_000)
        progress.end()
        assert stream.getvalue() == expected


def test_colours_by_line() -> None:
    assert _by_line([("a", "x\ny"), ("b", "z\n")]) == [[("a", "x")], [("a", "y"), ("b", "z")], [("b", "")]]


def test_earlier_inputs_are_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    path = history_file()
    assert path == state_folder() / "history" == tmp_path / "state" / "creditlang" / "history"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    history = PrivateHistory(str(path))
    history.store_string("in moral item x\n    1 per event")
    assert list(PrivateHistory(str(path)).load_history_strings()) == ["in moral item x\n    1 per event"]


def test_without_a_place_to_write_nothing_fails(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.touch()
    assert history_file(blocked) is None
    assert isinstance(_history(blocked), InMemoryHistory)
    history = PrivateHistory(str(tmp_path))
    history.store_string("why")
    assert history.load_history_strings() == []


def test_an_answer_may_have_many_styles() -> None:
    reply = Written().line(("gain", "+1 "), ("loss", "-1"), " plain ").reply()
    assert reply.text == "+1 -1 plain\n"
