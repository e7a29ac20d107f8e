"""The sheets that a policy needs, in words: what `creditlang schema` prints, forms and templates are made of."""

from collections.abc import Iterable, Mapping
from typing import Final

from attrs import frozen

from creditlang.core.operators import Column, Policy
from creditlang.data.columns import Columns
from creditlang.data.sheets.column_layout import Layouts
from creditlang.diagnostics import Language, Phrase
from creditlang.driver import Compiled
from creditlang.syntax.tree import Line
from creditlang.words import TYPES, Declared, said, speaks_chinese, word, yes_or_no

SHEET_CHARACTERS: Final = frozenset("[]:*?/\\")
LONGEST_SHEET_NAME: Final = 31
_WHEN_USED: Final = Phrase("when used", "用到时")


@frozen
class SheetColumn:
    """A column. `column` is None for a number: of the student, or of the record."""

    name: str
    labels: tuple[str, ...]
    column: Column | None
    needed: bool
    choices: tuple[tuple[str, tuple[str, ...]], ...]
    """What can stand in it, by the word that people choose, with all other words for it."""
    article: str

    @property
    def heading(self) -> str:
        """What stands above it."""
        return self.labels[0] if self.labels else self.name

    @property
    def type(self) -> str:
        """The type of its values, by name."""
        return self.column.type.name if self.column is not None else "text"

    def type_word(self, language: Language) -> str:
        """The type in words."""
        return word(TYPES, self.type, language)

    def need_word(self, language: Language) -> str:
        """Whether it must be filled in, in words."""
        if self.column is not None and self.column.if_used:
            return said(_WHEN_USED, language)
        return yes_or_no(True, language) if self.needed else ""

    def default_word(self, language: Language) -> str:
        """What holds where it is empty, in words; empty if nothing does."""
        given = self.column.default if self.column is not None else None
        if given is None:
            return ""
        if isinstance(given, bool):
            return yes_or_no(given, language)
        chinese = next((word for word, others in self.choices if given in others), str(given))
        return said(Phrase(str(given), chinese), language)


@frozen
class SheetInWords:
    """The sheet of students or of a kind of record."""

    name: str
    labels: tuple[str, ...]
    columns: tuple[SheetColumn, ...]
    english: bool
    """Whether nothing of its policy's records is in Chinese."""

    @property
    def title(self) -> str:
        """A name that spreadsheet programs allow, and by which the sheet is found again; in the policy's language."""
        names = (*self.labels, self.name)
        fit = (label for label in names if _may_be_a_sheet(label) and not (self.english and speaks_chinese(label)))
        return next(fit, self.name[:LONGEST_SHEET_NAME])


def _may_be_a_sheet(name: str) -> bool:
    return len(name) <= LONGEST_SHEET_NAME and not SHEET_CHARACTERS.intersection(name) and name.strip("'") == name


def sheets_of(compiled: Compiled) -> list[SheetInWords]:
    """All sheets, the students first."""
    policy, program = compiled.policy, compiled.compilation.program
    layouts = Layouts(policy, Columns(policy))
    attributes = {name: symbol.node for name, symbol in program.attributes.items()}
    english = _is_english(policy)
    sheets = [
        SheetInWords(
            policy.person.name if policy.person is not None else "student",
            policy.student_labels,
            (
                *_numbers(policy, english, layouts.builtin("")),
                *_columns(policy, english, "", policy.attributes, attributes, ""),
            ),
            english,
        )
    ]
    for name, kind in policy.given_kinds.items():
        symbol = program.kinds[name]
        fields = {field: inner.node for field, inner in symbol.fields.items()}
        columns = _columns(policy, english, name, kind.columns, fields, _articles(symbol.node))
        numbers = _numbers(policy, english, layouts.builtin(name))
        sheets.append(SheetInWords(name, kind.labels, (*numbers, *columns), english))
    return sheets


def _is_english(policy: Policy) -> bool:
    """Whether nothing of a policy's records is in Chinese."""
    kinds = policy.given_kinds.values()
    declared: tuple[Declared, ...] = (*kinds, *(column for kind in kinds for column in kind.columns))
    return not any(speaks_chinese(text) for x in declared for text in (x.name, *x.labels))


def _numbers(policy: Policy, english: bool, builtin: Mapping[str, tuple[str, ...]]) -> Iterable[SheetColumn]:
    """The columns of numbers, headed as the policy says, or `Student ID` in an English one."""
    person = policy.person
    for name, (first, *others) in builtin.items():
        called = first
        if name == "student_id" and person is not None and first == person.number:
            others.insert(0, person.number_en if english else person.number_zh)
            called = person.number_en if person.numbers else first
        elif english and first.endswith("_id"):
            others.insert(0, first.removesuffix("_id").capitalize() + " ID")
        yield SheetColumn(called, tuple(dict.fromkeys(others)), None, name == "student_id", (), "")


def _columns(
    policy: Policy, english: bool, kind: str, columns: Iterable[Column], nodes: Mapping[str, Line], article: str
) -> Iterable[SheetColumn]:
    for column in columns:
        own = _articles(nodes[column.name]) if column.name in nodes else ""
        yield SheetColumn(
            column.name, column.labels, column, column.needed, _choices(policy, english, kind, column), own or article
        )


def _articles(line: Line) -> str:
    return " ".join(f"[{cite.text}]" for cite in line.cites)


def _choices(policy: Policy, english: bool, kind: str, column: Column) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """What can be chosen, in the order of the policy."""
    match column.type.name:
        case "yes or no":
            return (("yes", ()), ("no", ())) if english else (("是", ("yes",)), ("否", ("no",)))
        case "semester":
            return tuple((semester.name, semester.labels) for semester in policy.calendar.semesters)
        case "item":
            rules = [rule for rule in policy.rules.values() if rule.kind == kind and rule.where is None]
            items = [(_first(rule.labels, rule.name), (*rule.labels[1:], rule.name)) for rule in rules]
            names = {rule.name for rule in rules}
            treated = [(code, ()) for code, (rule, _) in policy.treats.items() if rule in names]
            return (*items, *treated)
        case "account":
            return tuple((_first(x.labels, name), (*x.labels[1:], name)) for name, x in policy.accounts.items())
        case "value":
            found: dict[str, list[str]] = {}
            for text, name in (column.values or {}).items():
                found.setdefault(name, []).append(text)
            return tuple((found[name][0], tuple(found[name][1:])) for name in reversed(found))
        case _:
            return ()


def _first(labels: tuple[str, ...], name: str) -> str:
    return labels[0] if labels else name
