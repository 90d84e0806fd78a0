"""Write the client's types of the wire from the server's documents: `python -m tools.wire_types [--check]`.

Everything that REST answers (OpenAPI) and everything that the socket says (AsyncAPI), under the names that
the server gives them; `clients/web/src/lib/wire.ts` gives the client's names to those it uses.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from talkoot.app import Program
from talkoot.applications import create_app
from talkoot.asyncapi import asyncapi
from talkoot.settings import Settings
from tools.made import write

PAGE = Path(__file__).parent.parent / "clients" / "web" / "src" / "lib" / "wire.generated.ts"

_HEAD = "// Made by `python -m tools.wire_types` from the server's documents. Do not edit.\n"
_PLAIN = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}

Schema = dict[str, Any]


def documents() -> dict[str, Schema]:
    """All schemas by name; lists in pages are left out, the client has its own generic page."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder))
        rest = create_app(settings).openapi()["components"]["schemas"]
        socket = asyncapi(Program(settings).operations)["components"]["schemas"]
    both = {**rest, **socket}
    return {name: both[name] for name in sorted(both) if not name.startswith(("Page_", "Body_"))}


def typescript(schemas: dict[str, Schema]) -> str:
    """A module that declares each schema as a type."""
    return _HEAD + "".join(f"\n{_comment(s)}export type {n} = {_type(s)};\n" for n, s in schemas.items())


def _comment(schema: Schema) -> str:
    said = str(schema.get("description", "")).split("\n", 1)[0]
    return f"/** {said} */\n" if said else ""


def _type(schema: Schema) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    if "const" in schema or "enum" in schema:
        return _union(json.dumps(value) for value in schema.get("enum", [schema.get("const")]))
    for alternatives in ("anyOf", "oneOf"):
        if alternatives in schema:
            return _union(_type(each) for each in schema[alternatives])
    if schema.get("type") == "array":
        return f"({_type(schema.get('items', {}))})[]"
    if schema.get("type") == "object":
        return _object(schema)
    return _PLAIN.get(str(schema.get("type")), "unknown")


def _union(types: Any) -> str:
    return " | ".join(dict.fromkeys(types))


def _object(schema: Schema) -> str:
    if "properties" not in schema:
        values = schema.get("additionalProperties", True)
        return f"Record<string, {_type(values) if isinstance(values, dict) else 'unknown'}>"
    required = set(schema.get("required", ()))
    fields = [
        f"  {name}{'' if name in required else '?'}: {_type(each)};"
        for name, each in schema["properties"].items()
    ]
    return "\n".join(["{", *fields, "}"])


def wanted() -> str:
    """The whole module."""
    return typescript(documents())


if __name__ == "__main__":
    sys.exit(write(PAGE, wanted()))
