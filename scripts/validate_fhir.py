"""Is what station and sandbox write FHIR R4 and OpenAPI 3.1, as programs of others understand them?

    validate_fhir.py BINARY [GOLDEN]

Reads the batch in GOLDEN (tests/sync/batch-request.json unless told otherwise) and what a live sandbox answers: to
a station that enrols and syncs, and to a client that shares no line of code with it. The first flaw is named, and
ends it with 1. All names and numbers are fictional.
"""

from __future__ import annotations

import base64
import json
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections import Counter
from pathlib import Path

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from fhir.resources.R4B import get_fhir_model_class
from openapi_spec_validator import OpenAPIV31SpecValidator
from pydantic import BaseModel, ValidationError

from live_sandbox import LiveSandbox, Unexpected, run

ROOT = Path(__file__).resolve().parent.parent
OPENAPI = ROOT / "src/sandbox/openapi.json"
SCOPE = "system/Immunization.cru"
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
# Loopback only, so no proxy.
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))
# Any media type goes there; the library's list of codes is cut out of a description.
FREE = {("CapabilityStatement", "format")}
FORMS = """券種,回数,自治体コード,券番号,接種日,会場名,医師名,ワクチンメーカー,ロット番号,結果
2,1,131016,0000000101,20211120,市民会館,山田 太郎,ファイザー,FJ7489,接種
2,2,131016,0000000102,20211120,市民会館,山田 太郎,ファイザー,FJ7489,接種
1,1,131016,0000000103,20211120,市民会館,山田 太郎,,,予診のみ
"""


class Flaw(Exception):
    """What is wrong, and where."""


def codes_are_known(value: object, where: str) -> None:
    """The library checks structure and types, and leaves the codes that FHIR fixes to its callers."""
    if isinstance(value, list):
        for place, item in enumerate(value):
            codes_are_known(item, f"{where}[{place}]")
    if not isinstance(value, BaseModel):
        return
    for name, field in type(value).model_fields.items():
        item = getattr(value, name)
        free = (type(value).__name__, name) in FREE
        known = None if free else (field.json_schema_extra or {}).get("enum_values")
        for code in item if isinstance(item, list) else [item]:
            if known and code is not None and code not in known:
                raise Flaw(f"{where}.{name}: {code!r} is none of {', '.join(known)}")
        codes_are_known(item, f"{where}.{name}")


class Resources:
    """What was validated so far, by type."""

    def __init__(self) -> None:
        self.seen: Counter[str] = Counter()

    def check(self, resource: dict, kind: str, source: str) -> dict:
        """Validates a resource that has to be of this kind, and every one within it."""
        if resource.get("resourceType") != kind:
            raise Flaw(f"{source}: {resource.get('resourceType')} instead of {kind}")
        try:
            model = get_fhir_model_class(kind).model_validate(resource)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"]))
            raise Flaw(f"{source}: {where}: {first['msg']}") from None
        codes_are_known(model, f"{source}: {kind}")
        self._count(resource)
        return resource

    def _count(self, value: object) -> None:
        if isinstance(value, dict):
            self.seen.update([value["resourceType"]] if "resourceType" in value else [])
            value = list(value.values())
        for item in value if isinstance(value, list) else []:
            self._count(item)


def call(url: str, body: object = None, expected: int = 200, **headers: str) -> bytes:
    """The body of the answer, which has to have this status."""
    if isinstance(body, (dict, list)):
        headers.setdefault("Content-Type", "application/json")
        body = json.dumps(body).encode()
    request = urllib.request.Request(url, body, headers | {"Accept": "application/fhir+json"})
    try:
        answer = OPENER.open(request, timeout=10)
    except urllib.error.HTTPError as error:
        answer = error
    with answer:
        text = answer.read()
        if answer.status != expected:
            raise Flaw(f"{url}: {answer.status} instead of {expected}: {text[:500].decode()}")
        return text


def coordinate(number: int) -> str:
    return base64.urlsafe_b64encode(number.to_bytes(48, "big")).decode().rstrip("=")


def token(url: str, code: str) -> str:
    """Enrols a device and proves to be it, as SMART Backend Services asks for."""
    key = ec.generate_private_key(ec.SECP384R1())
    point = key.public_key().public_numbers()
    jwk = {"kty": "EC", "crv": "P-384", "alg": "ES384", "x": coordinate(point.x), "y": coordinate(point.y)}
    client = json.loads(call(f"{url}/enrol", {"code": code, "jwk": jwk}, expected=201))["client_id"]
    endpoint = json.loads(call(f"{url}/.well-known/smart-configuration"))["token_endpoint"]
    claims = {"iss": client, "sub": client, "aud": endpoint, "jti": str(uuid.uuid4()), "exp": int(time.time()) + 120}
    form = {
        "grant_type": "client_credentials",
        "scope": SCOPE,
        "client_assertion_type": ASSERTION,
        "client_assertion": jwt.encode(claims, key, "ES384"),
    }
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    return json.loads(call(endpoint, urllib.parse.urlencode(form).encode(), **kind))["access_token"]


def station(binary: Path, folder: Path, sandbox: LiveSandbox) -> None:
    """Imports, enrols and delivers, as on a tablet."""
    forms, data = folder / "forms.csv", ("--data-dir", folder / "station")
    forms.write_text(FORMS, encoding="utf-8")
    run(binary, "import", "--format", "vrs-csv", forms, *data)
    run(binary, "enrol", "--server", sandbox.url, "--code", "-", "--training", *data, typed=sandbox.code() + "\n")
    run(binary, "sync", *data)


def check_answers(resources: Resources, sandbox: LiveSandbox, golden: dict) -> None:
    """What the sandbox answers to a client of others, who sends it the golden batch."""
    url = sandbox.url
    headers = {"Authorization": f"Bearer {token(url, sandbox.code())}", "Content-Type": "application/fhir+json"}

    def check(path: str, kind: str, *args: object, **more: object) -> dict:
        return resources.check(json.loads(call(url + path, *args, **more)), kind, f"answer to {path or '/'}")

    check("/metadata", "CapabilityStatement")
    check("/nowhere", "OperationOutcome", expected=404)
    check("/Immunization/1", "OperationOutcome", expected=401)
    answers = check("", "Bundle", golden, **headers)["entry"]
    statuses = [answer["response"]["status"][:3] for answer in answers]
    wanted = ["201" if entry["request"]["method"] == "POST" else "404" for entry in golden["entry"]]
    if statuses != wanted:
        raise Flaw(f"the golden batch is answered with {statuses} instead of {wanted}")
    identity = urllib.parse.quote(golden["entry"][0]["request"]["ifNoneExist"].removeprefix("identifier="))
    found = check(f"/Immunization?identifier={identity}", "Bundle", **headers)
    if found["total"] != 1:
        raise Flaw(f"{found['total']} records are found under an identifier that was created")
    resource = found["entry"][0]["resource"]
    check(f"/Immunization/{resource['id']}", "Immunization", **headers)


def check_description(sandbox: LiveSandbox) -> None:
    """The description of the routes, as a file and as the sandbox serves it."""
    text = OPENAPI.read_bytes()
    for error in OpenAPIV31SpecValidator(json.loads(text)).iter_errors():
        where = "/".join(map(str, error.absolute_path))
        raise Flaw(f"{OPENAPI.name}: {where}: {error.message}")
    if call(f"{sandbox.url}/openapi.json") != text:
        raise Flaw(f"the sandbox serves another description than {OPENAPI.name}")


def validate(binary: Path, golden: Path) -> Counter[str]:
    resources = Resources()
    batch = resources.check(json.loads(golden.read_text("utf-8")), "Bundle", golden.name)
    with tempfile.TemporaryDirectory() as folder:
        with LiveSandbox(binary, Path(folder) / "sandbox") as sandbox:
            station(binary, Path(folder), sandbox)
            check_answers(resources, sandbox, batch)
            check_description(sandbox)
        created = sum(entry["request"]["method"] == "POST" for entry in batch["entry"])
        held = sandbox.records()
        if len(held) != created + FORMS.count("\n") - 1:
            raise Flaw(f"the sandbox holds {len(held)} records, not those that were sent")
        for resource in held:
            resources.check(resource, "Immunization", f"dump, {resource.get('id')}")
    return resources.seen


def main() -> int:
    binary = Path(sys.argv[1]).resolve()
    golden = Path(sys.argv[2]) if len(sys.argv) > 2 else ROOT / "tests/sync/batch-request.json"
    try:
        seen = validate(binary, golden)
    except (Flaw, Unexpected) as flaw:
        print(f"不正 / not valid: {flaw}", file=sys.stderr)
        return 1
    kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(seen.items()))
    print(f"FHIR R4 として正しい資源 / valid FHIR R4 resources: {seen.total()} ({kinds})")
    print("OpenAPI 3.1 として正しく、配信中のものと同じ / valid OpenAPI 3.1, and what is served: 1")
    return 0


if __name__ == "__main__":
    sys.exit(main())
