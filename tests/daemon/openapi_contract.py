"""The document at /api/openapi.json as a contract: which answers it allows, and which of them have been seen."""
import json
import re

from jsonschema import Draft202012Validator, FormatChecker, RefResolver

FORMATS = FormatChecker(formats=())
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


@FORMATS.checks("date-time")
def is_time(value):
    return not isinstance(value, str) or TIME.fullmatch(value) is not None


def media_type(answer):
    return (answer.headers.get("Content-Type") or "").split(";")[0]


class Operation:
    def __init__(self, method, path, described):
        self.method, self.path, self.described = method, path, described
        self.name = described["operationId"]
        # The least scope that it needs, or "open".
        self.scope = described["security"][1]["token"][0] if described["security"] else "open"

    def __repr__(self):
        return f"{self.method} {self.path}"


class Contract:
    def __init__(self, document):
        self.document = document
        self.seen = set()  # (operation, status) of what is named for each operation
        self.operations = {(method.upper(), path): Operation(method.upper(), path, described)
                           for path, item in document["paths"].items() for method, described in item.items()}
        self.by_name = {operation.name: operation for operation in self.operations.values()}

    def resolved(self, value):
        while "$ref" in value:
            place = self.document
            for step in value["$ref"][2:].split("/"):
                place = place[step]
            value = place
        return value

    def problems(self, schema, value):
        resolver = RefResolver("", self.document)
        validator = Draft202012Validator(schema, resolver=resolver, format_checker=FORMATS)
        return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]

    def operation(self, method, path):
        """The operation that serves a path; a literal segment goes before a named one."""
        segments = path.split("?")[0].split("/")

        def fits(candidate):
            wanted = candidate.path.split("/")
            return (candidate.method == method and len(wanted) == len(segments)
                    and all(w == s or w.startswith("{") for w, s in zip(wanted, segments)))

        found = sorted(filter(fits, self.operations.values()), key=lambda candidate: candidate.path.count("{"))
        assert found, f"{method} {path} is not in the document"
        return found[0]

    def parameters(self, operation, where):
        known = [self.resolved(parameter) for parameter in operation.described.get("parameters", [])]
        return {parameter["name"]: parameter for parameter in known if parameter["in"] == where}

    def request_examples(self, operation):
        body = operation.described.get("requestBody")
        return [] if body is None else examples(body["content"]["application/json"])

    def check(self, method, path, answer):
        """Fails unless the document allows this answer; remembers that it was seen."""
        operation = self.operation(method, path)
        responses = operation.described["responses"]
        status = str(answer.status)
        self.seen.add((operation.name, status) if status in responses else (operation.name, "default"))
        response = self.resolved(responses.get(status, responses["default"]))
        content = response.get("content")
        where = f"{method} {path}: {status}"
        if status.startswith("2"):
            missing = [name for name in response.get("headers", {}) if name not in answer.headers]
            assert not missing, f"{where} has no {missing}"
        if content is None:
            assert answer.body == "", where
            return
        kind = media_type(answer)
        assert kind in content, f"{where}: {kind} is not described; {answer.body[:500]}"
        body = answer.json() if kind.endswith("json") else answer.body
        problems = self.problems(content[kind]["schema"], body)
        assert not problems, f"{where}: {problems[:5]} in {answer.body[:2000]}"

    def unseen(self):
        """What is named for an operation and was not seen."""
        named = {(operation.name, status) for operation in self.operations.values()
                 for status in operation.described["responses"] if status != "default"}
        return named - self.seen


def examples(content):
    """The values of a media type's example or examples."""
    if "examples" in content:
        return [example["value"] for example in content["examples"].values()]
    return [content["example"]] if "example" in content else []


def described_contents(contract):
    """(where, media type's name, media type object) of every body that the document describes."""
    for operation in contract.operations.values():
        for status, response in operation.described["responses"].items():
            for kind, content in contract.resolved(response).get("content", {}).items():
                yield f"{operation} {status}", kind, content
        for kind, content in operation.described.get("requestBody", {}).get("content", {}).items():
            yield f"{operation} body", kind, content


def load(text):
    """The document; a member given twice is a mistake that JSON parsers hide."""
    def once(pairs):
        names = [name for name, _ in pairs]
        assert len(names) == len(set(names)), f"given twice: {sorted(n for n in names if names.count(n) > 1)}"
        return dict(pairs)

    return json.loads(text, object_pairs_hook=once)
