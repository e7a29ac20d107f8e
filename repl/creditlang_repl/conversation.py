"""The state of a session and what its commands share: whom it speaks of, what is tried, how one goes on and back."""

from collections.abc import Callable, Mapping

from attrs import define, field

from creditlang.cohort import Progress, fewer_collections
from creditlang.comparison import Comparison, differences
from creditlang.diagnostics import Diagnostic, Language, Phrase, report
from creditlang.diagnostics.person_words import spoken
from creditlang.driver import Compiled
from creditlang.ledger import StudentResult
from creditlang.one_student import OneStudent, StudentData
from creditlang.source import SourceFile
from creditlang_repl import session_words as words
from creditlang_repl.answers import Answerer, diagnostics
from creditlang_repl.commands import Command
from creditlang_repl.reply import Written
from creditlang_repl.tried_edits import AddRecord, CannotDo, Edit
from creditlang_repl.typed_edits import EditReader, usage
from creditlang_repl.workspace import Data, PolicyFile, Tried, View, Workspace

MOST_BY_THE_WAY = 20_000
"""Records of students who are all compared, without being asked, when something was read anew."""
MOST_LINES = 5
"""Students of each sort who are named then."""

Log = tuple[tuple[str, Tried], ...]
"""States that can be gone back to, each with how the change was said."""


@define(eq=False)
class Conversation:
    """What a session knows. Everything but the workspace's caches is replaced, never changed, so it can be put back."""

    workspace: Workspace
    reads: Language
    """The language of answers, as it was chosen."""
    number: str | None = None
    """The student spoken of."""
    tried: Tried = field(factory=Tried)
    past: Log = ()
    """What was tried before each change, and how the change was said."""
    future: Log = ()
    """What was taken back."""
    progress: Progress = field(default=lambda done, of: None)
    settings: Mapping[str, str] = field(factory=dict)
    """Named values that are tried of each policy that is loaded, as they would be typed."""

    # ---- for every command
    @property
    def language(self) -> Language:
        """The language of answers, as it is spoken of the people of the policy."""
        policy = self.workspace.policy
        return spoken(self.reads, policy.compiled.policy.person if policy is not None else None)

    def word(self, name: str, /, **values: object) -> str:
        """A sentence in the language of the session."""
        return words.word(self.language, name, **values)

    def view(self) -> View:
        """The policy and data with what is tried. Raises `CannotDo` if there is no policy."""
        return self.workspace.view(self.tried)

    def answerer(self, view: View, before: View | None = None) -> Answerer:
        """Writes answers about a view, compared with the one before it if given."""
        return Answerer(view.policy, self.language, before.policy if before is not None else None)

    def chosen(self) -> str:
        """The student spoken of. Raises `CannotDo` if there is none."""
        self.view().known()
        if self.number is None:
            raise CannotDo([report("CR903", None)])
        return self.number

    def reader(self, student: str | None) -> EditReader:
        """Reads edits for a student, or for each."""
        return EditReader(self.view(), student)

    def names(self) -> frozenset[str]:
        """The names and labels of the policy that could be mistaken for Chinese commands."""
        return self.view().asker.names if self.workspace.policy is not None else frozenset()

    def people(self) -> tuple[str, ...]:
        """What the people of the policy are called, where it is not students."""
        policy = self.workspace.policy
        return policy.compiled.compilation.program.people if policy is not None else ()

    def rest(self, command: Command, source: SourceFile, start: int) -> str:
        """What stands after a command that needs it. Raises `CannotDo`."""
        text = source.text[start:].strip()
        if not text:
            raise usage(command)
        return text

    def name_of(self, number: str) -> str:
        """A student's name, where the data have names."""
        data, policy = self.workspace.data, self.workspace.policy
        if data is None or policy is None or number not in data.dataset.students:
            return ""
        attributes = policy.compiled.policy.attributes
        column = next((x for x in attributes if {"name", "姓名"} & {x.name, *x.labels}), None)
        return str(data.dataset.students[number].attributes.get(column.name) or "") if column else ""

    # ---- trying
    def try_edit(self, edit: Edit) -> Written:
        """Try one thing more."""
        written = self.go_on(edit.said, Tried((*self.tried.edits, edit), self.tried.as_of))
        return written if self.number is not None else written.line(("faint", self.word("noted")))

    def go_on(self, said: str, tried: Tried) -> Written:
        """Go on with other edits, and tell what that makes different; what was before can be gone back to."""
        written = self.compared(self.view(), self.workspace.view(tried))
        self.past, self.future, self.tried = (*self.past, (said, self.tried)), (), tried
        return written

    def back(self) -> Written:
        """Take back the last change."""
        written, self.past, undone = self._returned(self.past, "undone", Phrase("undo", "撤销"))
        self.future = (*self.future, undone)
        return written

    def forth(self) -> Written:
        """Do again what was taken back."""
        written, self.future, redone = self._returned(self.future, "redone", Phrase("redo", "重做"))
        self.past = (*self.past, redone)
        return written

    def _returned(self, log: Log, told: str, what: Phrase) -> tuple[Written, Log, tuple[str, Tried]]:
        """Go to the last state of a log; what differs, what is left of the log, and the state that was left."""
        if not log:
            raise CannotDo([report("CR909", None, what=what)])
        *left, (said, tried) = log
        written = Written().line(("title", self.word(told, said=said)))
        written.lines.extend(self.compared(self.view(), self.workspace.view(tried)).lines)
        now, self.tried = self.tried, tried
        return written, tuple(left), (said, now)

    def compared(self, before: View, after: View) -> Written:
        """What is new to be said of the policy, and what differs for the student."""
        written = diagnostics(new_warnings(before.compiled, after.compiled), self.language)
        if self.number is None or before.data is None:
            return written
        old = before.result(self.number)
        refuse_added(before, after, after.student(self.number))
        return self.told_differences(written, self.number, (before, old), after)

    def told_differences(
        self, written: Written, number: str, before: tuple[View, StudentResult], after: View
    ) -> Written:
        """Tell how a student's result differs from one before."""
        view, old = before
        new = after.result(number)
        found = differences(old, new, view.policy, after.policy)
        answerer = self.answerer(after, view)
        if old.applies and new.applies:
            told = answerer.differences(found, number)
        else:
            told = answerer.applying(found, number, old.applies, new.applies)
        written.lines.extend(told.lines)
        return written

    def anew(self, written: Written, policy: PolicyFile, data: Data | None) -> Written:
        """Go on with a policy and data that were read anew, and tell what that made different for the student."""
        view, number = self.view(), self.number
        before = (view, view.result(number)) if number is not None else None
        self.workspace.use(policy)
        self.workspace.hold(data)
        after = self.view()
        if before is None or number is None:
            return self.everybody_anew(written, view, after)
        if after.data is None or number not in after.data.dataset.students:
            self.number = None
            return written.line(("warning", self.word("nobody left", number=number)))
        return self.told_differences(written, number, before, after)

    def everybody_anew(self, written: Written, before: View, after: View) -> Written:
        """What was made different for all students, if there are few enough to be worked out by the way."""
        if before.data is None or after.data is None:
            return written
        if max(before.data.rows, after.data.rows) > MOST_BY_THE_WAY:
            return written.line(("faint", self.word("choose")))
        return written.text(self.comparison(before, after).text(self.language, MOST_LINES))

    def comparison(self, before: View, after: View) -> Comparison:
        """Every student before and after; of those who come to the same in columns nothing else is asked."""
        comparison = Comparison(before.policy, after.policy, before.overrides, after.overrides)
        known = after.known().dataset.students
        with fewer_collections():
            (same, outside), one, two = _in_columns(before, after)
        comparison.add_unchanged(len(same))
        for number, _ in before.all(self.progress, str):
            if number not in same and number not in outside:
                changed = two.result(after.student(number)) if number in known else None
                comparison.add(before.compared(number, one), changed)
        for number in known.keys() - before.known().dataset.students:
            comparison.add(None, two.result(after.student(number)))
        return comparison


def _in_columns(before: View, after: View) -> tuple[list[frozenset[str]], OneStudent, OneStudent]:
    """Who comes to the same before and after, and of whom neither policy speaks, as far as both are worked out in
    columns; and what works out others.
    """
    one, two = before.in_columns, after.in_columns
    engines = [(view, each.columns()) for view, each in ((before, one), (after, two)) if each is not None]
    if one is None or two is None or before.data is not after.data:
        return [frozenset(), frozenset()], before.one_student, after.one_student
    from creditlang.comparison.columns_compared import ColumnSide, unchanged

    sides = [ColumnSide(view.policy, view.overrides, engine) for view, engine in engines if engine is not None]
    found = unchanged(sides[0], sides[1], before.known().coded)
    return [students - before.edited - after.edited for students in found], one, two


def refuse_added(before: View, after: View, student: StudentData) -> None:
    """Records that are added to a student now, and cannot be read or do not fall on him, are refused."""
    known, added = (
        {
            (edit.kind, number)
            for edit in view.tried.edits
            if isinstance(edit, AddRecord) and edit.student == student.identifier
            for number in edit.numbers
        }
        for view in (before, after)
    )
    his = {(record.kind, record.identifier): record for record in student.records}
    for key in sorted(added - known):
        record = his.get(key)
        if record is None:
            raise CannotDo([report("CR916", None, reason=_NOT_HIS)])
        if record.problem is not None:
            raise CannotDo([record.problem])


_NOT_HIS = Phrase(
    "the record falls on others, for the student is not there on its day",
    "记录里写的地方当天不是该学生的，这条记录落不到该学生身上",
)


def new_warnings(before: Compiled, after: Compiled) -> list[Diagnostic]:
    """What is said of a policy that was not said before; places do not count, for they have moved."""
    if before is after:
        return []
    known = {_said(found) for found in before.diagnostics}
    return [x for x in after.diagnostics if _said(x) not in known and x.severity.value == "warning"]


def _said(found: Diagnostic) -> tuple[str, tuple[tuple[str, str], ...]]:
    return found.code, tuple(sorted((name, str(value)) for name, value in found.arguments.items()))


Handler = Callable[[Conversation, Command, SourceFile, int], Written]
"""Carries out a command, whose operands begin at an offset of the input."""
