# SPDX-License-Identifier: Apache-2.0
"""Our expressions and those of @bufbuild/cel, by a bounded run of compare.py."""
import os
import pathlib
import random
import shutil
import subprocess
import sys

import pytest

import compare
import generate
import seeds

HERE = pathlib.Path(__file__).resolve().parent
PEER = pathlib.Path(os.environ["CEL_PEER"])
needs_node = pytest.mark.skipif(not shutil.which("node"), reason="node is not installed")
needs_peer = pytest.mark.skipif(
    not shutil.which("node") or not (PEER / "node_modules/@bufbuild/cel").is_dir(),
    reason="node with @bufbuild/cel is not there (tools/cel-peer.sh BUILD installs it)")


def run(peer, count, seed=1):
    return subprocess.run(
        [sys.executable, HERE / "compare.py", "--plimsoll", os.environ["PLIMSOLL"], "--peer", peer,
         "--count", str(count), "--seed", str(seed)], capture_output=True, text=True, timeout=280)


@needs_peer
def test_both_answer_alike():
    done = run(PEER, 3000)
    assert done.returncode == 0, done.stdout + done.stderr
    last = done.stdout.splitlines()[-1].split()
    assert int(last[1]) >= 3000
    assert int(last[3].strip("(")) > 1000, "most expressions are in error, which compares little"


@needs_node
def test_another_answer_is_told(tmp_path):
    (tmp_path / "peer.mjs").write_text(
        'import { createInterface } from "node:readline";\n'
        "for await (const line of createInterface({ input: process.stdin }))\n"
        '  process.stdout.write(\'{"value": {"int": "42"}}\\n\');\n')
    done = run(tmp_path, 10)
    assert done.returncode == 1
    assert '"int": "42"' in done.stdout


def test_expressions_are_of_their_type_and_repeat():
    made = [generate.Generator(random.Random(7)).expression().text for _ in range(2)]
    assert made[0] == made[1]
    tree = generate.Node("bool", "(", generate.Node("int", "1"), " == v1)")
    assert tree.text == "(1 == v1)" and [part.text for part in tree.walk()] == ["1", "(1 == v1)"]


def test_values_are_compared_in_one_form():
    assert compare.plain({"timestamp": "1969-12-31T23:59:59.5Z"}) == compare.plain(
        {"timestamp": ["-1", 500000000]})
    assert compare.plain({"duration": "-1.5s"}) == compare.plain({"duration": ["-1", -500000000]})
    assert compare.plain({"double": "1"}) == compare.plain({"double": "1.0"})
    assert compare.plain({"double": "0"}) != compare.plain({"double": "-0"})
    assert compare.plain({"int": "1"}) != compare.plain({"uint": "1"})
    assert compare.literal({"list": [{"bytes": "/w=="}, {"double": "-1"}]}) == r'[b"\xff", (-1.0)]'


def test_seeds_are_what_stands_in_quotes():
    assert list(seeds.of_c(r'f("a" "\x62\n", "\xc3\xa9")')) == ["ab\n", "é"]
    assert len(seeds.read()) > 500
