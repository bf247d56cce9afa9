#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares our rules with hadolint's cases: does the rule that carries the code speak?

    hadolint.py --plimsoll build/src/plimsoll --suite DIR [--rules PATH]

    DIR/cases.jsonl   {"rule", "expect", "config", "onbuild", "desc", "dockerfile"} a line

All rules are on, whatever their default. A case of `onbuild` is the same text with every
instruction behind ONBUILD. Its tests ask one rule at a time and so leave FROM out; a text without
FROM gets one, unless the rule is about what comes first. Of a configuration the allowed registries
and the schema of labels are taken over as parameters.

Every miss is printed as one row "CODE DESCRIPTION: ...", then the agreement for each rule, the last line is "hadolint: N of
M agree"; codes that no rule of ours carries are listed and not counted. The exit status is 0 only
when nothing was missed.
"""
import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile

FIRST = "DL3061"  # about the first instruction
REGISTRIES = re.compile(r"allowedRegistries = \[([^]]*)\]")
# The label that its tests of a rule have in their schema.
LABELS = {"DL3049": "foo", "DL3050": "required", "DL3051": "emptylabel", "DL3052": "urllabel",
          "DL3053": "datelabel", "DL3054": "spdxlabel", "DL3055": "githash", "DL3056": "semver",
          "DL3058": "maintainer"}
# Which of our rules take which parameters.
PARAMETERS = {"base-image-registry-not-allowed": {"registries"}}
PARAMETERS |= {f"label-{what}": {"labels"} for what in (
    "missing", "superfluous", "empty", "url", "time", "spdx", "git-hash", "semver", "email")}


def starts_instruction(lines):
    """For each line, whether an instruction begins there: not behind a backslash, no comment."""
    going_on, marker = False, None
    for line in lines:
        text = line.strip()
        if marker is not None:
            marker = None if text == marker else marker
            yield False
            continue
        comment = not text or text.startswith("#")
        yield not comment and not going_on
        if not comment:
            heredoc = re.search(r"<<-?\s*['\"]?(\w+)", text)
            marker = heredoc.group(1) if heredoc else None
            going_on = text.endswith("\\")


def on_build(text):
    """Every instruction that may be one as the trigger of an ONBUILD."""
    lines = text.split("\n")
    out = []
    for line, starts in zip(lines, starts_instruction(lines)):
        keyword = line.split(None, 1)[0].upper() if line.strip() else ""
        keep = not starts or keyword in ("FROM", "ONBUILD", "MAINTAINER")
        out.append(line if keep else "ONBUILD " + line)
    return "\n".join(out)


def complete(case):
    text = on_build(case["dockerfile"]) if case["onbuild"] else case["dockerfile"]
    if case["rule"] == FIRST or re.search(r"(?im)^\s*FROM\s", text):
        return text
    return "FROM scratch\n" + text


def parameters(case):
    """What the case's configuration says, in the words of our rules."""
    registries = REGISTRIES.search(case["config"])
    if registries:
        return {"registries": re.findall(r'"([^"]*)"', registries.group(1))}
    return {"labels": [LABELS[case["rule"]]]} if case["rule"] in LABELS else {}


def our_rules(plimsoll, extra):
    """{id: codes}"""
    done = subprocess.run([plimsoll, "rules", "list", *extra], capture_output=True, check=True,
                          text=True)
    ids = [line.split()[0] for line in done.stdout.splitlines() if line.strip()]
    rules = {}
    for rule in ids:
        shown = subprocess.run([plimsoll, "rules", "show", rule, *extra], capture_output=True,
                               check=True, text=True).stdout
        rules[rule] = set(re.findall(r"\bDL\d{4}\b", shown))
    return rules


def lint(plimsoll, extra, folder, chosen):
    """{file: codes of its findings}"""
    (folder / ".plimsoll.yaml").write_text(json.dumps({"rules": chosen}), encoding="utf-8")
    done = subprocess.run([plimsoll, "lint", *extra, "--format", "json", "."], cwd=folder,
                          capture_output=True, check=False)
    if done.returncode > 1:
        sys.exit(f"lint: {done.stderr.decode(errors='replace')}")
    report = json.loads(done.stdout)
    for problem in report["problems"]:
        if "rule" in problem.get("parser", ""):
            print(f"problem {problem}")
    found = {}
    for finding in report["findings"]:
        if not finding.get("suppressed_by"):
            name = pathlib.PurePath(finding["subject"]["path"]).name
            found.setdefault(name, set()).update(finding.get("codes", []))
    return found


def judge(options, cases, rules, given):
    """The codes of each case; `given` are the parameters that all of them have."""
    extra = ["--rules", options.rules] if options.rules else []
    chosen = {rule: {"parameters": given} if set(given) & PARAMETERS.get(rule, set()) else "on"
              for rule in rules}
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for number, case in enumerate(cases):
            (folder / f"{number:04}.Dockerfile").write_text(complete(case), encoding="utf-8")
        found = lint(options.plimsoll, extra, folder, chosen)
    return [found.get(f"{number:04}.Dockerfile", set()) for number in range(len(cases))]


def compare(options, cases, rules):
    """Rows of (case, what it was given, whether our rule spoke)."""
    groups = {}
    for case in cases:
        groups.setdefault(json.dumps(parameters(case), sort_keys=True), []).append(case)
    for given, members in groups.items():
        for case, codes in zip(members, judge(options, members, rules, json.loads(given))):
            yield case, case["rule"] in codes


def print_scores(scores, missing):
    for rule in sorted(scores):
        agree, total = scores[rule]
        print(f"  {rule} {agree} of {total}")
    if missing:
        print(f"  without a rule of ours {', '.join(sorted(missing))}")


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--plimsoll", required=True, help="the binary")
    arguments.add_argument("--suite", required=True, help="directory of cases")
    arguments.add_argument("--rules", help="a pack, or a folder of packs, besides ours")
    options = arguments.parse_args()

    options.plimsoll = str(pathlib.Path(options.plimsoll).resolve())
    if options.rules:
        options.rules = str(pathlib.Path(options.rules).resolve())
    lines = (pathlib.Path(options.suite) / "cases.jsonl").read_text(encoding="utf-8").splitlines()
    cases = [json.loads(line) for line in lines if line.strip()]
    rules = our_rules(options.plimsoll, ["--rules", options.rules] if options.rules else [])
    carried = set().union(*rules.values())
    known = [case for case in cases if case["rule"] in carried]
    if not known:
        sys.exit(f"{options.suite}: no cases")
    scores = {}
    for case, spoke in compare(options, known, rules):
        agree, total = scores.get(case["rule"], (0, 0))
        scores[case["rule"]] = (agree + (spoke == case["expect"]), total + 1)
        if spoke != case["expect"]:
            behind = " behind ONBUILD" if case["onbuild"] else ""
            name = f"{case['rule']} {case['desc']}{behind}".replace(": ", " ")
            print(f"{name}: {'silent' if case['expect'] else 'speaks'}, "
                  f"{json.dumps(case['dockerfile'])}")
    print_scores(scores, {case["rule"] for case in cases} - carried)
    agree = sum(score[0] for score in scores.values())
    print(f"hadolint: {agree} of {len(known)} agree")
    return 0 if agree == len(known) else 1


if __name__ == "__main__":
    sys.exit(main())
