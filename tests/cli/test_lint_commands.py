# SPDX-License-Identifier: Apache-2.0
"""plimsoll lint: where a command stands, what a message quotes of it."""
import json
import os
import subprocess

import pytest

PLIMSOLL = os.environ["PLIMSOLL"]
TOP = "FROM debian:12\nUSER a\nENV KEY=hunter2\n"


def findings(text, rule):
    done = subprocess.run([PLIMSOLL, "lint", "-f", "json", "-"], capture_output=True, text=True,
                          timeout=120, input=text)
    assert done.returncode == 0, done.stderr
    return [f for f in json.loads(done.stdout)["findings"] if f["rule"] == rule]


@pytest.mark.parametrize("command, text", [
    ('["sudo","ls"]', "sudo ls"),
    ('[ "sudo" , "l\\u0073", \\\n  "a b"]', "sudo ls a b"),
    ('["sudo", "it\'s"]', "sudo it's"),
    ('["sh", "-c", "true; sudo  ls"]', "sudo  ls"),
    ("sudo ls \\\n  # why\n\n  -l \\\n # end\n", "sudo ls -l"),
    ("sudo l\\\ns -l", "sudo ls -l"),
    ("sudo ls\\\n -l", "sudo ls -l"),
    ("true && \\\n # why\n sudo ls", "sudo ls"),
    ("sudo echo '#' \\\n  '\\\\'", "sudo echo '#' '\\\\'"),
    ("<<EOF\nsudo ls \\\n  -l\nEOF", "sudo ls -l"),
])
def test_a_command_is_quoted_on_one_line_and_no_more_than_it(command, text):
    found, = findings(f"{TOP}RUN {command}\n", "sudo-used")
    assert found["title"] == f"sudo is used: {text}"


def test_the_continuation_is_what_the_file_says():
    found, = findings(f"# escape=`\n{TOP}RUN sudo ls `\n # why\n -l\n", "sudo-used")
    assert found["title"] == "sudo is used: sudo ls -l"


def test_a_json_array_has_its_place():
    found, = findings(f'{TOP}RUN ["true"]\nRUN ["sudo","ls"]\n', "sudo-used")
    place = found["locations"][0]
    assert (place["line"], place["column"], place["end_column"]) == (5, 6, 17)


def test_a_comment_above_a_json_array_silences_it():
    text = f'{TOP}# hadolint ignore=DL3004\nRUN ["sudo","ls"]\n'
    found, = findings(text, "sudo-used")
    assert found["suppressed_by"]["by"] == "hadolint"


@pytest.mark.parametrize("instruction", ['ENTRYPOINT ["a", "b"', 'CMD [ "a", "b"'])
def test_an_array_without_its_end_is_broken_json_and_no_shell_form(instruction):
    text = f"FROM debian:12\n{instruction}\n"
    assert len(findings(text, "json-broken")) == 1 and findings(text, "exec-form") == []
