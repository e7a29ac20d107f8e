"""``creditlang mcp``: the checker as tools for a language model, on standard input and output."""

from pathlib import Path

import click

from creditlang.cli import bilingual_help, common
from creditlang.cli.bilingual_help import option, reader_language


@bilingual_help.command("mcp")
@option("--folder", type=click.Path(exists=True, file_okay=False, path_type=Path), default=Path(), metavar="FOLDER")
@common.language_option
def command(folder: Path) -> None:
    """Offer check, test, why, readings, schema, fmt and explain to a language model (MCP)."""
    from creditlang.toolkit.extras import need

    need("assistants")
    from creditlang.server.assistant import serve_assistant

    serve_assistant(folder, reader_language())
