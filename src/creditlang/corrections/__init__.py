"""Two runs of one policy: whose results differ, and which difference of the data, the policy or the day made it so.

`changed_data` finds what differs between the data of both, student by student; `worked_out_causes` works each student
out with one difference at a time, and tells from that which result hangs on which; `correction_tables` shows it as a
table and in lines. Nothing here reads or writes files: the command brings what both runs read.
"""

from creditlang.corrections.changed_data import Piece, PieceSort
from creditlang.corrections.correction_tables import correction_columns, correction_rows, correction_text
from creditlang.corrections.worked_out_causes import Cause, Correction, Corrections, RunSide, corrections_of

__all__ = [
    "Cause", "Correction", "Corrections", "Piece", "PieceSort", "RunSide",
    "correction_columns", "correction_rows", "correction_text", "corrections_of",
]  # fmt: skip
