# SPDX-License-Identifier: Apache-2.0
"""What --fix makes of every Dockerfile there is: the examples of all rules, and all fixtures."""
import os
import pathlib

import pytest
import yaml

from fix_check import check_folder, compare, syntax

PLIMSOLL = os.environ["PLIMSOLL"]
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def examples():
    """(rule, number, text) of the packs of Dockerfiles."""
    for pack in sorted(ROOT.glob("rules/packs/dockerfile*.yaml")):
        for rule in yaml.safe_load(pack.read_text(encoding="utf-8"))["rules"]:
            found = rule.get("examples", {})
            for i, what in enumerate(found.get("fail", []) + found.get("pass", [])):
                yield rule["id"], i, what if isinstance(what, str) else what["dockerfile"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("all")
    for rule, i, text in examples():
        (folder / f"{rule}-{i}.Dockerfile").write_text(text, encoding="utf-8")
    for path in sorted(ROOT.glob("tests/fixtures/**/*")):
        if path.is_file() and "dockerfile" in str(path.relative_to(ROOT)).lower():
            (folder / f"{path.parent.name}-{path.name}.Dockerfile").write_bytes(path.read_bytes())
    return folder


def test_fixes_are_sound_idempotent_and_change_nothing_else(folder):
    misses, n_fixed, n_files = check_folder(PLIMSOLL, folder)
    assert misses == []
    assert n_files > 400 and n_fixed > 80


@pytest.mark.parametrize("before, after, why", [
    ("FROM a\nRUN x\n", "FROM a\nRUN x -y\n", None),
    ("FROM a\nADD x /y\nCMD [\"z\"]\n", "FROM a\nCOPY x /y\nUSER u\nCMD [\"z\"]\n", None),
    ("FROM a\nRUN x\n", "FROM a\nRUN <<E\nx\n", "does not parse any more"),
    ("FROM a\nRUN x\nUSER u\n", "FROM a\nRUN x\n", "['USER'] became []"),
    ("FROM a\nRUN x\n", "FROM a\nCMD x\n", "['RUN'] became ['CMD']"),
    ("FROM a\nRUN x \\\n y\nCMD [\"z\"]\n", "FROM a\nRUN x \\\n y \\\nCMD [\"z\"]\n",
     "what no fix touched is not the same: ['(cmd \"z\")']"),
])
def test_the_check_sees_what_is_wrong(tmp_path, before, after, why):
    for name, text in (("b", before), ("a", after)):
        (tmp_path / name).write_text(text)
    assert compare(before.encode(), after.encode(), syntax(PLIMSOLL, tmp_path / "b"),
                   syntax(PLIMSOLL, tmp_path / "a")) == why
