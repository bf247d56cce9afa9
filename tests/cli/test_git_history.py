# SPDX-License-Identifier: Apache-2.0
"""scan git:PATH: what any version of any file held, once, with who brought it."""
import json
import os
import random
import shutil
import string
import subprocess
import zipfile

import pytest

from test_scan import run

pytestmark = pytest.mark.skipif(not shutil.which("git"), reason="git is not installed")


def token(seed):
    """Invented, of a form that needs no checksum."""
    return "glpat" + "-" + "".join(random.Random(seed).choices(string.ascii_letters + string.digits, k=20))


class Repository:
    def __init__(self, path):
        self.path = path
        self.env = {"PATH": os.environ["PATH"], "HOME": str(path), "GIT_CONFIG_NOSYSTEM": "1",
                    "GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.com",
                    "GIT_COMMITTER_NAME": "Ada", "GIT_COMMITTER_EMAIL": "ada@example.com"}
        self.time = 1700000000
        path.mkdir()
        self.git("init", "-q", "-b", "main")

    def git(self, *words):
        done = subprocess.run(["git", "-C", str(self.path), *words], env=self.env, check=True,
                              capture_output=True, text=True)
        return done.stdout.strip()

    def commit(self, message, **files):
        for name, text in files.items():
            file = self.path / name.replace("__", "/").replace("_dot_", ".")
            file.parent.mkdir(parents=True, exist_ok=True)
            if text is None:
                file.unlink()
            else:
                file.write_text(text)
        self.time += 86400
        date = f"{self.time} +0000"
        self.env |= {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD")


@pytest.fixture
def repository(tmp_path):
    return Repository(tmp_path / "repository")


def scan(tmp_path, repository, *words):
    done = run(tmp_path, "scan", "-q", "--format", "json", *words, f"git:{repository.path}")
    return json.loads(done.stdout)


def secrets(report):
    return {f["locations"][0]["path"]: {e["key"]: e["value"] for e in f["evidence"]}
            for f in report["findings"] if f["kind"] == "secret"}


def test_a_deleted_secret_is_told_with_the_commit_that_brought_it(tmp_path, repository):
    repository.commit("begin", README="hello\n")
    bad = repository.commit("settings", deploy__prod_dot_env=f"GITLAB_TOKEN={token(1)}\n")
    repository.commit("away with it", deploy__prod_dot_env=None)
    report = scan(tmp_path, repository)
    found = secrets(report)
    assert list(found) == [f"{bad[:12]}:deploy/prod.env"]
    evidence = found[f"{bad[:12]}:deploy/prod.env"]
    assert evidence["commit"] == bad
    assert evidence["author"] == "Ada <ada@example.com>"
    assert evidence["date"] == "2023-11-16T22:13:20Z"
    assert evidence["visible"] == "not in the commit that is checked out, still readable in the history"
    assert report["findings"][0]["title"].endswith(", in the history only")
    assert repository.git("show", f"{bad[:12]}:deploy/prod.env") == f"GITLAB_TOKEN={token(1)}"
    assert token(1) not in json.dumps(report)


def test_a_secret_that_stays_is_one_finding_for_all_versions_of_its_file(tmp_path, repository):
    first = repository.commit("one", a_dot_env=f"T={token(2)}\n")
    repository.commit("two", a_dot_env=f"# more\nT={token(2)}\n")
    repository.commit("three", a_dot_env=f"# still more\nT={token(2)}\n")
    found = secrets(scan(tmp_path, repository))
    assert list(found) == [f"{first[:12]}:a.env"]
    assert found[f"{first[:12]}:a.env"]["versions"] == "3"
    assert found[f"{first[:12]}:a.env"]["visible"] == "in the commit that is checked out"


def test_other_branches_the_stash_messages_and_dropped_commits_count(tmp_path, repository):
    repository.commit("begin", README="hello\n")
    repository.git("checkout", "-q", "-b", "side")
    side = repository.commit("side", side_dot_env=f"T={token(3)}\n")
    repository.git("checkout", "-q", "main")
    message = repository.commit(f"token is {token(4)}", README="again\n")
    repository.commit("to be dropped", dropped_dot_env=f"T={token(5)}\n")
    dropped = repository.git("rev-parse", "HEAD:dropped.env")
    repository.git("reset", "-q", "--hard", "HEAD~1")
    (repository.path / "README").write_text(f"T={token(6)}\n")
    repository.git("stash", "-q")
    stash = repository.git("rev-parse", "refs/stash")
    found = secrets(scan(tmp_path, repository))
    assert set(found) == {f"{side[:12]}:side.env", f"{message[:12]}:(message)",
                          f"unreachable:{dropped}", f"{stash[:12]}:README"}
    assert found[f"{message[:12]}:(message)"]["visible"] == "in the message, to all who have the history"
    assert found[f"unreachable:{dropped}"]["visible"] == (
        "no branch or tag reaches it, still readable in the repository")


def test_packed_objects_and_bare_repositories_are_the_same(tmp_path, repository):
    for i in range(30):
        repository.commit(f"{i}", a_dot_env=f"# {i}\n" + "line\n" * 200 + f"T={token(7)}\n",
                          b_dot_txt=f"{i}\n")
    loose = secrets(scan(tmp_path, repository))
    repository.git("gc", "-q", "--aggressive", "--prune=now")
    assert list(repository.path.glob(".git/objects/pack/*.pack"))
    packed = secrets(scan(tmp_path, repository))
    subprocess.run(["git", "clone", "-q", "--bare", str(repository.path), str(tmp_path / "bare.git")],
                   env=repository.env, check=True)
    repository.path = tmp_path / "bare.git"
    assert len(loose) == 1 and loose == packed == secrets(scan(tmp_path, repository))


def test_a_missing_object_is_a_problem_and_the_rest_is_looked_at(tmp_path, repository):
    repository.commit("one", a_dot_env=f"T={token(8)}\n", b_dot_env=f"T={token(9)}\n")
    gone = repository.git("rev-parse", "HEAD:a.env")
    (repository.path / ".git/objects" / gone[:2] / gone[2:]).unlink()
    report = scan(tmp_path, repository)
    assert [p.split(":")[1] for p in secrets(report)] == ["b.env"]
    assert [p["path"].split(":")[1] for p in report["problems"]] == ["a.env"]
    coverage = {c["what"]: c for c in report["coverage"]}
    assert coverage["layer 1"]["state"] == "partial" or coverage["secrets"]["state"] == "partial"


def test_a_secret_in_an_archive_that_is_still_there_is_not_of_the_history_only(tmp_path, repository):
    for name in ("kept.zip", "gone.zip"):
        with zipfile.ZipFile(repository.path / name, "w") as archive:
            archive.writestr("in/prod.env", f"GITLAB_TOKEN={token(len(name) + ord(name[0]))}\n")
    first = repository.commit("archives")[:12]
    repository.commit("away", gone_dot_zip=None)
    found = secrets(scan(tmp_path, repository))
    assert found[f"{first}:kept.zip!/in/prod.env"]["visible"] == "in the commit that is checked out"
    assert found[f"{first}:gone.zip!/in/prod.env"]["visible"].startswith("not in the commit")


def test_folders_without_end_are_a_problem_and_the_rest_is_looked_at(tmp_path, repository):
    files = {"d/" * 1100 + "x.env": token(5), "e" * 60000 + "/" + "f" * 60000: token(6), "z.env": token(7)}
    lines = ["commit refs/heads/main", "committer A <a@example.com> 1700000000 +0000", "data 1", "m"]
    for name, value in files.items():
        text = f"GITLAB_TOKEN={value}\n"
        lines += [f"M 100644 inline {name}", f"data {len(text)}", text]
    subprocess.run(["git", "-C", repository.path, "fast-import", "--quiet"], input="\n".join(lines), check=True,
                   env=repository.env, text=True, capture_output=True)
    report = json.loads(run(tmp_path, "scan", "-q", "--format", "json", f"git:{repository.path}").stdout)
    paths = [p.partition(":") for p in secrets(report)]
    assert "z.env" in [p[2] for p in paths], paths
    assert sum(p[0] == "unreachable" for p in paths) == 2, paths  # without their names
    reasons = " ".join(p["message"] for p in report["problems"])
    assert "path_depth (1024)" in reasons and "path_bytes (65536)" in reasons, reasons


def test_what_a_shallow_clone_has_is_looked_at(tmp_path, repository):
    repository.commit("begin", README="hello\n", old_dot_env=f"GITLAB_TOKEN={token(1)}\n")
    repository.commit("away", old_dot_env=None)
    last = repository.commit(f"with {token(3)}", deploy__prod_dot_env=f"GITLAB_TOKEN={token(2)}\n")
    whole = repository.path.rename(tmp_path / "whole")
    subprocess.run(["git", "clone", "-q", "--depth", "1", f"file://{whole}", repository.path], check=True,
                   env=repository.env | {"HOME": str(tmp_path)}, capture_output=True)
    done = run(tmp_path, "scan", "-q", "--format", "json", f"git:{repository.path}")
    report = json.loads(done.stdout)
    found = secrets(report)
    assert set(found) == {f"{last[:12]}:deploy/prod.env", f"{last[:12]}:(message)"}
    assert found[f"{last[:12]}:deploy/prod.env"]["visible"] == "in the commit that is checked out"
    assert any("shallow clone" in p["message"] for p in report["problems"]), report["problems"]


def test_settings_of_the_repository_run_nothing(tmp_path, repository):
    mark = tmp_path / "mark"
    repository.commit("one", a_dot_env=f"T={token(10)}\n")
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {mark}\n")
    program.chmod(0o755)
    for key in ["core.fsmonitor", "core.pager", "diff.external", "core.sshCommand", "filter.x.clean",
                "filter.x.smudge", "filter.x.process", "core.editor", "core.askPass"]:
        repository.git("config", key, str(program))
    (repository.path / ".gitattributes").write_text("* filter=x\n")
    assert len(secrets(scan(tmp_path, repository))) == 1
    assert not mark.exists()


def test_what_is_no_repository_is_refused(tmp_path):
    done = run(tmp_path, "scan", "-q", f"git:{tmp_path}", status=2)
    assert b"could not find repository" in done.stderr
    done = run(tmp_path, "scan", "-q", "git:nowhere", status=2)
    assert b"nowhere" in done.stderr


def test_a_history_has_no_packages(tmp_path, repository):
    repository.commit("one", README="hello\n")
    done = run(tmp_path, "scan", "-q", "--scanners", "vuln,secret", f"git:{repository.path}", status=2)
    assert b"a git history is looked at for secrets and malware" in done.stderr
    report = scan(tmp_path, repository, "--scanners", "secret")
    assert [c["what"] for c in report["coverage"] if c["state"] != "assessed"] == []


def test_a_stash_of_the_same_second_did_not_bring_what_its_message_repeats(tmp_path, repository):
    bad = repository.commit(f"use {token(11)}", a_dot_txt="one\n")
    (repository.path / "a.txt").write_text("two\n")
    repository.git("stash", "-q")
    found = secrets(scan(tmp_path, repository))
    assert list(found) == [f"{bad[:12]}:(message)"]
