"""The document of the interface, OpenAPI 3.1, made of the same types by which requests are read."""

from collections.abc import Iterable
from importlib.metadata import version
from typing import Any, Final

import msgspec

from creditlang.server.questions import QUESTIONS, Asked, Findings

_REFUSED: Final = {
    "400": "It is not JSON, or not this question.",
    "401": "The token is missing.",
    "403": "It comes from another place.",
    "413": "It is too large.",
    "415": "Its content type is not application/json.",
    "422": "Policy or data have errors.",
    "429": "Too many are waiting.",
    "500": "It has met a mistake in creditlang.",
    "503": "It needs too much memory.",
    "504": "It takes too long.",
}
_JSON: Final = "application/json"


def openapi(policies: Iterable[str]) -> dict[str, Any]:
    """The document of a server that has these policies. Amounts are text, and numbers in requests are exact."""
    types = [Findings, *(kind for asked in QUESTIONS.values() for kind in (asked.question, asked.answer))]
    schemas, components = msgspec.json.schema_components(types, ref_template="#/components/schemas/{name}")
    named = components["PolicyQuestion"]["properties"]["policy"]["anyOf"]
    for each in components.values():
        for schema in each.get("properties", {}).values():
            if schema.get("anyOf", [])[:2] == named:
                schema["anyOf"] = [{"enum": sorted(policies)}, *schema["anyOf"][1:]]
    refusal, *others = schemas
    pairs = zip(QUESTIONS.items(), others[::2], others[1::2], strict=True)
    return {
        "openapi": "3.1.0",
        "info": {"title": "creditlang", "version": version("creditlang"), "license": {"name": "Apache-2.0"}},
        "security": [{}, {"token": []}],
        "paths": {
            f"/api/{name}": {"post": _operation(name, asked, question, answer, refusal)}
            for (name, asked), question, answer in pairs
        },
        "components": {
            "schemas": components,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(
    name: str, asked: Asked, question: dict[str, Any], answer: dict[str, Any], refusal: dict[str, Any]
) -> dict[str, Any]:
    return {
        "operationId": name,
        "summary": asked.about,
        "parameters": [{"name": "lang", "in": "query", "schema": {"enum": ["en", "zh"]}}],
        "requestBody": {"required": True, "content": {_JSON: {"schema": question}}},
        "responses": {
            "200": {"description": asked.about, "content": {_JSON: {"schema": answer}}},
            **{
                status: {"description": why, "content": {_JSON: {"schema": refusal}}}
                for status, why in _REFUSED.items()
            },
        },
    }
