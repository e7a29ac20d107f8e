"""The workers: a request goes to one that is free; one that takes too long is ended, and another steps in.

Questions about one student by a policy that is at hand are quick; all others together have at most all workers but one,
so that the quick ones do not wait for them. One more worker than are at work is kept ready, for a new one takes a
second to start.
"""

import asyncio
import multiprocessing
import tempfile
from collections.abc import AsyncIterator, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, Final, TypeVar

from attrs import frozen

from creditlang.server.worker import WorkerSettings, work

T = TypeVar("T")

_SECONDS_TO_START: Final = 60
_WAITING_EACH: Final = 20
"""Requests that may wait for each worker."""
_MOST_QUICK: Final = 10
"""Seconds that a quick question may take."""
_MISTAKE: Final = 500
"""The status of an answer after which a worker is not asked again."""


class Busy(Exception):
    """So many requests are waiting that no more can."""

    def __init__(self, waiting: int) -> None:
        super().__init__(waiting)
        self.waiting = waiting


class TimeOver(Exception):
    """The answer did not come within so many seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class WorkerDied(Exception):
    """The worker has ended, as for want of memory."""


@frozen(eq=False)
class _Worker:
    process: BaseProcess
    connection: Connection
    folder: "tempfile.TemporaryDirectory[str]"

    @staticmethod
    def started(settings: WorkerSettings) -> "_Worker":
        """A new one, once it can be asked. Raises `WorkerDied` if it does not come to that."""
        context = multiprocessing.get_context("spawn")
        own, its = context.Pipe()
        folder = tempfile.TemporaryDirectory(prefix="creditlang-")
        process = context.Process(target=work, args=(its, settings, folder.name), daemon=True)
        process.start()
        its.close()
        worker = _Worker(process, own, folder)
        try:
            if own.poll(_SECONDS_TO_START):
                own.recv_bytes()
                return worker
        except (EOFError, OSError):
            pass
        worker.end()
        raise WorkerDied

    def ask(self, request: bytes, seconds: float) -> tuple[int, bytes]:
        """The status and the body of its answer. Raises `TimeOver`, `WorkerDied`."""
        try:
            self.connection.send_bytes(request)
            if not self.connection.poll(seconds):
                raise TimeOver(seconds)
            found = self.connection.recv_bytes()
        except (EOFError, OSError):
            raise WorkerDied from None
        return int.from_bytes(found[:2], "big"), found[2:]

    def end(self) -> None:
        """End it, whatever it is doing; the files of its question go with it."""
        self.process.kill()
        self.process.join()
        self.connection.close()
        self.folder.cleanup()


class WorkerPool:
    """So many workers, which have so many seconds for a question."""

    def __init__(self, count: int, seconds: float, settings: WorkerSettings) -> None:
        """None is started yet."""
        self.count, self.seconds, self.settings = count, seconds, settings
        self.waiting = 0
        self._free: asyncio.Queue[_Worker] = asyncio.Queue()
        self._slow = asyncio.Semaphore(max(1, count - 1))
        self._threads = ThreadPoolExecutor(count, "worker")
        self._spare: asyncio.Task[_Worker]
        self._all: set[_Worker] = set()
        self._tasks: set[asyncio.Task[Any]] = set()

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """The workers are started, and ended in the end. Raises `WorkerDied` where they cannot be started."""
        try:
            async with asyncio.TaskGroup() as group:
                first = [group.create_task(self._started()) for _ in range(self.count)]
            for task in first:
                self._free.put_nowait(task.result())
            self._spare = self._task(self._started())
            yield
        finally:
            for task in self._tasks:
                task.cancel()
            for worker in self._all:
                worker.end()
            self._threads.shutdown()

    async def ask(self, request: bytes, quick: bool) -> tuple[int, bytes]:
        """The status and the body of an answer. Raises `Busy`, `TimeOver` or `WorkerDied`."""
        worker = await self._first_free(quick)
        useful = False
        try:
            loop = asyncio.get_running_loop()
            seconds = min(_MOST_QUICK, self.seconds) if quick else self.seconds
            status, found = await loop.run_in_executor(self._threads, worker.ask, request, seconds)
            useful = status != _MISTAKE
            return status, found
        finally:
            if not quick:
                self._slow.release()
            if useful:
                self._free.put_nowait(worker)
            else:
                self._task(self._replaced(worker))

    async def _first_free(self, quick: bool) -> _Worker:
        """The worker for a question, once it has its turn. Raises `Busy`."""
        if self.waiting >= _WAITING_EACH * self.count:
            raise Busy(self.waiting)
        self.waiting += 1
        try:
            async with asyncio.timeout(self.seconds):
                if quick:
                    return await self._free.get()
                await self._slow.acquire()
                try:
                    return await self._free.get()
                except asyncio.CancelledError:
                    self._slow.release()
                    raise
        except TimeoutError:
            raise Busy(self.waiting) from None
        finally:
            self.waiting -= 1

    async def _replaced(self, worker: _Worker) -> None:
        """End a worker and let the one that is kept ready step in; another is made ready."""
        spare, self._spare = self._spare, self._task(self._started())
        await asyncio.to_thread(worker.end)
        self._all.discard(worker)
        while True:
            try:
                self._free.put_nowait(await spare)
                return
            except WorkerDied:
                await asyncio.sleep(1)
                spare = self._task(self._started())

    async def _started(self) -> _Worker:
        worker = await asyncio.to_thread(_Worker.started, self.settings)
        self._all.add(worker)
        return worker

    def _task(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task
