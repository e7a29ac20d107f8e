"""Two runs of one policy: who has other results in the later one, and what of the data, policy or day made the change.

`changed_data` finds what differs between the data of both, student by student; `worked_out_causes` works each student
out with one difference at a time, and tells from that which result hangs on which; `correction_tables` shows it as a
table and in lines. Nothing here reads or writes files: the command brings what both runs read.
"""

from creditlang.corrections.changed_data import Piece, PieceSort
from creditlang.corrections.correction_tables import correction_columns, correction_rows, correction_text
from creditlang.corrections.worked_out_causes import Cause, Correction, RunSide, corrections_of

__all__ = [
    "Cause", "Correction", "Piece", "PieceSort", "RunSide", "correction_columns", "correction_rows", "correction_text",
    "corrections_of",
]  # fmt: skip
