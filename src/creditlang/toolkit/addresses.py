"""What an address may show: everything but the password.

Addresses of databases may carry a password, `postgresql://reader:secret@host/campus`. Manifests, messages and whatever
else is kept show the address without it. Where it is unclear how far a password reaches, because it holds a character
that should have been written as `%40`, rather too much is left out than too little.
"""

import re
from typing import Final

_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_+-]+:")
_PASSWORD_OPTION: Final = re.compile(r"(?<=[?&])(?:[a-z_-]*password|passwd|pwd)=[^&]*(?:&|$)", re.IGNORECASE)


def without_password(address: str) -> str:
    """The address without a password: `postgresql://reader@host/campus`. Other addresses stay as they are."""
    scheme, mark, rest = address.partition("//")
    if not mark or not _SCHEME.fullmatch(scheme):
        return address
    before, at, after = rest.rpartition("@")
    if at:
        rest = f"{before.partition(':')[0]}@{after}"
    if "?" in rest:
        rest = _PASSWORD_OPTION.sub("", rest).rstrip("?&")
    return f"{scheme}//{rest}"
