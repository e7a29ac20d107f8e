"""What the process from which runs are forked has loaded: the command, and all that a run asks for."""

import contextlib
import io

from creditlang.cli import main
from soak.small_data import policy

policy()
with (
    contextlib.redirect_stdout(io.StringIO()),
    contextlib.redirect_stderr(io.StringIO()),
    contextlib.suppress(SystemExit),
):
    main(["run", "volunteer_hours", "--data", "sample:volunteer_hours", "--as-of", "2025-08-31"])
