"""Diagnostics as SARIF 2.1.0, which code hosts and editors show at the lines; columns count UTF-16 units."""

from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote

from creditlang.diagnostics.catalogue import fix, message, page
from creditlang.diagnostics.diagnostic import COLON, Diagnostic, Language, in_language
from creditlang.diagnostics.render import FIX, place_text
from creditlang.source import SourceFile, Span

Json = dict[str, object]
SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def to_sarif(diagnostics: Iterable[Diagnostic], version: str, language: Language = "en") -> Json:
    """One run of the checker, of this `version`: its rules are the codes that were found, with their pages."""
    found = list(diagnostics)
    codes = sorted({diagnostic.code for diagnostic in found})
    driver = {
        "name": "creditlang",
        "version": version,
        "language": {"en": "en", "zh": "zh-CN"}[language],
        "rules": [_rule(code, language) for code in codes],
    }
    results = [_result(diagnostic, codes.index(diagnostic.code), language) for diagnostic in found]
    run = {"tool": {"driver": driver}, "columnKind": "utf16CodeUnits", "results": results}
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(code: str, language: Language) -> Json:
    about = page(code)
    first = about.bodies[language].partition("\n\n")[0].replace("\n", " " if language == "en" else "")
    return {
        "id": code,
        "name": about.name,
        "shortDescription": {"text": first},
        "help": {"text": about.bodies[language], "markdown": about.bodies[language]},
        "defaultConfiguration": {"level": about.severity.value},
    }


def _result(diagnostic: Diagnostic, rule: int, language: Language) -> Json:
    sentence, remedy = message(diagnostic, language), fix(diagnostic, language)
    if diagnostic.place is not None:
        sentence = f"{place_text(diagnostic.place, language)}{in_language(COLON, language)}{sentence}"
    return {
        "ruleId": diagnostic.code,
        "ruleIndex": rule,
        "level": diagnostic.severity.value,
        "message": {"text": sentence if remedy is None else f"{sentence} {in_language(FIX, language)}{remedy}"},
        "locations": [] if diagnostic.span is None else [{"physicalLocation": _physical(diagnostic.span)}],
        "relatedLocations": [
            {
                "physicalLocation": _physical(label.span),
                **({"message": {"text": in_language(label.text, language)}} if label.text else {}),
            }
            for label in diagnostic.labels
        ],
        "fixes": [_change(diagnostic, sentence if remedy is None else remedy)] if diagnostic.edits else [],
    }


def _change(diagnostic: Diagnostic, words: str) -> Json:
    sources = dict.fromkeys(edit.span.source for edit in diagnostic.edits)
    changes = [
        {
            "artifactLocation": {"uri": _uri(source)},
            "replacements": [
                {"deletedRegion": _region(edit.span), "insertedContent": {"text": edit.text}}
                for edit in diagnostic.edits
                if edit.span.source is source
            ],
        }
        for source in sources
    ]
    return {"description": {"text": words}, "artifactChanges": changes}


def _physical(span: Span) -> Json:
    return {"artifactLocation": {"uri": _uri(span.source)}, "region": _region(span)}


def _region(span: Span) -> Json:
    start, end = span.source.position(span.start), span.source.position(span.end)
    return {
        "startLine": start.line,
        "startColumn": start.utf16_offset + 1,
        "endLine": end.line,
        "endColumn": end.utf16_offset + 1,
    }


def _uri(source: SourceFile) -> str:
    """The file as it was named; one of another folder as a whole address."""
    path = source.path or Path(source.name)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())
