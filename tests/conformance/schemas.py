#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""
Scans images and checks what is printed against the schemas of its formats.

    tests/conformance/schemas.py --plimsoll build/src/plimsoll --suite DIR --images DIR

DIR of --suite holds cyclonedx/ and spdx/ as their projects publish them; the images
are root file systems and image archives (*.tar, *.tar.gz, *.tar.xz). XML and tag-value documents have
no JSON schema: they must be well-formed and name the same packages as the JSON form. Every document
is made twice and must be the same. Last line: "schemas: N of M".
"""
import argparse
import json
import pathlib
import subprocess
import sys
import xml.etree.ElementTree as ET

import jsonschema

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
CYCLONEDX = "{http://cyclonedx.org/schema/bom/1.6}"


def load(path):
    return json.loads(path.read_text(encoding="utf-8"))


def cyclonedx_validator(folder):
    schema = load(folder / "bom-1.6.schema.json")
    store = {}
    for path in folder.glob("*.schema.json"):
        other = load(path)
        store[other.get("$id", path.name)] = other
        store[schema["$id"].rsplit("/", 1)[0] + "/" + path.name] = other
    resolver = jsonschema.RefResolver.from_schema(schema, store=store)
    return jsonschema.Draft7Validator(schema, resolver=resolver)


def first_error(validator, text):
    error = jsonschema.exceptions.best_match(validator.iter_errors(json.loads(text)))
    return error and f"{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}"


class Formats:
    """What each format is checked by: a function from its text to a complaint or None."""

    def __init__(self, suite):
        schemas = pathlib.Path(suite)
        cyclonedx = cyclonedx_validator(schemas / "cyclonedx")
        spdx = jsonschema.Draft7Validator(load(schemas / "spdx/spdx-2.3.schema.json"))
        report = jsonschema.Draft202012Validator(load(ROOT / "docs/report.schema.json"))
        self.purls = None
        self.checks = {
            "json": lambda text: first_error(report, text) or self.note_purls(text),
            "cyclonedx-json": lambda text: first_error(cyclonedx, text) or self.same(
                [c["purl"] for c in json.loads(text)["components"] if "purl" in c]),
            "spdx-json": lambda text: first_error(spdx, text) or self.same(
                [r["referenceLocator"] for p in json.loads(text)["packages"]
                 if p["SPDXID"] != "SPDXRef-Image" for r in p.get("externalRefs", [])]),
            "cyclonedx-xml": lambda text: self.same(
                [c.findtext(CYCLONEDX + "purl")
                 for c in ET.fromstring(text).find(CYCLONEDX + "components")
                 if c.find(CYCLONEDX + "purl") is not None]),
            "spdx": lambda text: self.same(
                [line.split(" ", 3)[3] for line in text.splitlines()
                 if line.startswith("ExternalRef: PACKAGE-MANAGER purl ")
                 and not line.split(" ", 3)[3].startswith("pkg:oci/")]),
            "purl": lambda text: self.same_set(text.splitlines()),
        }

    def note_purls(self, text):
        self.purls = [p["purl"] for p in json.loads(text)["packages"] if p["purl"]]

    def same(self, purls):
        return None if purls == self.purls else "does not name the packages of the report"

    def same_set(self, purls):
        return None if purls == sorted(set(self.purls)) else "does not list the report's purls"


def run(plimsoll, command, image, output):
    done = subprocess.run([plimsoll, command, str(image), "--format", output], check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=600)
    if done.returncode == 2:
        raise ValueError(done.stderr.decode(errors="replace").strip())
    return done.stdout.decode("utf-8")


def check(plimsoll, formats, image, output):
    command = "scan" if output == "json" else "sbom"
    try:
        text = run(plimsoll, command, image, output)
        if text != run(plimsoll, command, image, output):
            return "differs from run to run"
        return formats.checks[output](text)
    except (ValueError, KeyError, TypeError, ET.ParseError) as error:
        return f"{type(error).__name__}: {error}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    parser.add_argument("--plimsoll", required=True)
    parser.add_argument("--suite", required=True)
    parser.add_argument("--images", required=True)
    args = parser.parse_args()
    formats = Formats(args.suite)
    good = total = 0
    for image in sorted(pathlib.Path(args.images).iterdir()):
        if not image.name.endswith((".tar", ".tar.gz", ".tar.xz")):
            continue
        formats.purls = None
        for output in formats.checks:
            total += 1
            complaint = check(args.plimsoll, formats, image, output)
            good += complaint is None
            if complaint is not None:
                print(f"{image.name}: {output}: {complaint}")
    print(f"schemas: {good} of {total}")
    return 0 if good == total > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
