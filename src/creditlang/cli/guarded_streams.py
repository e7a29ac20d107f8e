"""Standard streams on which no command can come to grief: each character can be written, a full disk ends with a
sentence, a reader that has gone away with none.
"""

import codecs
import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import click

from creditlang.cli.bilingual_help import said
from creditlang.source import visible

_BROKEN: Final = 4
_ALIKE: Final = {"✓": "√", "✗": "×"}
"""Signs that are missing from GBK, the encoding of Chinese Windows, and those that stand for them there."""


def _spelled(error: UnicodeError) -> tuple[str | bytes, int]:
    r"""The first character that cannot be encoded, by a sign that is like it or as ``\u202e``, which JSON reads too."""
    assert isinstance(error, UnicodeEncodeError)
    sign = error.object[error.start]
    units = sign.encode("utf-16-be", "surrogatepass").hex()
    spelled = "".join(f"\\u{units[i : i + 4]}" for i in range(0, len(units), 4))
    like = _ALIKE.get(sign, spelled)
    try:
        like.encode(error.encoding)
    except UnicodeError:
        like = spelled
    return like, error.start + 1


codecs.register_error("creditlang_spelled", _spelled)


@contextmanager
def guarded() -> Iterator[None]:
    """Within it the streams are so; it may end the program, with exit code 4 where something could not be written."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="creditlang_spelled")
    try:
        try:
            yield
        finally:
            sys.stdout.flush()
    except OSError as error:
        _drop_output()
        if error.errno not in (errno.EPIPE, errno.EINVAL):
            from creditlang.diagnostics import system_reason

            reason, name = system_reason(error), visible(os.path.basename(str(error.filename or "")))
            what = name or said("The output could not be written", "结果无法写出")
            click.echo(said(f"{what}: {reason}", f"{what}：{reason.zh}"), err=True)
        sys.exit(_BROKEN)


def _drop_output() -> None:
    """What is still in the buffer goes nowhere, else the interpreter would try once more as it ends."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError:  # a stream of a test has no file below it
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
