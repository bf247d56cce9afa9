# SPDX-License-Identifier: Apache-2.0
"""plimsoll purl: lines in, lines out, and the exit status."""
import json
import os
import pathlib
import select
import subprocess
import sys

import pytest

PLIMSOLL = os.environ["PLIMSOLL"]
TESTS = pathlib.Path(__file__).resolve().parent.parent
LIMIT = 65536

DEB = "pkg:deb/debian/curl@7.88.1-10?arch=amd64"
DEB_PARTS = {"type": "deb", "namespace": "debian", "name": "curl", "version": "7.88.1-10",
             "qualifiers": {"arch": "amd64"}, "subpath": None}


def purl(tmp_path, *words, stdin=""):
    data = stdin if isinstance(stdin, bytes) else stdin.encode()
    return subprocess.run([PLIMSOLL, "purl", *words], input=data, cwd=tmp_path, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)


def answers(done):
    return done.stdout.decode().splitlines()


def test_parse_prints_one_compact_object_a_line(tmp_path):
    done = purl(tmp_path, "parse", stdin=DEB + "\npkg:npm/a\r\n")
    assert answers(done) == [
        '{"type":"deb","namespace":"debian","name":"curl","version":"7.88.1-10",'
        '"qualifiers":{"arch":"amd64"},"subpath":null}',
        '{"type":"npm","namespace":null,"name":"a","version":null,"qualifiers":null,'
        '"subpath":null}']
    assert done.stderr == b""
    assert done.returncode == 0


def test_parse_takes_arguments_instead_of_stdin(tmp_path):
    done = purl(tmp_path, "parse", DEB, "pkg:npm/b", stdin="pkg:npm/unread\n")
    assert [json.loads(line)["name"] for line in answers(done)] == ["curl", "b"]
    assert done.returncode == 0


def test_build_prints_bare_urls(tmp_path):
    scoped = {"type": "npm", "namespace": "@a", "name": "b"}
    done = purl(tmp_path, "build", stdin=f"{json.dumps(DEB_PARTS)}\n{json.dumps(scoped)}")
    assert answers(done) == [DEB, "pkg:npm/%40a/b"]
    assert done.stderr == b""
    assert done.returncode == 0


def test_build_takes_an_argument(tmp_path):
    done = purl(tmp_path, "build", json.dumps(DEB_PARTS))
    assert answers(done) == [DEB]


def test_build_joins_a_list_of_checksums(tmp_path):
    parts = {"type": "generic", "name": "a", "qualifiers": {"checksum": ["sha1:ab", "md5:cd"]}}
    done = purl(tmp_path, "build", stdin=json.dumps(parts))
    assert answers(done) == ["pkg:generic/a?checksum=sha1:ab%2Cmd5:cd"]


def test_an_error_takes_the_place_of_its_line(tmp_path):
    done = purl(tmp_path, "parse", stdin="pkg:npm/a\npkg:maven/a\n\npkg:npm/c\n")
    lines = [json.loads(line) for line in answers(done)]
    assert [line.get("name") for line in lines] == ["a", None, None, "c"]
    assert lines[1] == {"error": 'type "maven" needs a namespace (groupId)'}
    assert lines[2] == {"error": 'offset 0: no "pkg:" at the start'}
    assert done.stderr == b""
    assert done.returncode == 1


@pytest.mark.parametrize("line, message", [
    ('{"type":"npm","name":null}', "no name: every package URL has one"),
    ('{"name":"a"}', 'no type: it stands first, as in "pkg:deb/..."'),
    ('{"type":"npm","name":"a","nmae":"b"}', '"nmae": no part of a package URL has this name'),
    ('{"type":"npm","name":1}', "name: expected a string or null"),
    ('{"type":"npm","name":"a","qualifiers":[]}', "qualifiers: expected an object or null"),
    ('{"type":"npm","name":"a","qualifiers":{"k":1}}',
     'qualifier "k": expected a string or null'),
    ('{"type":"npm","name":"a","qualifiers":{"checksum":[1]}}',
     'qualifier "checksum": item 1 is no string'),
    ('["type"]', "expected an object with type, namespace, name, version, qualifiers and subpath"),
    ('{"type":"npm"', None),
    ("", None),
])
def test_build_says_what_is_wrong(tmp_path, line, message):
    done = purl(tmp_path, "build", stdin=line + "\n")
    error = json.loads(done.stdout)["error"]
    assert error == message if message else error.startswith("line 1, column ")
    assert done.returncode == 1


@pytest.mark.parametrize("verb", ["parse", "build"])
def test_a_line_above_the_limit_is_an_error_and_the_next_is_read(tmp_path, verb):
    good = "pkg:npm/a" if verb == "parse" else '{"type":"npm","name":"a"}'
    done = purl(tmp_path, verb, stdin="x" * (LIMIT * 4) + "\n" + good + "\n")
    first, second = answers(done)
    assert json.loads(first) == {"error": "line 1: longer than purl_bytes (65536)"}
    assert "a" in second and "error" not in second
    assert done.returncode == 1


def test_answers_survive_odd_bytes(tmp_path):
    done = purl(tmp_path, "parse", stdin=b"pkg:npm/\xff\npkg:npm/a%00%0A%22\n")
    lines = [json.loads(line) for line in answers(done)]
    assert lines[0] == {"error": "name: not UTF-8"}
    assert lines[1]["name"] == 'a\x00\n"'


def test_who_waits_for_each_answer_gets_it(tmp_path):
    with subprocess.Popen([PLIMSOLL, "purl", "parse"], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, cwd=tmp_path) as process:
        for name in ("a", "b"):
            process.stdin.write(f"pkg:npm/{name}\n".encode())
            process.stdin.flush()
            if not select.select([process.stdout], [], [], 20)[0]:
                process.kill()
                pytest.fail("no answer while stdin stays open")
            assert json.loads(process.stdout.readline())["name"] == name
        process.stdin.close()
        assert process.wait(timeout=60) == 0


def test_nothing_in_gives_nothing(tmp_path):
    done = purl(tmp_path, "parse")
    assert (done.stdout, done.stderr, done.returncode) == (b"", b"", 0)


@pytest.mark.parametrize("words, message", [
    ([], "plimsoll: purl: say what to do: parse or build\n"),
    (["prase"], 'plimsoll: purl: "prase" is neither parse nor build\n'),
])
def test_a_wrong_call_is_a_usage_error(tmp_path, words, message):
    done = purl(tmp_path, *words)
    assert (done.stdout, done.stderr.decode(), done.returncode) == (b"", message, 2)


def conformance(suite):
    return subprocess.run([sys.executable, TESTS / "conformance" / "purl.py", "--plimsoll",
                           PLIMSOLL, "--suite", suite], stdout=subprocess.PIPE, check=False)


def test_the_conformance_driver_counts_and_names_misses(tmp_path):
    case = {"description": "d", "test_group": "required", "expected_failure": False}
    rows = [
        {**case, "test_type": "parse", "input": DEB, "expected_output": DEB_PARTS},
        {**case, "test_type": "build", "input": DEB_PARTS, "expected_output": DEB},
        {**case, "test_type": "validate", "input": "pkg:PyPI/A_b", "expected_output": "pkg:pypi/a-b"},
        {**case, "test_type": "roundtrip", "input": DEB, "expected_output": DEB},
        {**case, "test_type": "parse", "input": "pkg:", "expected_output": None,
         "expected_failure": True},
    ]
    (tmp_path / "deep").mkdir()
    suite = tmp_path / "deep" / "x-test.json"
    (tmp_path / "other.json").write_text('{"unrelated": true}')
    suite.write_text(json.dumps({"tests": rows}))
    done = conformance(tmp_path)
    assert (done.stdout.decode(), done.returncode) == ("purl: 5 of 5\n", 0)

    rows[2]["expected_output"] = "pkg:pypi/A_b"
    rows[4]["input"] = "pkg:npm/a"
    suite.write_text(json.dumps({"tests": rows}))
    done = conformance(tmp_path)
    lines = done.stdout.decode().splitlines()
    assert lines[0].startswith("deep/x-test.json:3: [required validate] pkg:PyPI/A_b: want "
                               "pkg:pypi/A_b, got pkg:pypi/a-b")
    assert "want an error" in lines[1]
    assert lines[2:] == ["purl: 3 of 5"]
    assert done.returncode == 1
