"""What is answered about a policy alone: findings, examples, readings, sheets, layout, the rulebook, its text."""

from collections.abc import Iterable, Iterator
from io import StringIO
from typing import Any

from creditlang.core.operators import Policy
from creditlang.data.mappings.mapping import MappingFile
from creditlang.data.mappings.mapping_file import bundled_for, open_mapping
from creditlang.diagnostics import Diagnostic, Language, Phrase, codes, explain, nearest, report, to_json
from creditlang.driver import load_modules, read_source
from creditlang.errors import DataError, PolicyError
from creditlang.example_cases import bad_examples
from creditlang.examples import Tested, measure, outcomes_to_json, run_examples
from creditlang.format import Unlike, formatted
from creditlang.one_student import day_not_said
from creditlang.plugin import PluginManager
from creditlang.resources import sample_path
from creditlang.rulebook import clause_file, read_clauses, rulebook_of
from creditlang.server import questions as q
from creditlang.server.known_policies import KnownPolicies, KnownPolicy
from creditlang.sheets_in_words import SheetColumn, sheets_of
from creditlang.source import SourceFile
from creditlang.syntax import parse
from creditlang.words import first_fit

VERSION = 1
"""Of every answer; grows when a reader would have to change."""


def findings(found: Iterable[Diagnostic], language: Language) -> q.Findings:
    """Findings as an answer."""
    return {"version": VERSION, "diagnostics": listed_findings(found, language)}


def listed_findings(found: Iterable[Diagnostic], language: Language) -> list[q.Finding]:
    """Findings as other answers have them."""
    return [to_json(each, language) for each in found]  # type: ignore[misc]


# ---- the server
def policies(question: q.Nothing, known: KnownPolicies, language: Language) -> q.ServedPolicies:
    """The policies that the server has."""
    served: list[q.ServedPolicy] = [
        {"name": name, "title": known.title(name), "sample": _has_sample(known, name)} for name in known.served
    ]
    return {"version": VERSION, "policies": served}


def _has_sample(known: KnownPolicies, name: str) -> bool:
    path = sample_path(name)
    return path is not None and path.parent == known.path(name).parent


def text(question: q.PolicyQuestion, known: KnownPolicies, language: Language) -> q.PolicyTexts:
    """The text of a policy of the server; of one that came with the question, what came."""
    if isinstance(question.policy, q.PolicyText):
        own = question.policy
        return {
            "version": VERSION, "name": own.name, "text": own.text, "files": own.files, "examples": own.examples,
            "clauses": None,
        }  # fmt: skip
    source, beside, examples = known.texts(question.policy)
    clauses = _clauses_beside(question.policy, known)
    return {
        "version": VERSION,
        "name": source.name,
        "text": source.text,
        "files": {each.name.removesuffix(".credit"): each.text for each in beside},
        "examples": {each.name: each.text for each in examples},
        "clauses": clauses.text if clauses is not None else None,
    }


def explained(question: q.CodeQuestion, known: KnownPolicies, language: Language) -> q.Text:
    """The page of a code, in Markdown."""
    page = explain(question.code, language)
    if page is None:
        close = nearest(question.code.upper(), codes())
        english = f"there is no code “{question.code}”" + (f", but {close}" if close else "")
        chinese = f"没有代码“{question.code}”" + (f"，有 {close}" if close else "")
        raise DataError([report("CR821", None, place="code", reason=Phrase(english, chinese))])
    return {"version": VERSION, "text": page}


# ---- a policy
def checked(question: q.PolicyQuestion, known: KnownPolicies, language: Language) -> q.Findings:
    """What is wrong with a policy and, where it can be read, with the records in its examples."""
    policy = known.policy(question.policy, examples=True)
    return findings(all_findings(policy), policy.language(language))


def all_findings(policy: KnownPolicy) -> list[Diagnostic]:
    """The findings about a policy and its examples."""
    compiled = policy.compiled
    program = compiled.compilation.program
    wrong = bad_examples(compiled.policy, program) if program.examples and not compiled.errors else ()
    return list(wrong) or list(compiled.diagnostics)


def tested(question: q.PolicyQuestion, known: KnownPolicies, language: Language) -> dict[str, Any]:
    """How the examples went, and what they cover."""
    policy = known.policy(question.policy, examples=True)
    name, compiled = policy.source.name, policy.compiled
    if compiled.errors:
        return dict(outcomes_to_json([Tested(name, compiled.errors)], language))
    outcomes = tuple(run_examples(compiled.policy, compiled.compilation.program))
    covered = measure(compiled.policy, outcomes)
    return dict(outcomes_to_json([Tested(name, (), outcomes, compiled.policy, covered)], policy.language(language)))


def readings(question: q.PolicyQuestion, known: KnownPolicies, language: Language) -> q.Readings:
    """The readings of a policy, and its named values."""
    policy = _sound(known.policy(question.policy))
    core, lets = policy.compiled.policy, policy.compiled.compilation.program.lets
    return {
        "version": VERSION,
        "readings": [{"text": x.text, "article": x.article or "", "place": x.place} for x in core.readings],
        "settings": [
            {
                "name": name,
                "label": first_fit(name, lets[name].labels, language),
                "value": "; ".join(
                    each.value.span.text + (f" ({each.since})" if each.since else "") for each in lets[name].values
                ),
                "articles": [cite.text for cite in lets[name].cites],
            }
            for name in core.settings
        ],
        "needs_day": day_not_said(core, None, ()) is not None,
    }


def schema(question: q.PolicyQuestion, known: KnownPolicies, language: Language) -> q.Sheets:
    """The sheets and columns that a policy needs."""
    policy = _sound(known.policy(question.policy))
    own = policy.language(language)
    return {
        "version": VERSION,
        "sheets": [
            {
                "name": sheet.name,
                "labels": list(sheet.labels),
                "columns": [_column(column, own) for column in sheet.columns],
            }
            for sheet in sheets_of(policy.compiled)
        ],
        "mappings": list(_mappings(policy.policy.core)),
    }


def _mappings(policy: Policy) -> Iterator[q.BundledMapping]:
    """Those that fit the policy as it is."""
    for name in bundled_for(policy):
        mapping = open_mapping(name, policy)
        if isinstance(mapping, MappingFile):
            yield {"name": name, "title": mapping.title}


def _column(column: SheetColumn, language: Language) -> q.ColumnOfSheet:
    return {
        "name": column.name,
        "labels": list(column.labels),
        "type": column.type,
        "type_word": column.type_word(language),
        "needed": column.needed,
        "need_word": column.need_word(language),
        "default": column.default_word(language),
        "choices": [{"word": word, "others": list(others)} for word, others in column.choices],
        "article": column.article,
    }


def laid_out(question: q.Formatted, known: KnownPolicies, language: Language) -> q.Text:
    """A policy in the one layout, in its language or another. Raises `PolicyError` for what cannot be read, CR832 for
    what would mean something else.
    """
    source, read = known.source(question.policy), known.used(question.policy)
    names = frozenset(load_modules(source, read=read).names)
    if found := parse(source, names).diagnostics:
        raise PolicyError(found)
    try:
        return {"version": VERSION, "text": formatted(source, names, question.language)}
    except Unlike:
        raise PolicyError([report("CR832", None, name=source.name)]) from None


def rulebook(question: q.Clauses, known: KnownPolicies, language: Language) -> q.HtmlPage:
    """A policy as a book beside its regulation."""
    policy = _sound(known.policy(question.policy, examples=True))
    source = SourceFile("clauses", question.clauses) if question.clauses else None
    if source is None and isinstance(question.policy, str):
        source = _clauses_beside(question.policy, known)
    clauses = read_clauses(source) if source is not None else None
    if clauses is not None and clauses.problems:
        raise PolicyError(clauses.problems)
    book = rulebook_of(policy.compiled, clauses, source.name if source else "", language)
    stream = StringIO()
    with PluginManager(no_plugins=True).output("rulebook:-", stream) as output:
        output.about_rulebook(book)
    return {"version": VERSION, "html": stream.getvalue()}


def _clauses_beside(name: str, known: KnownPolicies) -> SourceFile | None:
    """The text of the regulation beside a policy of the server, if it is there."""
    path = clause_file(known.path(name))
    read = read_source(path) if path.is_file() else None
    if isinstance(read, Diagnostic):
        raise PolicyError([read])
    return read


def _sound(policy: KnownPolicy) -> KnownPolicy:
    """The policy. Raises `PolicyError` where it has errors."""
    if policy.compiled.errors:
        raise PolicyError(policy.compiled.errors)
    return policy
