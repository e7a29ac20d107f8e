"""The server: which texts are open, in which language it speaks, and what it tells unasked.

Findings are told once typing has paused; those of a text that has changed since are thrown away.
"""

import asyncio
import gc
from collections.abc import Callable, Iterable
from importlib.metadata import version
from typing import Final

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from creditlang.diagnostics import Diagnostic, Edit, Language, Phrase, Severity, fix, in_language, message, nearest
from creditlang.diagnostics.person_words import spoken
from creditlang.driver import Compiled
from creditlang.extensions import Extensions
from creditlang.lsp.open_policies import OpenPolicies, OpenPolicy
from creditlang.lsp.positions import Positions
from creditlang.lsp.sample_runs import SampleRuns
from creditlang.source import SourceFile, Span
from creditlang.words import said

PAUSE: Final = 0.01
"""Seconds without a key after which the findings are told."""
REST: Final = 0.5
"""Seconds without a key after which garbage is collected."""
MOST_GARBAGE: Final = 2_000_000
"""Objects that may wait for that, some 300 MB: a hundred keys in a policy of a thousand lines."""

_SEVERITIES: Final = {
    Severity.ERROR: types.DiagnosticSeverity.Error, Severity.WARNING: types.DiagnosticSeverity.Warning,
    Severity.NOTE: types.DiagnosticSeverity.Information,
}  # fmt: skip
_FIX: Final = Phrase("{message}\nfix: {fix}", "{message}\n建议：{fix}")


async def collect_later() -> None:
    """Collect garbage after a while, or at once where there is much: it takes longer than to compile a policy.

    The first time, what is needed for the first misspelt name is read too; what is there then lasts as long as the
    server and is left out from then on.
    """
    if gc.get_count()[0] < MOST_GARBAGE:
        await asyncio.sleep(REST)
    if not gc.get_freeze_count():
        nearest("学分", ["绩点"])
        gc.collect()
        gc.freeze()
    gc.collect()


class PolicyServer(LanguageServer):
    """The server: the texts that are open, and the language of the reader."""

    def __init__(self, language: Language, extensions: Callable[[], Extensions], sample: str | None) -> None:
        """No text is open; `extensions` gives what plugins add to the language, `sample` says where sample data are."""
        # Texts come whole: what is a line to the editor's differences need not be one here.
        super().__init__("creditlang", version("creditlang"), types.TextDocumentSyncKind.Full)
        self.language = language
        self.policies = OpenPolicies(extensions)
        self.samples = SampleRuns(sample)
        self.waiting: dict[str, asyncio.Task[None]] = {}
        self.resting: asyncio.Task[None] | None = None
        """Collects garbage, unless somebody types."""
        self.told_beside: dict[str, set[str]] = {}
        """Addresses of files that are not open, and have errors that an open one was told of."""

    def language_of(self, compiled: Compiled) -> Language:
        """The language of the reader, in which people are called what the policy calls them."""
        return spoken(self.language, compiled.policy.person)

    def positions(self, source: SourceFile) -> Positions:
        """The places of a text as this editor counts them."""
        return Positions(source, self.workspace.position_codec)

    def asked(self, document: types.TextDocumentIdentifier) -> tuple[OpenPolicy, Positions]:
        """An open text, compiled, and its places."""
        policy = self.policies.at(document.uri)
        return policy, self.positions(policy.source)

    def range_of(self, span: Span) -> types.Range:
        """Where a span is in its file."""
        return self.positions(span.source).range(span.start, span.end)

    def location(self, span: Span) -> types.Location | None:
        """A span with the address of its file; None if that has none."""
        address = self.policies.address(span.source)
        return types.Location(address, self.range_of(span)) if address is not None else None

    def workspace_edit(self, edits: Iterable[Edit]) -> types.WorkspaceEdit:
        """Edits in several files."""
        changes: dict[str, list[types.TextEdit]] = {}
        for edit in edits:
            if (location := self.location(edit.span)) is not None:
                changes.setdefault(location.uri, []).append(types.TextEdit(location.range, edit.text))
        return types.WorkspaceEdit(changes)

    def changed(self, uri: str, text: str, pause: float) -> None:
        """Take a text, and tell of it and of what hangs on it once nothing has come for so many seconds."""
        self.tell_again(self.policies.put(uri, text), pause)

    def tell_again(self, uris: Iterable[str], pause: float) -> None:
        """Tell of the findings in open texts once nothing has come for so many seconds."""
        if self.resting is not None:
            self.resting.cancel()
        for each in uris:
            if each in self.waiting:
                self.waiting[each].cancel()
            self.waiting[each] = asyncio.get_running_loop().create_task(self.tell(each, pause))

    async def tell(self, uri: str, pause: float) -> None:
        """Tell of the findings in a text after a pause."""
        await asyncio.sleep(pause)
        opened = self.policies.texts[uri]
        if opened.is_large:  # what cannot be read is told before, and the pause has to be as long as the compiling
            if unread := self.policies.unread(uri):
                self.publish(uri, self.policies.as_typed(uri)[1], unread)
            await asyncio.sleep(opened.seconds)
        policy = await asyncio.get_running_loop().run_in_executor(None, self.policies.at, uri)
        if uri in self.policies.texts and policy.source is self.policies.texts[uri].source:
            self.publish(uri, policy, self.of_file(policy, policy.source))
            self.tell_of_parts(uri, policy)
            self.resting = asyncio.get_running_loop().create_task(collect_later())

    def tell_of_parts(self, uri: str, policy: OpenPolicy) -> None:
        """Tell of the errors in files that are not open, without which an open one would seem to be sound."""
        closed = {self.policies.address(x.span.source): x.span.source for x in policy.compiled.errors if x.span}
        parts = {each: file for each, file in closed.items() if each is not None and each not in self.policies.texts}
        for each in self.told_beside.get(uri, set()) - set(parts) - set(self.policies.texts):
            self.publish(each, policy, ())
        for each, file in parts.items():
            self.publish(each, policy, self.of_file(policy, file))
        self.told_beside[uri] = set(parts)

    @staticmethod
    def of_file(policy: OpenPolicy, source: SourceFile) -> Iterable[Diagnostic]:
        """What was found in one of the files of a policy."""
        own = policy.source is source
        return [x for x in policy.compiled.diagnostics if (x.span.source is source if x.span else own)]

    def publish(self, uri: str, policy: OpenPolicy, findings: Iterable[Diagnostic]) -> None:
        """Tell findings in a text."""
        found = [self.finding(each, policy) for each in findings]
        document = self.workspace.text_documents.get(uri)
        self.text_document_publish_diagnostics(
            types.PublishDiagnosticsParams(uri, found, document.version if document else None)
        )

    def finding(self, found: Diagnostic, policy: OpenPolicy) -> types.Diagnostic:
        """A finding as the editor shows it."""
        language = self.language_of(policy.compiled)
        text, remedy = message(found, language), fix(found, language)
        related = [
            types.DiagnosticRelatedInformation(location, in_language(label.text or text, language))
            for label in found.labels
            if (location := self.location(label.span)) is not None
        ]
        return types.Diagnostic(
            range=self.range_of(found.span) if found.span else self.positions(policy.source).range(0, 0),
            message=said(_FIX, language, message=text, fix=remedy) if remedy else text,
            severity=_SEVERITIES[found.severity], code=found.code, source="creditlang",
            related_information=related or None,
        )  # fmt: skip
