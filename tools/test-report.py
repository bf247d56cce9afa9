#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Counts single tests after `meson test`, and names those that were skipped and why.

    tools/test-report.py BUILD

Reads what cmocka printed from meson's log, and the JUnit files that pytest left in BUILD/tests. A
test program that counts nothing itself counts as one test. The last line is "tests: N passed,
N failed, N skipped"; exit status 1 if one failed or if nothing ran.
"""
import json
import pathlib
import re
import sys
import xml.etree.ElementTree as ET

CMOCKA = re.compile(r"^\[ +(OK|SKIPPED|FAILED) +\] (?!\d+ test)(.+)$", re.M)


def of_cmocka(run):
    """(state, name, reason) of each test in a program; FAILED is printed again in its summary."""
    rows = {}
    for state, name in CMOCKA.findall(run.get("stdout", "") + "\n" + run.get("stderr", "")):
        name = name.split(":")[0].strip()
        reason = "the test skips itself here" if state == "SKIPPED" else ""
        rows[name] = (state, f"{run['name']}: {name}", reason)
    return list(rows.values())


def of_junit(path):
    rows = []
    for case in ET.parse(path).iter("testcase"):
        name = f"{case.get('classname')}.{case.get('name')}"
        skipped = case.find("skipped")
        bad = case.find("failure") is not None or case.find("error") is not None
        state = "FAILED" if bad else "SKIPPED" if skipped is not None else "OK"
        reason = skipped.get("message", "") if skipped is not None else ""
        rows.append((state, name, reason))
    return rows


def rows_of(run, folder):
    """The rows of one line of meson's log; a failed run always holds a failed row."""
    junit = folder / f"junit-{run['name'].split()[-1]}.xml"
    rows = of_junit(junit) if junit.exists() else of_cmocka(run)
    if run["result"] == "SKIP":
        rows = [("SKIPPED", run["name"], "the program skips itself here")]
    elif run["result"] not in ("OK", "EXPECTEDFAIL"):
        if not any(state == "FAILED" for state, _, _ in rows):
            rows.append(("FAILED", f"{run['name']} ({run['result'].lower()})", ""))
    return rows or [("OK", run["name"], "")]


def main():
    build = pathlib.Path(sys.argv[1])
    rows = []
    log = build / "meson-logs" / "testlog.json"
    if log.exists():
        for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
            rows += rows_of(json.loads(line), build / "tests")
    count = {state: [row for row in rows if row[0] == state] for state in ("OK", "SKIPPED", "FAILED")}
    for state, word in (("SKIPPED", "skipped"), ("FAILED", "failed")):
        for _, name, reason in count[state]:
            print(f"{word}: {name}" + (f" ({reason})" if reason else ""))
    print(f"tests: {len(count['OK'])} passed, {len(count['FAILED'])} failed, "
          f"{len(count['SKIPPED'])} skipped")
    return 1 if count["FAILED"] or not rows else 0


if __name__ == "__main__":
    sys.exit(main())
