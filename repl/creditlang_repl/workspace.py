"""What a session works on: a policy, data, and students worked out with what is being tried.

A `View` is the policy and the data with some edits applied. It is made once for the edits and kept, so that going back
costs nothing; students are worked out one at a time, when they are asked for. The data are read again only where an
edit changes how they are read (another column, another label).
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import define, evolve, field, frozen

from creditlang.cohort import EVERY, Progress, fewer_collections
from creditlang.core import operators as o
from creditlang.data.dataset import Dataset
from creditlang.data.mappings.mapping_file import open_mapping
from creditlang.data.reader import DataReader, reads_alike
from creditlang.diagnostics import Diagnostic, nearest, report, system_reason
from creditlang.driver import Compiled, compile_source, find_policy, read_source
from creditlang.explain import Explanation
from creditlang.ledger import StudentResult
from creditlang.one_student import Answers, OneStudent, StudentData, as_read, day_not_said, unknown_values
from creditlang.plugin import PluginError, PluginManager
from creditlang.queries import Asker
from creditlang.source import SourceFile
from creditlang_repl.group_records import Groups, falling
from creditlang_repl.tried_edits import CannotDo, ChangeStudent, Edit, PolicyEdit, SetValue, StudentEdit, keys_of, own

if TYPE_CHECKING:
    from creditlang.data.coded.coded_dataset import CodedDataset

_KEPT_VIEWS = 4
_MOST_KEPT = 20_000
"""As many records as those may have whose results are kept from one question about all students to the next."""


@frozen
class PolicyFile:
    """A policy as it stands in its file."""

    path: Path
    compiled: Compiled
    digest: str
    """Of what was read, to notice that it was saved."""

    @property
    def paths(self) -> tuple[Path, ...]:
        """The file, and those that it uses."""
        return tuple(each.path for each in self.compiled.sources if each.path is not None)


@frozen(eq=False)
class Data:
    """What was read, and by which columns."""

    addresses: tuple[str, ...]
    dataset: Dataset
    reader: DataReader

    @property
    def rows(self) -> int:
        """Records read."""
        return sum(self.dataset.read.values())

    @cached_property
    def numbers_like_new(self) -> frozenset[str]:
        """The numbers of records that look like those of records that are added."""
        numbers = (record.identifier for student in self.dataset.students.values() for record in student.records)
        return frozenset(number for number in numbers if number.startswith("new"))

    @cached_property
    def coded(self) -> "CodedDataset":
        """The same as columns of numbers."""
        from creditlang.data.coded.coded_dataset import CodedDataset

        return CodedDataset.of(self.reader.policy, self.dataset)

    @cached_property
    def groups(self) -> Groups:
        """The records that fall on groups."""
        return Groups.read(self.reader.policy, self.dataset)


@frozen
class Tried:
    """What is being tried, and which day counts as today."""

    edits: tuple[Edit, ...] = ()
    as_of: date | None = None


@define(eq=False)
class View:
    """The policy and the data with edits applied."""

    compiled: Compiled
    tried: Tried
    data: Data | None
    results: dict[str, StudentResult] = field(factory=dict)
    _compared: dict[str, StudentResult] = field(factory=dict)
    _kept: int = 0
    """Records of those of whom results are kept."""

    @property
    def policy(self) -> o.Policy:
        """The policy."""
        return self.compiled.policy

    @property
    def overrides(self) -> dict[str, Any]:
        """The named values that are set, by name."""
        return {edit.name: edit.value for edit in self.tried.edits if isinstance(edit, SetValue)}

    @cached_property
    def one_student(self) -> OneStudent:
        """Works out students. Raises `CannotDo` if a named value that is set is not there any more."""
        if gone := unknown_values(self.policy, self.overrides):
            raise CannotDo(gone)
        students = self.data.dataset.students.values() if self.data else ()
        records = (record for student in students for record in student.records)
        if unsaid := day_not_said(self.policy, self.tried.as_of, records):
            raise CannotDo([unsaid])
        found = OneStudent(self.policy, self.tried.as_of, self.overrides)
        if self.data is None:
            return found
        with fewer_collections():
            return found.among(lambda: map(self.student, self.numbers()))

    @cached_property
    def in_columns(self) -> OneStudent | None:
        """Works out many students at once; None where the policy or what is installed does not allow it, or where what
        is tried changes everybody's records.
        """
        edits = [edit for edit in self.tried.edits if isinstance(edit, StudentEdit)]
        if any(edit.student is None for edit in edits) or (edits and self._concern_groups(edits)):
            return None
        try:
            found = OneStudent(self.policy, self.one_student.as_of, self.overrides, engine="columnar")
        except PluginError:
            return None
        return found if found.columns() is not None else None

    @property
    def edited(self) -> frozenset[str]:
        """Students of whom something is tried by themselves."""
        return frozenset(x.student for x in self.tried.edits if isinstance(x, StudentEdit) and x.student is not None)

    def _concern_groups(self, edits: Iterable[StudentEdit]) -> bool:
        kinds = {kind for kind, _ in keys_of(edits)}
        return bool(kinds) and self.known().groups.concern(kinds)

    @cached_property
    def asker(self) -> Asker:
        """Reads questions."""
        return Asker(self.compiled)

    def known(self) -> Data:
        """The data. Raises `CannotDo` if none were read."""
        if self.data is None:
            raise CannotDo([report("CR902", None)])
        return self.data

    def numbers(self) -> list[str]:
        """The numbers of all students."""
        return sorted(self.known().dataset.students)

    def student(self, number: str) -> StudentData:
        """A student with the edits that concern him."""
        data = self.known()
        read = data.dataset.students[number]
        edits = [x for x in self.tried.edits if isinstance(x, StudentEdit) and x.student in (None, number)]
        student = self._edited(as_read(read), edits)
        student = evolve(student, unreadable=self._is_unreadable(student))
        if not self._concern_groups(edits):
            return student
        changed = keys_of(edit for edit in edits if edit.student is None)
        others = data.groups.others(read.records, student.records, changed, number)
        records = self._edited(as_read(read, (*read.records, *others)), edits).records if others else student.records
        return evolve(student, records=falling(self.policy, records))

    def _edited(self, student: StudentData, edits: Iterable[StudentEdit]) -> StudentData:
        for edit in edits:
            student = edit.apply(student, self.known().reader.rows)
        return student

    def result(self, number: str) -> StudentResult:
        """The results of a student, kept."""
        if number not in self.results:
            self.results.clear()
            self.results[number] = self.worked_out(number)
        return self.results[number]

    def worked_out(self, number: str) -> StudentResult:
        """The results of a student."""
        return self.one_student.result(self.student(number))

    def compared(self, number: str, by: OneStudent) -> StudentResult:
        """The results of a student with whom others are compared, kept as far as there is room: what is asked next
        begins with the same.
        """
        found = self._compared.get(number)
        if found is None:
            found = by.result(self.student(number))
            if self._kept + len(found.records) <= _MOST_KEPT:
                self._compared[number], self._kept = found, self._kept + len(found.records)
        return found

    def answers(self, number: str, records_only: bool = False) -> Answers:
        """A student, of whom more may be asked."""
        return self.one_student.answers(self.student(number), records_only)

    def _is_unreadable(self, student: StudentData) -> bool:
        """Whether an attribute of the student could not be read, and what is tried does not say it either."""
        problem = self.known().dataset.students[student.identifier].problem
        if problem is None:
            return False
        said = {x.column for x in self.tried.edits if isinstance(x, ChangeStudent) and x.student == student.identifier}
        columns = self.known().reader.columns.attributes
        wrong = problem.place.column if problem.place is not None else None
        missing = any(x.needed and student.attributes.get(x.column.name) is None for x in columns)
        return missing or not any(x.shown == wrong and x.column.name in said for x in columns)

    def all(self, progress: Progress, of: Callable[[str], Any]) -> Iterator[tuple[str, Any]]:
        """Something for each student, with progress told."""
        numbers = self.numbers()
        with fewer_collections():
            for done, number in enumerate(numbers):
                if done % EVERY == 0:
                    progress(done, len(numbers))
                yield number, of(number)
        progress(len(numbers), len(numbers))

    def explanation(self, number: str, language: Any) -> Explanation:
        """Answers in words about a student."""
        return Explanation(self.policy, self.result(number), language)


@define(eq=False)
class Workspace:
    """The policy and the data of a session."""

    manager: PluginManager
    mappings: tuple[str, ...] = ()
    policy: PolicyFile | None = None
    data: Data | None = None
    _views: list[View] = field(factory=list, init=False)
    _seen: str = field(default="", init=False)
    """Of the policy's file when it was last looked at; one that could not be used is told of once."""

    # ---- reading
    def load(self, name: str) -> PolicyFile:
        """Read a policy. Raises `CannotDo`; the one before it stays then."""
        path = find_policy(name)
        if path is None:
            from creditlang.resources import policy_names

            raise CannotDo([report("CR914", None, name=name, nearest=nearest(name, policy_names()) or "")])
        return self.read_policy(path)

    def read_policy(self, path: Path) -> PolicyFile:
        """Read the policy of a file. Raises `CannotDo`."""
        try:
            source = read_source(path)
        except OSError as error:
            from creditlang.diagnostics import Place

            reason = system_reason(error)
            raise CannotDo([report("CR620", Place(path.name), reason=reason)]) from None
        if isinstance(source, Diagnostic):
            raise CannotDo([source])
        compiled = self.compile(source)
        return PolicyFile(path, compiled, digest_of(compiled.sources))

    def compile(self, source: SourceFile) -> Compiled:
        """Compile a text. Raises `CannotDo` with its errors."""
        compiled = compile_source(source, extensions=self.manager.extensions, plugin_checks=False)
        if compiled.errors:
            raise CannotDo(compiled.errors)
        return compiled

    def use(self, policy: PolicyFile | None) -> None:
        """Go on with a policy."""
        self.policy = policy
        self._views.clear()

    def hold(self, data: Data | None) -> None:
        """Go on with data."""
        self.data = data
        self._views.clear()

    def read(self, addresses: tuple[str, ...], policy: o.Policy) -> Data:
        """Read data by a policy. Raises `CannotDo`."""
        mappings = []
        for name in self.mappings:
            mapping = open_mapping(name, policy)
            if isinstance(mapping, list):
                raise CannotDo(mapping)
            mappings.append(mapping)
        try:
            with self.manager.opened(addresses) as sources:
                reader = DataReader(policy, mappings)
                dataset = reader.read(table for source in sources for table in source.tables())
                reader.note_of_sources(found for source in sources for found in source.problems)
        except PluginError as error:
            raise CannotDo(error.diagnostics) from None
        return Data(addresses, dataset, reader)

    # ---- views
    def base(self) -> Compiled:
        """The policy as it stands in its file. Raises `CannotDo` if there is none."""
        if self.policy is None:
            raise CannotDo([report("CR901", None)])
        return self.policy.compiled

    def view(self, tried: Tried) -> View:
        """The policy and the data with edits applied. Raises `CannotDo` if they cannot be."""
        for view in self._views:
            if view.tried is tried:
                self._views = [view, *(other for other in self._views if other is not view)]
                return view
        compiled = self.compiled(tried.edits)
        view = View(compiled, tried, self.data and self.fitting(self.data, compiled.policy))
        self._views = [view, *self._views[: _KEPT_VIEWS - 1]]
        return view

    def compiled(self, edits: Iterable[Edit]) -> Compiled:
        """The policy with edits applied. Raises `CannotDo`."""
        compiled = self.base()
        for edit in edits:
            if not isinstance(edit, PolicyEdit):
                continue
            text = edit.apply(compiled)
            known = next((x.compiled for x in self._views if own(x.compiled).text == text), None)
            compiled = known or self.compile(evolve(own(compiled), text=text))
        return compiled

    def fitting(self, data: Data, policy: o.Policy) -> Data:
        """The data, read again if this policy reads them in another way."""
        for known in (data, *(view.data for view in self._views)):
            if known is None or known.addresses != data.addresses:
                continue
            if reads_alike(known.reader.policy, policy):
                return known
        return self.read(data.addresses, policy)

    def saved(self) -> bool:
        """Whether the policy's file was saved since it was read, or since this was last asked."""
        try:
            digest = digest_of(read_source(path) for path in self.policy.paths) if self.policy is not None else ""
        except OSError:
            return False
        known = self.policy.digest if self.policy is not None else ""
        if digest in (known, self._seen):
            return False
        self._seen = digest
        return True


def digest_of(texts: Iterable[SourceFile | Diagnostic]) -> str:
    """Of some texts; one that cannot be read is another than any that can."""
    return sha256("\0".join(getattr(text, "text", "\0") for text in texts).encode()).hexdigest()
