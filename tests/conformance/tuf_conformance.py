#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs tuf-conformance, the test suite of TUF clients, with `plimsoll tuf`.

    TUF_CONFORMANCE=DIR tuf_conformance.py --plimsoll build/src/plimsoll --suite SUITE

SUITE has only test-ids.txt: the tests that have to pass. The tests themselves are upstream's; DIR is a
folder with check-outs of them and of what they need, each under its own name:

    tuf-conformance     theupdateframework/tuf-conformance, eec841c or newer
    python-tuf          theupdateframework/python-tuf (if `import tuf` does not find it)
    securesystemslib    secure-systems-lab/securesystemslib, release 1.2.0 (likewise)

besides Debian's python3-cryptography, python3-pytest and faketime. All of upstream's tests run, and one
that is not in test-ids.txt is a miss too when it fails. Without DIR the suite is skipped, and the runner
says so. Every miss is printed as "TEST: what is wrong", the last line is "tuf-conformance: N of M".
"""
import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET

# Debian 12's cryptography has two names of types as they were before its release 40.
SHIM = """
from cryptography.hazmat.primitives.asymmetric import types
for new, old in (("PrivateKeyTypes", "PRIVATE_KEY_TYPES"), ("PublicKeyTypes", "PUBLIC_KEY_TYPES")):
    if not hasattr(types, new):
        setattr(types, new, getattr(types, old))
"""


def find_python():
    """One that has cryptography and pytest, or None."""
    for python in (sys.executable, "/usr/bin/python3"):
        done = subprocess.run([python, "-c", "import cryptography, pytest"], capture_output=True,
                              check=False)
        if done.returncode == 0:
            return python
    return None


def why_not(folder, python):
    if not folder:
        return "TUF_CONFORMANCE names no folder with check-outs of upstream's tests"
    if not (pathlib.Path(folder) / "tuf-conformance" / "tuf_conformance").is_dir():
        return f"{folder} has no check-out of tuf-conformance"
    if not python:
        return "python3-cryptography or python3-pytest is not installed"
    return None if shutil.which("faketime") else "faketime is not installed"


def run(python, folder, plimsoll, scratch):
    """{test id: complaint or None}, and what pytest printed."""
    (scratch / "sitecustomize.py").write_text(SHIM, encoding="utf-8")
    paths = [scratch] + [folder / name for name in ("tuf-conformance", "python-tuf",
                                                    "securesystemslib")]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, paths)),
                                "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--junitxml",
         str(scratch / "junit.xml"), "-o", "junit_family=xunit1", "tuf_conformance",
         "--entrypoint", f"{pathlib.Path(plimsoll).resolve()} tuf"],
        cwd=folder / "tuf-conformance", env=environment, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, check=False)
    found = {}
    if (scratch / "junit.xml").exists():
        for case in ET.parse(scratch / "junit.xml").iter("testcase"):
            name = case.get("classname").replace(".", "/")
            fault = next((child for child in case if child.tag in ("failure", "error", "skipped")),
                         None)
            wrong = None if fault is None else (fault.get("message") or fault.tag).split("\n")[0]
            found[file_of(name) + "::" + case.get("name")] = wrong
    return found, done.stdout + done.stderr


def file_of(name):
    """tuf_conformance/test_x[/TestClass] as pytest writes it on the command line."""
    parts = name.split("/")
    last = next(i for i, part in enumerate(parts) if part.startswith("test_"))
    return "::".join(["/".join(parts[:last + 1]) + ".py", *parts[last + 1:]])


def judge(wanted, found):
    misses = {name: wrong for name, wrong in found.items() if wrong}
    misses |= {name: "there is no such test" for name in wanted if name not in found}
    for name, wrong in sorted(misses.items()):
        print(f"{name}: {wrong}")
    names = set(found) | set(wanted)
    print(f"tuf-conformance: {len(names) - len(misses)} of {len(names)}")
    return 1 if misses or not names else 0


def main():
    words = argparse.ArgumentParser()
    words.add_argument("--plimsoll", required=True)
    words.add_argument("--suite", required=True, type=pathlib.Path)
    words.add_argument("--upstream", default=os.environ.get("TUF_CONFORMANCE"))
    options = words.parse_args()
    python = find_python()
    reason = why_not(options.upstream, python)
    if reason:
        print(f"tuf-conformance: skipped, {reason}")
        return 0
    wanted = (options.suite / "test-ids.txt").read_text(encoding="utf-8").split("\n")
    with tempfile.TemporaryDirectory() as scratch:
        found, text = run(python, pathlib.Path(options.upstream).resolve(), options.plimsoll,
                          pathlib.Path(scratch))
    if not found:
        print(text, file=sys.stderr)
    return judge([name for name in wanted if name], found)


if __name__ == "__main__":
    sys.exit(main())
