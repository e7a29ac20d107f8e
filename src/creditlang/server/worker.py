"""The process in which requests are answered, one after another: it may be ended at any time, and has its limits.

It is told a request over a pipe, as the name of the question, the language and the body, and answers with a status and
a body. Limits are set before anything else: memory, open files, and the size of files, which only those that came with
a request are written to.
"""

import gc
import os
import signal
import tempfile
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

from attrs import frozen

_MEGABYTE: Final = 2**20
_MOST_OPEN_FILES: Final = 64


@frozen
class WorkerSettings:
    """What every worker is started with."""

    served: Mapping[str, Path]
    """The files of the policies, by name."""
    ready: Sequence[str] = ()
    """Names of policies to compile before the first request."""
    plugins: Sequence[str] = ()
    """Plugins that may add to the language."""
    memory: int = 1536
    """Megabytes of address space."""
    file_size: int = 64
    """Megabytes that a file may have."""


def work(connection: Connection, settings: WorkerSettings, folder: str) -> None:
    """Answer until the pipe is closed, or memory runs out. `folder` is where files of a question may lie."""
    _limit(settings)
    os.environ.setdefault(
        "ARROW_DEFAULT_MEMORY_POOL", "system"
    )  # Arrow's own begins by reserving a gigabyte of addresses
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the server ends its workers
    tempfile.tempdir = folder
    from creditlang.plugin import PluginManager
    from creditlang.server.answered import answered
    from creditlang.server.known_policies import KnownPolicies

    manager = PluginManager(allow=settings.plugins, no_plugins=not settings.plugins)
    known = KnownPolicies(settings.served, manager.extensions)
    for name in settings.ready:
        known.policy(name)
    gc.freeze()
    connection.send_bytes(b"")
    while True:
        try:
            question, language, body = connection.recv_bytes().split(b"\0", 2)
            status, found = answered(question.decode(), body, known, "zh" if language == b"zh" else "en")
            connection.send_bytes(status.to_bytes(2, "big") + found)
        except (EOFError, BrokenPipeError):
            return
        except (MemoryError, SystemError):
            os._exit(1)  # without memory nothing else can be relied on


def _limit(settings: WorkerSettings) -> None:
    """Set the limits that the system knows; Windows knows none."""
    if find_spec("resource") is None:
        return
    import resource

    for limit, most in (
        (resource.RLIMIT_AS, settings.memory * _MEGABYTE),
        (resource.RLIMIT_FSIZE, settings.file_size * _MEGABYTE),
        (resource.RLIMIT_NOFILE, _MOST_OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(limit)
        resource.setrlimit(limit, (most, most) if hard == resource.RLIM_INFINITY else (min(most, hard),) * 2)
