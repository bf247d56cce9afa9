# SPDX-License-Identifier: Apache-2.0
"""plimsoll lint --fix: a difference that applies, files rewritten only for the better."""
import os
import shutil
import subprocess

import pytest

PLIMSOLL = os.environ["PLIMSOLL"]
BEFORE = "FROM debian:12\nRUN yum install a # it's é\n\tRUN apt install b\n"
AFTER = ("FROM debian:12\nRUN yum install -y a # it's é\n"
         "\tRUN apt-get install -y --no-install-recommends b\n")
PACK = """\
pack: mine
rules:
  - id: no-vim
    title: vim in an image
    severity: low
    applies_to: dockerfile.command
    when: command.name == "vim"
    message: runs vim
    remedy: Edit outside.
    fix: '[{"start": 0, "end": 4, "text": "FRUM"}]'
    examples:
      fail: ["FROM a\\nRUN vim\\n"]
      pass: ["FROM a\\nRUN ls\\n"]
"""


def run(tmp_path, *words, status=0, stdin=None):
    done = subprocess.run([PLIMSOLL, "lint", *words], cwd=tmp_path, capture_output=True,
                          text=True, timeout=120, input=stdin)
    assert done.returncode == status, done.stderr + done.stdout
    return done


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "Dockerfile"
    path.write_text(BEFORE)
    path.chmod(0o640)
    return path


def test_the_difference_is_shown_and_nothing_is_written(tmp_path, file):
    done = run(tmp_path, "--fix", "Dockerfile")
    assert done.stdout.startswith("--- a/Dockerfile\n+++ b/Dockerfile\n@@ -1,3 +1,3 @@\n FROM")
    assert "-RUN yum install a # it's é\n" in done.stdout and done.stderr == ""
    assert file.read_text() == BEFORE
    assert run(tmp_path, "--fix", "-", stdin=BEFORE).stdout == done.stdout
    run(tmp_path, "--fix", "-o", "p", ".")
    assert (tmp_path / "p").read_text() == done.stdout.replace("/Dockerfile", "/./Dockerfile")
    if shutil.which("git"):
        subprocess.run(["git", "apply", "-"], cwd=tmp_path, input=done.stdout, text=True, check=True)
        assert file.read_text() == AFTER


def test_a_file_is_rewritten_with_its_mode_and_then_checked(tmp_path, file):
    (tmp_path / "link").symlink_to("Dockerfile")
    done = run(tmp_path, "--fix=write", "link")
    assert file.read_text() == AFTER and file.stat().st_mode & 0o777 == 0o640
    assert (tmp_path / "link").is_symlink() and "plimsoll: link: " in done.stderr
    assert "yum-no-yes" not in done.stdout
    assert sorted(os.listdir(tmp_path)) == ["Dockerfile", "link"]
    again = run(tmp_path, "--fix=write", "Dockerfile")
    assert again.stderr == "" and again.stdout.replace("Dockerfile", "link") == done.stdout
    assert run(tmp_path, "--fix", "Dockerfile").stdout == ""


def test_a_fix_that_breaks_the_file_is_taken_back_and_told(tmp_path):
    (tmp_path / "mine.yaml").write_text(PACK)
    (tmp_path / "Dockerfile").write_text("FROM debian:12\nRUN vim\nRUN yum install a\n")
    done = run(tmp_path, "--fix=write", "--rules", "mine.yaml", "Dockerfile")
    assert (tmp_path / "Dockerfile").read_text() == "FROM debian:12\nRUN vim\nRUN yum install -y a && yum clean all\n"
    assert "plimsoll: Dockerfile: the fix of no-vim is taken back" in done.stderr
    assert "no-vim" in done.stdout


@pytest.mark.parametrize("words, message", [
    (["--fix=all", "Dockerfile"], 'lint: --fix takes diff or write, not "all"'),
    (["--fix=write", "-"], "lint: --fix=write cannot rewrite standard input"),
])
def test_mistakes_are_told(tmp_path, file, words, message):
    assert message in run(tmp_path, *words, status=2).stderr
    assert file.read_text() == BEFORE


def test_a_value_follows_only_behind_a_sign(tmp_path, file):
    (tmp_path / "write").write_text(BEFORE)
    assert run(tmp_path, "--fix", "write").stdout.startswith("--- a/write\n")
    assert file.read_text() == BEFORE == (tmp_path / "write").read_text()


def test_a_project_cannot_have_files_rewritten(tmp_path, file):
    (tmp_path / ".plimsoll.yaml").write_text("lint:\n  fix: write\n")
    assert "cannot set fix" in run(tmp_path, "Dockerfile", status=2).stderr
    assert file.read_text() == BEFORE


# --- what the rules of ours write, and what they leave ---

APT = "apt-get update && apt-get install -y --no-install-recommends curl"
LISTS = " && rm -rf /var/lib/apt/lists/*"
CACHE = "--mount=type=cache,target="


def fixed(tmp_path, text, settings=""):
    """The text with its fixes; applying them again changes nothing."""
    path = tmp_path / "Dockerfile"
    path.write_text(text)
    (tmp_path / ".plimsoll.yaml").write_text("rules: {shell-lint: off%s}\n" % settings)
    done = run(tmp_path, "--fix=write", "Dockerfile")
    assert "taken back" not in done.stderr
    assert run(tmp_path, "--fix", "Dockerfile").stdout == ""
    return path.read_text()


@pytest.mark.parametrize("before, after", [
    (f"RUN {APT}", f"RUN {APT}{LISTS}"),
    (f"RUN {APT} > /dev/null", f"RUN {APT} > /dev/null{LISTS}"),
    ("RUN set -ex; \\\n  " + APT, "RUN set -ex; \\\n  " + APT + LISTS),
    ("RUN yum install -y a", "RUN yum install -y a && yum clean all"),
    ("RUN dnf install -y a", "RUN dnf install -y a && dnf clean all"),
    ("RUN microdnf install -y a", "RUN microdnf install -y a && microdnf clean all"),
    ("RUN zypper -n in a=1", "RUN zypper -n in a=1 && zypper clean --all"),
    ("RUN yarn install", "RUN yarn install && yarn cache clean"),
    ("RUN apk add a=1", "RUN apk add --no-cache a=1"),
    ("RUN pip install a==1", "RUN pip install --no-cache-dir a==1"),
    ('RUN ["apt-get","install","a=1"]',
     'RUN ["apt-get","install", "-y", "--no-install-recommends","a=1"]'),
    ('RUN ["env", "A=\\"", "/sbin/apk", "add", "a=1"]',
     'RUN ["env", "A=\\"", "/sbin/apk", "add", "--no-cache", "a=1"]'),
    ('RUN ["sh", "-c", "apk add a=1"]', 'RUN ["sh", "-c", "apk add --no-cache a=1"]'),
    ('RUN ["apt", "update"]', 'RUN ["apt-get", "update"]'),
    ('RUN ["useradd", "-u", "99999999", "b"]', 'RUN ["useradd", "-l", "-u", "99999999", "b"]'),
    ("ADD a.txt b/ /x/", "COPY a.txt b/ /x/"),
    ("ADD --chown=a *.py /x/", "COPY --chown=a *.py /x/"),
    ("CMD node app.js", 'CMD ["node", "app.js"]'),
    ("ENTRYPOINT /srv/run --now", 'ENTRYPOINT ["/srv/run", "--now"]'),
    ("RUN useradd -m app\nCOPY --chown=app:app . /srv\n# go\nCMD [\"/srv/a\"]",
     "RUN useradd -m app\nCOPY --chown=app:app . /srv\n# go\nUSER app\nCMD [\"/srv/a\"]"),
    ("RUN adduser -D app && chown -R app:app /srv\nENTRYPOINT [\"/srv/a\"]\nCMD [\"b\"]",
     "RUN adduser -D app && chown -R app:app /srv\nENTRYPOINT [\"/srv/a\"]\nUSER app\nCMD [\"b\"]"),
])
def test_what_is_safe_is_rewritten(tmp_path, before, after):
    for end in ("\n", ""):
        assert fixed(tmp_path, f"FROM debian:12\n{before}{end}") == f"FROM debian:12\n{after}{end}"


@pytest.mark.parametrize("text", [
    "RUN apt-get update\nRUN apt-get install -y --no-install-recommends curl",  # needs the lists
    f"RUN {APT} # why",  # what is behind a # is not run
    f"RUN {APT};",
    f"RUN if a; then {APT}; fi",
    f"RUN {APT} || true",
    f"RUN ({APT})",
    "RUN <<EOF\n" + APT + "\nEOF",
    "RUN yum install -y a &",
    "ADD a.tar.gz /x", "ADD https://example.com/x /x", "ADD * /x", "ADD $A /x",
    "ADD --keep-git-dir=true a.txt /x",
    'ENTRYPOINT ["a"]\nCMD b c',  # /bin/sh -c is an argument of a
    "ENTRYPOINT a b\nCMD [\"c\"]",  # c would be an argument, and is none
    "CMD echo $HOME", "CMD cd /srv && a", "CMD A=b c", "CMD exec a", "CMD a 'b c'",
    "ONBUILD CMD a b",
    'RUN useradd app\nCMD ["/a"]',  # nothing is given to it
    'RUN useradd app && chown app /a\nENTRYPOINT ["gosu", "app", "/a"]',
    'RUN useradd app && chown app /a\nENTRYPOINT ["/entry.sh"]',
    'RUN useradd app && useradd b && chown app /a\nCMD ["/a"]',
    'RUN useradd app && chown app /a\nEXPOSE 80\nCMD ["/a"]',
    'RUN useradd -o -u 0 app && chown app /a\nCMD ["/a"]',
    'RUN useradd app && chown app /a\nCMD ["/a"]\nRUN make',
])
def test_what_would_mean_something_else_is_left(tmp_path, text):
    text = f"FROM debian:12\n{text}\n"
    assert fixed(tmp_path, text) == text


@pytest.mark.parametrize("before, mounts", [
    (f"FROM debian:12\nRUN ? {APT}", "/var/lib/apt,sharing=locked"),
    (f"FROM debian:12\nRUN rm -f /etc/apt/apt.conf.d/docker-clean\nRUN ? {APT}",
     "/var/lib/apt,sharing=locked /var/cache/apt,sharing=locked"),
    ("FROM alpine:3.20\nRUN ? apk add a=1", "/var/cache/apk,sharing=locked"),
    ("FROM fedora:41\nRUN ? dnf install -y a",
     "/var/cache/dnf,sharing=locked /var/cache/libdnf5,sharing=locked"),
    ("FROM centos:7\nRUN ? yum install -y a", "/var/cache/yum,sharing=locked"),
    ("FROM python:3.12\nRUN ? <<EOF\npip install a==1\npip install b==1\nEOF", "/root/.cache/pip"),
    ("FROM node:22\nRUN ? npm ci", "/root/.npm"),
    ("FROM golang:1.23\nRUN ? go build -o /a . && \\\n  go vet", "/go/pkg/mod /root/.cache/go-build"),
])
def test_caches_are_mounted_where_the_rule_is_on(tmp_path, before, mounts):
    bare, flags = before.replace("? ", ""), " ".join(CACHE + m for m in mounts.split())
    assert CACHE not in fixed(tmp_path, bare)
    assert fixed(tmp_path, bare, ", cache-mount-missing: on") == before.replace("?", flags)


@pytest.mark.parametrize("text", [
    "FROM debian:12\nRUN apt-get update\nRUN apt-get install -y --no-install-recommends a",
    f"FROM debian:12\nRUN {APT}{LISTS}",
    "FROM golang:1.23\nRUN go mod download\nRUN make",  # make would not find the modules
    "FROM golang:1.23 AS b\nRUN go build\nFROM debian:12\nCOPY --from=b /go/pkg /go/pkg",
    "FROM python:3.12\nUSER app\nRUN pip install --no-cache-dir a==1",
    "FROM python:3.12\nENV PIP_CACHE_DIR=/c PIP_NO_CACHE_DIR=1\nRUN pip install a==1",
    "FROM node:22\nONBUILD RUN npm ci",
])
def test_no_cache_is_mounted_over_what_is_needed(tmp_path, text):
    assert CACHE not in fixed(tmp_path, text + "\n", ", cache-mount-missing: on")
