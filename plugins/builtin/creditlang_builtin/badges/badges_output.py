"""Open Badges 3.0: for each requirement that a student meets a credential of its own, `badges:FOLDER`.

A credential is one JSON file, an `OpenBadgeCredential` in the form of the specification's JSON schema
(`ob_v3p0_achievementcredential_schema.json`). `badges:FOLDER#https://college.example/issuer` names the issuer by its
address; without one the issuer has an identifier made of its name.

With a key (`--sign`) each is signed in the proof format VC-JWT of the specification (section 8.2) and is a file `.jwt`:
the credential with the claims `iss`, `jti` and `nbf`, as a compact JWS with EdDSA (RFC 8037), the public key in its
header. Without one it is JSON that says that it is unsigned.

Nobody is named. The student stands in it as the SHA-256 of number and salt, as the specification has it; the salt is
in the credential, so whoever knows a number can check it, and whoever tries all numbers can find it. The
specification wants credits as a floating number; the exact decimals are kept beside it as text, in the results.
Which part of a requirement tells the credits: the one called 总学分, else the first in the policy's text with 学分 or
“credit” in its title.

Identifiers are made of what they name (UUID version 5), so the same run gives the same bytes.
"""

import json
import re
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, TextIO
from uuid import NAMESPACE_URL, uuid5

from creditlang.diagnostics import report
from creditlang.plugin import Output, PluginError, Signer, text_of
from creditlang.plugin.run_data import RequirementWords, ResultRow, RunData
from creditlang.schema import Column, Row
from creditlang.toolkit.open_amounts import Amount
from creditlang.toolkit.staged_folder import StagedFolder
from creditlang_builtin.forms.file_names import Names

CONTEXT: Final = ("https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json")
SCHEMA: Final = "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json"
_ISSUER: Final = re.compile(r"(?:https?://|did:|urn:)[!-~]+")
_CREDITS: Final = re.compile("学分|credit", re.IGNORECASE)
_UNSIGNED: Final = "本凭证没有签名，须由学校签名后使用。Unsigned: the school has to sign it before it is used."


class BadgesOutput(Output):
    """To a folder, a file for each student and requirement."""

    wants_run = True
    wants_signer = True

    def __init__(self, target: str, stream: TextIO) -> None:
        """What follows a `#` is the issuer's address. Raises `PluginError` CR790: the screen is no folder."""
        super().__init__(target, stream)
        folder, _, issuer = target.rpartition("#")
        named = bool(folder) and _ISSUER.fullmatch(issuer) is not None
        self._issuer = issuer if named else ""
        if target == "-":
            raise PluginError(report("CR790", None, output="badges"))
        self._staged = StagedFolder(Path(folder if named else target), ["json", "jwt"])
        self._signer: Signer | None = None

    def signed_by(self, signer: Signer) -> None:
        """Keep the key."""
        self._signer = signer

    def about(self, run: RunData) -> None:
        """Write the credentials aside. Raises `PluginError` CR791: the day of the run is not known."""
        if run.as_of is None:
            raise PluginError(report("CR791", None))
        parts: dict[tuple[str, str], list[ResultRow]] = {}
        for row in run.results["requirements"]:
            parts.setdefault((str(row["student_id"]), str(row["requirement"])), []).append(row)
        names = Names()
        for row in run.results["students"]:
            student = str(row["student_id"])
            for name, words in run.policy.requirements.items():
                if run.standing(student, name) == "met":
                    badge = credential(run, student, words, parts.get((student, name), []), self._issuer)
                    file = names.unused(f"{student} {name}")
                    if self._signer is not None:
                        self._staged.add(f"{file}.jwt", signed_credential(badge, self._signer).encode())
                    else:
                        badge |= {"description": _UNSIGNED}
                        text = json.dumps(badge, ensure_ascii=False, indent=2) + "\n"
                        self._staged.add(f"{file}.json", text.encode())

    def write(self, name: str, columns: Sequence[Column], rows: Iterable[Row]) -> None:
        """Nothing: credentials are made of the run."""

    def close(self) -> None:
        """Publish."""
        self._staged.publish()

    def discard(self) -> None:
        """Drop what was put aside."""
        self._staged.discard()


def credential(
    run: RunData, student: str, requirement: RequirementWords, parts: Sequence[ResultRow], issuer: str = ""
) -> dict[str, Any]:
    """An OpenBadgeCredential for a student who meets a requirement. `issuer` is an address, or empty."""
    policy = run.policy
    school = policy.issuer or policy.title
    rows = sorted(parts, key=lambda row: (_place(requirement, row), str(row["part"])))
    told = [row for row in rows if row["have"] is not None]
    asked = " ".join(f"{row['part']}={text_of(row['needed'])}" for row in told)
    achievement = _urn("achievement", policy.identifier, requirement.name, asked)
    salt = sha256(f"{policy.identifier}\n{requirement.name}\n{student}".encode()).hexdigest()[:32]
    subject: dict[str, Any] = {
        "type": ["AchievementSubject"],
        "identifier": [
            {
                "type": "IdentityObject",
                "hashed": True,
                "identityHash": f"sha256${sha256(f'{student}{salt}'.encode()).hexdigest()}",
                "identityType": "identifier",
                "salt": salt,
            }
        ],
        "achievement": _achievement(run, requirement, rows, achievement),
        "result": [
            {"type": ["Result"], "resultDescription": _part(achievement, row), "value": text_of(row["have"])}
            for row in told
        ],
    }
    if (credits := _credits(told)) is not None:
        subject["creditsEarned"] = credits
    return {
        "@context": list(CONTEXT),
        "id": _urn("credential", achievement, student, str(run.as_of)),
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": requirement.label,
        "issuer": {"id": issuer or _urn("issuer", school), "type": ["Profile"], "name": school},
        "validFrom": f"{run.as_of}T00:00:00+08:00",
        "credentialSubject": subject,
        "credentialSchema": [{"id": SCHEMA, "type": "1EdTechJsonSchemaValidator2019"}],
    }


def signed_credential(badge: Mapping[str, Any], signer: Signer) -> str:
    """A credential as a compact JWS: its header, the credential with the registered claims, and the signature."""
    key = {"crv": "Ed25519", "kty": "OKP", "x": _base64url(signer.public_key)}
    since = int(datetime.fromisoformat(badge["validFrom"]).timestamp())
    claims = {**badge, "iss": badge["issuer"]["id"], "jti": badge["id"], "nbf": since}
    parts = ({"alg": "EdDSA", "jwk": key, "typ": "JWT"}, claims)
    texts = (json.dumps(part, ensure_ascii=False, separators=(",", ":")).encode() for part in parts)
    signed = ".".join(map(_base64url, texts))
    return f"{signed}.{_base64url(signer.sign(signed.encode()))}"


def _base64url(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def _achievement(
    run: RunData, requirement: RequirementWords, rows: Sequence[ResultRow], identifier: str
) -> dict[str, Any]:
    """What was achieved, and by which articles."""
    policy = run.policy
    lines = [f"《{policy.title}》（{policy.identifier}）：{requirement.label}", ""]
    lines += [f"- {row['part']}" + (f"〔{row['article']}〕" if row["article"] else "") for row in rows if row["part"]]
    return {
        "id": identifier,
        "type": ["Achievement"],
        "achievementType": "Achievement",
        "inLanguage": "zh",
        "name": requirement.label,
        "description": f"达到《{policy.title}》规定的“{requirement.label}”的全部要求",
        "criteria": {"narrative": "\n".join(lines).rstrip()},
        "resultDescription": [
            {
                "id": _part(identifier, row),
                "type": ["ResultDescription"],
                "name": str(row["part"] or requirement.label),
                "resultType": "Result",
                **_asked(requirement, row),
            }
            for row in rows
            if row["have"] is not None
        ],
    }


def _asked(requirement: RequirementWords, row: ResultRow) -> dict[str, str]:
    """What a part asks for: a value that is needed, or one that may not be exceeded."""
    if row["needed"] is None:
        return {}
    return {"valueMax" if row["part"] in requirement.limits else "requiredValue": text_of(row["needed"])}


def _credits(rows: Sequence[ResultRow]) -> int | float | None:
    """The credits as the specification wants them; None where no part of the requirement has any, or they are open."""
    named = [row for row in rows if _CREDITS.search(str(row["part"]))]
    named.sort(key=lambda row: "总学分" not in str(row["part"]))
    if not named or (amount := Amount.of(named[0]["have"])).is_open:
        return None
    return int(amount.low) if amount.low == amount.low.to_integral_value() else float(amount.low)


def _place(requirement: RequirementWords, row: ResultRow) -> int:
    """Where a part stands in the policy's text."""
    return requirement.parts.index(str(row["part"])) if row["part"] in requirement.parts else len(requirement.parts)


def _part(achievement: str, row: ResultRow) -> str:
    return _urn("result", achievement, str(row["part"]))


def _urn(*texts: str) -> str:
    return f"urn:uuid:{uuid5(NAMESPACE_URL, chr(10).join(('creditlang', *texts)))}"
