# SPDX-License-Identifier: Apache-2.0
"""plimsoll eval: an expression and its result, what is wrong shown at its place, cases a line each."""
import json
import os
import subprocess

PLIMSOLL = os.environ["PLIMSOLL"]


def run(*words, stdin=""):
    return subprocess.run([PLIMSOLL, "eval", *words], input=stdin, capture_output=True, text=True,
                          check=False, timeout=60)


def test_a_result_is_json():
    done = run("{'n': [1, 2.0, 3u], 't': timestamp('2020-01-01T00:00:00Z'), 'none': null}")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == {"n": [1, 2.0, 3], "t": "2020-01-01T00:00:00Z", "none": None}


def test_input_members_are_variables(tmp_path):
    path = tmp_path / "facts.json"
    path.write_text('{"findings": [{"severity": "critical"}], "a-b": 2, "big": 9007199254740993}')
    for expression in ("findings.exists(f, f.severity == 'critical')", "input['a-b'] == 2",
                       "big == 9007199254740993"):
        done = run("--input", str(path), expression)
        assert (done.returncode, done.stdout, done.stderr) == (0, "true\n", "")


def test_input_may_be_no_object():
    assert run("-i", "-", "input[1]", stdin="[1, \"x\"]").stdout == '"x"\n'


def test_a_syntax_error_shows_its_place():
    done = run("1 +\n  (2 * ")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines()[0].startswith("expression:2:8: expected")
    assert done.stderr.splitlines()[1:3] == ["    (2 * ", "         ^"]


def test_an_unknown_name_has_a_proposal():
    done = run("--input", "-", "fndings.size()", stdin='{"findings": []}')
    assert done.returncode == 2
    assert 'did you mean "findings"?' in done.stderr


def test_an_error_of_evaluation_shows_its_place():
    done = run("1 + 1 / (2 - 2)")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines() == ["expression:1:7: division by zero", "  1 + 1 / (2 - 2)",
                                        "        ^"]


def test_wrong_calls_are_explained():
    assert "expected one expression, got 0" in run().stderr
    assert "there is no --input" in run("--jsonl", "--input", "x").stderr
    assert "nowhere.json" in run("--input", "nowhere.json", "1").stderr
    assert "stdin: line 1, column" in run("--input", "-", "1", stdin="{").stderr
    assert run().returncode == run("--jsonl", "--input", "x").returncode == 2


def ask(*cases):
    lines = "".join(case if isinstance(case, str) else json.dumps(case) for case in cases)
    done = run("--jsonl", stdin=lines)
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


def line(**case):
    return json.dumps(case) + "\n"


def test_cases_are_answered_a_line_each():
    status, answers = ask(
        line(expr="x + 1", bindings={"x": {"int": "2"}}, type_env=[{"ident": "x", "type": "int"}]),
        line(expr="1 / 0"),
        line(expr="y", container="com.example", bindings={"com.example.y": {"bool": True}},
             disable_check=True),
        line(expr="[b'a', 1u, 0.5, {'k': null}, type(1)]"))
    assert status == 0
    assert answers[0] == {"value": {"int": "3"}}
    assert answers[1] == {"error": "division by zero"}
    assert answers[2] == {"value": {"bool": True}}
    assert answers[3] == {"value": {"list": [{"bytes": "YQ=="}, {"uint": "1"}, {"double": "0.5"},
                                             {"map": [[{"string": "k"}, {"null": None}]]},
                                             {"type": "int"}]}}


def test_types_are_told_when_asked():
    overload = {"id": "fn_int", "params": ["int"], "result": "list(string)", "type_params": [],
                "instance": False}
    _, answers = ask(
        line(expr="[1]", needs=["check"]),
        line(expr="fn(1)", check_only=True, type_env=[{"function": "fn", "overloads": [overload]}]))
    assert answers == [
        {"typed_result": {"value": {"list": [{"int": "1"}]}, "type": "list(int)"}},
        {"typed_result": {"type": "list(string)"}}]


def test_a_line_that_is_no_case_is_answered_too():
    status, answers = ask("{\n", line(no="expr"), line(expr="1", bindings={"x": {"int": 1}}),
                          line(expr="2"))
    assert status == 1
    assert "line 1" in answers[0]["error"]
    assert answers[1]["error"] == 'expected an object with the string "expr"'
    assert answers[2]["error"].startswith('binding "x": a tagged value: expected an int')
    assert answers[3] == {"value": {"int": "2"}}


def test_every_form_of_value_is_read_and_written():
    value = {"list": [
        {"null": None}, {"bool": False}, {"int": "-9223372036854775808"},
        {"uint": "18446744073709551615"}, {"double": "NaN"}, {"double": "-Infinity"},
        {"string": "ÿ\u0000"}, {"bytes": "/w=="}, {"type": "list"},
        {"timestamp": "2009-02-13T23:31:30.5Z"}, {"duration": "-1.5s"},
        {"map": [[{"int": "1"}, {"list": []}]]}]}
    _, answers = ask(line(expr="x", bindings={"x": value}, disable_check=True))
    assert answers == [{"value": value}]


def test_functions_are_listed():
    done = run("--functions")
    assert (done.returncode, done.stderr) == (0, "")
    rows = [row.split("\t") for row in done.stdout.splitlines()]
    assert ["core", "startsWith", "string.(string) -> bool"] in rows
    assert {len(row) for row in rows} == {3}
