"""Open Badges: each has the members and the forms of the specification's schema, and names nobody.

The schema file of 1EdTech is under a licence that does not let it stand here. `CREDENTIAL` below says in our own
words, and more strictly, what that schema (Open Badges 3.0, `ob_v3p0_achievementcredential_schema.json`) says about
the members that are written.
"""

import io
import json
from collections.abc import Callable, Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any

import jwt
import pytest
from attrs import evolve
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jsonschema import Draft201909Validator

from creditlang.plugin import PluginError
from creditlang.plugin.run_data import RunData
from creditlang.run_signatures import signer_of
from creditlang_builtin.badges.badges_output import BadgesOutput

Run = Callable[..., RunData]

URI = {"type": "string", "pattern": "^(https?://|did:|urn:)[!-~]+$"}
TEXT = {"type": "string", "minLength": 1}
NUMBER = {"type": "string", "pattern": "^-?[0-9]+(\\.[0-9]+)?$"}


def of_type(name: str) -> dict[str, Any]:
    return {"type": "array", "items": {"type": "string"}, "contains": {"const": name}}


def record(required: Iterable[str], **members: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(required), "properties": members, "additionalProperties": False}


IDENTITY = record(
    ("type", "hashed", "identityHash", "identityType", "salt"),
    type={"const": "IdentityObject"},
    hashed={"const": True},
    identityHash={"type": "string", "pattern": "^sha256\\$[0-9a-f]{64}$"},
    identityType={"const": "identifier"},
    salt=TEXT,
)
ACHIEVEMENT = record(
    ("id", "type", "criteria", "description", "name", "resultDescription"),
    id=URI,
    type=of_type("Achievement"),
    achievementType={"enum": ["Achievement", "Certificate", "CertificateOfCompletion"]},
    inLanguage={"type": "string", "pattern": "^[a-z]{2,4}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?$"},
    name=TEXT,
    description=TEXT,
    criteria=record(("narrative",), narrative=TEXT),
    resultDescription={
        "type": "array",
        "items": record(
            ("id", "type", "name", "resultType"),
            id=URI,
            type=of_type("ResultDescription"),
            name=TEXT,
            resultType={"const": "Result"},
            requiredValue=NUMBER,
            valueMax=NUMBER,
        ),
    },
)
SUBJECT = record(
    ("type", "identifier", "achievement"),
    type=of_type("AchievementSubject"),
    identifier={"type": "array", "items": IDENTITY, "minItems": 1},
    creditsEarned={"type": "number"},
    achievement=ACHIEVEMENT,
    result={
        "type": "array",
        "items": record(("type", "value"), type=of_type("Result"), resultDescription=URI, value=TEXT),
    },
)
CREDENTIAL = record(
    ("@context", "id", "type", "name", "credentialSubject", "issuer", "validFrom"),
    **{
        "@context": {
            "const": [
                "https://www.w3.org/ns/credentials/v2",
                "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
            ]
        }
    },
    id=URI,
    type={"allOf": [of_type("VerifiableCredential"), of_type("OpenBadgeCredential")]},
    name=TEXT,
    description={"type": "string", "pattern": "Unsigned"},
    issuer=record(("id", "type", "name"), id=URI, type=of_type("Profile"), name=TEXT),
    validFrom={"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T00:00:00\\+08:00$"},
    credentialSubject=SUBJECT,
    credentialSchema={
        "type": "array",
        "items": record(("id", "type"), id=URI, type={"const": "1EdTechJsonSchemaValidator2019"}),
    },
)


def badges(run: RunData, folder: Path, issuer: str = "") -> dict[str, Any]:
    with BadgesOutput(f"{folder}{issuer}", io.StringIO()) as output:
        output.about(run)
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("*.json")}


@pytest.mark.parametrize(
    ("policy", "as_of"), [("hengyang", None), ("shangrao", "2027-10-31"), ("volunteer_hours", "2023-06-25")]
)
def test_every_badge_has_the_form_of_the_specification(
    sample_run: Run, tmp_path: Path, policy: str, as_of: str | None
) -> None:
    run = sample_run(policy, as_of)
    made = badges(run, tmp_path / "badges")
    met = {
        f"{row['student_id']} {name}"
        for row in run.results["students"]
        for name in run.policy.requirements
        if row[name] == "met"
    }
    assert set(made) == met
    Draft201909Validator.check_schema(CREDENTIAL)
    for badge in made.values():
        Draft201909Validator(CREDENTIAL).validate(badge)
        achievement = badge["credentialSubject"]["achievement"]
        described = {x["id"] for x in achievement["resultDescription"]}
        assert {x["resultDescription"] for x in badge["credentialSubject"]["result"]} == described
    assert len({badge["id"] for badge in made.values()}) == len(made)


def signed_badges(run: RunData, folder: Path, key: Ed25519PrivateKey) -> dict[str, str]:
    with BadgesOutput(f"{folder}#https://college.example/issuer", io.StringIO()) as output:
        output.signed_by(signer_of(key))
        output.about(run)
    return {path.stem: path.read_text(encoding="ascii") for path in folder.glob("*.jwt")}


def test_signed_badges_are_verified_by_another_implementation(sample_run: Run, tmp_path: Path) -> None:
    """By PyJWT: the credential is the payload, with the claims and the header that the specification asks for."""
    run, key = sample_run("volunteer_hours", "2023-06-25"), Ed25519PrivateKey.from_private_bytes(b"k" * 32)
    plain = badges(run, tmp_path, "#https://college.example/issuer")
    made = signed_badges(run, tmp_path, key)
    assert made.keys() == plain.keys()
    assert not list(tmp_path.glob("*.json"))
    for name, token in made.items():
        claims = jwt.decode(token, key.public_key(), ["EdDSA"], options={"require": ["iss", "jti", "nbf"]})
        assert (claims.pop("iss"), claims.pop("jti")) == ("https://college.example/issuer", claims["id"])
        assert claims.pop("nbf") == 1687622400  # 2023-06-25, midnight in China
        assert claims == {x: value for x, value in plain[name].items() if x != "description"}
        Draft201909Validator(CREDENTIAL).validate(claims)
        header = jwt.get_unverified_header(token)
        assert (header["alg"], header["typ"], "d" in header["jwk"]) == ("EdDSA", "JWT", False)
        assert jwt.PyJWK(header["jwk"]).key.public_bytes_raw() == key.public_key().public_bytes_raw()
    assert signed_badges(run, tmp_path, key) == made


def test_a_changed_badge_or_another_key_is_noticed(sample_run: Run, tmp_path: Path) -> None:
    key = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
    token = next(iter(signed_badges(sample_run("volunteer_hours", "2023-06-25"), tmp_path, key).values()))
    header, payload, signature = token.split(".")
    other = Ed25519PrivateKey.from_private_bytes(b"o" * 32).public_key()
    changed = payload[:40] + ("A" if payload[40] != "A" else "B") + payload[41:]
    for text, public in ((token, other), (f"{header}.{changed}.{signature}", key.public_key())):
        with pytest.raises(jwt.InvalidSignatureError):
            jwt.decode(text, public, ["EdDSA"])


def test_nobody_is_named(sample_run: Run, tmp_path: Path) -> None:
    run = sample_run("shangrao", "2027-10-31")
    text = json.dumps(list(badges(run, tmp_path).values()), ensure_ascii=False)
    for person in run.students.values():
        assert str(person["name"]) not in text
        assert str(person["student_id"]) not in text


def test_who_knows_the_number_can_check_it(sample_run: Run, tmp_path: Path) -> None:
    badge = badges(sample_run("shangrao", "2027-10-31"), tmp_path)["2022010101 graduation"]
    (identity,) = badge["credentialSubject"]["identifier"]
    assert identity["identityHash"] == "sha256$" + sha256(f"2022010101{identity['salt']}".encode()).hexdigest()


def test_credits_are_a_number_and_exact_text(sample_run: Run, tmp_path: Path) -> None:
    """许知意：总学分198.5，要求160；选修课学分等各项另列。"""
    run = sample_run("shangrao", "2027-10-31")
    subject = badges(run, tmp_path)["2022010101 graduation"]["credentialSubject"]
    assert subject["creditsEarned"] == 198.5
    described = {x["id"]: x for x in subject["achievement"]["resultDescription"]}
    told = {described[x["resultDescription"]]["name"]: x["value"] for x in subject["result"]}
    assert told["总学分"] == "198.5"
    wanted = {x["name"]: x["requiredValue"] for x in described.values() if "requiredValue" in x}
    assert (wanted["总学分"], wanted["第二课堂学分"]) == ("160", "12")
    most = {x["name"]: x["valueMax"] for x in described.values() if "valueMax" in x}
    assert most == {"操行：推迟毕业的学期数": "0", "始终没有合格的必修课": "0", "学习年限（学期数）": "10"}


def test_the_criteria_are_the_policy_and_its_articles(sample_run: Run, tmp_path: Path) -> None:
    badge = badges(sample_run("hengyang"), tmp_path)["2024010101 graduation"]
    assert badge["name"] == "毕业"
    assert badge["issuer"]["name"] == "衡阳科技职业学院"
    narrative = badge["credentialSubject"]["achievement"]["criteria"]["narrative"].split("\n")
    assert narrative[0].endswith("（hengyang-2024-14）：毕业")
    assert narrative[2:4] == ["- 第二课堂活动学分〔第五条〕", "- 文明素质养成学分〔第五条〕"]
    assert badge["credentialSubject"]["creditsEarned"] == 13.7


def test_a_requirement_without_credits_has_none(sample_run: Run, tmp_path: Path) -> None:
    made = badges(sample_run("volunteer_hours", "2023-06-25"), tmp_path)
    badge = made["20200101 profile_complete"]
    assert "creditsEarned" not in badge["credentialSubject"]
    assert badge["validFrom"] == "2023-06-25T00:00:00+08:00"


def test_the_issuer_can_have_an_address(sample_run: Run, tmp_path: Path) -> None:
    made = badges(sample_run("volunteer_hours", "2023-06-25"), tmp_path / "a", "#https://college.example/issuer")
    assert {badge["issuer"]["id"] for badge in made.values()} == {"https://college.example/issuer"}


def test_the_same_run_gives_the_same_bytes_and_old_badges_go(sample_run: Run, tmp_path: Path) -> None:
    run = sample_run("volunteer_hours", "2023-06-25")
    badges(run, tmp_path / "a")
    badges(run, tmp_path / "b")
    first, second = ({x.name: x.read_bytes() for x in (tmp_path / name).iterdir()} for name in "ab")
    assert first == second
    fewer = evolve(run, results={**run.results, "students": run.results["students"][:3]})
    assert len(badges(fewer, tmp_path / "a")) < len(first) - 1


def test_nothing_shows_before_closing(sample_run: Run, tmp_path: Path) -> None:
    output = BadgesOutput(str(tmp_path / "a"), io.StringIO())
    output.about(sample_run("volunteer_hours", "2023-06-25"))
    assert [path.name for path in (tmp_path / "a").glob("*.json")] == []
    output.discard()
    output.discard()
    assert list((tmp_path / "a").iterdir()) == []


def test_what_cannot_be(sample_run: Run, tmp_path: Path) -> None:
    with pytest.raises(PluginError) as failure:
        BadgesOutput("-", io.StringIO())
    assert [x.code for x in failure.value.diagnostics] == ["CR790"]
    run = evolve(sample_run("volunteer_hours", "2023-06-25"), as_of=None)
    with pytest.raises(PluginError) as failure:
        badges(run, tmp_path)
    assert [x.code for x in failure.value.diagnostics] == ["CR791"]
