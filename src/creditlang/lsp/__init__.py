"""The language server: what `ide` knows of a policy, told to an editor in its protocol.

Nothing here knows the language; nothing in `ide` knows the protocol. Only this folder imports pygls and lsprotocol,
which come with `creditlang[editor]`.
"""

from creditlang.lsp.serve import serve

__all__ = ["serve"]
