# SPDX-License-Identifier: Apache-2.0
"""No expression of ours fails, whatever stands in a file: every part of full files replaced by odd
ones, all rules switched on. A rule that fails on a file did not judge it."""
import copy
import json
import pathlib

import yaml

from test_rules import run

SEEDS = pathlib.Path(__file__).resolve().parent.parent / "fixtures" / "fuzz"
KEYWORDS = ["ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL",
            "MAINTAINER", "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"]
ARGUMENTS = ["", " ", " $X", " ${X:-}", ' ""', " []", ' [""]', ' ["a"]', " [a", " a", " a b", " a=b", " =", " /",
             " \\\n", " --x", " --x= a b", " --from= a b", " --mount= a", " --mount=type= a", " <<A\nA",
             " <<A b\nx\nA", " :", " a:b@c", " @", " *", " 0", " -1", " a as b", " CMD", " NONE", " RUN", " ; ;",
             " && a", " a |", " apt-get", " apt-get install", " pip install", " npm", " curl", " wget", " sudo",
             " yum", " apk", " apk add", " git", " cd", " rm", " chmod", " chown", " useradd", " tar", " ln",
             " export", " sh -c", " bash", " $(a)", " `a`", " é", " \x00", " '", ' "']
ODD = [None, -1, "", "x", [], [None], {}, {"x": []}]


def all_rules_on(tmp_path):
    ids = [line.split()[0] for line in run(tmp_path, "rules", "list").stdout.splitlines()]
    ids.remove("shell-lint")  # asks another program, which is slow and sees no expression
    (tmp_path / ".plimsoll.yaml").write_text("rules:\n" + "".join(f"  {id}: on\n" for id in ids))


def failures(tmp_path, files, names):
    """{(rule, why): one of the texts} of expressions that could not be judged."""
    for name, text in zip(names, files):
        (tmp_path / name).write_bytes(text.encode())
    report = json.loads(run(tmp_path, "lint", "--format", "json", *names).stdout)
    return {(p["parser"], p["message"].split(": ", 1)[-1]): files[names.index(p["path"])]
            for p in report["problems"] if p["parser"].startswith("rule ")}


def replaced(document):
    """The document with each of its parts in turn replaced by each odd value."""
    def paths(node, at):
        items = node.items() if isinstance(node, dict) else enumerate(node) \
            if isinstance(node, list) else ()
        for key, part in items:
            yield (*at, key)
            yield from paths(part, (*at, key))

    for path in paths(document, ()):
        for odd in ODD:
            changed = copy.deepcopy(document)
            node = changed
            for key in path[:-1]:
                node = node[key]
            node[path[-1]] = odd
            yield changed


def test_every_instruction_with_odd_arguments(tmp_path):
    all_rules_on(tmp_path)
    files = [f"{front}{keyword}{arguments}\n" for front in ("FROM a\n", "", "FROM a AS b\nFROM b\nONBUILD ")
             for keyword in KEYWORDS for arguments in ARGUMENTS]
    assert failures(tmp_path, files, [f"Dockerfile.{i}" for i in range(len(files))]) == {}


def yaml_documents(name):
    text = (SEEDS / "yaml_facts" / name).read_text(encoding="utf-8")[1:]  # behind the sort of file
    return list(yaml.safe_load_all(text))


def test_every_part_of_a_compose_file_replaced(tmp_path):
    all_rules_on(tmp_path)
    document, = yaml_documents("compose")
    files = [json.dumps(changed) for changed in replaced(document)]
    names = [f"compose.{i}.yaml" for i in range(len(files))]
    assert failures(tmp_path, files, names) == {}


def test_every_part_of_a_manifest_replaced(tmp_path):
    all_rules_on(tmp_path)
    deployment, others = yaml_documents("kubernetes")
    files = ["apiVersion: v1\nkind: X\n---\n" + json.dumps(changed)
             for document in (deployment, *others["items"]) for changed in replaced(document)]
    names = [f"{i}.yaml" for i in range(len(files))]
    assert failures(tmp_path, files, names) == {}
