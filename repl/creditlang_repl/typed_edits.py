"""What is typed, to the edit that it means: a rule, a value, records more or less, another value of a field.

Nothing is tried here; what the policy does not know is refused, with the place in what was typed.
"""

from collections.abc import Callable, Iterable, Mapping
from itertools import count, islice

from attrs import frozen

from creditlang.diagnostics import Diagnostic, Phrase, nearest, report
from creditlang.example_cases import program_kind, written_values
from creditlang.examples import settings_of
from creditlang.ledger import Record
from creditlang.queries import BadQuestion
from creditlang.resolve import Program
from creditlang.source import SourceFile, Span
from creditlang.syntax import tree as t
from creditlang.syntax.parse import Typed
from creditlang.words import NONE, SORTS
from creditlang_repl import command_operands as operands
from creditlang_repl import tried_edits as edits
from creditlang_repl.commands import Command, command_at, declaration_at
from creditlang_repl.tried_edits import CannotDo, Edit, PolicyEdit
from creditlang_repl.workspace import View


@frozen
class EditReader:
    """Reads edits for a view; `student` is whom they concern, None for each."""

    view: View
    student: str | None

    @property
    def program(self) -> Program:
        """The policy's names."""
        return self.view.compiled.compilation.program

    def labels(self, *spaces: str) -> list[str]:
        """Names and labels of some sorts."""
        return [text for space, text in self.program.labels if space in spaces]

    def after(self, command: Command, source: SourceFile, start: int) -> Edit:
        """The edit that a command is, whose operands begin at `start`."""
        readers: Mapping[str, Callable[[SourceFile, int], Edit]] = {
            "set": self.setting, "add": self.added, "drop": self.dropped, "change": self.changed, "in": self.put_in,
        }  # fmt: skip
        if not source.text[start:].strip():
            raise usage(command)
        try:
            return readers[command.name](source, start)
        except BadQuestion as error:
            if all(found.span is None or found.span.start == len(source.text) for found in error.diagnostics):
                raise usage(command) from None  # it ends too soon
            raise

    def any(self, source: SourceFile, start: int, command: Command) -> Edit:
        """The edit that stands at `start`, of whatever sort; `command` stands before it."""
        names = self.view.asker.names
        found = command_at(source.text[start:], names)
        if found is not None and found[0].name in ("set", "add", "drop", "change", "in"):
            return self.after(found[0], source, start + found[1])
        if found is not None or declaration_at(source.text[start:], names) is None:
            raise usage(command)
        return self.declared(source, start)

    # ---- the policy
    def declared(self, source: SourceFile, start: int) -> PolicyEdit:
        """A declaration that takes the place of the one of its name, or comes at the end."""
        sort: Typed = "line" if declaration_at(source.text[start:]) == "ITEM" else "declaration"
        node = self.view.asker.tree(sort, source, start)
        said = first_line(source.text[start:])
        if isinstance(node, t.Named):
            return edits.Declare(said, node)
        return edits.Append(said, node)

    def put_in(self, source: SourceFile, start: int) -> PolicyEdit:
        """A line in the body of an account or item."""
        text = source.text[start:]
        found = operands.container(source.text, start, self.labels("account", "item"))
        if found is None:
            word = text.split(maxsplit=1)[0]
            where = Span(source, start, start + len(word))
            raise CannotDo([edits.unknown(self.view.compiled, word, ("account", "item"), where)])
        end, line = found
        node = self.view.asker.tree("line", source, line)
        return edits.PutIn(first_line(source.text), source.text[start:end], node)

    def setting(self, source: SourceFile, start: int) -> Edit:
        """Another value for a named value."""
        node = self.view.asker.tree("setting", source, start)
        if self.program.canonical("let", node.name.text) is None:
            close = nearest(node.name.text, self.labels("let")) or ""
            raise CannotDo([report("CR401", node.name.span, name=node.name.text, nearest=close)])
        self.refuse_other_unit(node)
        ((name, value),) = settings_of(self.view.policy, self.program, [node]).items()
        return edits.SetValue(first_line(source.text), name, value, node.value.span.text)

    def refuse_other_unit(self, node: t.Setting) -> None:
        """A number in another unit than the value's own is refused."""
        if not isinstance(node.value, t.Number) or node.value.unit is None:
            return
        own = self.view.policy.setting_types[self.program.canonical("let", node.name.text) or ""].unit
        typed = node.value.unit
        if self.program.canonical("unit", typed.text) != own:
            known = Phrase(own, self.view.policy.unit_labels.get(own, own)) if own else NONE
            raise CannotDo([report("CR202", typed.span, left=known, right=typed.text)])

    # ---- records
    def added(self, source: SourceFile, start: int) -> Edit:
        """Records more."""
        view = self.view
        node = view.asker.tree("record", source, start)
        kind = program_kind(view.policy, node.kind.text)
        if kind is None:
            raise CannotDo([edits.unknown(view.compiled, node.kind.text, ("kind",), node.kind.span)])
        first = node.parts[0]
        known = first.name in self.view.policy.treats or self.program.item(first.name) is not None
        if first.kind == "word" and view.policy.kinds[kind].item_field and not known:
            raise CannotDo([edits.unknown(view.compiled, first.name, ("item",), first.span)])
        values, times, _ = written_values(view.policy, view.policy.kinds[kind], node)
        return edits.AddRecord(first_line(source.text), self.student, kind, values, self.new_numbers(times))

    def new_numbers(self, times: int) -> tuple[str, ...]:
        """Numbers that no record has, in the data or by what is tried."""
        taken = self.view.known().numbers_like_new
        first = 1 + sum(len(edit.numbers) for edit in self.view.tried.edits if isinstance(edit, edits.AddRecord))
        free = (number for place in count(first) if (number := f"new{place}") not in taken)
        return tuple(islice(free, times))

    def dropped(self, source: SourceFile, start: int) -> Edit:
        """A record less, or a rule."""
        wanted, said = unquoted(source.text[start:].strip()), first_line(source.text)
        found = self.records(wanted)
        if len(found) == 1:
            return edits.DropRecord(said, self.student, found[0].kind, found[0].identifier)
        if not found and self.program.item(wanted) is not None:
            return edits.TakeOut(said, wanted)
        raise CannotDo([self.no_record(wanted, found)])

    def changed(self, source: SourceFile, start: int) -> Edit:
        """Another value of a field, or of an attribute of the student."""
        record, after = self.target(source, start)
        node = self.view.asker.tree("value", source, after)
        kinds = self.view.policy.kinds
        columns = self.view.policy.attributes if record is None else kinds[record.kind].columns
        column = next((x for x in columns if node.name in (x.name, *x.labels)), None)
        if column is None:
            close = nearest(node.name, [name for x in columns for name in (x.name, *x.labels)]) or ""
            raise CannotDo([report("CR101", node.span, kind=SORTS["field"], name=node.name, nearest=close)])
        said, text = first_line(source.text), {"YES": "yes", "NO": "no"}.get(node.value.kind, node.value.text)
        if record is None:
            return edits.ChangeStudent(said, self.student, column.name, text)
        return edits.ChangeRecord(said, self.student, record.kind, record.identifier, column.name, text)

    def target(self, source: SourceFile, start: int) -> tuple[Record | None, int]:
        """The record to be changed, None for the student, and where its field is written."""
        text, policy = source.text, self.view.policy
        known = operands.target(text, start, lambda word: program_kind(policy, word) is not None, policy.student_labels)
        assert known is not None
        if not known.record:
            return None, known.field
        found, after = self.records(known.record), known.field
        if not found and (longer := operands.further(text, known)) is not None:
            found, after = self.records(longer.record), longer.field
        if len(found) != 1:
            raise CannotDo([self.no_record(known.record, found)])
        return found[0], after

    def records(self, wanted: str) -> list[Record]:
        """The records of a number, one of each kind; of one kind where it stands in front of the number."""
        kind, _, number = wanted.partition(" ")
        named = program_kind(self.view.policy, kind) if number else None
        number = number.strip() if named else wanted
        students = self.view.numbers() if self.student is None else [self.student]
        found = {
            record.kind: record
            for student in students
            for record in self.view.student(student).records
            if record.identifier == number and named in (None, record.kind)
        }
        return list(found.values())

    def no_record(self, wanted: str, found: Iterable[Record]) -> Diagnostic:
        """There is no such record, or there are several."""
        several = ", ".join(f"{record.kind} {record.identifier}" for record in found)
        known = [record.identifier for record in self.view.student(self.student).records] if self.student else []
        how_many = Phrase("several records", "有几条") if several else Phrase("no record", "没有")
        close = several or nearest(wanted, known) or ""
        return report("CR906", None, how_many=how_many, number=wanted[:60], nearest=close)


def usage(command: Command) -> CannotDo:
    """How a command is written."""
    return CannotDo([report("CR911", None, usage=command.usage, example=command.example)])


def first_line(text: str) -> str:
    """What was typed, on one line."""
    first, *others = text.strip().split("\n")
    return f"{first} …" if others else first


def unquoted(text: str) -> str:
    """A text without the quotation marks around it."""
    for left, right in ('""', "“”", "＂＂", "''"):
        if len(text) > 1 and text[0] == left and text[-1] == right:
            return text[1:-1]
    return text
