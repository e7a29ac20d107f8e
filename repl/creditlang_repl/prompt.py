"""The terminal: what is typed, its colours and completions, and the replies. The one file that knows prompt_toolkit.

Enter hands over what is whole, and begins a new line otherwise. Nothing that is typed or answered is kept anywhere but
in the file of earlier inputs.
"""

import os
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Literal, TextIO

from prompt_toolkit import PromptSession, print_formatted_text
from prompt_toolkit.application import Application, run_in_terminal
from prompt_toolkit.auto_suggest import AutoSuggestFromHistory
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.completion import CompleteEvent, DynamicCompleter, ThreadedCompleter
from prompt_toolkit.completion import Completer as TerminalCompleter
from prompt_toolkit.completion import Completion as TerminalCompletion
from prompt_toolkit.document import Document
from prompt_toolkit.enums import DEFAULT_BUFFER, EditingMode
from prompt_toolkit.filters import emacs_mode, has_focus, is_searching, vi_insert_mode
from prompt_toolkit.formatted_text import FormattedText, StyleAndTextTuples
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.input import Input
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.layout import FormattedTextControl, Layout, Window
from prompt_toolkit.lexers import Lexer as TerminalLexer
from prompt_toolkit.output import ColorDepth, Output
from prompt_toolkit.styles import Style

from creditlang.diagnostics import Language
from creditlang.source import visible
from creditlang.words import said
from creditlang_repl.commands import command_at
from creditlang_repl.completer import Completer
from creditlang_repl.file_watch import Watch
from creditlang_repl.highlighter import highlight_input
from creditlang_repl.history_file import history_file
from creditlang_repl.input_parts import whole
from creditlang_repl.line_folding import folded
from creditlang_repl.reply import Line, Reply
from creditlang_repl.session import Session
from creditlang_repl.session_words import word

Keys = Literal["emacs", "vi"]
More = Literal["page", "line", "all", "stop"]

# Tones of the middle, which can be read on dark and on light.
STYLE = Style.from_dict({
    "title": "bold", "faint": "#808080", "gain": "#2e8b57", "loss": "#c8503c", "open": "#b07d00",
    "error": "bold #c8503c", "warning": "#b07d00",
    "command": "bold #4f7fc0", "operand": "", "keyword": "#4f7fc0", "name": "", "item": "#2f8f8f", "account": "#2f8f8f",
    "kind": "#9070b0", "field": "#9070b0", "value": "#2e8b57", "setting": "#2f8f8f", "fact": "#2f8f8f",
    "number": "#b07d00", "date": "#b07d00", "text": "#2e8b57", "citation": "#808080", "comment": "italic #808080",
    "operator": "", "auto-suggestion": "#808080", "bottom-toolbar": "noreverse #808080",
})  # fmt: skip
PLAIN = Style.from_dict({"bottom-toolbar": "noreverse", "error": "bold", "title": "bold"})

_EVERY = 0.1


class PrivateHistory(FileHistory):
    """Earlier inputs in a file; what cannot be read or written is passed over."""

    def load_history_strings(self) -> Iterable[str]:
        """The inputs, latest first."""
        try:
            return list(super().load_history_strings())
        except OSError:
            return []

    def store_string(self, string: str) -> None:
        """Keep an input."""
        try:
            super().store_string(string)
        except OSError:
            return


class _Completions(TerminalCompleter):
    def __init__(self, completer: Completer) -> None:
        self.completer = completer

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[TerminalCompletion]:
        position = document.cursor_position
        for found in self.completer.complete(document.text, position):
            yield TerminalCompletion(found.text, found.start - position, display_meta=visible(found.about))


class _Colours(TerminalLexer):
    def __init__(self, completer: Completer) -> None:
        self.completer = completer

    def lex_document(self, document: Document) -> Callable[[int], StyleAndTextTuples]:
        fragments: StyleAndTextTuples = []
        position, text = 0, document.text
        for start, end, kind in highlight_input(text, self.completer.vocabulary):
            fragments += [("", text[position:start]), (f"class:{kind}", text[start:end])]
            position = end
        lines = _by_line([*fragments, ("", text[position:])])
        return lambda number: lines[number] if number < len(lines) else []


def _by_line(fragments: StyleAndTextTuples) -> list[StyleAndTextTuples]:
    lines: list[StyleAndTextTuples] = [[]]
    for style, text, *_ in fragments:
        for number, part in enumerate(text.split("\n")):
            if number:
                lines.append([])
            lines[-1].append((style, part))
    return lines


class Progress:
    """How far long work is, on one line of the error stream; nothing where that is no terminal."""

    def __init__(self, stream: TextIO) -> None:
        """Write to `stream`."""
        self.stream = stream
        self.shown = 0
        self.last = time.monotonic() + _EVERY

    def __call__(self, done: int, of: int) -> None:
        """Tell that `done` of `of` are done."""
        if self.stream.isatty() and time.monotonic() - self.last >= _EVERY:
            text = f"{done:,} / {of:,}"
            self.stream.write(f"\r{text:<{self.shown}}")
            self.stream.flush()
            self.shown, self.last = len(text), time.monotonic()

    def end(self) -> None:
        """Leave the line empty."""
        if self.shown:
            self.stream.write(f"\r{'':<{self.shown}}\r")
            self.stream.flush()


class Prompt:
    """A session at a terminal."""

    def __init__(
        self, session: Session, keys: Keys = "emacs", colour: bool = True, *, history: History | None = None,
        input: Input | None = None, output: Output | None = None, paging: bool | None = None,
    ) -> None:  # fmt: skip
        """Talk to `session`; the terminal is the process's own unless `input` and `output` are given."""
        self.session = session
        self.completer = Completer(session)
        self.colour = colour and "NO_COLOR" not in os.environ
        self.style = STYLE if self.colour else PLAIN
        self.paging = sys.stdout.isatty() if paging is None else paging
        self.saved = False
        completions = ThreadedCompleter(DynamicCompleter(lambda: _Completions(self.completer)))
        self.terminal: PromptSession[str] = PromptSession(
            message=self._message, prompt_continuation=self._continued, multiline=True, completer=completions,
            complete_while_typing=True, lexer=_Colours(self.completer), auto_suggest=AutoSuggestFromHistory(),
            history=history or _history(), editing_mode=EditingMode.VI if keys == "vi" else EditingMode.EMACS,
            key_bindings=self._bindings(), style=self.style, include_default_pygments_style=False,
            color_depth=None if self.colour else ColorDepth.MONOCHROME, bottom_toolbar=self._toolbar,
            input=input, output=output,
        )  # fmt: skip

    def run(self, opening: Sequence[str] = ()) -> None:
        """Carry out the inputs of `opening`, then what is typed, until the user leaves."""
        if any(self.handle(text) for text in opening):
            return
        watch = Watch(lambda: self.session.paths, self._notice).start()
        try:
            while not self._turn_or_interruption():
                pass
        finally:
            watch.stop()

    def _turn_or_interruption(self) -> bool:
        """One input; whether the session is over. Ctrl-C ends no session, at whatever moment it is pressed."""
        try:
            return self._turn()
        except KeyboardInterrupt:
            return False

    def _turn(self) -> bool:
        if self.saved:
            self._tell_saved()
        Thread(target=self.completer.warm, name="warm", daemon=True).start()
        try:
            text = self.terminal.prompt()
        except EOFError:
            return True
        return self.handle(text)

    def handle(self, text: str) -> bool:
        """Answer one input; whether the session is over."""
        if not text.strip():
            return False
        progress = Progress(sys.stderr)
        try:
            reply = self.session.answer(text.rstrip(), progress)
        except KeyboardInterrupt:
            reply = Reply(((("warning", word(self.language, "stopped")),),), failed=True)
        finally:
            progress.end()
        self.tell(reply)
        return reply.leave

    @property
    def language(self) -> Language:
        """The language of the session as it stands."""
        return self.session.language

    # ---- telling
    def tell(self, reply: Reply) -> None:
        """Print a reply, a page at a time where it is longer than the screen."""
        rows = self._rows(reply)
        how: More = "page" if self.paging else "all"
        while rows:
            page = {"page": self.terminal.output.get_size().rows - 1, "line": 1}.get(how, len(rows))
            self._print(rows[:page])
            rows = rows[page:]
            if rows and (how := self._more()) == "stop":
                return

    def _rows(self, reply: Reply) -> list[Line]:
        """The rows that a reply takes on the screen."""
        columns = max(1, self.terminal.output.get_size().columns)
        return [row for line in reply.lines for row in folded(line, columns)]

    def _print(self, rows: Iterable[Line]) -> None:
        for row in rows:
            pieces = [(f"class:{style}" if style else "", visible(text)) for style, text in row]
            print_formatted_text(
                FormattedText(pieces), style=self.style, output=self.terminal.output,
                include_default_pygments_style=False, color_depth=None if self.colour else ColorDepth.MONOCHROME,
            )  # fmt: skip

    def _more(self) -> More:
        bindings = KeyBindings()
        answers: dict[More, tuple[str, ...]] = {
            "page": (" ", "enter", "pagedown"), "line": ("down", "j"), "all": ("a", "G"),
            "stop": ("q", "escape", "c-c"),
        }  # fmt: skip
        for answer, keys in answers.items():
            for key in keys:
                bindings.add(key, eager=True)(partial(_leave, answer=answer))
        hint = FormattedText([("class:faint", word(self.language, "pages"))])
        pager: Application[More] = Application(
            layout=Layout(Window(FormattedTextControl(hint), height=1)), key_bindings=bindings, style=self.style,
            input=self.terminal.input, output=self.terminal.output, erase_when_done=True,
            color_depth=None if self.colour else ColorDepth.MONOCHROME,
        )  # fmt: skip
        return pager.run()

    # ---- the policy's file
    def _notice(self) -> None:
        """The file was saved: told at once if somebody is typing, else before the next input. Another thread calls."""
        self.saved = True
        application = self.terminal.app
        loop = application.loop
        if application.is_running and loop is not None:
            with suppress(RuntimeError):  # the input has just ended: told before the next one
                loop.call_soon_threadsafe(lambda: run_in_terminal(self._tell_saved))

    def _tell_saved(self) -> None:
        self.saved = False
        reply = self.session.refresh()
        if reply is not None:
            self._print(self._rows(reply))

    # ---- typing
    def _message(self) -> StyleAndTextTuples:
        return [("class:title", visible(self.session.title)), ("", "> ")]

    def _continued(self, width: int, line: int, wrapped: int) -> StyleAndTextTuples:
        return [("class:faint", f"{'' if wrapped else '… ':>{width}}")]

    def _toolbar(self) -> StyleAndTextTuples:
        return [("", self.hint(self.terminal.default_buffer.text))]

    def hint(self, text: str) -> str:
        """How the command is used that is being typed; else the keys."""
        names = self.completer.vocabulary
        found = command_at(text, names.known, names.people)
        if found is None:
            return word(self.language, "hint")
        return f"{said(found[0].usage, self.language)} — {said(found[0].summary, self.language)}"

    def _bindings(self) -> KeyBindings:
        bindings = KeyBindings()
        typing = has_focus(DEFAULT_BUFFER) & ~is_searching

        @bindings.add("enter", filter=typing)
        def _(event: KeyPressEvent) -> None:
            self._enter(event)

        @bindings.add("tab", filter=typing)
        def _(event: KeyPressEvent) -> None:
            _complete(event.current_buffer)

        @bindings.add("escape", "enter", filter=typing & (emacs_mode | vi_insert_mode))
        def _(event: KeyPressEvent) -> None:
            event.current_buffer.newline(copy_margin=True)

        return bindings

    def _enter(self, event: KeyPressEvent) -> None:
        """Take the completion that is chosen; else hand over what is whole; else go on in a new line."""
        buffer = event.current_buffer
        if buffer.complete_state is not None and buffer.complete_state.current_completion is not None:
            buffer.complete_state = None
            return
        found = whole(buffer.text, self.completer.vocabulary)
        if found.state == "more" and not buffer.document.is_cursor_at_the_end:
            buffer.newline(copy_margin=True)
        elif found.state == "more":
            buffer.insert_text("\n" + " " * found.indentation)
        else:
            buffer.validate_and_handle()


def _complete(buffer: Buffer) -> None:
    """Take a whole completion, the next one with each press; what several have in common is no word."""
    if buffer.complete_state is not None:
        buffer.complete_next()
    else:
        buffer.start_completion(select_first=True)


def _leave(event: KeyPressEvent, answer: More) -> None:
    event.app.exit(result=answer)


def _history(folder: Path | None = None) -> History:
    path = history_file(folder)
    return PrivateHistory(str(path)) if path is not None else InMemoryHistory()
