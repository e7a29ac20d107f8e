"""The session: text in, reply out, no terminal.

Each input either succeeds and gives the next state, or fails and leaves everything as it was; `undo` goes back through
what was tried. An input is a command, a declaration of the language (a rule that is tried) or an expression (a question
about the student).
"""

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from threading import RLock
from types import MappingProxyType

from attrs import evolve

from creditlang.cohort import Progress
from creditlang.diagnostics import Language, report
from creditlang.driver import Compiled
from creditlang.example_cases import BadExample
from creditlang.plugin import PluginManager
from creditlang.queries import BadQuestion
from creditlang.source import SourceFile
from creditlang_repl.answers import diagnostics
from creditlang_repl.command_handlers import HANDLERS, looking
from creditlang_repl.commands import command_at, declaration_at
from creditlang_repl.conversation import Conversation
from creditlang_repl.reply import Reply, Written
from creditlang_repl.tried_edits import CannotDo
from creditlang_repl.workspace import Data, Tried, Workspace


class Session:
    """One conversation."""

    def __init__(
        self, language: Language = "en", manager: PluginManager | None = None, mappings: tuple[str, ...] = (),
        as_of: date | None = None, settings: Mapping[str, str] = MappingProxyType({}),
    ) -> None:  # fmt: skip
        """`mappings` say how to read sheets with other headings; `settings` are tried of each policy that is loaded."""
        self._lock = RLock()
        """Held while the state is read or changed: completion and colours ask from other threads."""
        self._listed: tuple[Data | None, tuple[tuple[str, str], ...]] = None, ()
        workspace = Workspace(manager or PluginManager(), mappings)
        self.conversation = Conversation(workspace, language, tried=Tried(as_of=as_of), settings=settings)

    # ---- for the prompt
    @property
    def language(self) -> Language:
        """The language of answers."""
        return self.conversation.language

    @property
    def compiled(self) -> Compiled | None:
        """The policy as it stands, changes included; None before one is loaded."""
        with self._lock:
            policy = self.conversation.workspace.policy
            if policy is None:
                return None
            try:
                return self.conversation.view().compiled
            except CannotDo:  # the data had to be read again for what is tried, and could not be
                return policy.compiled

    @property
    def paths(self) -> tuple[Path, ...]:
        """The policy's file and those that it uses; none before one is loaded."""
        policy = self.conversation.workspace.policy
        return policy.paths if policy is not None else ()

    @property
    def title(self) -> str:
        """What stands before the prompt: policy, student, how many changes are being tried."""
        now = self.conversation
        policy = now.workspace.policy
        count = f"+{len(now.tried.edits)}" if now.tried.edits else ""
        return " ".join(filter(None, (policy.path.stem if policy else "", now.number, count)))

    def students(self) -> tuple[tuple[str, str], ...]:
        """Numbers and names (empty where the data have none) of the students, for completion."""
        with self._lock:
            data = self.conversation.workspace.data
            if self._listed[0] is not data:  # asked for at every keystroke
                numbers = sorted(data.dataset.students) if data is not None else ()
                self._listed = data, tuple((number, self.conversation.name_of(number)) for number in numbers)
            return self._listed[1]

    def records(self) -> tuple[tuple[str, str], ...]:
        """Numbers of the student's records, with kind, item and date in words, for completion."""
        with self._lock:
            now = self.conversation
            if now.number is None or now.workspace.data is None:
                return ()
            view = now.view()
            answerer = now.answerer(view)
            return tuple((record.identifier, answerer.about(record)) for record in view.student(now.number).records)

    # ---- inputs
    def answer(self, text: str, progress: Progress | None = None) -> Reply:
        """Carry out one input. An interruption (KeyboardInterrupt) changes nothing and is answered."""
        with self._lock:
            return self._guarded(lambda: self._answer(text), Written(), progress)

    def refresh(self) -> Reply | None:
        """If the policy's file was saved since it was read, or since the last time: what that changed; else None."""
        with self._lock:
            return self._refreshed()

    def _refreshed(self) -> Reply | None:
        now, workspace = self.conversation, self.conversation.workspace
        policy, data = workspace.policy, workspace.data
        if policy is None or not workspace.saved():
            return None
        written = Written().line(("title", now.word("policy saved")))

        def read() -> Reply:
            fresh = workspace.read_policy(policy.path)
            return now.anew(written, fresh, data and workspace.fitting(data, fresh.compiled.policy)).reply()

        reply = self._guarded(read, written)
        return reply if not reply.failed else evolve(reply, lines=(*reply.lines, (("faint", now.word("still")),)))

    def _guarded(self, carry_out: Callable[[], Reply], written: Written, progress: Progress | None = None) -> Reply:
        """The reply; where there is none, everything as it was, and why, after what is `written` already."""
        kept, workspace = evolve(self.conversation), self.conversation.workspace
        policy, data = workspace.policy, workspace.data
        self.conversation.progress = progress or kept.progress
        try:
            return carry_out()
        except KeyboardInterrupt:
            found = Written().line(("warning", kept.word("interrupted")))
        except (CannotDo, BadQuestion) as error:
            found = diagnostics(error.diagnostics, kept.language)
        except BadExample as error:
            found = diagnostics([report("CR916", error.span, reason=error.reason)], kept.language)
        except Exception as error:  # a mistake of ours must not cost the session
            found = diagnostics([report("CR915", None, sort=type(error).__name__)], kept.language)
        finally:
            self.conversation.progress = kept.progress
        if (workspace.policy, workspace.data) != (policy, data):
            workspace.use(policy)
            workspace.hold(data)
        self.conversation = kept
        written.lines.extend(found.lines)
        return written.reply(failed=True)

    def _answer(self, text: str) -> Reply:
        source = SourceFile("prompt", _without_comments(text))
        if not source.text:
            return Reply()
        names = self.conversation.names()
        found = command_at(source.text, names, self.conversation.people())
        if found is not None:
            command, start = found
            written = HANDLERS[command.name](self.conversation, command, source, start)
            return written.reply(leave=command.name == "quit")
        if declaration_at(source.text, names):
            edit = self.conversation.reader(self.conversation.number).declared(source, 0)
            return self.conversation.try_edit(edit).reply()
        return looking.value(self.conversation, source).reply()


def _without_comments(text: str) -> str:
    """An input without the lines of comment above it."""
    lines = text.strip().split("\n")
    while lines and (not lines[0].strip() or lines[0].lstrip().startswith("#")):
        del lines[0]
    return "\n".join(lines).strip()
