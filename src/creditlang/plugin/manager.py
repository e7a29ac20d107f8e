"""Finds the plugin for an address and opens it.

An address is `scheme:where` or a path. A scheme has at least two characters, so that `C:\\data` is a path; a path
that looks like a scheme can be written `./odd:name.csv`. A path that is a folder goes to the plugin that offers
`folder`, a file to the plugin that offers its suffix, the longest first. `sample:hengyang` is the sample data of a
bundled policy.

Invariants: a name that two plugins offer is used by neither, and asking for it names both. What plugins raise comes
out as `PluginError` with the plugin's name on it (`guard`). Nothing is loaded twice, and nothing when only the
manager is imported.
"""

import os
import re
import stat
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from importlib import metadata
from pathlib import Path, PurePath
from typing import Any, Final, TextIO

from creditlang import resources
from creditlang.diagnostics import Diagnostic, Phrase, Place, report
from creditlang.extensions import Extensions
from creditlang.plugin.guard import GuardedOutput, GuardedSource, blaming
from creditlang.plugin.hookspecs import PROJECT
from creditlang.plugin.interface import Forms, Output, Source
from creditlang.plugin.plugin_error import PluginError
from creditlang.plugin.registry import KINDS, RESERVED, PluginEntry, load_plugins
from creditlang.words import A_PIPE

_ADDRESS: Final = re.compile(r"([A-Za-z][A-Za-z0-9_+-]+):(.*)", re.DOTALL)
KIND_WORDS: Final = {
    "sources": Phrase("source", "数据来源"), "outputs": Phrase("output", "输出方式"), "forms": Phrase("form", "表单"),
    "functions": Phrase("function", "函数"), "calendars": Phrase("calendar", "日历"), "checks": Phrase("check", "检查"),
    "commands": Phrase("command", "命令"),
}  # fmt: skip
"""What plugins offer, in words."""


class PluginManager:
    """The plugins of one run.

    `allow` names the plugins or distributions that may be loaded, None allows all; `no_plugins` is an empty `allow`.
    What is built in is loaded in any case. `entry_points` replaces the installed ones, for tests. `around` is given
    each source that is opened, those of a folder's files too, and says what to read in its place.
    """

    def __init__(
        self,
        *,
        allow: Collection[str] | None = None,
        no_plugins: bool = False,
        entry_points: Iterable[metadata.EntryPoint] | None = None,
        around: Callable[[Source], Source] = lambda source: source,
    ) -> None:
        """Load them all; failures are in `problems`, never raised."""
        points = metadata.entry_points(group=PROJECT) if entry_points is None else entry_points
        allowed = () if no_plugins else allow
        self._around = around
        self._entries = load_plugins(points, allowed, self.source, self.forms)
        self._offers = {kind: self._owners(kind) for kind in KINDS}
        self.problems = self._found_problems(allowed or ())

    def listing(self) -> tuple[PluginEntry, ...]:
        """Every installed plugin, built-ins first: what it offers, or why it is not loaded."""
        return self._entries

    def names(self, kind: str) -> tuple[str, ...]:
        """The schemes and suffixes that can be used, for `sources` or `outputs`."""
        own = RESERVED if kind == "sources" else frozenset()
        return tuple(sorted(own.union(name for name, owners in self._offers[kind].items() if len(owners) == 1)))

    def source(self, address: str) -> Source:
        """The source at an address, not read yet. Raises `PluginError` when there is none, or no way to open it."""
        scheme, where = split_address(address)
        if scheme == "sample":
            path = resources.sample_path(where)
            if path is None:
                raise PluginError(report("CR707", None, name=where[:60]))
            scheme, where = "folder", str(path)
        elif scheme is None:
            scheme = self._scheme_of_path(where)
        elif not where:
            raise PluginError(report("CR709", None, scheme=scheme))
        entry, factory = self._offer("sources", scheme)
        with suppress(OSError, ValueError):
            # A pipe or a device may never end, and to open it may be to wait for ever.
            mode = Path(where).stat().st_mode
            if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
                reason = A_PIPE
                raise PluginError(report("CR620", Place(Path(where).name), reason=reason))
        with blaming(entry.owner):
            source = factory(where)
            if not isinstance(source, Source):
                raise TypeError("not a Source")
        return self._around(GuardedSource(source, entry.owner))

    @contextmanager
    def opened(self, addresses: Iterable[str]) -> Iterator[list[Source]]:
        """The sources at some addresses, closed in the end. Raises `PluginError` as `source` does."""
        with ExitStack() as stack:
            yield [stack.enter_context(self.source(address)) for address in addresses]

    def output(self, address: str, stream: TextIO) -> Output:
        """The output at an address; `stream` is what `-` means. Raises `PluginError` when no plugin can write there."""
        scheme, where = split_address(address)
        if scheme is None:
            scheme = self.scheme_of_target(where)
        elif not where:
            raise PluginError(report("CR709", None, scheme=scheme))
        entry, factory = self._offer("outputs", scheme)
        with blaming(entry.owner):
            output = factory(where, stream)
            if not isinstance(output, Output):
                raise TypeError("not an Output")
        return GuardedOutput(output, entry.owner, stream)

    def forms(self) -> Forms:
        """The forms of all plugins, by name."""
        return self.offers("forms")

    def offers(self, kind: str) -> dict[str, Any]:
        """What the plugins offer of a kind, such as `functions`; names that two of them claim are left out."""
        usable = {name: owners[0] for name, owners in self._offers[kind].items() if len(owners) == 1}
        return {name: entry.offered[kind][name] for name, entry in sorted(usable.items())}

    def extensions(self) -> Extensions:
        """What the plugins add to the language."""
        offers = {kind: self.offers(kind) for kind in ("functions", "calendars", "checks")}
        owners = {name: self.owner(kind, name) for kind, offered in offers.items() for name in offered}
        return Extensions(**offers, owners=owners)

    def owner(self, kind: str, name: str) -> str:
        """The plugin that offers something, as messages name it."""
        return self._offers[kind][name][0].owner

    def _scheme_of_path(self, where: str) -> str:
        path = Path(where)
        if not where.strip() or not os.path.exists(where):  # false also for what no path can be
            raise PluginError(report("CR644", Place(path.name or where)))
        if path.is_dir():
            return "folder"
        return self._suffix("sources", path)

    def scheme_of_target(self, where: str) -> str:
        """What writes to a target without a scheme. Raises `PluginError`: CR709 it is empty, CR706 nobody does."""
        if where == "-":
            return "table"
        path = Path(where)
        if not where.strip():
            raise PluginError(report("CR709", None, scheme="csv"))
        named = path.suffix.lower() in self._offers["outputs"]  # `NAME.parquet` is a folder, also in the second run
        if not path.suffix or (os.path.isdir(where) and not named):
            return "folder"
        return self._suffix("outputs", path)

    def _suffix(self, kind: str, path: PurePath) -> str:
        """The longest suffix that someone offers: `.csv.gz` before `.gz`."""
        suffixes = [suffix.lower() for suffix in path.suffixes]
        for start in range(len(suffixes)):
            if (suffix := "".join(suffixes[start:])) in self._offers[kind]:
                return suffix
        shown = suffixes[-1] if suffixes else Phrase("files without an ending", "没有扩展名的文件")
        raise PluginError(
            report("CR706", Place(path.name), suffix=shown, kind=KIND_WORDS[kind], known=", ".join(self.names(kind)))
        )

    def _offer(self, kind: str, name: str) -> tuple[PluginEntry, Callable[..., Any]]:
        """The one plugin that offers `name`, and its factory."""
        owners = self._offers[kind].get(name, [])
        if not owners:
            known = ", ".join(self.names(kind))
            raise PluginError(report("CR705", None, scheme=name, kind=KIND_WORDS[kind], known=known))
        if len(owners) > 1:
            raise PluginError(self._conflict(name, owners))
        return owners[0], owners[0].offered[kind][name]

    def _owners(self, kind: str) -> dict[str, list[PluginEntry]]:
        owners: dict[str, list[PluginEntry]] = {}
        for entry in self._entries:
            for name in entry.offered.get(kind, ()):
                owners.setdefault(name, []).append(entry)
        return owners

    def _found_problems(self, allowed: Collection[str]) -> tuple[Diagnostic, ...]:
        failed = [entry.problem for entry in self._entries if entry.status == "failed" and entry.problem]
        conflicts = [
            self._conflict(name, owners)
            for kind in self._offers.values()
            for name, owners in sorted(kind.items())
            if len(owners) > 1
        ]
        installed = {name for entry in self._entries for name in (entry.name, entry.distribution)}
        missing = [report("CR711", None, name=name) for name in sorted(set(allowed) - installed)]
        return (*failed, *conflicts, *missing)

    @staticmethod
    def _conflict(name: str, owners: list[PluginEntry]) -> Diagnostic:
        first, *others = owners
        return report("CR704", None, name=name, owner=first.owner, other=", ".join(other.owner for other in others))


def split_address(address: str) -> tuple[str | None, str]:
    """Scheme, in lower case, and the rest; the scheme is None for a path. `C:\\data.csv` is a path."""
    match = _ADDRESS.fullmatch(address)
    return (match[1].lower(), match[2]) if match else (None, address)
