# SPDX-License-Identifier: Apache-2.0
"""What the formats for code review ask for: Checkstyle, Code Climate, GitLab, GitHub.

Each function takes a document and returns a complaint, or None. There is no published schema but
GitLab's (security-report-schemas 15.0.7, container scanning), of which this is what we print, in our
words; the others follow the specifications that their renderers name, and what their readers do.
"""
import json
import re
import xml.etree.ElementTree as ET

import jsonschema

TEXT = {"type": "string", "minLength": 1}
COUNT = {"type": "integer", "minimum": 1}
URL = {"type": "string", "pattern": "^(https?|ftp)://."}
SECONDS = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$"}


def record(required, **optional):
    """An object with these members and no other."""
    return {"type": "object", "required": list(required), "additionalProperties": False,
            "properties": required | optional}


def each(of, **more):
    return {"type": "array", "items": of} | more


PLACE = record({"line": COUNT, "column": COUNT})
# As GitLab reads it: relative, with no "./" in front (docs.gitlab.com/ci/testing/code_quality).
CODE_CLIMATE = each(record(
    {"type": {"const": "issue"}, "check_name": TEXT, "description": TEXT, "fingerprint": TEXT,
     "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
     "categories": each({"enum": ["Bug Risk", "Clarity", "Compatibility", "Complexity", "Duplication",
                                  "Performance", "Security", "Style"]}, minItems=1),
     "location": record({"path": {"type": "string", "pattern": r"^(?!\.?/)."},
                         "lines": record({"begin": COUNT, "end": COUNT})},
                        positions=record({"begin": PLACE, "end": PLACE}))}))

ANALYZER = record({"id": TEXT, "name": TEXT, "version": TEXT, "vendor": record({"name": TEXT})})
GITLAB = record({
    "version": {"const": "15.0.7"},
    "scan": record(
        {"analyzer": ANALYZER, "scanner": ANALYZER, "type": {"const": "container_scanning"},
         "start_time": SECONDS, "end_time": SECONDS, "status": {"enum": ["success", "failure"]}},
        messages=each(record({"level": {"enum": ["info", "warn", "fatal"]}, "value": TEXT}))),
    "vulnerabilities": each(record(
        {"id": TEXT, "name": {"type": "string", "maxLength": 255},
         "severity": {"enum": ["Info", "Unknown", "Low", "Medium", "High", "Critical"]},
         "identifiers": each(record({"type": TEXT, "name": TEXT, "value": TEXT}, url=URL), minItems=1),
         "location": record({"dependency": record({"package": record({"name": TEXT}),
                                                   "version": {"type": "string"}}),
                             "operating_system": TEXT, "image": TEXT})},
        description={"type": "string", "maxLength": 1048576},
        solution={"type": "string", "maxLength": 7000}, links=each(record({"url": URL}))))})


def by_schema(schema, document):
    error = jsonschema.exceptions.best_match(
        jsonschema.Draft202012Validator(schema).iter_errors(document))
    return error and f"{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}"


def twice(values):
    seen = set()
    return next((v for v in values if v in seen or seen.add(v)), None)


def codeclimate(text):
    issues = json.loads(text)
    complaint = by_schema(CODE_CLIMATE, issues)
    if complaint:
        return complaint
    again = twice(issue["fingerprint"] for issue in issues)
    if again:
        return f"two issues have the fingerprint {again}: GitLab shows one of them"
    for issue in issues:
        lines, positions = issue["location"]["lines"], issue["location"].get("positions")
        if lines["begin"] > lines["end"]:
            return f"{issue['check_name']}: ends before it begins"
        if positions and [positions[end]["line"] for end in ("begin", "end")] != [*lines.values()]:
            return f"{issue['check_name']}: lines and positions differ"
    return None


def gitlab(text):
    """Container scanning of an image; of files what `codeclimate` prints."""
    document = json.loads(text)
    if isinstance(document, list):
        return codeclimate(text)
    complaint = by_schema(GITLAB, document)
    again = None if complaint else twice(v["id"] for v in document["vulnerabilities"])
    return complaint or (f"two vulnerabilities have the id {again}" if again else None)


def checkstyle(text):
    root = ET.fromstring(text)
    if root.tag != "checkstyle" or not root.get("version"):
        return "no <checkstyle version=...>"
    for file in root:
        if file.tag != "file" or not file.get("name"):
            return "no <file name=...>"
        for error in file:
            if error.tag != "error" or len(error) or set(error.keys()) - {
                    "line", "column", "severity", "message", "source"}:
                return f"{file.get('name')}: not an <error> as Checkstyle writes it"
            if error.get("severity") not in ("error", "warning", "info"):
                return f"{file.get('name')}: severity {error.get('severity')}"
            if not error.get("message") or not error.get("source"):
                return f"{file.get('name')}: an <error> without message or source"
            if not all(re.fullmatch("[1-9][0-9]*", error.get(key, "1")) for key in ("line", "column")):
                return f"{file.get('name')}: a place that is no number from 1"
    return None


COMMAND = re.compile(r"::(?:error|warning|notice)(?: (\w+=[^,:\r\n]*(?:,\w+=[^,:\r\n]*)*))?::([^\r\n]+)")


def github(text):
    for line in text.splitlines():
        match = COMMAND.fullmatch(line)
        if not match:
            return f"no workflow command: {line[:80]}"
        pairs = dict(pair.split("=", 1) for pair in (match[1] or "").split(",") if pair)
        if set(pairs) - {"file", "line", "endLine", "col", "endColumn", "title"}:
            return f"a property that GitHub does not know: {line[:80]}"
        if "col" in pairs and pairs.get("endLine", pairs["line"]) != pairs["line"]:
            return f"columns over more than a line: {line[:80]}"
        if re.search("%(?!25|0A|0D|3A|2C)", match[1] or "") or re.search("%(?!25|0A|0D)", match[2]):
            return f"an escape that GitHub does not read: {line[:80]}"
    return None


CHECKS = {"checkstyle": checkstyle, "codeclimate": codeclimate, "gitlab": gitlab, "github": github}
