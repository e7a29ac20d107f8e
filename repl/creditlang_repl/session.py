"""The session: text in, reply out, no terminal.

A session holds a policy, data, the student spoken of and what is being tried. Each input either succeeds and gives the
next state, or fails and leaves everything as it was; `undo` goes back through what was tried. An input is a command, a
declaration of the language (a rule that is tried) or an expression (a question about the student).
"""

import re
import shlex
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from creditlang.comparison import Comparison
from creditlang.data.cells import CellError, parse_date
from creditlang.diagnostics import Diagnostic, Language, Phrase, nearest, report
from creditlang.differences import differences
from creditlang.driver import Compiled, example_files, read_source
from creditlang.examples import BadExample, program_kind, settings_of, written_values
from creditlang.ledger import Record
from creditlang.plugin import PluginManager
from creditlang.queries import BadQuestion
from creditlang.results import amount_value
from creditlang.source import SourceFile
from creditlang.syntax import tree as t
from creditlang_repl import asking, edits, saving
from creditlang_repl.answers import Answerer, diagnostics, value_text
from creditlang_repl.commands import Command, command_at, commands, declaration_at
from creditlang_repl.edits import CannotEdit, Edit, PolicyEdit, own
from creditlang_repl.reply import Reply, Written
from creditlang_repl.workspace import CannotDo, Progress, Tried, View, Workspace

_WORDS = {
    "en": {
        "loaded": "{title} ({name}): {rules} rules, {examples}", "examples": "{count} examples",
        "read": "{students} students, {records} records from {where}", "problems": "{count} findings about the data",
        "first": "the first:", "student": "{number} {name}", "noted": "Tried. Choose a student, or ask `what if`.",
        "undone": "undone: {said}", "redone": "again: {said}", "nothing tried": "Nothing is being tried.",
        "tried": "being tried:", "taken back": "taken back, redo brings back:", "reset": "All {count} changes taken back.",
        "as of": "as of {date}", "counted": "{records} records of {students} students",
        "those": "{count} students", "open": "open for {count} more: {who}", "without": "{count} students have no value",
        "value": "value", "number": "student_id", "name": "name", "saved": "saved in {name}", "examples so far": "",
        "policy saved": "The policy's file was saved.", "still": "The policy goes on as it was.",
        "nothing changed": "It changes nothing.", "interrupted": "Interrupted; nothing was changed.",
        "no change": "The policy has no changes.", "help": "Type a command, a rule, or an expression:",
        "more help": "`help WORD` tells more of a command or a keyword.", "for instance": "for instance",
        "language": "I answer in English.", "left": "", "keeps": "The changes stay; undo takes them back.",
        "bad language": "en or zh", "reading anew": "read anew",
    },
    "zh": {
        "loaded": "{title}（{name}）：{rules}条规则，{examples}", "examples": "{count}个例子",
        "read": "读入{students}名学生、{records}条记录，来自{where}", "problems": "数据有{count}处问题",
        "first": "第一处：", "student": "{number} {name}", "noted": "已在试。请选定学生，或用“假如”对全体试算。",
        "undone": "已撤销：{said}", "redone": "已重做：{said}", "nothing tried": "没有正在试的改动。",
        "tried": "正在试：", "taken back": "已撤销，可重做：", "reset": "已撤销全部{count}项改动。",
        "as of": "截至{date}", "counted": "{students}名学生的{records}条记录",
        "those": "{count}名学生", "open": "另有{count}名尚不能确定：{who}", "without": "{count}名学生没有这个值",
        "value": "值", "number": "学号", "name": "姓名", "saved": "已存入 {name}", "examples so far": "",
        "policy saved": "办法的文件已保存。", "still": "仍按原来的办法。",
        "nothing changed": "没有影响。", "interrupted": "已中断，什么都没有改。",
        "no change": "办法没有改动。", "help": "可以输入命令、规则或表达式：",
        "more help": "“帮助 词”说明某条命令或关键词。", "for instance": "例如",
        "language": "以下用中文回答。", "left": "", "keeps": "改动保留，可用“撤销”取消。",
        "bad language": "zh 或 en", "reading anew": "重新读入",
    },
}  # fmt: skip

_TOP = re.compile(r"\s*(\d+)\s*(?:students by\b|名?学生[，,]?按|名[，,]?按|students\b\s*by\b)\s*")
_CONDITION = re.compile(r"(?:^|\s)(where\b|其中)")
_EXAMPLE = re.compile(r"\s*(\"[^\"\n]*\"|“[^”\n]*”|＂[^＂\n]*＂)\s*(?:(?:to|到)\s+(.+))?$")


class Session:
    """One conversation."""

    def __init__(
        self, language: Language = "en", manager: PluginManager | None = None, mappings: tuple[str, ...] = ()
    ) -> None:
        """`mappings` say how to read sheets with other headings."""
        self.language: Language = language
        self.workspace = Workspace(manager or PluginManager(), mappings)
        self.number: str | None = None
        self.tried = Tried()
        self.past: list[tuple[str, Tried]] = []
        self.future: list[tuple[str, Tried]] = []
        self.progress: Progress = _silent

    # ---- for the prompt
    @property
    def compiled(self) -> Compiled | None:
        """The policy as it stands, changes included; None before one is loaded."""
        return self.workspace.view(self.tried).compiled if self.workspace.policy else None

    @property
    def title(self) -> str:
        """What stands before the prompt: policy, student, how many changes are being tried."""
        policy = self.workspace.policy
        parts = [policy.path.stem if policy else "", self.number or ""]
        parts.append(f"+{len(self.tried.edits)}" if self.tried.edits else "")
        return " ".join(filter(None, parts))

    def students(self) -> tuple[tuple[str, str], ...]:
        """Numbers and names (empty where the data have none) of the students, for completion."""
        data = self.workspace.data
        return tuple((number, self.name_of(number)) for number in sorted(data.dataset.students)) if data else ()

    def records(self) -> tuple[tuple[str, str], ...]:
        """Numbers of the student's records, with kind, item and date in words, for completion."""
        if self.number is None or self.workspace.policy is None or self.workspace.data is None:
            return ()
        view = self.view()
        answerer = Answerer(view.policy, self.language)
        return tuple(
            (record.identifier, " ".join(filter(None, (
                answerer.kind(record.kind), answerer.item(record), record.on.isoformat() if record.on else "",
            ))))
            for record in view.student(self.number).records
        )  # fmt: skip

    # ---- inputs
    def answer(self, text: str, progress: Progress | None = None) -> Reply:
        """Carry out one input. An interruption (KeyboardInterrupt) changes nothing and is answered."""
        kept = (self.language, self.number, self.tried, list(self.past), list(self.future))
        world = (self.workspace.policy, self.workspace.data)
        self.progress = progress or _silent
        try:
            return self._answer(text)
        except KeyboardInterrupt:
            found = Written().line(("warning", self.word("interrupted")))
        except (CannotDo, CannotEdit, BadQuestion) as error:
            found = diagnostics(error.diagnostics, self.language)
        except BadExample as error:
            found = diagnostics([error.diagnostic], self.language)
        self.language, self.number, self.tried, self.past, self.future = kept
        if (self.workspace.policy, self.workspace.data) != world:
            self.workspace.restore(*world)
        return found.reply(failed=True)

    def _answer(self, text: str) -> Reply:
        if not text.strip() or text.lstrip().startswith("#"):
            return Reply()
        found = command_at(text)
        if found is not None:
            command, start = found
            carried_out: Callable[[SourceFile, int], Written] = getattr(self, f"do_{command.name}")
            self.command = command
            return carried_out(SourceFile("prompt", text.rstrip()), start).reply(leave=command.name == "quit")
        source = SourceFile("prompt", text.strip())
        if declaration_at(source.text):
            return self.try_edits([self.declared(source, 0)]).reply()
        return self.value(source, 1 if source.text.startswith("=") else 0).reply()

    def refresh(self) -> Reply | None:
        """If the policy's file was saved since it was read: what that changed; else None."""
        try:
            policy = self.workspace.saved()
        except CannotDo as error:
            written = diagnostics(error.diagnostics, self.language)
            written.lines.insert(0, (("warning", self.word("policy saved")),))
            digest = self.workspace.note_saved()
            return written.line(self.word("still")).reply(failed=True) if digest else None
        if policy is None:
            return None
        written = Written().line(("title", self.word("policy saved")))
        return self.anew(written, lambda: self.workspace.use(policy)).reply()

    def anew(self, written: Written, read: Callable[[], None]) -> Written:
        """Read something anew, keep what is tried, and tell what that changed for the student."""
        before = self.view() if self.number is not None and self.workspace.data else None
        old = before.result(self.number) if before and self.number else None
        world = (self.workspace.policy, self.workspace.data)
        read()
        try:
            after = self.view()
            if before is None or old is None or self.number not in after.known().dataset.students:
                return written
            found = differences(old, after.result(self.number), before.policy, after.policy)
        except CannotDo as error:
            self.workspace.restore(*world)
            written.lines.extend(diagnostics(error.diagnostics, self.language).lines)
            return written.line(self.word("still"))
        written.lines.extend(Answerer(after.policy, self.language).differences(found, self.number).lines)
        return written

    # ---- what commands share
    def word(self, name: str, **values: object) -> str:
        return _WORDS[self.language][name].format(**values)

    def view(self) -> View:
        return self.workspace.view(self.tried)

    def name_of(self, number: str) -> str:
        """A student's name, where the data have names."""
        data, policy = self.workspace.data, self.workspace.policy
        if data is None or policy is None or number not in data.dataset.students:
            return ""
        column = next(
            (x for x in policy.compiled.policy.attributes if x.name == "name" or "姓名" in x.labels), None
        )
        return str(data.dataset.students[number].attributes.get(column.name) or "") if column else ""

    def chosen(self) -> str:
        """The student spoken of. Raises `CannotDo` if there is none."""
        self.view().known()
        if self.number is None:
            raise CannotDo([report("CR903", None)])
        return self.number

    def usage(self) -> CannotDo:
        """How the command at hand is written."""
        command = self.command
        return CannotDo([report("CR911", None, usage=command.usage, example=command.example)])

    def rest(self, source: SourceFile, start: int) -> str:
        """What stands after a command, which needs it. Raises `CannotDo`."""
        text = source.text[start:].strip()
        if not text:
            raise self.usage()
        return text

    # ---- policy and data
    def do_load(self, source: SourceFile, start: int) -> Written:
        policy = self.workspace.load(_unquoted(self.rest(source, start)))
        data = self.workspace.data
        self.workspace.use(policy)
        self.tried, self.past, self.future = Tried(as_of=self.tried.as_of), [], []
        core = policy.compiled.policy
        title = core.title or core.identifier
        counted = self.word("examples", count=len(policy.compiled.compilation.program.examples))
        written = Written().line(
            ("title", self.word("loaded", title=title, name=policy.path.stem, rules=len(core.rules), examples=counted))
        )
        if data is not None:
            self.workspace.data = self.workspace.read(data.addresses, core)
            if self.number not in self.workspace.data.dataset.students:
                self.number = None
        return written

    def do_data(self, source: SourceFile, start: int) -> Written:
        try:
            addresses = tuple(shlex.split(self.rest(source, start)))
        except ValueError:
            raise self.usage() from None
        data = self.workspace.read(addresses, self.workspace.base().policy)
        self.workspace.hold(data)
        self.tried = Tried(
            tuple(edit for edit in self.tried.edits if not isinstance(edit, edits.StudentEdit)), self.tried.as_of
        )
        self.past, self.future = [], []
        if self.number not in data.dataset.students:
            self.number = None
        return self.data_read(Written())

    def data_read(self, written: Written) -> Written:
        """What was read, and the first thing that is wrong with it."""
        data = self.view().known()
        where = ", ".join(data.addresses)
        written.line(self.word("read", students=len(data.dataset.students), records=data.rows, where=where))
        if data.dataset.problems:
            first = diagnostics(data.dataset.problems[:1], self.language)
            written.line(("warning", self.word("problems", count=len(data.dataset.problems))), "，" if self.language == "zh" else ", ", self.word("first"))
            written.lines.extend(first.lines)
        return written

    def do_reload(self, source: SourceFile, start: int) -> Written:
        self.workspace.base()
        assert self.workspace.policy is not None
        policy = self.workspace.read_policy(self.workspace.policy.path)
        data = self.workspace.data

        def read() -> None:
            self.workspace.use(policy)
            if data is not None:
                self.workspace.hold(self.workspace.read(data.addresses, policy.compiled.policy))

        return self.anew(Written().line(("title", self.word("reading anew"))), read)

    def do_student(self, source: SourceFile, start: int) -> Written:
        data = self.view().known()
        wanted = _unquoted(self.rest(source, start))
        numbers = [wanted] if wanted in data.dataset.students else []
        if not numbers:
            names = {number: self.name_of(number) for number in data.dataset.students}
            numbers = sorted(number for number, name in names.items() if name and name == wanted)
        if not numbers:
            known = [*data.dataset.students, *filter(None, names.values())]
            raise CannotDo([report("CR904", None, name=wanted[:40], nearest=nearest(wanted, known) or "")])
        if len(numbers) > 1:
            shown = ", ".join(numbers[:8])
            raise CannotDo([report("CR905", None, name=wanted, count=len(numbers), numbers=shown)])
        self.number = numbers[0]
        view = self.view()
        result = view.result(self.number)
        written = Written().line(("title", f"{self.number} {self.name_of(self.number)}".rstrip()))
        written.lines.extend(Answerer(view.policy, self.language).standing(result).lines)
        return written

    # ---- looking
    def do_show(self, source: SourceFile, start: int) -> Written:
        number, view = self.chosen(), self.view()
        wanted = source.text[start:].strip()
        answerer = Answerer(view.policy, self.language)
        if not wanted:
            return answerer.overview(view.result(number))
        account = view.compiled.compilation.program.account(wanted)
        if account is None:
            return self.do_why(source, start)
        return answerer.overview(view.result(number), account.name)

    def do_why(self, source: SourceFile, start: int) -> Written:
        number, view = self.chosen(), self.view()
        topic = _unquoted(source.text[start:].strip()) or None
        told = view.explanation(number, self.language)
        if topic is not None and not told.knows(topic):
            close = nearest(topic, told.topics()) or ""
            kind = Phrase("account, item, requirement, fact or record", "账户、项目、要求、事实或记录")
            raise CannotDo([report("CR101", None, kind=kind, name=topic[:60], nearest=close)])
        return Written().text(told.answer(topic))

    def do_records(self, source: SourceFile, start: int) -> Written:
        number, view = self.chosen(), self.view()
        answerer = Answerer(view.policy, self.language)
        result = view.result(number)
        if not source.text[start:].strip():
            return answerer.records(result, None, None)
        question = view.asker.records(source, start)
        wanted = None if question.condition is None else question.of(view.answers(number))
        return answerer.records(result, wanted, question.kind)

    def value(self, source: SourceFile, start: int) -> Written:
        """The value of an expression; of a bare name, what there is to show of it."""
        view = self.view()
        bare = source.text[start:].strip()
        if self.is_known(view, bare):
            number = self.chosen()
            return self.do_show(source, start) if number else Written()
        question = view.asker.value(source, start)
        number = self.chosen()
        value = question.of(view.answers(number))
        unit = Answerer(view.policy, self.language).unit(question.type.unit or "")
        return Written().line(f"{value_text(value, self.language)} {unit}".rstrip())

    def is_known(self, view: View, name: str) -> bool:
        """Whether a text is the name of an account, requirement, fact or item."""
        program = view.compiled.compilation.program
        return any(program.canonical(space, name) for space in ("account", "require", "fact", "item"))

    # ---- trying
    def declared(self, source: SourceFile, start: int) -> PolicyEdit:
        """The edit that a typed declaration is."""
        asker = self.view().asker
        said = _first_line(source.text[start:])
        word = declaration_at(source.text[start:])
        node = asker.tree("line" if word == "ITEM" else "declaration", source, start)
        if isinstance(node, t.Named) and not isinstance(node, t.Offset):
            return edits.Declare(said, node)
        return edits.Append(said, node)

    def do_in(self, source: SourceFile, start: int) -> Written:
        return self.try_edits([self.put_in(source, start)])

    def put_in(self, source: SourceFile, start: int) -> PolicyEdit:
        """The edit that a line in an account or item is."""
        asker = self.view().asker
        text = source.text[start:]
        into = next((name for name in self.containers() if text.startswith(name)), None)
        if into is None:
            word = text.split(maxsplit=1)[0] if text.strip() else ""
            if not word:
                raise self.usage()
            raise CannotDo([edits.unknown(self.view().compiled, word, ("account", "item"))])
        after = start + len(into)
        after += len(source.text[after:]) - len(source.text[after:].lstrip(" \t　，,：:"))
        if not source.text[after:].strip():
            raise self.usage()
        node = asker.tree("line", source, after)
        return edits.PutIn(_first_line(source.text), into, node)

    def containers(self) -> list[str]:
        """Names and labels of accounts and items, longest first."""
        labels = self.view().compiled.compilation.program.labels
        return sorted((text for space, text in labels if space in ("account", "item")), key=lambda x: (-len(x), x))

    def do_set(self, source: SourceFile, start: int) -> Written:
        return self.try_edits([self.setting(source, start)])

    def setting(self, source: SourceFile, start: int) -> Edit:
        """The edit that another value is."""
        view = self.view()
        self.rest(source, start)
        node = view.asker.tree("setting", source, start)
        program = view.compiled.compilation.program
        if program.canonical("let", node.name.text) is None:
            close = nearest(node.name.text, [text for space, text in program.labels if space == "let"]) or ""
            raise CannotDo([report("CR401", node.name.span, name=node.name.text, nearest=close)])
        ((name, value),) = settings_of(view.policy, program, [node]).items()
        return edits.SetValue(_first_line(source.text), name, value, node.value.span.text)

    def do_add(self, source: SourceFile, start: int) -> Written:
        return self.try_edits([self.added(source, start, self.chosen())])

    def added(self, source: SourceFile, start: int, student: str | None) -> Edit:
        """The edit that more records are."""
        view = self.view()
        self.rest(source, start)
        node = view.asker.tree("record", source, start)
        kind = program_kind(view.policy, node.kind.text)
        if kind is None:
            raise CannotDo([edits.unknown(view.compiled, node.kind.text, ("kind",))])
        values, times, _ = written_values(view.policy, view.policy.kinds[kind], node)
        taken = sum(len(edit.numbers) for edit in self.tried.edits if isinstance(edit, edits.AddRecord))
        numbers = tuple(f"new{taken + place + 1}" for place in range(times))
        return edits.AddRecord(_first_line(source.text), student, kind, values, numbers)

    def do_drop(self, source: SourceFile, start: int) -> Written:
        return self.try_edits([self.dropped(source, start, self.number)])

    def dropped(self, source: SourceFile, start: int, student: str | None) -> Edit:
        """The edit that a record or a rule less is."""
        view, wanted = self.view(), _unquoted(self.rest(source, start))
        said = _first_line(source.text)
        record = self.find_record(wanted, everybody=student is None, quiet=True)
        if record is not None:
            return edits.DropRecord(said, student, record.kind, record.identifier)
        if view.compiled.compilation.program.item(wanted) is not None:
            return edits.TakeOut(said, wanted)
        if student is None and self.number is None:
            raise CannotDo([report("CR903", None)])
        raise CannotDo([self.no_record(wanted)])

    def do_change(self, source: SourceFile, start: int) -> Written:
        return self.try_edits([self.changed(source, start, self.chosen())])

    def changed(self, source: SourceFile, start: int, student: str | None) -> Edit:
        """The edit that another value of a field, or of an attribute, is."""
        view, text = self.view(), self.rest(source, start)
        said = _first_line(source.text)
        target, after = self.target(source, start)
        node = view.asker.tree("value", source, after)
        cell = {"YES": "yes", "NO": "no"}.get(node.value.kind, node.value.text)
        if target is None:
            columns = view.policy.attributes
        else:
            columns = view.policy.kinds[target.kind].columns
        column = next((x for x in columns if node.name in (x.name, *x.labels)), None)
        if column is None:
            close = nearest(node.name, [name for x in columns for name in (x.name, *x.labels)]) or ""
            kind = Phrase("field", "字段")
            raise CannotDo([report("CR101", node.span, kind=kind, name=node.name, nearest=close)])
        assert text
        if target is None:
            return edits.ChangeStudent(said, student, column.name, cell)
        return edits.ChangeRecord(said, student, target.kind, target.identifier, column.name, cell)

    def target(self, source: SourceFile, start: int) -> tuple[Record | None, int]:
        """The record that is to be changed, None for the student himself, and where its field is written."""
        words = re.match(r"\s*(?:\"([^\"\n]+)\"|(\S+))\s*(?:的\s*)?", source.text[start:])
        if words is None:
            raise self.usage()
        name, after = words[1] or words[2], start + words.end()
        if name in ("student", "学生", *self.view().policy.student_labels):
            return None, after
        kind = program_kind(self.view().policy, name)
        if kind is not None:
            second = re.match(r"\s*(\S+)\s*(?:的\s*)?", source.text[after:])
            if second is not None and (found := self.find_record(f"{name} {second[1]}", quiet=True)) is not None:
                return found, after + second.end()
        record = self.find_record(name)
        assert record is not None
        return record, after

    def find_record(self, wanted: str, everybody: bool = False, quiet: bool = False) -> Record | None:
        """The record of a number, with its kind in front where kinds share it. Raises `CannotDo` unless `quiet`."""
        view = self.view()
        kind, _, number = wanted.partition(" ")
        named = program_kind(view.policy, kind) if number else None
        numbers = [self.number] if self.number is not None else view.numbers() if everybody else []
        found = {
            record.kind: record
            for student in numbers
            for record in view.student(student).records
            if record.identifier == (number if named else wanted) and named in (None, record.kind)
        }
        if len(found) == 1:
            return next(iter(found.values()))
        if quiet and not found:
            return None
        raise CannotDo([self.no_record(wanted, tuple(found))])

    def no_record(self, wanted: str, kinds: Iterable[str] = ()) -> Diagnostic:
        """There is no such record, or there are several."""
        several = ", ".join(f"{kind} {wanted}" for kind in kinds)
        known = [record.identifier for record in self.view().student(self.number).records] if self.number else []
        return report("CR906", None, number=wanted[:60], nearest=several or nearest(wanted, known) or "")

    def try_edits(self, made: list[Edit]) -> Written:
        """Try more: what differs for the student, or that it is noted where nobody is spoken of."""
        before = self.view()
        tried = Tried((*self.tried.edits, *made), self.tried.as_of)
        written = self.compared(before, self.workspace.view(tried))
        self.move_on(made[0].said, tried)
        return written

    def move_on(self, said: str, tried: Tried) -> None:
        """Go on with other edits; what was before can be gone back to."""
        self.past.append((said, self.tried))
        self.future.clear()
        self.tried = tried

    def compared(self, before: View, after: View) -> Written:
        """What differs between two views for the student, after what is new to be said of the policy."""
        written = diagnostics(_new_warnings(before.compiled, after.compiled), self.language)
        if self.number is None or before.data is None:
            return written.line(("faint", self.word("noted")))
        old = before.result(self.number)
        self.check_records(after)
        found = differences(old, after.result(self.number), before.policy, after.policy)
        written.lines.extend(Answerer(after.policy, self.language).differences(found, self.number).lines)
        return written

    def check_records(self, view: View) -> None:
        """Refuse added records that cannot be read."""
        assert self.number is not None
        added = {
            number for edit in view.tried.edits if isinstance(edit, edits.AddRecord) for number in edit.numbers
        } - {number for edit in self.tried.edits if isinstance(edit, edits.AddRecord) for number in edit.numbers}
        for record in view.student(self.number).records if added else ():
            if record.identifier in added and record.problem is not None:
                raise CannotDo([record.problem])

    def do_as_of(self, source: SourceFile, start: int) -> Written:
        try:
            day = parse_date(self.rest(source, start))
        except CellError as error:
            raise CannotDo([error.diagnostic(edits.PLACE)]) from None
        before, tried = self.view(), Tried(self.tried.edits, day)
        written = Written().line(("title", self.word("as of", date=day.isoformat())))
        if self.workspace.data is not None and self.number is not None:
            written.lines.extend(self.compared(before, self.workspace.view(tried)).lines)
        self.move_on(_first_line(source.text), tried)
        return written

    def do_undo(self, source: SourceFile, start: int) -> Written:
        return self.step(self.past, self.future, "undone", Phrase("undo", "撤销"))

    def do_redo(self, source: SourceFile, start: int) -> Written:
        return self.step(self.future, self.past, "redone", Phrase("redo", "重做"))

    def step(self, source: list[tuple[str, Tried]], target: list[tuple[str, Tried]], word: str, what: Phrase) -> Written:
        """One step back or forth."""
        if not source:
            raise CannotDo([report("CR909", None, what=what)])
        before, (said, tried) = self.view(), source[-1]
        written = Written().line(("title", self.word(word, said=said)))
        if self.number is not None and self.workspace.data is not None:
            written.lines.extend(self.compared(before, self.workspace.view(tried)).lines)
        source.pop()
        target.append((said, self.tried))
        self.tried = tried
        return written

    def do_reset(self, source: SourceFile, start: int) -> Written:
        if not self.tried.edits:
            return Written().line(("faint", self.word("nothing tried")))
        before, tried = self.view(), Tried((), self.tried.as_of)
        written = Written().line(("title", self.word("reset", count=len(self.tried.edits))))
        if self.number is not None and self.workspace.data is not None:
            written.lines.extend(self.compared(before, self.workspace.view(tried)).lines)
        self.move_on(source.text.strip(), tried)
        return written

    def do_history(self, source: SourceFile, start: int) -> Written:
        written = Written()
        if not self.tried.edits:
            written.line(("faint", self.word("nothing tried")))
        else:
            written.line(("title", self.word("tried")))
        for number, edit in enumerate(self.tried.edits, start=1):
            who = getattr(edit, "student", None)
            written.line(f"  {number}  {edit.said}", ("faint", f"  [{who}]" if who else ""))
        if self.future:
            written.line(("faint", self.word("taken back")))
            for said, _ in reversed(self.future):
                written.line(("faint", f"     {said}"))
        return written

    # ---- everybody
    def do_what_if(self, source: SourceFile, start: int) -> Written:
        text = source.text[start:].strip()
        if text:
            before = self.view()
            tried = Tried((*self.tried.edits, *self.everybody(source, start)), self.tried.as_of)
        else:
            before, tried = self.workspace.view(Tried((), self.tried.as_of)), self.tried
        after = self.workspace.view(tried)
        before.known()
        comparison = Comparison(before.policy, after.policy)
        numbers = before.numbers()
        for done, number in enumerate(numbers):
            self.progress(done, len(numbers))
            comparison.add(before.worked_out(number), after.worked_out(number))
        self.progress(len(numbers), len(numbers))
        written = diagnostics(_new_warnings(before.compiled, after.compiled), self.language)
        for line in comparison.lines(self.language):
            written.line(line)
        return written

    def everybody(self, source: SourceFile, start: int) -> list[Edit]:
        """The edit that is written after `what if`, for each student."""
        found = command_at(source.text[start:])
        if found is None:
            return [self.declared(source, start)]
        command, after = found[0], start + found[1]
        readers: Mapping[str, Callable[[], Edit]] = {
            "set": lambda: self.setting(source, after),
            "add": lambda: self.added(source, after, None),
            "drop": lambda: self.dropped(source, after, None),
            "change": lambda: self.changed(source, after, None),
            "in": lambda: self.put_in(source, after),
        }
        if command.name not in readers:
            raise self.usage()
        return [readers[command.name]()]

    def do_students(self, source: SourceFile, start: int) -> Written:
        view = self.view()
        condition = view.asker.condition(source, start) if source.text[start:].strip() else None
        listed = asking.those(view, condition, self.progress)
        answerer = Answerer(view.policy, self.language)
        written = answerer.table(*self.student_rows(view, answerer, listed))
        written.line(("faint", self.word("those", count=len(listed.holds))))
        if listed.open:
            who = ", ".join(listed.open[:8]) + (" …" if len(listed.open) > 8 else "")
            written.line(("open", self.word("open", count=len(listed.open), who=who)))
        return written

    def student_rows(
        self, view: View, answerer: Answerer, listed: asking.Listed
    ) -> tuple[list[str], list[list[object]]]:
        """Headings and rows of a table of students."""
        totals = [x.name for x in view.policy.accounts.values() if x.parent is None and x.sort != "score" and x.unit]
        names = any(self.name_of(number) for number in listed.holds)
        headings = [self.word("number"), *([self.word("name")] if names else [])]
        headings += [answerer.label(name) for name in (*view.policy.requirements, *totals)]
        rows: list[list[object]] = []
        for number in listed.holds:
            statuses, balances = listed.rows[number]
            rows.append([
                number, *([self.name_of(number)] if names else []),
                *(value_text(statuses.get(name), self.language) for name in view.policy.requirements),
                *(amount_value(balances.get(name)) for name in totals),
            ])  # fmt: skip
        return headings, rows

    def do_count(self, source: SourceFile, start: int) -> Written:
        view = self.view()
        self.rest(source, start)
        question = view.asker.records(source, start)
        counted = asking.count(view, question, self.progress)
        return Written().line(self.word("counted", records=counted.records, students=counted.students))

    def do_top(self, source: SourceFile, start: int) -> Written:
        view = self.view()
        match = _TOP.match(source.text, start)
        if match is None:
            raise self.usage()
        where = _CONDITION.search(source.text, match.end())
        end = where.start() if where else len(source.text)
        question = view.asker.value(SourceFile(source.name, source.text[:end]), match.end())
        condition = view.asker.condition(source, where.start(1)) if where else None
        found, without = asking.top(view, int(match[1]), question, condition, self.progress)
        names = any(self.name_of(number) for number, _ in found)
        headings = [self.word("number"), *([self.word("name")] if names else []), self.word("value")]
        rows = [
            [number, *([self.name_of(number)] if names else []), amount_value(value)] for number, value in found
        ]
        written = Answerer(view.policy, self.language).table(headings, rows, max(1, int(match[1])))
        if without:
            written.line(("faint", self.word("without", count=without)))
        return written

    # ---- keeping
    def do_save_example(self, source: SourceFile, start: int) -> Written:
        number, view = self.chosen(), self.view()
        match = _EXAMPLE.match(source.text, start)
        policy = self.workspace.policy
        if match is None or policy is None:
            raise self.usage()
        path = Path(_unquoted(match[2])) if match[2] else policy.path.with_name(f"{policy.path.stem}.examples.credit")
        beside = saving.Beside(tuple(self.example_sources(policy.path)), self.workspace.manager.extensions)
        text = saving.example(view, number, match[1][1:-1], self.language, self.touched(), beside)
        saving.add_to(path, text)
        return Written().text(text).line(("faint", self.word("saved", name=path.name)))

    def example_sources(self, path: Path) -> Iterable[SourceFile]:
        """The files of examples beside the policy."""
        for other in example_files(path):
            source = read_source(other)
            if isinstance(source, SourceFile):
                yield source

    def touched(self) -> set[str]:
        """The accounts and facts that what is tried made different for the student."""
        assert self.number is not None
        before, after = self.workspace.view(Tried((), self.tried.as_of)), self.view()
        found = differences(before.result(self.number), after.result(self.number), before.policy, after.policy)
        return {change.name for change in (*found.accounts, *found.facts)}

    def do_save_policy(self, source: SourceFile, start: int) -> Written:
        text = saving.policy_text(self.view())
        return self.written_to(self.rest(source, start), text)

    def do_save_patch(self, source: SourceFile, start: int) -> Written:
        target = self.rest(source, start)
        text = saving.patch(own(self.workspace.base()), saving.policy_text(self.view()))
        if not text:
            return Written().line(("faint", self.word("no change")))
        written = Written().text(text)
        written.lines.extend(self.written_to(target, text).lines)
        return written

    def written_to(self, target: str, text: str) -> Written:
        path = Path(_unquoted(target))
        saving.write_new(path, text)
        return Written().line(("faint", self.word("saved", name=path.name)))

    # ---- the rest
    def do_language(self, source: SourceFile, start: int) -> Written:
        wanted = {"en": "en", "english": "en", "英文": "en", "zh": "zh", "chinese": "zh", "中文": "zh"}
        language = wanted.get(self.rest(source, start).lower())
        if language is None:
            raise self.usage()
        self.language = language  # type: ignore[assignment]
        return Written().line(self.word("language"))

    def do_help(self, source: SourceFile, start: int) -> Written:
        from creditlang_repl.helping import help_on, overview

        wanted = source.text[start:].strip()
        return help_on(wanted, self.language) if wanted else overview(self.language)

    def do_quit(self, source: SourceFile, start: int) -> Written:
        return Written()

    command: Command = next(iter(commands().values()))
    """The command at hand."""


def _silent(done: int, of: int) -> None:
    """Tells nobody."""


def _first_line(text: str) -> str:
    first, *others = text.strip().split("\n")
    return f"{first} …" if others else first


def _unquoted(text: str) -> str:
    for left, right in ('""', "“”", "＂＂", "''"):
        if len(text) > 1 and text[0] == left and text[-1] == right:
            return text[1:-1]
    return text


def _new_warnings(before: Compiled, after: Compiled) -> list[Diagnostic]:
    """What is said of the policy that was not said before, places left out, for they have moved."""
    if before is after:
        return []
    known = {(found.code, tuple(sorted((k, str(x)) for k, x in found.arguments.items()))) for found in before.diagnostics}
    return [
        found
        for found in after.diagnostics
        if (found.code, tuple(sorted((k, str(x)) for k, x in found.arguments.items()))) not in known
        and found.severity.value != "note"
    ]


__all__ = ["Session"]
