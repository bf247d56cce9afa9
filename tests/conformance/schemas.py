#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""
Scans images and checks what is printed against the schemas of its formats.

    tests/conformance/schemas.py --plimsoll build/src/plimsoll --suite DIR --images DIR [--db DIR]

DIR of --suite holds cyclonedx/, spdx/ and sarif/ as their projects publish them; the images
are root file systems and image archives (*.tar, *.tar.gz, *.tar.xz). XML and tag-value documents have
no JSON schema: they must be well-formed and name the same packages as the JSON form. JUnit and
Markdown have none at all: they must hold each finding of the report. What the formats for code review
ask for is in annotations.py. With --db the images are scanned for vulnerabilities, and CycloneDX must
name them too. The golden files with findings in tests/fixtures/render are checked first, at last what
`lint` prints of the examples of all rules, in every format. Every document is made twice and must be
the same. Last line: "schemas: N of M".
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET

import jsonschema
import yaml

import annotations

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
        sarif = jsonschema.Draft7Validator(load(schemas / "sarif/sarif-schema-2.1.0.json"))
        self.purls = self.findings = None
        self.golden = {"cyclonedx-json": cyclonedx, "sarif": sarif, "json": report}
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
            "sarif": lambda text: first_error(sarif, text) or self.sarif_is_whole(json.loads(text)),
            "junit": lambda text: self.junit_is_whole(ET.fromstring(text)),
            "markdown": lambda text: None if text.startswith("## Plimsoll: ") else "no heading",
        } | annotations.CHECKS
        self.lint_checks = {
            "json": lambda text: first_error(report, text) or self.note_purls(text),
            "sarif": lambda text: first_error(sarif, text) or self.sarif_is_whole(json.loads(text)),
            "junit": self.junit_lists_findings,
            "markdown": self.checks["markdown"],
            "lint": lambda text: None if text else "nothing is printed",
        } | annotations.CHECKS

    def note_purls(self, text):
        doc = json.loads(text)
        self.purls = [p["purl"] for p in doc["packages"] if p["purl"]]
        self.findings = sorted(f["id"] for f in doc["findings"])

    def sarif_is_whole(self, doc):
        """What the specification asks for and its schema does not say."""
        run_, = doc["runs"]
        rules = run_["tool"]["driver"]["rules"]
        if len({rule["id"] for rule in rules}) != len(rules):
            return "a rule stands twice"
        for result in run_["results"]:
            if rules[result["ruleIndex"]]["id"] != result["ruleId"]:
                return "ruleIndex and ruleId differ"
            if "suppressions" not in result or not result["locations"]:
                return "a result without suppressions or locations"
            if not all("startLine" in place.get("physicalLocation", {}).get("region", {})
                       for place in result["locations"]):
                return "a location without a file and line, which GitHub asks for"
        if len(run_["results"]) > 25000 or any(len(r["properties"]["tags"]) > 10 for r in rules):
            return "beyond the limits of GitHub"
        prints = [r["partialFingerprints"]["primaryLocationLineHash"] for r in run_["results"]]
        if len(set(prints)) != len(prints):
            return "two results have one fingerprint"
        ids = sorted(r["properties"]["findingId"] for r in run_["results"])
        return None if ids == self.findings else "does not list the report's findings"

    def junit_lists_findings(self, text):
        return self.junit_is_whole(ET.fromstring(text))

    def junit_is_whole(self, root):
        cases = list(root.iter("testcase"))
        for suite in [root, *root.iter("testsuite")]:
            found = {tag: len(list(suite.iter(tag))) for tag in ("failure", "skipped", "error")}
            want = {"failure": suite.get("failures"), "skipped": suite.get("skipped"),
                    "error": suite.get("errors")}
            if any(str(found[tag]) != want[tag] for tag in found):
                return f"{suite.tag}: the counts are not those of its cases"
            if suite.get("tests") != str(len(list(suite.iter("testcase")))):
                return f"{suite.tag}: tests is not the number of cases"
        if not all(case.get("name") and case.get("classname") for case in cases):
            return "a case without a name"
        if len(root[0]) != len(self.findings):
            return "does not list the report's findings"
        return None

    def same(self, purls):
        return None if purls == self.purls else "does not name the packages of the report"

    def same_set(self, purls):
        return None if purls == sorted(set(self.purls)) else "does not list the report's purls"


def run(plimsoll, command, image, output, database):
    words = [plimsoll, command, str(image), "--format", output]
    if database and command == "scan":
        words += ["--db", database]
    done = subprocess.run(words, check=False, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          timeout=600)
    if done.returncode == 2:
        raise ValueError(done.stderr.decode(errors="replace").strip())
    return done.stdout.decode("utf-8")


def check(plimsoll, formats, image, output, database):
    listing = output in ("json", "sarif", "junit", "markdown", *annotations.CHECKS)
    command = "scan" if listing or database and output.startswith("cyclonedx") else "sbom"
    return complaint_of(lambda: run(plimsoll, command, image, output, database), formats.checks[output])


def complaint_of(make, judge):
    try:
        text = make()
        return "differs from run to run" if text != make() else judge(text)
    except (ValueError, KeyError, TypeError, ET.ParseError) as error:
        return f"{type(error).__name__}: {error}"


def check_golden(formats):
    """(good, total) of the golden files with findings."""
    good = total = 0
    for output, validator in formats.golden.items():
        path = ROOT / "tests/fixtures/render" / output / "expected.findings.json"
        complaint = first_error(validator, path.read_text(encoding="utf-8"))
        total += 1
        good += complaint is None
        if complaint is not None:
            print(f"{path.name}: {output}: {complaint}")
    return good, total


NAMES = {"dockerfile": "Dockerfile", "compose": "compose.yaml", "kubernetes": "manifest.yaml"}


def write_examples(folder):
    """What the rules' examples show, a folder each."""
    for pack in sorted((ROOT / "rules" / "packs").glob("*.yaml")):
        for rule in yaml.safe_load(pack.read_text(encoding="utf-8"))["rules"]:
            texts = [text for text in rule["examples"]["fail"] if isinstance(text, str)]
            for i, text in enumerate(texts):
                path = folder / f"{rule['id']}-{i}" / NAMES[rule["applies_to"].split(".")[0]]
                path.parent.mkdir()
                path.write_text(text, encoding="utf-8")


def check_lint(plimsoll, formats):
    """(good, total) of what lint prints of them."""
    good = 0
    with tempfile.TemporaryDirectory() as folder:
        write_examples(pathlib.Path(folder))

        def lint(output):
            done = subprocess.run([str(pathlib.Path(plimsoll).resolve()), "lint", "--format", output, "."],
                                  cwd=folder, capture_output=True, check=True, timeout=600)
            return done.stdout.decode("utf-8")

        for output, judge in formats.lint_checks.items():
            complaint = complaint_of(lambda output=output: lint(output), judge)
            good += complaint is None
            if complaint is not None:
                print(f"lint: {output}: {complaint}")
    return good, len(formats.lint_checks)


def main():
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    parser.add_argument("--plimsoll", required=True)
    parser.add_argument("--suite", required=True)
    parser.add_argument("--images", required=True)
    parser.add_argument("--db", help="a vulnerability database")
    args = parser.parse_args()
    formats = Formats(args.suite)
    good, total = check_golden(formats)
    for image in sorted(pathlib.Path(args.images).iterdir()):
        if not image.name.endswith((".tar", ".tar.gz", ".tar.xz")):
            continue
        formats.purls = None
        for output in formats.checks:
            total += 1
            complaint = check(args.plimsoll, formats, image, output, args.db)
            good += complaint is None
            if complaint is not None:
                print(f"{image.name}: {output}: {complaint}")
    good, total = (a + b for a, b in zip((good, total), check_lint(args.plimsoll, formats)))
    print(f"schemas: {good} of {total}")
    return 0 if good == total > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
