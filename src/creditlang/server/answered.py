"""A request, read and answered: its status and its JSON. Whatever goes wrong is an answer too, in the asked language.

Nothing of what a request says is written to a log: of a mistake in creditlang itself, its kind and its place are told.
"""

import errno
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec

from creditlang.diagnostics import Diagnostic, Language, report
from creditlang.errors import DataError, PluginError, PolicyError
from creditlang.server import editor_answers, page_answers, policy_answers, student_answers
from creditlang.server.known_policies import KnownPolicies
from creditlang.server.policy_answers import findings
from creditlang.server.questions import QUESTIONS
from creditlang.server.read_question import read_question

_ANSWERS: Final[Mapping[str, Callable[[Any, KnownPolicies, Language], Any]]] = {
    "policies": policy_answers.policies,
    "text": policy_answers.text,
    "check": policy_answers.checked,
    "test": policy_answers.tested,
    "readings": policy_answers.readings,
    "schema": policy_answers.schema,
    "fmt": policy_answers.laid_out,
    "rulebook": policy_answers.rulebook,
    "edit": editor_answers.edited,
    "complete": editor_answers.completed,
    "hover": editor_answers.hovered,
    "evaluate": student_answers.evaluated,
    "why": student_answers.why,
    "what-if": student_answers.what_if,
    "need": student_answers.still_needed,
    "run": student_answers.run,
    "diff": student_answers.compared,
    "sample": student_answers.sample,
    "explain": policy_answers.explained,
    "overview": page_answers.overview,
    "people": page_answers.people,
    "person": page_answers.person,
    "words": page_answers.words,
}
_UNREADABLE: Final = frozenset({"CR820", "CR821"})


class Answer(NamedTuple):
    """The status of HTTP and the JSON."""

    status: int
    body: bytes


def answered(name: str, body: bytes, known: KnownPolicies, language: Language) -> Answer:
    """The answer to a request to the address of this name. Raises `MemoryError` or `SystemError` for want of memory."""
    try:
        given = _ANSWERS[name](read_question(body, QUESTIONS[name].question), known, language)
        return Answer(200, msgspec.json.encode(given))
    except (DataError, PolicyError, PluginError) as error:
        unreadable = any(found.code in _UNREADABLE for found in error.diagnostics)
        return refusal(400 if unreadable else 422, language, *error.diagnostics)
    except (MemoryError, SystemError):  # the latter is what Python makes of no memory in some places
        raise
    except Exception as error:
        if isinstance(error, OSError) and error.errno == errno.ENOMEM:
            raise MemoryError from None
        return refusal(500, language, report("CR828", None, kind=type(error).__name__, place=_place(error)))


def refusal(status: int, language: Language, *found: Diagnostic) -> Answer:
    """What there is to say in place of an answer."""
    return Answer(status, msgspec.json.encode(findings(found, language)))


def _place(error: BaseException) -> str:
    """The file and line of creditlang where a mistake showed."""
    last = error.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    return f"{Path(last.tb_frame.f_code.co_filename).name}:{last.tb_lineno}" if last is not None else ""
