"""Looking at one student, and asking about all."""

import re
from contextlib import suppress
from datetime import date

from creditlang.diagnostics import Phrase, nearest, report
from creditlang.need import NeedQuestion, NeedText, need_question
from creditlang.queries import BadQuestion
from creditlang.resolve import Program
from creditlang.results import Results, amount_value
from creditlang.source import SourceFile, Span
from creditlang_repl import cohort_questions as asking
from creditlang_repl import command_operands as operands
from creditlang_repl.answers import value_text
from creditlang_repl.commands import Command, by_form
from creditlang_repl.conversation import Conversation
from creditlang_repl.reply import Written
from creditlang_repl.tried_edits import CannotDo
from creditlang_repl.typed_edits import unquoted, usage
from creditlang_repl.workspace import View

_TOPIC = Phrase("account, item, requirement, fact or record", "账户、项目、要求、事实或记录")
_INPUT = Phrase("command or name", "命令或名称")
_WORD = re.compile(r"\s*([^\W\d]\w*)")
_BY = re.compile(r"(?:^|\s)(?:by\s|到)\s*(\d{4}-\d{2}-\d{2})\s*$")
_NO_NUMBER = Phrase("students are put in order by a number", "排名次要按一个数")
_FEW = 8


def show(now: Conversation, command: Command, source: SourceFile, start: int) -> Written:
    """The tree of accounts, or one account; of anything else the answer to “why?”."""
    number, view = now.chosen(), now.view()
    wanted = unquoted(source.text[start:].strip())
    account = view.compiled.compilation.program.account(wanted)
    if wanted and account is None:
        return why(now, command, source, start)
    return now.answerer(view).overview(view.result(number), account.name if account else None)


def why(now: Conversation, command: Command, source: SourceFile, start: int) -> Written:
    """Down to records, steps and articles."""
    number, view = now.chosen(), now.view()
    return Written().text(_told(now, view, number, unquoted(source.text[start:].strip()) or None))


def _told(now: Conversation, view: View, number: str, topic: str | None) -> str:
    told = view.explanation(number, now.language)
    if topic is not None and not told.knows(topic):
        close = nearest(topic, told.topics()) or ""
        raise CannotDo([report("CR101", None, kind=_TOPIC, name=topic[:60], nearest=close)])
    return told.answer(topic)


def need(now: Conversation, command: Command, source: SourceFile, start: int) -> Written:
    """What the student still needs for a requirement, or for each, and what would do."""
    number, view = now.chosen(), now.view()
    student, today, text = view.student(number), view.tried.as_of or date.today(), source.text[start:].strip()
    said = _BY.search(text)
    try:
        by = date.fromisoformat(said[1]) if said is not None else None
    except ValueError:
        raise usage(command) from None
    wanted = unquoted(text[: said.start()].strip() if said is not None else text) or None
    question = need_question(view.policy, student, wanted, today, by)
    if not isinstance(question, NeedQuestion):
        raise CannotDo([question])
    words = NeedText(view.policy, now.language)
    needs = question.answers(student, view.overrides, now.progress)
    return Written().text("\n".join(line for each in needs for line in words.lines(each)))


def records(now: Conversation, command: Command, source: SourceFile, start: int) -> Written:
    """The student's records, all, of a kind, or those that meet a condition."""
    number, view = now.chosen(), now.view()
    result = view.result(number)
    if not source.text[start:].strip():
        return now.answerer(view).records(result, None, None)
    question = view.asker.records(source, start)
    wanted = None if question.condition is None else question.of(view.answers(number))
    return now.answerer(view).records(result, wanted, question.kind)


def value(now: Conversation, source: SourceFile) -> Written:
    """The value of an expression for the student; of a bare name, what there is to show of it."""
    view = now.view()
    start = len(source.text) - len(source.text.lstrip("=＝ \t　"))
    bare, program = source.text[start:].strip(), view.compiled.compilation.program
    if any(program.canonical(space, bare) for space in ("account", "require", "fact", "item")):
        number = now.chosen()
        account = program.account(bare)
        if account is not None:
            return now.answerer(view).overview(view.result(number), account.name)
        return Written().text(_told(now, view, number, bare))
    try:
        question = view.asker.value(source, start)
    except BadQuestion:
        _refuse_unknown(source, start, program)
        raise
    found = question.of(view.answers(now.chosen()))
    unit = now.answerer(view).unit(question.type.unit or "", found)
    return Written().line(f"{value_text(found, now.language)} {unit}".rstrip())


def _refuse_unknown(source: SourceFile, start: int, program: Program) -> None:
    """Raise `CannotDo` if the first word is no name of the policy: a command was meant, or a name."""
    word = _WORD.match(source.text, start)
    names = [text for _, text in program.labels]
    if word is not None and word[1] not in names:
        close = nearest(word[1], [*by_form(), *names]) or ""
        raise CannotDo([report("CR101", Span(source, *word.span(1)), kind=_INPUT, name=word[1], nearest=close)])


def _expression_end(view: View, source: SourceFile, start: int) -> int:
    """Where an expression ends that `where` may follow: behind all that can be one, as records have a `where` too."""
    places = [len(source.text), *sorted((x.start() for x in operands.WHERE.finditer(source.text, start)), reverse=True)]
    for end in places:
        with suppress(BadQuestion):
            view.asker.tree("expression", SourceFile(source.name, source.text[:end]), start)
            return end
    return places[-1]


# ---- all students
def students(now: Conversation, command: Command, source: SourceFile, start: int) -> Written:
    """The students, or those of a condition, with what the policy shows of them."""
    view = now.view()
    condition = view.asker.condition(source, start) if source.text[start:].strip() else None
    listed = asking.those(view, condition, now.progress)
    written = now.answerer(view).table(*_student_rows(now, view, listed))
    written.line(("faint", now.word("those", count=len(listed.rows))))
    if listed.open:
        who = ", ".join(listed.open[:_FEW]) + (" …" if len(listed.open) > _FEW else "")
        written.line(("open", now.word("open", count=len(listed.open), who=who)))
    if listed.outside:
        written.line(("faint", now.word("outside", count=listed.outside)))
    return written


def _student_rows(now: Conversation, view: View, listed: asking.Listed) -> tuple[list[str], list[list[object]]]:
    """Headings and rows of a table of students."""
    results, names = Results(view.policy, now.language), any(now.name_of(number) for number in listed.rows)
    _, *columns = results.columns("students")
    headings = [now.word("number"), *([now.word("name")] if names else []), *(column.label for column in columns)]
    rows: list[list[object]] = [
        [number, *([now.name_of(str(number))] if names else []), *cells]
        for number, *cells in results.screen_rows(listed.rows.values())
    ]
    return headings, rows


def count(now: Conversation, command: Command, source: SourceFile, start: int) -> Written:
    """How many records."""
    view = now.view()
    now.rest(command, source, start)
    counted = asking.count(view, view.asker.records(source, start), now.progress)
    return Written().line(now.word("counted", records=counted.records, students=counted.students))


def top(now: Conversation, command: Command, source: SourceFile, start: int) -> Written:
    """The students with the highest values."""
    view, match = now.view(), operands.top(now.people()).match(source.text, start)
    if match is None or not int(match[1]) > 0:
        raise usage(command)
    end = _expression_end(view, source, match.end())
    question = view.asker.value(SourceFile(source.name, source.text[:end]), match.end())
    if question.type.name != "number":
        asked = Span(source, match.end(), max(match.end(), len(source.text[:end].rstrip())))
        raise CannotDo([report("CR916", asked, reason=_NO_NUMBER)])
    condition = view.asker.condition(source, end) if end < len(source.text) else None
    found, without = asking.top(view, int(match[1]), question, condition, now.progress)
    names = any(now.name_of(number) for number, _ in found)
    headings = [now.word("number"), *([now.word("name")] if names else []), now.word("value")]
    rows = [[number, *([now.name_of(number)] if names else []), amount_value(value)] for number, value in found]
    written = now.answerer(view).table(headings, rows, int(match[1]))
    return written.line(("faint", now.word("without", count=without))) if without else written
