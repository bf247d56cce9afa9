#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the outside test suites and prints the score of each.

    tools/conformance.py PROGRAM SUITES WORK [FEEDS]

SUITES holds suites as folders, or packed together as *.tar.xz, which are unpacked below WORK; a
folder "images" beside SUITES is a suite too, and the folder of dockerfile-parser, as dockerfile-fix.
Suite NAME is run by tests/conformance/NAME.py with --plimsoll and --suite (RUNNERS names the others);
a suite without a runner is listed as such.

With FEEDS a database is made of it below WORK, and the runners that want one scan with it.

A runner prints a miss as "CASE: what is wrong", and at last "NAME: N of M", with "agree" behind
it where two tools are compared; or "NAME: skipped, WHY", which is told and counts for nothing. Every miss fails, unless
tests/conformance/explained.tsv (suite, case, reason) shows it to be an error of the suite. A row
there that is not missed is told: it holds now, or is in another edition of the suite. All that a runner printed is in WORK/NAME.log.
The last line is "conformance: N passed, N failed"; exit status 1 if a suite failed or none ran.
"""
import pathlib
import re
import subprocess
import sys

TESTS = pathlib.Path(__file__).resolve().parent.parent / "tests" / "conformance"
RUNNERS = {
    "parsers": "parsers_os",  # the part of it that is about operating systems
    "version-compare": "versions",
    "version-match": "versions",
    "version-valid": "versions",
}
NEEDS_IMAGES = {"schemas"}
SCORE = re.compile(r"^[\w-]+: (\d+) of (\d+)(?: agree)?$")
SKIPPED = re.compile(r"^[\w-]+: skipped, .")


def unpack(archive, work):
    """The folder with the archive's suites, unpacked when it is not yet, or older."""
    into = work / archive.name.removesuffix(".tar.xz")
    done = work / (into.name + ".done")
    if not done.exists() or done.stat().st_mtime < archive.stat().st_mtime:
        subprocess.run(["rm", "-rf", str(into)], check=True)
        into.mkdir(parents=True)
        subprocess.run(["tar", "-xJf", str(archive), "-C", str(into), "--no-same-owner"], check=True)
        done.touch()
    folders = [path for path in into.iterdir() if path.is_dir()]
    return folders[0] if len(folders) == 1 else into


def find_suites(suites, work):
    """{name: folder}"""
    found = {path.name: path for path in suites.iterdir() if path.is_dir()}
    for archive in sorted(suites.glob("*.tar.xz")):
        found |= {path.name: path for path in unpack(archive, work).iterdir() if path.is_dir()}
    if "dockerfile-parser" in found:  # what fixes make of the Dockerfiles of all suites
        found["dockerfile-fix"] = found["dockerfile-parser"].parent
    images = suites.parent / "images"
    return found | ({"images": images} if images.is_dir() else {})


def build_database(program, feeds, work):
    database = work / "db"
    subprocess.run([str(program), "db", "build", "--quiet", "--feeds", str(feeds), "--out",
                    str(database)], check=True, stdout=subprocess.DEVNULL)
    return database


def read_explained():
    """{suite: {case: reason}}"""
    explained = {}
    for line in (TESTS / "explained.tsv").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            suite, case, reason = line.split("\t")
            explained.setdefault(suite, {})[case] = reason
    return explained


def run(name, runner, folder, arguments, work):
    """(score line or None, [(case, line)] of misses, whether the runner was content)"""
    done = subprocess.run([sys.executable, str(runner), *arguments, "--suite", str(folder)],
                          stdin=subprocess.DEVNULL, capture_output=True, check=False)
    out, err = (text.decode(errors="replace") for text in (done.stdout, done.stderr))
    (work / f"{name}.log").write_text(out + err, encoding="utf-8")
    lines = out.splitlines()
    ends = lines and (SCORE.match(lines[-1]) or SKIPPED.match(lines[-1]))
    score = lines.pop() if ends else None
    misses = [(line.split(": ")[0], line) for line in lines if ": " in line]
    return score, misses, done.returncode == 0


def judge(name, result, explained):
    """Why the suite fails, a line each; prints its score."""
    score, misses, content = result
    if not score:
        return [f"{name}: did not run to its end"]
    missed = {case for case, _ in misses}
    faults = [line for case, line in misses if case not in explained]
    if not content and not misses:
        faults.append(f"{name}: the runner failed without naming a case")
    print(score + (f", {len(missed & explained.keys())} explained" if explained else ""))
    for case in sorted(missed & explained.keys()):
        print(f"    {case}: {explained[case]}")
    for case in sorted(explained.keys() - missed):
        print(f"    {case}: explained, but not missed here")
    return faults


def main():
    program, suites, work, *feeds = (pathlib.Path(word).resolve() for word in sys.argv[1:5])
    work.mkdir(parents=True, exist_ok=True)
    database = build_database(program, feeds[0], work) if feeds else None
    found, explained = find_suites(suites, work), read_explained()
    passed = failed = 0
    without = []
    for name, folder in sorted(found.items()):
        runner = TESTS / (RUNNERS.get(name, name.replace("-", "_")) + ".py")
        if not runner.exists():
            without.append(name)
            continue
        if name in NEEDS_IMAGES and "images" not in found:
            print(f"{name}: needs a folder of images beside the suites")
            continue
        arguments = ["--plimsoll", str(program)]
        if name in NEEDS_IMAGES:
            arguments += ["--images", str(found["images"])]
            arguments += ["--db", str(database)] if database else []
        result = run(name, runner, folder, arguments, work)
        if result[0] and SKIPPED.match(result[0]) and result[2]:
            print(result[0])
            continue
        faults = judge(name, result, explained.get(name, {}))
        print(*(f"    FAILED {fault}" for fault in faults), sep="\n", end="\n" if faults else "")
        passed, failed = passed + (not faults), failed + bool(faults)
    print(*(f"{name}: no runner" for name in without), sep="\n")
    print(f"conformance: {passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
