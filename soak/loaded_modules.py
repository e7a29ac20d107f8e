"""What the process from which runs are forked has loaded: the command, and all that a run asks for."""

import contextlib
import io
from importlib import import_module

from creditlang.cli import main
from soak.small_data import policy

policy()
with (
    contextlib.redirect_stdout(io.StringIO()),
    contextlib.redirect_stderr(io.StringIO()),
    contextlib.suppress(SystemExit),
):
    main(["run", "volunteer_hours", "--data", "sample:volunteer_hours", "--as-of", "2025-08-31"])

for _module in (
    "creditlang_repl.session", "cryptography.hazmat.primitives.asymmetric.ed25519", "fontTools.ttLib", "lxml.etree",
    "matplotlib.figure", "openpyxl", "pyarrow.feather", "pyarrow.parquet", "typst", "xlsxwriter",
):  # fmt: skip
    import_module(_module)
