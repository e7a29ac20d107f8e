"""What each command does: a function of the conversation and the text, by the command's name."""

from collections.abc import Mapping

from creditlang_repl.command_handlers import helping, keeping, looking, opening, trying
from creditlang_repl.conversation import Handler
from creditlang_repl.reply import Written

HANDLERS: Mapping[str, Handler] = {
    "load": opening.load, "data": opening.data, "reload": opening.reload, "student": opening.student,
    "students": looking.students, "show": looking.show, "why": looking.why, "need": looking.need,
    "records": looking.records,
    "count": looking.count, "top": looking.top, "add": trying.edit_student, "change": trying.edit_student,
    "drop": trying.drop, "set": trying.edit_policy, "in": trying.edit_policy, "as_of": trying.as_of,
    "undo": lambda now, *_: now.back(), "redo": lambda now, *_: now.forth(), "history": trying.history,
    "reset": trying.reset, "what_if": trying.what_if, "save_example": keeping.save_example,
    "save_policy": keeping.save_policy, "save_patch": keeping.save_patch, "language": helping.language,
    "help": helping.help_on, "quit": lambda *_: Written(),
}  # fmt: skip
