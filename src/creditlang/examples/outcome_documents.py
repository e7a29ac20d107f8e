"""How the examples of policies went, as documents for programs: JSON, and the JUnit XML that build servers read."""

import re
from collections.abc import Iterable, Mapping
from typing import Final
from xml.etree import ElementTree

from attrs import frozen

from creditlang.core import operators as o
from creditlang.diagnostics import Diagnostic, Language, message, render, to_json
from creditlang.examples.coverage import Coverage
from creditlang.examples.run_examples import Outcome
from creditlang.source import Span

_NOT_IN_XML: Final = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@frozen
class Tested:
    """A policy whose examples ran; one with errors has these instead. Coverage is measured where all of them ran."""

    name: str
    errors: tuple[Diagnostic, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    policy: o.Policy | None = None
    coverage: Coverage | None = None

    @property
    def clean(self) -> bool:
        """All examples hold and cover everything that is measured."""
        covered = self.coverage is None or self.coverage.complete
        return covered and not self.errors and not any(outcome.failures for outcome in self.outcomes)


def outcomes_to_json(tested: Iterable[Tested], language: Language) -> Mapping[str, object]:
    """The document of ``--format json``: every key is always there, and `None` where it does not apply."""
    return {"version": 1, "policies": [_policy(each, language) for each in tested]}


def _policy(tested: Tested, language: Language) -> Mapping[str, object]:
    return {
        "policy": tested.name,
        "errors": [to_json(error, language) for error in tested.errors],
        "examples": [
            {
                "title": outcome.title,
                **_place(outcome.span),
                "articles": list(outcome.cites),
                "passed": not outcome.failures,
                "failures": [to_json(failure, language) for failure in outcome.failures],
            }
            for outcome in tested.outcomes
        ],
        "coverage": None
        if tested.coverage is None or tested.policy is None
        else _coverage(tested.policy, tested.coverage),
    }


def _coverage(policy: o.Policy, coverage: Coverage) -> Mapping[str, object]:
    counts = {
        "lines": (len(coverage.lines), [_place(line.span) for line in coverage.uncovered]),
        "rows": (coverage.rows, [{"table": table, "row": row} for table, row in coverage.uncovered_rows]),
        "readings": (
            coverage.readings,
            [{"text": reading.text, "article": reading.article} for reading in coverage.uncovered_readings],
        ),
    }
    return {
        **{name: {"all": number, "without_example": missing} for name, (number, missing) in counts.items()},
        "articles": [
            {
                "article": article,
                "rules": list(coverage.articles.get(article, ())),
                "reason": policy.without_rule.get(article),
            }
            for article in policy.articles
        ],
    }


def _place(span: Span) -> dict[str, object]:
    return {"file": span.source.name, "line": span.source.line_number(span.start)}


def outcomes_to_junit(tested: Iterable[Tested], language: Language) -> str:
    """A test suite for each policy: a case for each example, and one, ``coverage``, for what no example exercises."""
    suites = ElementTree.Element("testsuites", name="creditlang")
    for each in tested:
        cases = [_case(each.name, outcome.title, outcome.span, outcome.failures, language) for outcome in each.outcomes]
        cases += [_case(each.name, "policy", error.span, (error,), language, "error") for error in each.errors]
        if each.coverage is not None:
            cases.append(_covered(each.name, each.coverage))
        numbers = {f"{sort}s": str(sum(case.find(sort) is not None for case in cases)) for sort in ("failure", "error")}
        named = {"name": _text(each.name), "tests": str(len(cases)), **numbers}
        suite = ElementTree.SubElement(suites, "testsuite", named)
        suite.extend(cases)
    ElementTree.indent(suites)
    return ElementTree.tostring(suites, encoding="unicode", xml_declaration=False)


def _case(
    policy: str, title: str, span: Span | None, found: Iterable[Diagnostic], language: Language, sort: str = "failure"
) -> ElementTree.Element:
    place = {} if span is None else {key: _text(str(value)) for key, value in _place(span).items()}
    case = ElementTree.Element("testcase", {"classname": _text(policy), "name": _text(title), **place})
    for each in found:
        part = ElementTree.SubElement(case, sort, type=each.code, message=_text(message(each, language)))
        part.text = _text(render(each, language))
    return case


def _covered(policy: str, coverage: Coverage) -> ElementTree.Element:
    case = ElementTree.Element("testcase", classname=_text(policy), name="coverage")
    missing = [
        *(f"{line.span.source.name}:{line.span.source.line_number(line.span.start)}" for line in coverage.uncovered),
        *(f"{table} {row}" for table, row in coverage.uncovered_rows),
        *(f"{reading.article} {reading.text}" for reading in coverage.uncovered_readings),
        *coverage.unexplained,
    ]
    if missing:
        part = ElementTree.SubElement(case, "failure", type="coverage", message=_text(missing[0]))
        part.text = _text("\n".join(missing))
    return case


def _text(text: str) -> str:
    """`text` without the characters that XML cannot hold."""
    return _NOT_IN_XML.sub("\ufffd", text)
