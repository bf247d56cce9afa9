# SPDX-License-Identifier: Apache-2.0
"""Asks tests/jose_check, which is built beside the program, whether JOSE and COSE objects hold."""
import json
import pathlib
import subprocess
import sys


def ask(plimsoll, questions):
    """One answer each, in order: see jose_check.c."""
    build = pathlib.Path(plimsoll).resolve().parent.parent
    subprocess.run(["ninja", "-C", str(build), "--quiet", "tests/jose_check"], check=True,
                   stdout=sys.stderr)
    lines = "".join(json.dumps(question) + "\n" for question in questions)
    done = subprocess.run([str(build / "tests" / "jose_check")], input=lines.encode(),
                          stdout=subprocess.PIPE, check=False)
    answers = done.stdout.decode().splitlines()
    if done.returncode != 0 or len(answers) != len(questions):
        sys.exit(f"jose_check: status {done.returncode}, {len(answers)} answers "
                 f"to {len(questions)} questions")
    return answers
