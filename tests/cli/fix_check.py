# SPDX-License-Identifier: Apache-2.0
"""Applies `lint --fix` to a folder of Dockerfiles, and says what it made worse or should not touch.

Of each file that is rewritten: it parses as before; the instructions whose lines are the same mean
the same, in the same order; those of other lines have the keywords they had, but COPY for ADD, LABEL
for MAINTAINER, and a USER that was not there; there are fewer findings, no further problem; applied
again nothing changes. A file that was left has the bytes it had.
"""
import difflib
import json
import pathlib
import shutil
import subprocess
import tempfile

SETTINGS = "rules: {shell-lint: off, cache-mount-missing: on}\n"
BECOMES = {"ADD": "COPY", "MAINTAINER": "LABEL"}


def syntax(plimsoll, path):
    """(exit status, [(first line, last line, keyword, what it means)])"""
    def run(form):
        return subprocess.run([plimsoll, "syntax", "dockerfile", "--format", form, str(path)],
                              capture_output=True, check=False)

    done, tree = run("json"), run("tree")
    found = json.loads(done.stdout)["instructions"] if done.stdout else []
    meanings = tree.stdout.splitlines()
    if len(meanings) != len(found):
        return done.returncode, None
    return done.returncode, [(i["line"], i["last_line"], i["keyword"], meaning)
                             for i, meaning in zip(found, meanings)]


def changed_lines(before, after):
    """The numbers of the lines that only one of them has."""
    old, new = before.split(b"\n"), after.split(b"\n")
    gone, come = set(), set()
    for tag, i1, i2, j1, j2 in difflib.SequenceMatcher(None, old, new, False).get_opcodes():
        if tag != "equal":
            gone |= set(range(i1 + 1, i2 + 1))
            come |= set(range(j1 + 1, j2 + 1))
    return gone, come


def part(instructions, lines):
    """(those on none of the lines, those on some)"""
    kept, touched = [], []
    for first, last, keyword, meaning in instructions:
        is_touched = lines & set(range(first, last + 1))
        (touched if is_touched else kept).append((keyword, meaning))
    return kept, touched


def keywords(touched):
    upper = [keyword.upper() for keyword, _ in touched]
    return [BECOMES.get(keyword, keyword) for keyword in upper]


def compare(before, after, tree_before, tree_after):
    """Why the result is not what a fix may make; None: it is."""
    if tree_after[0] > tree_before[0]:
        return "does not parse any more"
    if tree_before[1] is None or tree_after[1] is None:
        return None if tree_before[1] == tree_after[1] else "is no tree any more"
    gone, come = changed_lines(before, after)
    kept, touched = part(tree_before[1], gone)
    kept_after, touched_after = part(tree_after[1], come)
    if kept != kept_after:
        lost = [meaning.decode(errors="replace") for keyword, meaning in kept
                if (keyword, meaning) not in kept_after]
        return f"what no fix touched is not the same: {lost[:3]}"
    had, has = keywords(touched), keywords(touched_after)
    if had != has and had != [k for k in has if k != "USER"]:
        return f"{had} became {has}"
    return None


def look(plimsoll, folder, words):
    """{file: number of findings}, number of problems"""
    done = subprocess.run([plimsoll, "lint", "--format", "json", *words, "."], cwd=folder,
                          capture_output=True, check=False)
    report = json.loads(done.stdout)
    counts = {}
    for finding in report["findings"]:
        if not finding.get("suppressed_by"):
            name = pathlib.PurePath(finding["locations"][0]["path"]).name
            counts[name] = counts.get(name, 0) + 1
    return counts, len(report.get("problems", []))


def fix(plimsoll, folder, words, how):
    return subprocess.run([plimsoll, "lint", how, *words, "."], cwd=folder, capture_output=True,
                          check=False)


def check_folder(plimsoll, folder, *words):
    """([what is wrong], number of files rewritten, number of files) of its *.Dockerfile."""
    misses, n_fixed, paths = [], 0, sorted(folder.glob("*.Dockerfile"))
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        for path in (*paths, *folder.glob("*.yaml")):
            shutil.copyfile(path, work / path.name)
        (work / ".plimsoll.yaml").write_text(SETTINGS)
        counts, n_problems = look(plimsoll, work, words)
        done = fix(plimsoll, work, words, "--fix=write")
        if done.returncode:
            misses.append("--fix=write: " + done.stderr.decode(errors="replace"))
        counts_after, n_problems_after = look(plimsoll, work, words)
        for path in paths:
            before, after = path.read_bytes(), (work / path.name).read_bytes()
            if before == after:
                continue
            n_fixed += 1
            why = compare(before, after, syntax(plimsoll, path), syntax(plimsoll, work / path.name))
            if not why and counts_after.get(path.name, 0) >= counts.get(path.name, 0):
                why = "has no fewer findings"
            if why:
                misses.append(f"{path.name}: {why}")
        if n_problems_after > n_problems:
            misses.append(f"problems: {n_problems_after} where {n_problems} were")
        again = fix(plimsoll, work, words, "--fix").stdout
        if again:
            misses.append("again: " + again.decode(errors="replace")[:2000])
    return misses, n_fixed, len(paths)
