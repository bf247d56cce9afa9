# SPDX-License-Identifier: Apache-2.0
"""plimsoll vers: lines in, lines out, and the exit status."""
import os
import pathlib
import select
import subprocess
import sys

import pytest

PLIMSOLL = os.environ["PLIMSOLL"]
TESTS = pathlib.Path(__file__).resolve().parent.parent


def vers(tmp_path, *words, stdin=""):
    data = stdin if isinstance(stdin, bytes) else stdin.encode()
    return subprocess.run([PLIMSOLL, "vers", *words], input=data, cwd=tmp_path, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)


def answers(done):
    return done.stdout.decode().splitlines()


def test_compare_prints_a_sign_a_line(tmp_path):
    done = vers(tmp_path, "compare", stdin="debian\t1.0~rc1\t1.0\nredhat\t1-1\t1-1\r\n"
                                           "Debian:12\t1:0\t2\npypi\t1.0\t1")
    assert answers(done) == ["<", "=", ">", "="]
    assert done.stderr == b""
    assert done.returncode == 0


def test_match_prints_true_or_false(tmp_path):
    done = vers(tmp_path, "match", stdin="npm\t1.3.0\t^1.2\nnpm\t2.0.0\t^1.2\nrubygems\t1.2.9\t~> 1.2.3"
                                         "\ndebian\t1\t\nmaven\t1.5\t[1,2)\nnpm\t1.0.0\tvers:npm/1.0.0\n")
    assert answers(done) == ["true", "false", "true", "true", "true", "true"]
    assert done.returncode == 0


def test_check_prints_valid_or_invalid(tmp_path):
    done = vers(tmp_path, "check", stdin="semver\t1.2.3\nsemver\t1.2\nalpine\t\n")
    assert answers(done) == ["valid", "invalid", "invalid"]
    assert done.stderr == b""
    assert done.returncode == 0


@pytest.mark.parametrize("words, answer", [
    (["compare", "apk", "1.2_rc1", "1.2"], "<"),
    (["match", "composer", "1.2.3", "^1.2"], "true"),
    (["check", "gem", "1.2.b3"], "valid"),
])
def test_one_case_as_words(tmp_path, words, answer):
    done = vers(tmp_path, *words, stdin="debian\t1\t2\n")
    assert (answers(done), done.stderr, done.returncode) == ([answer], b"", 0)


def test_an_error_takes_the_place_of_its_line(tmp_path):
    done = vers(tmp_path, "compare", stdin="debian\t1\t2\ndebian\tx:1\t2\nnosuch\t1\t2\ndebian\t1\n"
                                           "\ndebian\t1\t2\t3\ncran\t1.0\t1.0\n")
    assert answers(done) == [
        "<",
        'error: "x:1": the epoch is no number',
        'error: "nosuch": no such scheme; "plimsoll vers schemes" lists them',
        "error: expected 3 fields with tabs between them, got 2",
        "error: expected 3 fields with tabs between them, got 1",
        "error: expected 3 fields with tabs between them, got 4",
        "="]
    assert done.stderr == b""
    assert done.returncode == 1


def test_a_bad_range_is_an_error(tmp_path):
    done = vers(tmp_path, "match", stdin="debian\t1\t>> \nmaven\t1\t[1,2\nnpm\t1.0.0\tvers:pypi/1\n")
    assert answers(done) == [
        "error: expected a version behind the operator",
        'error: "[1,2": an interval without its end',
        "error: vers: a range of pypi for a version of npm"]
    assert done.returncode == 1


def test_lines_and_versions_have_limits(tmp_path):
    done = vers(tmp_path, "compare", stdin="debian\t1" + "0" * 2000 + "\t1\n" + "x" * 400000
                + "\ndebian\t1\t1\n")
    assert answers(done) == [
        "error: a version of 2001 bytes is beyond version_bytes (1024)",
        "error: line 2: longer than version_range_bytes (262144)",
        "="]
    assert done.returncode == 1


def test_odd_bytes_stay_off_the_terminal(tmp_path):
    done = vers(tmp_path, "compare", stdin=b"cran\t\x1b[31m\xff\t1\n\x1b\t1\t1\n")
    assert answers(done) == [
        'error: "?[31m?": expected a number',
        'error: "?": no such scheme; "plimsoll vers schemes" lists them']


def test_who_waits_for_each_answer_gets_it(tmp_path):
    with subprocess.Popen([PLIMSOLL, "vers", "compare"], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, cwd=tmp_path) as process:
        for version, answer in (("1", b"=\n"), ("2", b"<\n")):
            process.stdin.write(f"debian\t1\t{version}\n".encode())
            process.stdin.flush()
            if not select.select([process.stdout], [], [], 20)[0]:
                process.kill()
                pytest.fail("no answer while stdin stays open")
            assert process.stdout.readline() == answer
        process.stdin.close()
        assert process.wait(timeout=60) == 0


def test_schemes_are_listed_and_documented(tmp_path):
    done = vers(tmp_path, "schemes")
    rows = [line.split("\t") for line in answers(done)]
    names = [row[0].split(",")[0] for row in rows]
    assert names == sorted(names) and "debian" in names and "pypi-spec" in names
    assert all(len(row) == 3 and all(row) for row in rows)
    page = (TESTS.parent / "docs" / "formats" / "versions.md").read_text(encoding="utf-8")
    for name in names:
        assert f"\n| `{name}` |" in page, f"docs/formats/versions.md says nothing of {name}"


@pytest.mark.parametrize("words, message", [
    ([], "plimsoll: vers: say what to do: compare, match, check or schemes\n"),
    (["order"], 'plimsoll: vers: "order" is none of compare, match, check and schemes\n'),
    (["compare", "debian", "1"], "plimsoll: vers compare: expected 3 words: SCHEME A B\n"),
    (["check", "debian", "1", "2"], "plimsoll: vers check: expected 2 words: SCHEME VERSION\n"),
])
def test_a_wrong_call_is_a_usage_error(tmp_path, words, message):
    done = vers(tmp_path, *words)
    assert (done.stdout, done.stderr.decode(), done.returncode) == (b"", message, 2)


def conformance(suite):
    return subprocess.run([sys.executable, TESTS / "conformance" / "versions.py", "--plimsoll",
                           PLIMSOLL, "--suite", suite], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, check=False)


def test_the_conformance_driver_counts_and_names_misses(tmp_path):
    suite = tmp_path / "version-compare"
    suite.mkdir()
    (suite / "debian.tsv").write_text("# ecosystem\ta\top\tb\tsource\ndebian\t1\t<\t2\tx\n"
                                      "debian\t1\t!=\t2\tx\n")
    (suite / "pypi.tsv").write_text("pypi\t1\t<=\t1.0\tx\n")
    done = conformance(suite)
    assert answers(done) == ["  debian.tsv 2 of 2", "  pypi.tsv 1 of 1", "version-compare: 3 of 3"]
    assert done.returncode == 0

    (suite / "pypi.tsv").write_text("pypi\t1\t>\t1.0\tx\n")
    done = conformance(suite)
    assert answers(done)[1] == "pypi 1 > 1.0: want >, got = (x)"
    assert answers(done)[-1] == "version-compare: 2 of 3"
    assert done.returncode == 1


@pytest.mark.parametrize("folder, row, miss", [
    ("version-match", "npm\t1.0.0\t>1\ttrue\tx", "npm 1.0.0 >1: want true, got false (x)"),
    ("version-valid", "npm\t1.0\tvalid\tx", "npm 1.0: want valid, got invalid (x)"),
])
def test_the_conformance_driver_knows_the_other_tables(tmp_path, folder, row, miss):
    suite = tmp_path / folder
    suite.mkdir()
    (suite / "npm.tsv").write_text(row + "\n")
    done = conformance(suite)
    assert answers(done) == [miss, "  npm.tsv 0 of 1", f"{folder}: 0 of 1"]
    assert done.returncode == 1
