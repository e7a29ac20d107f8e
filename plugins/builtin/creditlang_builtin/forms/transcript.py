"""第二课堂成绩单: what one student earned, how it stands against the requirements, and how the paper can be verified.

Of any policy that has categories, in the language of the run; with categories of courses it tells of these in its
title as well. First who it is, then the requirements part by part, the scores by semester, the records that count,
category by category, those that wait for a decision and those that bring nothing, with the reasons, and, if the run was
asked for it, what would fill what is short; at the end the hashes of policy and data out of the run's manifest.
Everything is as in the result tables; an amount that is still open shows both ends, and a line says that it is not
final.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from attrs import evolve

from creditlang.diagnostics import Language, Phrase, in_language
from creditlang.plugin import Form, text_of
from creditlang.plugin.document import Cell, Document, Line, plain
from creditlang.plugin.run_data import AccountWords, Person, ResultRow, RunData, shown
from creditlang.schema import Value
from creditlang.toolkit.office_sheet import BY, DATED, NAME, NOT_SET, PROOF, RECORDS_UNTIL, RULINGS
from creditlang.toolkit.open_amounts import Amount
from creditlang.toolkit.page_layout import flowing_parts
from creditlang.words import COLUMNS, DISPOSITIONS, OVER, PART_STATUSES, STATUSES, STUDENT_NUMBER, said, word
from creditlang_builtin.forms.transcript_rows import Earned, Gathered, Scores, Unearned, days_text, is_open

_WIDTHS: Final = (11.5, 20, 14, 10.5, 8.5, 6, 7.5, 12.5)
_COLUMNS: Final = len(_WIDTHS)
_ABOUT: Final = ("college", "class", "programme", "major", "cohort", "grade", "entered_on")
_SPANS: Final = {1: (7,), 2: (3, 4), 3: (1, 2, 4), 4: (1, 1, 2, 3), 5: (1, 1, 1, 2, 2)}
"""How the columns of scores share the seven that follow the semester."""
_SIZE: Final = 9.0
_MOST_TOGETHER: Final = 25
"""Lines of a table that stay on one page."""
_TITLE: Final = Phrase("Transcript of the second classroom", "第二课堂成绩单")
_WITH_COURSES: Final = Phrase("Transcript of credits and the second classroom", "学分与第二课堂成绩单")
_CONTINUED: Final = Phrase("{title} (continued)　{name}　{student}", "{title}（续）　{name}　{student}")
_STANDS: Final = Phrase("{label}: {status}", "{label}：{status}")
_AT_MOST: Final = Phrase("at most {needed}", "至多 {needed}")
_SEMESTERS: Final = Phrase("Semester by semester", "各学期情况")
_EARNED: Final = Phrase("What was earned", "认定记录")
_WAITING: Final = Phrase("Still to be decided", "等待核定的记录")
_NOTHING: Final = Phrase("Records that bring nothing", "不计的记录")
_STILL: Final = Phrase("What would fill what is short", "还差的怎样补足")
_WHOLE: Final = Phrase("all time", "全程")
_TOTAL: Final = Phrase("{amount} {unit} in all", "合计 {amount} {unit}")
_NOT_FINAL: Final = Phrase(
    "Amounts such as “low … high” and the result “open”: records are still to be decided; this is not final.",
    "写作“低 … 高”的数额和结论“未定”：还有记录等待核定，尚未最终确定，不作为最终结果。",
)
_SIGNED: Final = (
    Phrase("Checked by (seal):", "审核单位（盖章）："), Phrase("Name:", "审核人："),
    DATED,
)  # fmt: skip
_DATA: Final = Phrase("Data SHA-256 {hash}; worked out by {engine}", "数据 SHA-256 {hash}；计算 {engine}")
_STANDING: Final = (("requirement", 2), ("needed", 1), ("have", 1), ("short", 1), ("status", 1), ("article", 2))
_WHAT: Final = Phrase("what", "内容")
_RECORDS: Final = (
    COLUMNS["semester"], COLUMNS["item"], _WHAT, COLUMNS["date"], Phrase("level", "级别"),
    Phrase("times", "次数"),
)  # fmt: skip


class Transcript(Form):
    """A transcript for each student."""

    title = _TITLE
    languages = ("en", "zh")

    def fits(self, run: RunData) -> bool:
        """For policies that have categories."""
        return bool(_roots(run))

    def documents(self, run: RunData) -> Iterator[Document]:
        """One for each student."""
        gathered = Gathered(run)
        for student, person in run.students.items():
            name = shown(person.get("name"))
            scores = gathered.scores(student)
            requirements = _requirements(run, student, gathered.requirements.get(student, ()))
            records = _records(run, gathered.totals(student), gathered.earned(student))
            first = [*_head(run, person), *requirements, *_scores(scores, run.language)]
            texts = [cell.text for line in (*first, *records) for cell in line.cells]
            waiting, nothing = gathered.unearned(student)
            records += _unearned(run, _WAITING, waiting)
            records += _unearned(run, _NOTHING, nothing)
            records += _ruled(run, gathered.ruled(student))
            records += _needs(run, student)
            records += _end(run, is_open(texts))
            title = said(_CONTINUED, run.language, title=_called(run), name=name, student=student)
            again = [plain(title, _COLUMNS, size=_SIZE, height=18)]
            pages = flowing_parts(_WIDTHS, ((again, first), ([*again, _record_heading(run)], records)))
            footer = f"{name}　{student}" if len(pages) > 1 else ""
            title = f"{_called(run)} {student} {name}"
            yield Document(
                name=f"{student} {name}", title=title, widths=_WIDTHS, pages=pages, formats=("html", "pdf", "xlsx"),
                footer=footer, language=run.language,
            )  # fmt: skip


def _called(run: RunData) -> str:
    """What the paper is: one that tells of courses as well is not of the second classroom alone."""
    courses = any("课程" in account.label for account in _roots(run.in_chinese()))
    return said(_WITH_COURSES if courses else _TITLE, run.language)


def _head(run: RunData, person: Person) -> list[Line]:
    """Whose, and as of when."""
    policy = run.policy
    labels = {column.name: column.label for column in policy.student}
    language = run.language
    pairs = [
        (said(NAME, language), shown(person.get("name"))),
        (said(STUDENT_NUMBER, language), shown(person["student_id"])),
    ]
    pairs += [(labels[name], policy.value("", name, person.get(name))) for name in _ABOUT if name in labels]
    pairs.append((said(RECORDS_UNTIL, language), str(run.as_of) if run.as_of else said(NOT_SET, language)))
    lines = [
        plain(policy.issuer, _COLUMNS, align="center", size=12, height=22),
        plain(_called(run), _COLUMNS, align="center", bold=True, size=18, height=32),
        plain(said(BY, language, title=policy.title), _COLUMNS, align="center", size=_SIZE, height=22),
    ]
    for first in range(0, len(pairs), 2):
        two = pairs[first : first + 2]
        spans = (2, _COLUMNS - 4) if len(two) > 1 else (_COLUMNS - 1,)
        cells = [
            cell
            for (label, value), span in zip(two, spans, strict=True)
            for cell in (Cell(label, bold=True, size=10), Cell(value, span, align="left", size=10))
        ]
        lines.append(Line(tuple(cells), 20))
    return lines


def _section(text: str) -> Line:
    return Line((Cell(text, _COLUMNS, align="left", bold=True, size=11, border=False, vertical="bottom"),), 24, True)


def _heading(cells: Sequence[tuple[str, int]]) -> Line:
    return Line(tuple(Cell(text, across, bold=True, size=_SIZE) for text, across in cells), 18, True)


def _requirements(run: RunData, student: str, rows: Sequence[ResultRow]) -> list[Line]:
    """Each requirement, and its parts in the order of the policy."""
    parts = {(row["requirement"], row["part"]): row for row in rows}
    lines: list[Line] = []
    language = run.language
    for name, words in run.policy.requirements.items():
        status = word(STATUSES, run.standing(student, name), language)
        lines.append(_section(said(_STANDS, language, label=words.label, status=status)))
        table = [_heading([(word(COLUMNS, column, language), across) for column, across in _STANDING])]
        for part in words.parts:
            if (row := parts.get((name, part))) is None:
                continue
            needed, have, short = (Amount.shown_of(row[column]) for column in ("needed", "have", "short"))
            if part in words.limits:
                needed = said(_AT_MOST, language, needed=needed)
                short = short if row["status"] == "met" else said(OVER, language, short=short)
            table.append(
                Line(
                    (_left(run.part(name, part), 2), _cell(needed), _cell(have), _cell(short),
                     _cell(word(PART_STATUSES, row["status"], language)), _cell(row["article"], 2, 8)),
                )
            )  # fmt: skip
        lines += _together(table)
    return lines


def _together(table: Sequence[Line]) -> list[Line]:
    """A table that no end of a page tears, since its heading would not stand above the rest; a long one may be torn."""
    if len(table) > _MOST_TOGETHER:
        return list(table)
    return [*(evolve(line, keep=True) for line in table[:-1]), *table[-1:]]


def _scores(scores: Scores, language: Language) -> list[Line]:
    """A table of semesters, a few columns at a time; below it what is not of a semester."""
    lines: list[Line] = []
    if scores.columns or scores.others:
        lines.append(_section(said(_SEMESTERS, language)))
    most = max(_SPANS)
    for start in range(0, len(scores.columns), most):
        columns = scores.columns[start : start + most]
        spans = _SPANS[len(columns)]
        head = zip((label for _, label in columns), spans, strict=True)
        heading = _heading(((word(COLUMNS, "semester", language), 1), *head))
        table = [Line(heading.cells)]
        for semester in scores.semesters:
            values = [scores.values.get((name, semester), "") for name, _ in columns]
            table.append(Line((_cell(semester), *(_cell(x, span) for x, span in zip(values, spans, strict=True)))))
        lines += _together(table)
    lines += [Line((_left(label, 2), _left(text, _COLUMNS - 2))) for label, text in scores.others]
    return lines


def _record_heading(run: RunData) -> Line:
    """The columns of the records; what they bring, in the unit if there is but one."""
    units = {_unit(run, account) for account in _roots(run)}
    unit = units.pop() if len(units) == 1 else ""
    names = (*_RECORDS, unit or COLUMNS["amount"], COLUMNS["article"])
    return _heading([(in_language(name, run.language), 1) for name in names])


def _records(run: RunData, totals: dict[str, Amount], earned: dict[str, list[Earned]]) -> list[Line]:
    """The records that count, under their categories; a category without any is left out unless it has a balance."""
    whole = said(_WHOLE, run.language)
    lines = [_section(said(_EARNED, run.language)), _record_heading(run)]
    for root in _roots(run):
        for name in run.policy.inside(root.name):
            rows, total = earned.get(name, []), totals.get(name, Amount())
            if not rows and total == Amount():
                continue
            account = run.policy.accounts[name]
            text = f"{'　' * _depth(run, account)}{account.label}"
            balance = said(_TOTAL, run.language, amount=text_of(total.cell), unit=_unit(run, account))
            lines.append(
                Line(
                    (Cell(text, 5, align="left", bold=True, size=_SIZE),
                     Cell(balance, 3, align="right", bold=True, size=_SIZE)), 18, bool(rows),
                )
            )  # fmt: skip
            for one in rows:
                texts = (one.period or whole, one.level, one.times, one.amount.cell)
                period, level, times, amount = map(_cell, texts)
                when, article = _cell(one.when(run.language), size=8), _cell(one.article, size=8)
                cells = (period, _left(one.item), _left(one.content), when, level, times, amount, article)
                lines.append(Line(cells))
    return lines


def _unearned(run: RunData, title: Phrase, rows: Sequence[Unearned]) -> list[Line]:
    """Records that wait for a decision, each with what it may bring, or that bring nothing, and why."""
    language = run.language
    names = (COLUMNS["semester"], COLUMNS["item"], _WHAT, COLUMNS["date"], COLUMNS["disposition"])
    head = [*((in_language(name, language), 1) for name in names), (in_language(COLUMNS["reason"], language), 2)]
    lines = [_section(said(title, language)), _heading([*head, (in_language(COLUMNS["article"], language), 1)])]
    for one in rows:
        became = word(DISPOSITIONS, one.disposition, language)
        times = f" ×{one.times}" if one.times > 1 else ""
        texts = (one.item, one.content)
        when = _cell(days_text(one.days, language), size=8)
        told = "\n".join(filter(None, (f"{became}{times}", one.amount)))
        cells = (_cell(one.period), *map(_left, texts), when, _cell(told), _left(one.reason, 2))
        lines.append(Line((*cells, _cell(one.article, size=8))))
    return lines if rows else []


def _ruled(run: RunData, rows: Sequence[tuple[str, str, str, str, str]]) -> list[Line]:
    """What an office has decided of single records."""
    language = run.language
    names = ((COLUMNS["date"], 1), (COLUMNS["item"], 1), (_WHAT, 1), (COLUMNS["reason"], 4), (COLUMNS["article"], 1))
    lines = [_section(said(RULINGS, language)), _heading([(in_language(name, language), span) for name, span in names])]
    for day, item, content, told, article in rows:
        texts = (_cell(day, size=8), _left(item), _left(content), _left(told, 4), _cell(article, size=8))
        lines.append(Line(texts))
    return lines if rows else []


def _needs(run: RunData, student: str) -> list[Line]:
    """What would fill what is short, where the run was asked for it."""
    told = run.needs.get(student, ())
    bodies = [(text.lstrip(" "), len(text) - len(text.lstrip(" "))) for text in told]
    lines = [plain("　" * (depth // 2) + body, _COLUMNS, size=_SIZE) for body, depth in bodies]
    return [_section(said(_STILL, run.language)), *lines] if lines else []


def _end(run: RunData, open_amounts: bool) -> list[Line]:
    """Notes, who stamps it, and how it can be verified."""
    manifest: dict[str, list[str]] = {}
    for row in run.results["manifest"]:
        manifest.setdefault(str(row["entry"]), []).append(str(row["value"]))
    lines = [plain("", _COLUMNS, height=6)]
    if open_amounts:
        lines.append(plain(said(_NOT_FINAL, run.language), _COLUMNS, size=_SIZE, height=18))
    signed = [
        Cell(said(text, run.language), 3 - (place == 1), align="left", border=False)
        for place, text in enumerate(_SIGNED)
    ]
    lines.append(Line(tuple(signed), 34, True))
    policy, data, engine = (", ".join(manifest.get(name, [])) for name in ("policy_hash", "data_hash", "engine"))
    proof = said(PROOF, run.language, policy=run.policy.identifier, hash=policy)
    lines.append(plain(proof, _COLUMNS, size=7.5))
    lines.append(plain(said(_DATA, run.language, hash=data, engine=engine), _COLUMNS, size=7.5))
    lines[-2] = Line(lines[-2].cells, None, True)
    return lines


def _roots(run: RunData) -> list[AccountWords]:
    """The categories that stand alone."""
    return [x for x in run.policy.accounts.values() if x.sort == "category" and not x.parent]


def _depth(run: RunData, account: AccountWords) -> int:
    depth = 0
    while account.parent:
        account, depth = run.policy.accounts[account.parent], depth + 1
    return depth


def _unit(run: RunData, account: AccountWords) -> str:
    return run.policy.units.get(account.unit, account.unit)


def _cell(text: Value, across: int = 1, size: float = _SIZE) -> Cell:
    return Cell(text, across, size=size)


def _left(text: Value, across: int = 1) -> Cell:
    return Cell(text, across, align="left", size=_SIZE)
