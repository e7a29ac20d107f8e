"""Runs of the command in processes of their own, forked from one that has all modules loaded and does nothing else."""

import os
import sys
import traceback
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path

# A fork of a process with threads, as tests and servers are, may wait for ever for what a thread of it held.
_CONTEXT = get_context("forkserver")
_CONTEXT.set_forkserver_preload(["soak.loaded_modules"])
SECONDS = 300
"""A run that takes longer hangs."""


def started(
    arguments: list[str], said: Path, prepared: Callable[..., None] | None = None, *given: object
) -> BaseProcess:
    """A run of the command; what it prints goes into a file. `prepared` is called in its process before it begins."""
    process = _CONTEXT.Process(target=_run, args=(arguments, str(said), prepared, given))
    process.start()
    return process


def ended(process: BaseProcess) -> int:
    """The exit code of a run, once it has ended; less than zero, the signal that ended it. Raises `TimeoutError`."""
    process.join(SECONDS)
    if process.exitcode is None:
        process.kill()
        raise TimeoutError(f"a run takes more than {SECONDS} seconds")
    return process.exitcode


def _run(arguments: list[str], said: str, prepared: Callable[..., None] | None, given: tuple[object, ...]) -> None:
    written = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(written, 1)
    os.dup2(written, 2)
    status = 70
    try:
        from creditlang.cli import main

        if prepared is not None:
            prepared(*given)
        main(arguments)
    except SystemExit as stop:
        status = stop.code if isinstance(stop.code, int) else 1
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        os._exit(status)
