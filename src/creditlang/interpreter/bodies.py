"""The lines of a body done to its entries: to all at once, and from `one by one` on to one after the other."""

from collections.abc import Iterable
from itertools import takewhile

from creditlang.core import operators as o
from creditlang.interpreter.entries import apply
from creditlang.interpreter.limits import Rooms
from creditlang.interpreter.steps import live
from creditlang.interpreter.student_run import Run
from creditlang.ledger import Entry


def run_body(run: Run, operators: Iterable[o.Operator], entries: list[Entry]) -> list[Entry]:
    """Do the lines of a body to its entries, as far as they are not done in the queue of what takes from accounts."""
    served = list(takewhile(lambda operator: not isinstance(operator, o.Move), operators))
    for operator in served:
        if not operator.sequential:
            entries = apply(run, operator, entries)
    sequential = [operator for operator in served if operator.sequential]
    rooms = Rooms(run)
    for entry in live(entries) if sequential else ():
        serve(rooms, sequential, entry)
        rooms.done(entry)
    return entries


def serve(rooms: Rooms, operators: Iterable[o.Operator], entry: Entry) -> None:
    """Do lines to one entry, against what those before it have."""
    for operator in operators:
        if entry.state != "live":
            break
        if isinstance(operator, o.Limit):
            rooms.limit(operator, entry)
        else:
            apply(rooms.run, operator, [entry])
