# SPDX-License-Identifier: Apache-2.0
"""`plimsoll syntax`: what the linter's parsers make of a text."""
import json
import os
import subprocess

PLIMSOLL = os.environ["PLIMSOLL"]


def run(tmp_path, *arguments, stdin=b""):
    done = subprocess.run([PLIMSOLL, "syntax", *arguments], cwd=tmp_path, input=stdin,
                          capture_output=True, check=False)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def write(tmp_path, text):
    (tmp_path / "Dockerfile").write_text(text)


def test_prints_an_instruction_a_line(tmp_path):
    write(tmp_path, "FROM a AS b\nENV x=1\nONBUILD RUN [\"y\"]\n")
    assert run(tmp_path, "dockerfile", "Dockerfile") == (
        0, '(from "a" "AS" "b")\n(env "x" "1" "=")\n(onbuild (run "y"))\n', "")


def test_tells_what_is_refused_on_stderr(tmp_path):
    write(tmp_path, "FROM a\nCOPY --what=1 a b\nENV x\n")
    status, out, err = run(tmp_path, "dockerfile", "Dockerfile")
    assert status == 1
    assert out.splitlines()[1] == '(copy ["--what=1"] "a" "b")'
    assert err == ("plimsoll: line 2: COPY: there is no flag --what\n"
                   "plimsoll: line 3: ENV: expected a value for x\n")


def test_level_says_what_fails(tmp_path):
    write(tmp_path, "FROM a\nCOPY --what=1 a b\n")
    assert run(tmp_path, "dockerfile", "--level", "syntax", "Dockerfile")[0] == 0
    assert run(tmp_path, "dockerfile", "--level", "usage", "Dockerfile")[0] == 1
    write(tmp_path, "ARG a\n")
    assert run(tmp_path, "dockerfile", "--level", "usage", "Dockerfile")[0] == 0
    assert run(tmp_path, "dockerfile", "--level", "build", "Dockerfile")[0] == 1


def test_json_has_places_and_problems(tmp_path):
    write(tmp_path, "# syntax=x/y\nFROM --platform=p img AS n\n# why\nRUN --mount=type=cache,"
                    "target=/c,ro <<E\nx\nE\nFOO\n")
    status, out, _ = run(tmp_path, "dockerfile", "--format", "json", "Dockerfile")
    tree = json.loads(out)
    assert status == 1
    assert tree["directives"] == {"syntax": "x/y"}
    assert tree["stages"][0]["image"] == {"text": "img", "span": [31, 34]}
    assert tree["stages"][0]["platform"]["text"] == "p"
    instruction = tree["instructions"][1]
    assert instruction["comments"] == ["why"]
    assert (instruction["line"], instruction["last_line"], instruction["stage"]) == (4, 6, 0)
    assert instruction["mounts"] == [{"type": "cache", "target": "/c", "readonly": True}]
    assert instruction["heredocs"][0]["body"] == "x\n"
    assert tree["instructions"][2]["broken"] is True
    assert tree["problems"][0]["level"] == "usage"
    assert tree["problems"][0]["line"] == 7


def test_expands_a_word_a_line(tmp_path):
    status, out, err = run(tmp_path, "word", "--env", "x=a b", stdin=b"<$x>\n${y:-d}\n${\n'$x'\n")
    assert (status, err) == (1, "")
    assert out.splitlines()[:2] == ['"<a b>"', '"d"']
    assert "error" in json.loads(out.splitlines()[2])
    assert out.splitlines()[3] == '"$x"'


def test_splits_and_folds_when_asked(tmp_path):
    assert run(tmp_path, "word", "--split", "--ignore-case", "--env", "X=a b", "c$x") == (
        0, '["ca","b"]\n', "")
    assert run(tmp_path, "word", "--escape", "`", "C:\\x`$y")[1] == '"C:\\\\x$y"\n'


def test_wrong_calls_say_what_is_right(tmp_path):
    assert run(tmp_path)[2] == ("plimsoll: syntax: say one of dockerfile FILE, "
                                "word [TEXT...], secrets [FILE...]\n")
    assert "--format is tree or json" in run(tmp_path, "dockerfile", "-f", "x", "y")[2]
    status, out, err = run(tmp_path, "dockerfile", "missing")
    assert (status, out) == (2, "")
    assert "missing" in err


def test_secrets_are_told_without_their_value(tmp_path):
    text = 'token = "ghp_' + "kR3v9TqLm2xWz7Yb0PdQ8sNf4HcJe1AbC3dE" + '"'
    lines = json.dumps(text) + '\n"nothing here"\nno json\n'
    status, out, err = run(tmp_path, "secrets", stdin=lines.encode())
    found, nothing, error = out.splitlines()
    assert json.loads(found) == [{"rule": "github-pat", "at": 9, "length": 40, "percent": 90}]
    assert json.loads(nothing) == []
    assert "error" in json.loads(error)
    assert status == 1
    assert "kR3v9" not in out + err
