#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs cases of BuildKit's Dockerfile parser and of its words against `plimsoll syntax`.

    dockerfile_parser.py --plimsoll build/src/plimsoll --suite DIR

    DIR/ok/NAME/{Dockerfile,result}   the tree, an s-expression for each instruction
    DIR/negative/NAME/Dockerfile      must be refused by the parser
    DIR/line/Dockerfile               instructions must span the lines that are theirs
    DIR/shell/envVarTest              rows: platform | word | what it expands to, or "error"
    DIR/shell/wordsTest               rows: text | words, parted by commas; and ENV name=value

Every miss is printed as one row, the last line is "dockerfile-parser: N of M"; the exit status is 0
only when nothing was missed.

The variables of envVarTest are those of ENVIRONMENT. wordsTest sets its own, but a part of the table
may use what a row of another part sets: such a variable has the value in SHARED, or none, and a row
holds if either gives what is wanted.
"""
import argparse
import json
import pathlib
import subprocess
import sys

ENVIRONMENT = ["PWD=/home", "SHELL=bash", "KOREAN=한국어", "NULL="]
SHARED = {"hi": "hi", "space": "abc  def", "leading": "  ab c", "trailing": "ab c   "}


class Runner:
    """Counts rows, prints the misses."""

    def __init__(self, plimsoll):
        self.plimsoll = plimsoll
        self.passed = self.total = 0

    def row(self, case, why):
        """why: None when the row holds."""
        self.total += 1
        if why is None:
            self.passed += 1
        else:
            print(f"{case}: {why}")

    def parse(self, path, *options):
        return subprocess.run([self.plimsoll, "syntax", "dockerfile", "--level", "syntax", *options,
                               str(path)], capture_output=True, check=False)

    def words(self, lines, env, *options):
        """An answer a line, decoded; None for an error."""
        arguments = [self.plimsoll, "syntax", "word", *options]
        for variable in env:
            arguments += ["--env", variable]
        text = "".join(line + "\n" for line in lines).encode()
        done = subprocess.run(arguments, input=text, stdout=subprocess.PIPE, check=False)
        answers = [json.loads(line) for line in done.stdout.decode().splitlines()]
        if len(answers) != len(lines):
            sys.exit(f"syntax word: {len(answers)} answers to {len(lines)} lines")
        return [None if isinstance(answer, dict) else answer for answer in answers]


def check_trees(runner, suite):
    for folder in sorted(suite.glob("ok/*")):
        done = runner.parse(folder / "Dockerfile")
        got = done.stdout.decode(errors="replace").strip().splitlines()
        want = (folder / "result").read_text(encoding="utf-8").strip().splitlines()
        why = None
        if done.returncode:
            why = f"refused, {done.stderr.decode(errors='replace').strip()}"
        elif got != want:
            at = next((i for i, pair in enumerate(zip(got, want)) if pair[0] != pair[1]),
                      min(len(got), len(want)))
            why = f"instruction {at + 1}: want {want[at:at + 1]}, got {got[at:at + 1]}"
        runner.row(f"ok/{folder.name}", why)


def check_refused(runner, suite):
    for folder in sorted(suite.glob("negative/*")):
        status = runner.parse(folder / "Dockerfile").returncode
        runner.row(f"negative/{folder.name}", None if status == 1 else f"exit status {status}")


def misplaced(lines, instructions):
    """What is wrong with the lines of the instructions, or None."""
    free = set(range(1, len(lines) + 1))
    for instruction in instructions:
        first, last = instruction["line"], instruction["last_line"]
        if not lines[first - 1].split() or lines[first - 1].split()[0] != instruction["keyword"]:
            return f"line {first} does not start with {instruction['keyword']}"
        if lines[last - 1].rstrip().endswith("\\") and last < len(lines):
            return f"line {last} goes on"
        free -= set(range(first, last + 1))
    for number in sorted(free):
        text = lines[number - 1].strip()
        if text and not text.startswith("#"):
            return f"line {number} is of no instruction"
    return None


def check_lines(runner, suite):
    for path in sorted(suite.glob("line/Dockerfile*")):
        done = runner.parse(path, "--format", "json")
        lines = path.read_text(encoding="utf-8").splitlines()
        tree = json.loads(done.stdout)
        runner.row(f"line/{path.name}", misplaced(lines, tree["instructions"]))


def check_variables(runner, path):
    rows = [line.split("|") for line in path.read_text(encoding="utf-8").splitlines()
            if line.strip() and not line.startswith("#")]
    for windows in (False, True):
        mine = [row for row in rows if row[0].strip() in ("A", "W" if windows else "U")]
        options = ["--ignore-case"] if windows else []
        answers = runner.words([row[1].strip() for row in mine], ENVIRONMENT, *options)
        for row, got in zip(mine, answers):
            word, want = row[1].strip(), row[2].strip()
            holds = got is None if want == "error" else got == want
            runner.row(f"shell/envVarTest {'windows' if windows else 'unix'} {word!r}",
                       None if holds else f"want {want!r}, got {got!r}")


def check_splitting(runner, path):
    env, lines = [], path.read_text(encoding="utf-8").split("\n")
    own = {line[4:].split("=")[0] for line in lines if line.startswith("ENV ")}
    for line in lines:
        if line.startswith("ENV "):
            env.append(line[4:].lstrip(" "))
        elif line.strip() and not line.startswith("#"):
            text, want = line.split("|")
            want = want.lstrip(" ").split(",")
            shared = [f"{name}={value}" for name, value in SHARED.items() if name not in own]
            answers = []
            for extra in ([], shared):
                got = runner.words([text.strip()], env + extra, "--split")[0]
                answers.append(["error"] if got is None else got)
            runner.row(f"shell/wordsTest {text.strip()!r}",
                       None if want in answers else f"want {want!r}, got {answers[0]!r}")


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--plimsoll", required=True, help="the binary")
    arguments.add_argument("--suite", required=True, help="directory of cases")
    options = arguments.parse_args()

    suite = pathlib.Path(options.suite)
    runner = Runner(options.plimsoll)
    check_trees(runner, suite)
    check_refused(runner, suite)
    check_lines(runner, suite)
    for name, check in (("envVarTest", check_variables), ("wordsTest", check_splitting)):
        if (suite / "shell" / name).exists():
            check(runner, suite / "shell" / name)
    if not runner.total:
        sys.exit(f"{options.suite}: no cases")
    print(f"dockerfile-parser: {runner.passed} of {runner.total}")
    return 0 if runner.passed == runner.total else 1


if __name__ == "__main__":
    sys.exit(main())
