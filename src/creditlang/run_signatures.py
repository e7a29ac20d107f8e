"""Ed25519 signatures over a results folder, in a hidden file beside the results; alone with `cryptography`.

Signed are the lines `HASH  NAME` of all files but the signature, sorted by name, as `sha256sum` writes them. So whoever
has no creditlang can check one too: with these lines in a file, by OpenSSL.
"""

from base64 import b64decode, b64encode
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final

from creditlang.diagnostics import Diagnostic, Phrase, Place, report, system_reason
from creditlang.plugin import PluginError, Signer
from creditlang.toolkit.atomic_files import PendingFile, clean_stale, reporting
from creditlang.toolkit.extras import need
from creditlang.toolkit.staged_folder import SIGNATURE

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_PRIVATE: Final = Phrase("it is no private Ed25519 key in PEM without a password", "不是未加密的 PEM 格式 Ed25519 私钥")
_UNSIGNED: Final = Phrase("there is no signature beside them", "旁边没有签名")
_PUBLIC: Final = Phrase("it is no public Ed25519 key in PEM", "不是 PEM 格式的 Ed25519 公钥")


def private_key(path: Path) -> "Ed25519PrivateKey":
    """The key in a file. Raises `PluginError`: CR850 it is none, CR787 the extra `signing` is not installed."""
    need("signing")
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(_content(path), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise PluginError(report("CR850", Place(path.name), reason=_PRIVATE))
    return key


def public_key(path: Path) -> "Ed25519PublicKey":
    """The key in a file. Raises `PluginError` as `private_key` does."""
    need("signing")
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        key = load_pem_public_key(_content(path))
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise PluginError(report("CR850", Place(path.name), reason=_PUBLIC))
    return key


def signer_of(key: "Ed25519PrivateKey") -> Signer:
    """A key as outputs are given it."""
    return Signer(key.public_key().public_bytes_raw(), key.sign)


def sign(folder: Path, key: "Ed25519PrivateKey") -> None:
    """Sign the files of a folder. Raises `PluginError` CR710 if it cannot be read or written."""
    clean_stale(folder, "*")  # what a killed run has left is none of the files, and goes at some later time
    with reporting(SIGNATURE):
        text = b64encode(key.sign(_signed(folder))).decode()
    pending = PendingFile(folder / SIGNATURE)
    with reporting(SIGNATURE):
        pending.stream.write(f"{text}\n")
    pending.publish()


def signature_problem(folder: Path, key: "Ed25519PublicKey") -> Diagnostic | None:
    """CR851 where a folder has no signature, or one that is not by this key over these files."""
    from cryptography.exceptions import InvalidSignature

    try:
        content = (folder / SIGNATURE).read_bytes()
        signature = b64decode(content.removesuffix(b"\n"), validate=True)
        if content != b64encode(signature) + b"\n":
            raise ValueError
        key.verify(signature, _signed(folder))
    except FileNotFoundError:
        return report("CR851", Place(SIGNATURE), reason=_UNSIGNED)
    except OSError as error:
        return report("CR851", Place(SIGNATURE), reason=system_reason(error))
    except (InvalidSignature, ValueError):
        return report("CR851", Place(SIGNATURE), reason=Phrase("it does not hold", "验证不通过"))
    return None


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise PluginError(report("CR850", Place(path.name), reason=system_reason(error))) from error


def _signed(folder: Path) -> bytes:
    names = sorted(path.name for path in folder.iterdir() if path.name != SIGNATURE and path.is_file())
    hashes = ((name, sha256((folder / name).read_bytes()).hexdigest()) for name in names)
    return "".join(f"{digest}  {name}\n" for name, digest in hashes).encode("utf-8", "surrogateescape")
