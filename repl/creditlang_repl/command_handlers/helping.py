"""Help, the language of answers, and the end."""

from creditlang.diagnostics import Language, Phrase, in_language, nearest, report
from creditlang.source import SourceFile, display_width
from creditlang.syntax.keyword_help import help_text, keyword_help, of
from creditlang.words import said
from creditlang_repl.commands import Command, by_form, commands
from creditlang_repl.conversation import Conversation
from creditlang_repl.reply import Written
from creditlang_repl.tried_edits import CannotDo
from creditlang_repl.typed_edits import usage

_MOST = 3
"""Keywords of one form that are told of."""
_LANGUAGES: dict[str, Language] = {
    "en": "en", "english": "en", "英文": "en", "英语": "en", "zh": "zh", "chinese": "zh", "中文": "zh", "汉语": "zh",
}  # fmt: skip


def language(now: Conversation, command: Command, source: SourceFile, start: int) -> Written:
    """Answer in another language."""
    wanted = _LANGUAGES.get(now.rest(command, source, start).lower())
    if wanted is None:
        raise usage(command)
    now.reads = wanted
    return Written().line(now.word("language"))


def help_on(now: Conversation, command: Command, source: SourceFile, start: int) -> Written:
    """What can be typed, or more about one word."""
    wanted = source.text[start:].strip()
    return _word(now, wanted) if wanted else _overview(now)


def _overview(now: Conversation) -> Written:
    written = Written().line(now.word("help"))
    usages = {name: said(command.usage, now.language) for name, command in commands().items()}
    end = in_language(Phrase(". ", "。"), now.language)
    width = min(44, max(map(display_width, usages.values())))
    for name, command in commands().items():
        space = " " * max(0, width - display_width(usages[name]))
        first, stop, _ = said(command.summary, now.language).partition(end)
        written.line("  ", ("title", usages[name]), f"{space}  {first.rstrip('.')}{stop.strip()}")
    return written.line(("faint", now.word("more help")))


def _word(now: Conversation, wanted: str) -> Written:
    """What is told of a command, of a keyword, or of both."""
    written = Written()
    lower = " ".join(wanted.lower().split())
    command = by_form(now.people()).get(lower)
    if command is not None:
        written.line(("title", said(command.usage, now.language)))
        written.line(f"  {said(command.summary, now.language)}")
        written.line(f"  {now.word('for instance')}  ", said(command.example, now.language))
    for keyword in of(wanted)[:_MOST]:
        if written.lines:
            written.line()
        head, *lines = help_text(keyword, now.language).splitlines()
        written.line(("title", head))
        for line in lines:
            written.line(f"  {line}" if line else "")
    if not written.lines:
        known = [*by_form(now.people()), *(form for keyword in keyword_help().values() for form in keyword.forms)]
        raise CannotDo([report("CR912", None, word=wanted[:40], nearest=nearest(lower, known) or "")])
    return written
