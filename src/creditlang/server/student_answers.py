"""What is answered about students: one with all their records, or all of some data, by one policy or by two."""

import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from datetime import date
from decimal import Decimal
from hashlib import sha256
from io import StringIO
from pathlib import Path, PurePath
from typing import Any, Final

from creditlang.api import Result
from creditlang.cohort import Cohort, Settings, run_cohort
from creditlang.comparison import Comparison, Side, compare_cohorts
from creditlang.comparison.to_comparison_data import comparison_data
from creditlang.core.operators import Policy
from creditlang.data.cells import CellError
from creditlang.data.columns import given_text
from creditlang.data.dataset import Dataset
from creditlang.data.mappings.mapping import MappingFile
from creditlang.data.mappings.mapping_file import open_mapping
from creditlang.data.reader import DataReader
from creditlang.diagnostics import Language, Phrase, Place, in_language, listed, report
from creditlang.diagnostics.diagnostic import COMMA
from creditlang.errors import DataError
from creditlang.explain import Explanation
from creditlang.given_arguments import given_day, typed_settings
from creditlang.need import NeedQuestion, need_data, need_question
from creditlang.plugin import PluginManager, Source
from creditlang.resources import mapping_names, sample_path
from creditlang.results import Results
from creditlang.schema import RawRow, RawTable, Row
from creditlang.server import questions as q
from creditlang.server.known_policies import KnownPolicies, KnownPolicy
from creditlang.server.policy_answers import VERSION, listed_findings
from creditlang.sheets_in_words import sheets_of
from creditlang.toolkit.result_table import ResultTable
from creditlang.words import IN_BRACKETS, first_fit, said

OF_ONE_STUDENT: Final = ("students", "accounts", "facts", "requirements", "records", "steps")
_PLAIN_NAME: Final = re.compile(r"(?!\.)[^/\\:\x00-\x1f]{1,100}")


# ---- one student
def evaluated(question: q.StudentQuestion, known: KnownPolicies, language: Language) -> q.StudentAnswer:
    """The results of a student."""
    policy = known.policy(question.policy)
    result = result_of(question, policy)
    return {
        "version": VERSION,
        "student": result.ledger.student,
        "tables": _tables_of(result, policy.language(language)),
        "diagnostics": listed_findings(result.findings, policy.language(language)),
    }


def why(question: q.Why, known: KnownPolicies, language: Language) -> q.WhyAnswer:
    """The answer in words. Raises `DataError` CR821 where there is nothing of the topic."""
    policy = known.policy(question.policy)
    result = result_of(question, policy)
    explanation = Explanation(policy.compiled.policy, result.ledger, language)
    topics = list(dict.fromkeys(explanation.topics()))
    if question.topic is not None and question.topic not in topics:
        reason = Phrase(f"there is nothing called “{question.topic}”", f"没有“{question.topic}”")
        raise DataError([report("CR821", None, place="topic", reason=reason)])
    return {"version": VERSION, "text": explanation.answer(question.topic), "topics": topics}


def what_if(question: q.WhatIf, known: KnownPolicies, language: Language) -> q.WhatIfAnswer:
    """The results before and after, and what differs."""
    policy = known.policy(question.policy)
    own = policy.language(language)
    added = [(kind, record) for kind, records in question.add.items() for record in records]
    change = result_of(question, policy).what_if(add=added, drop=question.drop, set=question.change)
    before, after = change.before, change.after
    core = policy.compiled.policy
    comparison = Comparison(core, core, before.overrides, after.overrides)
    comparison.add(before.ledger, after.ledger)
    return {
        "version": VERSION,
        "before": _tables_of(before, own),
        "after": _tables_of(after, own),
        "differences": _json_tables(comparison.tables_in(own).values()),
        "text": comparison.text(own),
        "diagnostics": listed_findings(after.findings, own),
    }


def still_needed(question: q.StillNeeded, known: KnownPolicies, language: Language) -> q.StillNeededAnswer:
    """What a student still needs. Raises `DataError` where that cannot be asked: CR101, CR880, CR881, CR882."""
    policy = known.policy(question.policy)
    result = result_of(question, policy)
    today = given_day(question.as_of) or date.today()
    asked = need_question(
        result.policy.core, result.read, question.requirement, today, given_day(question.by), question.without
    )
    if not isinstance(asked, NeedQuestion):
        raise DataError([asked])
    needs = asked.answers(result.read, result.overrides)
    own = policy.language(language)
    return {"version": VERSION, "needs": [need_data(result.policy.core, need, own) for need in needs]}


def result_of(question: q.StudentQuestion, policy: KnownPolicy) -> Result:
    return policy.policy.evaluate(question.student, question.records, as_of=given_day(question.as_of), set=question.set)


def _tables_of(result: Result, language: Language) -> dict[str, list[q.Row]]:
    results = Results(result.policy.core, language)
    results.add(result.ledger)
    results.finish([])
    return _json_tables(ResultTable(name, results.columns(name), results.tables[name]) for name in OF_ONE_STUDENT)


def _json_tables(tables: Iterable[ResultTable]) -> dict[str, list[q.Row]]:
    return {table.name: [_json_row([x.name for x in table.columns], row) for row in table.rows] for table in tables}


def _json_row(names: Sequence[str], row: Row) -> q.Row:
    """Amounts are text, exact; counts are numbers; days are text; an empty cell is null."""
    return {name: _json_value(value) for name, value in zip(names, row, strict=True)}


def _json_value(value: Any) -> Any:
    match value:
        case Decimal():
            return f"{value:f}"
        case date():
            return value.isoformat()
        case _:
            return value


# ---- many students
def run(question: q.Run, known: KnownPolicies, language: Language) -> q.RunAnswer:
    """The results of many students."""
    cohort = cohort_of(question, known, language)
    return {
        "version": VERSION,
        "reliable": cohort.reliable,
        "equation": cohort.results.equation_text(cohort.read),
        "tables": _json_tables(cohort.tables.values()),
    }


def cohort_of(question: q.Run, known: KnownPolicies, language: Language) -> Cohort:
    """All students of some data worked out."""
    policy = known.policy(question.policy)
    core, own = policy.policy.core, policy.language(language)
    settings = Settings(
        given_day(question.as_of), typed_settings(core, question.set), frozenset(question.students), own,
        _mappings(question.data, core),
    )  # fmt: skip
    with _opened(question.data) as sources:
        return run_cohort(core, _tables(sources), settings, lambda: _problems(sources), {})


def dataset_of(data: q.Data, policy: Policy) -> Dataset:
    """Some data as they are read, with nothing worked out."""
    with _opened(data) as sources:
        return DataReader(policy, _mappings(data, policy)).read(_tables(sources))


def compared(question: q.Compared, known: KnownPolicies, language: Language) -> q.ComparedAnswer:
    """Who gains and who loses."""
    policies = [known.policy(named) for named in (question.old, question.new)]
    own = policies[1].language(language)
    with _opened(question.data) as one, _opened(question.data) as two:
        each = zip(policies, (question.set_old, question.set_new), (one, two), strict=True)
        sides = [_side(question, policy, values, sources) for policy, values, sources in each]
        comparison = compare_cohorts(sides[0], sides[1]).comparison
    comparison.names = (_called(policies[0], question.set_old, own), _called(policies[1], question.set_new, own))
    return {
        "version": VERSION,
        "reliable": comparison.reliable,
        "tables": _json_tables(comparison.tables_in(own).values()),
        "text": comparison.text(own),
        "html": _comparison_page(comparison, policies, own) if question.page else "",
    }


def _called(policy: KnownPolicy, values: q.Cells, language: Language) -> str:
    """What one side is called: by its file, and by the named values that were set."""
    labels = policy.compiled.policy.setting_labels.items()
    note = in_language(COMMA, language).join(
        f"{first_fit(name, [label for label, own in labels if own == name], language)} = {value}"
        for name, value in values.items()
    )
    return policy.source.name + (said(IN_BRACKETS, language, note=note) if note else "")


def _side(question: q.Compared, policy: KnownPolicy, values: q.Cells, sources: Sequence[Source]) -> Side:
    core = policy.policy.core
    settings = Settings(
        given_day(question.as_of), typed_settings(core, values), frozenset(question.students), "en",
        _mappings(question.data, core),
    )  # fmt: skip
    return Side(core, settings, lambda: _tables(sources), lambda: _problems(sources))


def _comparison_page(comparison: Comparison, policies: Sequence[KnownPolicy], language: Language) -> str:
    """The comparison as a page. Raises `PluginError` CR787 where the extra for pictures is not installed."""
    programs = [policy.compiled.compilation.program for policy in policies]
    stream = StringIO()
    with PluginManager(no_plugins=True).output("report:-", stream) as output:
        output.about_comparison(comparison_data(comparison, programs[0], programs[1], language))
    return stream.getvalue()


def sample(question: q.PolicyQuestion, known: KnownPolicies, language: Language) -> q.SampleAnswer:
    """The sample data of a bundled policy, tables in the order of its sheets. Raises `DataError` CR707 where it has
    none.
    """
    name = question.policy if isinstance(question.policy, str) else ""
    with _opened(q.Data(sample=name)) as sources:
        found = {
            table.name: [dict(zip(table.header, row.cells, strict=False)) for row in table.rows]
            for table in _tables(sources)
        }
    sheets = [(sheet.name, (sheet.name, *sheet.labels)) for sheet in sheets_of(known.policy(name).compiled)]
    named = ((own, found[x]) for own, names in sheets for x in names if x in found)
    return {"version": VERSION, "tables": dict(named)}


# ---- data that came with a question
class _GivenRows(Source):
    """Rows by kind, as JSON had them."""

    def __init__(self, tables: Mapping[str, Sequence[q.Cells]]) -> None:
        super().__init__("tables")
        self._given = tables

    def tables(self) -> Iterator[RawTable]:
        """A table for each kind; its columns are all that a row names."""
        for name, rows in self._given.items():
            header = tuple(dict.fromkeys(column for row in rows for column in row))
            yield RawTable(name, name, header, self._rows(name, header, rows))

    def _rows(self, name: str, header: tuple[str, ...], rows: Sequence[q.Cells]) -> Iterator[RawRow]:
        for number, row in enumerate(rows, start=1):
            try:
                cells = tuple("" if (x := row.get(column)) is None else given_text(x) for column in header)
            except CellError as error:
                yield RawRow(number, ("",) * len(header), error.diagnostic(Place(name, number)))
            else:
                yield RawRow(number, cells)

    def fingerprint(self) -> str:
        """SHA-256 over the rows as they were given."""
        return sha256(repr(sorted(self._given.items())).encode()).hexdigest()


@contextmanager
def _opened(data: q.Data) -> Iterator[list[Source]]:
    """The sources of some data. Files are laid into a folder of this question alone, which goes when it is answered.

    Raises `DataError` CR707 for a sample that there is not, CR821 for a name that is no plain name of a file.
    """
    addresses = []
    if data.sample is not None:
        if sample_path(data.sample) is None:
            raise DataError([report("CR707", None, name=data.sample)])
        addresses.append(f"sample:{data.sample}")
    with tempfile.TemporaryDirectory() if data.files else nullcontext("") as folder:
        for sheet in data.files:
            if not _PLAIN_NAME.fullmatch(sheet.name) or PurePath(sheet.name).name != sheet.name:
                reason = Phrase("it is not the name of a file", "不是文件名")
                raise DataError([report("CR821", None, place="data.files.name", reason=reason)])
            Path(folder, sheet.name).write_bytes(sheet.content)
        addresses += [folder] if data.files else []
        with PluginManager(no_plugins=True).opened(addresses) as sources:
            yield [*sources, *([_GivenRows(data.tables)] if data.tables else [])]


def _tables(sources: Iterable[Source]) -> Iterator[RawTable]:
    return (table for source in sources for table in source.tables())


def _problems(sources: Iterable[Source]) -> list[Any]:
    return [found for source in sources for found in source.problems]


def _mappings(data: q.Data, policy: Policy) -> tuple[MappingFile, ...]:
    """The bundled mappings of these names. Raises `DataError` CR686, CR687."""
    found = []
    for name in data.mappings:
        if name not in mapping_names():
            names = listed(mapping_names())
            reason = Phrase(f"there is no such mapping; there are: {names}", f"没有这个对照；有：{names.zh}")
            raise DataError([report("CR686", None, name=name, reason=reason)])
        mapping = open_mapping(name, policy)
        if isinstance(mapping, list):
            raise DataError(mapping)
        found.append(mapping)
    return tuple(found)
