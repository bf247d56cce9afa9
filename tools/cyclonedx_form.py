#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes src/inventory/sbom/cyclonedx_form.def from the JSON schemas of CycloneDX.

    tools/cyclonedx_form.py SCHEMAS > src/inventory/sbom/cyclonedx_form.def

SCHEMAS is a folder with bom-1.4.schema.json to bom-1.7.schema.json. Only what decides about a
document's form is taken: which keys an object has, of what type, which it needs, which exclude each
other. form.h says how the rows are read.
"""
import json
import pathlib
import re
import sys

VERSIONS = (4, 5, 6, 7)
HASH = "^([a-fA-F0-9]{32}|"
PATTERNS = {
    "^urn:uuid:": "uuid",
    "^urn:cdx:": "uri",
    "^[-+a-z0-9.]+/": "media-type",
    HASH: "hash",
    "^([a-z]{2})(-[A-Z]{2})?$": "locale",
    "^CRE:": "cre",
    "^[A-Z]{2}$": "country",
}
FORMATS = {"date-time": "time", "date": "date", "iri-reference": "uri", "idn-email": "mail"}
# What another schema defines: identifiers of licences, any signature, names of algorithms.
ELSEWHERE = {"spdx.schema.json": "spdx-id", "jsf-0.82.schema.json": "map",
             "cryptography-defs.schema.json": "text"}


class Schema:
    """The rows of one version: keys[(object, key)], enums[id], choices[object]."""

    def __init__(self, document):
        self.definitions = document["definitions"]
        self.keys, self.enums, self.choices = {}, {}, {}
        self.object("bom", document)

    def object(self, name, node):
        """The type of an object, whose rows are made when they are not yet."""
        if (name, None) in self.keys:
            return "@" + name
        self.keys[name, None] = None
        properties = {k: v for k, v in node.get("properties", {}).items() if k != "$schema"}
        required = set(node.get("required", ()))
        for kind in ("oneOf", "anyOf"):
            groups = [g.get("required") for g in node.get(kind, ())]
            for group in node.get(kind, ()):
                properties |= group.get("properties", {})
            if all(groups) and groups:
                words = " ".join("+".join(g) for g in groups)
                self.choices.setdefault(name, []).append((kind.removesuffix("Of"), words))
        for key, value in properties.items():
            self.keys[name, key] = (key in required, self.type(f"{name}.{key}", value))
        return "@" + name

    def reference(self, target):
        file, _, path = target.partition("#")
        if file in ELSEWHERE and path.startswith("/definitions/"):
            return "any" if file.startswith("jsf") else ELSEWHERE[file]
        if file in ELSEWHERE:
            return ELSEWHERE[file]
        name = path.rsplit("/", 1)[1]
        return self.type(name, self.definitions[name])

    def text(self, name, node):
        if "enum" in node:
            self.enums[name] = "|".join(node["enum"])
            return "#" + name
        for start, atom in PATTERNS.items():
            if node.get("pattern", "").startswith(start):
                return atom
        if isinstance(node.get("format"), str):
            return FORMATS[node["format"]]
        return "name" if node.get("minLength") else "text"

    def number(self, node):
        if node["type"] == "integer":
            return "positive" if node.get("minimum") == 1 else "integer"
        return "fraction" if node.get("maximum") == 1 else "number"

    def type(self, name, node):
        """The type in the words of form.h."""
        kind = node.get("type")
        if "$ref" in node:
            return self.reference(node["$ref"])
        if "$ref" in node.get("allOf", [{}])[0]:
            return self.type(name, node["allOf"][0])
        alternatives = [g for k in ("oneOf", "anyOf") for g in node.get(k, ())]
        whole = [g for g in alternatives if set(g) & {"$ref", "type", "items"}]
        if whole and "items" not in node and not node.get("properties"):
            types = [self.type(f"{name}/{i}" if i else name, g) for i, g in enumerate(whole)]
            return "|".join(dict.fromkeys(types))
        if kind == "array" or "items" in node:
            inner = self.type(name + "*", node["items"]) if isinstance(node.get("items"), dict) \
                else "any"
            if inner == "any" and isinstance(node.get("items"), list):
                inner = self.type(name + "*", node["items"][0])
            return f"[{inner}]" + ("+" if node.get("minItems") else "")
        if kind == "object" or "properties" in node or alternatives:
            return self.object(name, node) if node.get("properties") or alternatives else "map"
        if kind == "string" or "enum" in node:
            return self.text(name, node)
        if kind == "boolean":
            return "bool"
        return self.number(node) if kind in ("integer", "number") else "any"


def spans(by_version):
    """[(first, last, value)] of equal values in a row; None is a gap."""
    rows = []
    for version in VERSIONS:
        value = by_version.get(version)
        if value is None:
            continue
        if rows and rows[-1][1] == version - 1 and rows[-1][2] == value:
            rows[-1] = (rows[-1][0], version, value)
        else:
            rows.append((version, version, value))
    return rows


def merge(schemas, member):
    """{name: {version: value}}, in the order of the newest schema that has the name."""
    merged = {}
    for version in reversed(VERSIONS):
        for name, value in getattr(schemas[version], member).items():
            if value is not None:
                merged.setdefault(name, {})[version] = value
    return merged


def literal(text):
    """The text as C string literals that fit a line."""
    parts = re.findall(r".{1,70}(?:\||$)|.{1,70}", text) or [""]
    return "\n     ".join(json.dumps(part) for part in parts)


def main():
    folder = pathlib.Path(sys.argv[1])
    texts = {v: (folder / f"bom-1.{v}.schema.json").read_text(encoding="utf-8") for v in VERSIONS}
    schemas = {v: Schema(json.loads(text)) for v, text in texts.items()}
    print("/* SPDX-License-Identifier: Apache-2.0 */")
    print("/* Made by tools/cyclonedx_form.py; form.h says how the rows are read. */")
    keys = merge(schemas, "keys")
    for name, key in sorted(keys, key=lambda k: (k[0], k[1])):
        for first, last, (required, kind) in spans(keys[name, key]):
            need = "true" if required else "false"
            print(f'KEY({json.dumps(name)}, {json.dumps(key)}, {first}, {last}, {need}, "{kind}")')
    for name, by_version in sorted(merge(schemas, "choices").items()):
        for first, last, rules in spans(by_version):
            for kind, words in rules:
                print(f'CHOICE("{name}", {first}, {last}, {kind.upper()}, "{words}")')
    for name, by_version in sorted(merge(schemas, "enums").items()):
        for first, last, words in spans(by_version):
            print(f'ENUM("{name}", {first}, {last},\n     {literal(words)})')


if __name__ == "__main__":
    main()
