"""``creditlang lsp``: the language server, for editors."""

from creditlang.cli import bilingual_help, common
from creditlang.cli.bilingual_help import option, reader_language, said


@bilingual_help.command("lsp")
@option("--sample", metavar="SRC")
@common.language_option
def command(sample: str | None) -> None:
    """Answer an editor's questions about policies on standard input and output, in the language server protocol."""
    try:
        from creditlang.lsp import serve
    except ModuleNotFoundError as error:
        if error.name not in ("pygls", "lsprotocol"):
            raise
        common.fail(common.USAGE, said(
            'The language server needs two more packages: pip install "creditlang[editor]"',
            '语言服务器还需要两个软件包：pip install "creditlang[editor]"',
        ))  # fmt: skip
    serve(reader_language(), common.extensions_of, sample)
