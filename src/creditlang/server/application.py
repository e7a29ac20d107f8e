"""The HTTP side: addresses, tokens, sizes, languages. What a request says is not looked at here, but for one thing:
whether it is a quick one.

Without a token only this machine is answered, and there only programs and the page that the server serves itself: a
page of somebody else that is open in the browser has another origin. What is logged is the name of the question, the
status and the time, never anything out of a request.
"""

import hmac
import logging
from collections.abc import Collection, Mapping
from functools import partial
from time import perf_counter
from typing import Final
from urllib.parse import urlsplit

import msgspec
import uvicorn
from attrs import frozen
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from creditlang.diagnostics import Diagnostic, Language, Phrase, report
from creditlang.page import ASSETS, HEADERS
from creditlang.server.answered import refusal
from creditlang.server.openapi import openapi
from creditlang.server.questions import QUESTIONS
from creditlang.server.worker import WorkerSettings
from creditlang.server.worker_pool import Busy, TimeOver, WorkerDied, WorkerPool

_JSON: Final = "application/json"
_MEGABYTE: Final = 2**20
_LARGEST_QUICK: Final = 256 * 1024
_LANGUAGES: Final[Mapping[str, Language]] = {"en": "en", "zh": "zh"}
_HEADERS: Final = {401: {"WWW-Authenticate": "Bearer"}, 429: {"Retry-After": "1"}, 503: {"Retry-After": "1"}}
_CONTENT_TYPE: Final = Phrase("its content type is not application/json", "内容类型不是 application/json")
_IN_ADDRESS: Final = Phrase("an address has lang=en or lang=zh, and nothing else", "地址里只能写 lang=en 或 lang=zh")
_log: Final = logging.getLogger("creditlang.server")


@frozen
class ServerSettings:
    """How the server answers. `hosts` are the names by which it may be called, empty for any."""

    workers: int
    seconds: float
    megabytes: int
    token: str | None
    hosts: Collection[str]
    worker: WorkerSettings


class _PageFiles(StaticFiles):
    """What the page is made of; each file says what a browser may do with it."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """A file."""
        found = await super().get_response(path, scope)
        found.headers.update(HEADERS)
        return found


class _NamesPolicy(msgspec.Struct):
    """A question of which the policy is one of the server's."""

    policy: str


def application(settings: ServerSettings) -> Starlette:
    """The application; its workers are started with it and ended with it."""
    pool = WorkerPool(settings.workers, settings.seconds, settings.worker)
    answered = partial(_answered, pool, settings.megabytes)
    description = msgspec.json.encode(openapi(settings.worker.served))
    return Starlette(
        routes=[
            Mount("/api", routes=[Route(f"/{x}", partial(answered, x), methods=["POST"]) for x in QUESTIONS]),
            Route("/openapi.json", lambda request: Response(description, media_type=_JSON)),
            Mount("/", _PageFiles(directory=ASSETS, html=True)),
        ],
        middleware=[Middleware(_Gate, token=settings.token, hosts=settings.hosts)],
        exception_handlers={HTTPException: _failed},
        lifespan=lambda application: pool.at_work(),
    )


def serve(settings: ServerSettings, host: str, port: int) -> None:
    """Answer at an address until the process is told to end."""
    logging.basicConfig(format="%(asctime)s %(message)s", level=logging.INFO)
    uvicorn.run(
        application(settings), host=host, port=port, access_log=False, log_config=None, server_header=False,
        timeout_graceful_shutdown=1,
    )  # fmt: skip


async def _answered(pool: WorkerPool, megabytes: int, name: str, request: Request) -> Response:
    """The answer of a worker."""
    language = language_of(request)
    if request.query_params.multi_items() not in ([], *([("lang", each)] for each in _LANGUAGES)):
        return _refused(400, language, report("CR821", None, place=f"?{request.url.query}", reason=_IN_ADDRESS))
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _JSON:
        return _refused(415, language, report("CR820", None, reason=_CONTENT_TYPE))
    body = await _body(request, megabytes * _MEGABYTE)
    if body is None:
        return _refused(413, language, report("CR824", None, limit=megabytes))
    quick = QUESTIONS[name].quick and len(body) <= _LARGEST_QUICK and _names_policy(body)
    started = perf_counter()
    try:
        status, found = await pool.ask(b"\0".join((name.encode(), language.encode(), body)), quick)
        answer = Response(found, status, media_type=_JSON)
    except Busy as error:
        answer = _refused(429, language, report("CR825", None, waiting=error.waiting))
    except TimeOver as error:
        answer = _refused(504, language, report("CR826", None, seconds=f"{error.seconds:g}"))
    except WorkerDied:
        answer = _refused(503, language, report("CR827", None))
    _log.info("%s %d %.0f ms", name, answer.status_code, (perf_counter() - started) * 1000)
    return answer


async def _body(request: Request, most: int) -> bytes | None:
    """What a request holds; None where that is too much, of which no more is read than is taken."""
    declared = request.headers.get("content-length", "0")
    if declared.isdecimal() and int(declared) > most:
        return None
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > most:
            return None
        parts.append(part)
    return b"".join(parts)


def _names_policy(body: bytes) -> bool:
    try:
        msgspec.json.decode(body, type=_NamesPolicy)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return False
    return True


async def _failed(request: Request, error: Exception) -> Response:
    """What HTTP itself refuses."""
    assert isinstance(error, HTTPException)
    found = report("CR822", None, method=request.method, path=request.url.path)
    return _refused(error.status_code, language_of(request), found, error.headers)


def _refused(status: int, language: Language, found: Diagnostic, headers: Mapping[str, str] | None = None) -> Response:
    return Response(refusal(status, language, found).body, status, headers or _HEADERS.get(status), _JSON)


def language_of(request: Request) -> Language:
    """The language that the address asks for, `?lang=zh`, else the first that the headers ask for."""
    wanted = [request.query_params.get("lang", "")]
    wanted += [part.strip() for part in request.headers.get("accept-language", "").split(",")]
    return next((_LANGUAGES[x] for word in wanted if (x := word[:2].lower()) in _LANGUAGES), "en")


class _Gate:
    """Lets in who may ask."""

    def __init__(self, app: ASGIApp, token: str | None, hosts: Collection[str]) -> None:
        self.app, self.token, self.hosts = app, token, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refused = self._refused(Request(scope)) if scope["type"] == "http" else None
        await (refused or self.app)(scope, receive, send)

    def _refused(self, request: Request) -> Response | None:
        """Why somebody may not ask; None if they may."""
        language, headers = language_of(request), request.headers
        if self.token is not None:
            given = headers.get("authorization", "").removeprefix("Bearer ").encode()
            wrong = request.url.path.startswith("/api/") and not hmac.compare_digest(given, self.token.encode())
            return _refused(401, language, report("CR823", None)) if wrong else None
        host, origin = headers.get("host", ""), headers.get("origin")
        if urlsplit(f"//{host}").hostname not in self.hosts:
            return _refused(403, language, report("CR829", None, origin=host))
        if origin is not None and urlsplit(origin).netloc != host:
            return _refused(403, language, report("CR829", None, origin=origin))
        return None
