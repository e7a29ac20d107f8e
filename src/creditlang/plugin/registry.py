"""Loads the plugins: each on its own, so that a broken one is reported and the others work.

For every entry point of the group `creditlang`, in an order that does not change: import it, look at the version of
hooks it was written for, register it with a pluggy manager of its own, ask its hooks what they offer, check the
answers. The first step that fails ends it, with a diagnostic that names plugin, distribution and version.

Invariants: nothing a plugin does while it is loaded can raise out of here. What belongs to the distribution
`creditlang` itself is built in: it is loaded whatever the allow-list says. Two plugins with one name are both left
out, built-ins excepted; one name offered twice is kept twice, for the manager to refuse by both its owners.
"""

import re
import sys
from collections.abc import Callable, Collection, Iterable, Mapping
from hashlib import sha256
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any, Final, Literal

import pluggy
from attrs import evolve, field, frozen

from creditlang.diagnostics import Diagnostic, Phrase, report
from creditlang.extensions import Function
from creditlang.plugin import hookspecs
from creditlang.plugin.interface import Forms, OpenSource

RESERVED: Final = frozenset({"sample"})
"""Schemes that the library answers itself."""

Status = Literal["loaded", "failed", "left out"]
Factories = Mapping[str, Callable[..., Any]]

_OFFERED_NAME: Final = re.compile(r"[a-z][a-z0-9_+-]+|(?:\.[a-z0-9][a-z0-9_+-]*)+")
KINDS: Final = ("sources", "outputs", "forms", "functions", "calendars", "checks", "commands")
"""What a plugin can offer, by the hooks' names."""

_IDENTIFIER: Final = re.compile(r"[a-z][a-z0-9_]*")


@frozen
class PluginEntry:
    """One installed plugin as `creditlang plugins` lists it. `problem` says why it is not `loaded`."""

    name: str
    distribution: str
    version: str
    status: Status
    problem: Diagnostic | None = None
    offered: Mapping[str, Factories] = field(factory=dict, repr=False, eq=False)
    module: str = ""

    @property
    def built_in(self) -> bool:
        """Whether it comes with creditlang."""
        return self.distribution == hookspecs.PROJECT

    @property
    def owner(self) -> str:
        """The plugin as messages name it."""
        return f"{self.name} ({self.distribution} {self.version})"

    def code_hash(self) -> str:
        """SHA-256 in hexadecimal of its Python files, of a loaded plugin; nothing where it comes from no files."""
        found = sys.modules.get(self.module.partition(".")[0])
        where = getattr(found, "__file__", None)
        if where is None:
            return ""
        file, digest = Path(where), sha256()
        files = sorted(file.parent.rglob("*.py")) if hasattr(found, "__path__") else [file]
        for path in files:
            content = path.read_bytes()
            digest.update(f"{path.relative_to(file.parent).as_posix()}\n{len(content)}\n".encode() + content)
        return digest.hexdigest()

    def names(self, kind: str) -> tuple[str, ...]:
        """What it offers of a kind, such as `sources`."""
        return tuple(sorted(self.offered.get(kind, ())))


class _Failure(Exception):
    """Carries the diagnostic of a plugin that cannot be used to the place where its entry is made."""

    def __init__(self, code: str, **arguments: object) -> None:
        super().__init__(code)
        self.code = code
        self.arguments = arguments


def load_plugins(
    entry_points: Iterable[EntryPoint],
    allowed: Collection[str] | None,
    open_source: OpenSource,
    forms: Callable[[], Forms],
) -> tuple[PluginEntry, ...]:
    """Load every entry point that is built in or, unless `allowed` is None, allowed by plugin or distribution name."""
    known = [
        (point, PluginEntry(point.name, *_distribution(point), "failed", module=point.module)) for point in entry_points
    ]
    known.sort(key=lambda pair: (pair[1].distribution != hookspecs.PROJECT, pair[1].name, pair[1].owner))
    hooks: dict[str, Callable[..., Any]] = {"open_source": open_source, "forms": forms}
    return tuple(_load(point, entry, [other for _, other in known], allowed, hooks) for point, entry in known)


def _load(
    point: EntryPoint,
    entry: PluginEntry,
    entries: Iterable[PluginEntry],
    allowed: Collection[str] | None,
    hooks: Mapping[str, Callable[..., Any]],
) -> PluginEntry:
    try:
        if entry.distribution != hookspecs.PROJECT:
            if allowed is not None and entry.name not in allowed and entry.distribution not in allowed:
                return evolve(entry, status="left out", problem=report("CR708", None, owner=entry.owner))
            others = [other.owner for other in entries if other.name == entry.name and other is not entry]
            if others:
                raise _Failure("CR704", name=entry.name, other=", ".join(others))
        offered = _offers(_module(point), hooks)
    except _Failure as failure:
        return evolve(entry, problem=report(failure.code, None, owner=entry.owner, **failure.arguments))
    return evolve(entry, status="loaded", offered=offered)


def _distribution(point: EntryPoint) -> tuple[str, str]:
    """Name and version of the distribution that an entry point came with."""
    if point.dist is None:
        return "?", "?"
    try:
        known = point.dist.metadata  # parsed anew at each look
        return known["Name"], known["Version"]
    except Exception:  # metadata without a name or a version: the plugin may work all the same
        return "?", "?"


def _module(point: EntryPoint) -> object:
    """Import the plugin and look at the version that it was written for."""
    try:
        module: object = point.load()
    except (Exception, SystemExit) as error:
        raise _Failure("CR700", reason=_summary(error)) from error
    version = getattr(module, "creditlang_hook_version", hookspecs.HOOK_VERSION)
    if not isinstance(version, int):
        raise _Failure("CR703", reason=Phrase("its hook version is not a whole number", "其接口版本不是整数"))
    if version > hookspecs.HOOK_VERSION:
        raise _Failure("CR702", wanted=version, known=hookspecs.HOOK_VERSION)
    return module


def _offers(module: object, hooks: Mapping[str, Callable[..., Any]]) -> dict[str, Factories]:
    """Ask the hooks what the plugin offers, by kind."""
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    try:
        manager.register(module)
    except Exception as error:
        raise _Failure("CR703", reason=_summary(error)) from error
    callers = manager.get_hookcallers(module) or []
    if not callers:
        raise _Failure(
            "CR703", reason=Phrase("no function in it is marked with hookimpl", "其中没有用 hookimpl 标记的函数")
        )
    for caller in callers:
        if not caller.has_spec():
            raise _Failure("CR703", reason=Phrase(f"there is no hook {caller.name}", f"没有名为 {caller.name} 的接口"))
    try:
        hook = manager.hook
        answers = {kind: getattr(hook, f"creditlang_{kind}")() for kind in KINDS if kind not in ("sources", "outputs")}
        answers["sources"] = hook.creditlang_sources(open_source=hooks["open_source"])
        answers["outputs"] = hook.creditlang_outputs(forms=hooks["forms"])
    except (Exception, SystemExit) as error:
        raise _Failure("CR700", reason=_summary(error)) from error
    return {kind: _checked(answers[kind], kind) for kind in KINDS}


def _checked(answers: list[object], kind: str) -> Factories:
    """The one answer of one plugin's hook, if it is what the hook promises."""
    factories: dict[str, Callable[..., Any]] = {}
    pattern = _IDENTIFIER if kind == "functions" else _OFFERED_NAME
    for answer in answers:
        if not isinstance(answer, Mapping):
            raise _Failure("CR703", reason=Phrase("a hook does not return a mapping", "接口返回的不是字典"))
        for name, factory in answer.items():
            if not isinstance(name, str) or not pattern.fullmatch(name) or name in RESERVED:
                reason = Phrase(f"it cannot offer the name {name!s:.40}", f"不能使用名称 {name!s:.40}")
                raise _Failure("CR703", reason=reason)
            if kind == "functions" and not isinstance(factory, Function):
                raise _Failure("CR703", reason=Phrase(f"{name} is not a Function", f"{name} 不是 Function"))
            if not callable(factory):
                raise _Failure("CR703", reason=Phrase(f"what it offers as {name} cannot be called", f"{name} 不可调用"))
            factories[name] = factory
    return factories


def _summary(error: BaseException) -> str:
    """Kind and first line of an exception, short."""
    lines = str(error).splitlines()
    return f"{type(error).__name__}: {lines[0]:.200}" if lines else type(error).__name__
