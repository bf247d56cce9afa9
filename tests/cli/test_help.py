# SPDX-License-Identifier: Apache-2.0
"""Help, version, limits, man pages and completions: one source, no disagreement."""
import os
import re
import shutil
import subprocess

import pytest

PLIMSOLL = os.environ["PLIMSOLL"]


def plimsoll(tmp_path, *words):
    done = subprocess.run([PLIMSOLL, *words], cwd=tmp_path, check=False, timeout=60,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def commands(tmp_path):
    return plimsoll(tmp_path, "docs", "commands")[1].split()


def options_of(tmp_path, command):
    text = plimsoll(tmp_path, command, "--help")[1]
    return re.findall(r"^  (?:-\w, |    )(--[a-z-]+)", text.split("\nOptions\n")[1], re.M)


def test_no_words_print_help_on_stderr(tmp_path):
    code, out, err = plimsoll(tmp_path)
    assert code == 2 and out == ""
    assert "Usage: plimsoll COMMAND" in err


@pytest.mark.parametrize("words", [["--help"], ["-h"], ["help"]])
def test_help_goes_to_stdout(tmp_path, words):
    code, out, err = plimsoll(tmp_path, *words)
    assert code == 0 and err == ""
    assert all(len(line) <= 80 for line in out.splitlines())
    for name in commands(tmp_path):
        assert re.search(rf"^  {name} ", out, re.M)
    assert "docs" not in out


def test_help_of_a_command_is_the_same_by_all_ways(tmp_path):
    for name in commands(tmp_path):
        texts = {plimsoll(tmp_path, *words)
                 for words in ([name, "--help"], [name, "-h"], ["help", name], ["--help", name])}
        assert len(texts) == 1
        code, out, err = texts.pop()
        assert code == 0 and err == "" and out.startswith(f"Usage: plimsoll {name}")
        assert all(len(line) <= 80 for line in out.splitlines())


def test_version(tmp_path):
    code, out, err = plimsoll(tmp_path, "--version")
    assert code == 0 and err == ""
    assert re.fullmatch(r"plimsoll \d+\.\d+\.\d+\n", out)


def test_limits_has_a_row_for_each(tmp_path):
    code, out, err = plimsoll(tmp_path, "--limits")
    assert code == 0 and err == ""
    rows = [line.split(None, 3) for line in out.splitlines()]
    assert ["path_bytes", "65536", "bytes"] in [row[:3] for row in rows]
    assert all(len(row) == 4 and int(row[1]) > 0 for row in rows)


@pytest.mark.parametrize("words,says", [
    (["hlep"], 'plimsoll: no command "hlep"; did you mean help?\n'),
    (["help", "hlep"], 'plimsoll: no command "hlep"; did you mean help?\n'),
    (["sbmo"], 'plimsoll: no command "sbmo"; did you mean sbom?\n'),
    (["db", "--fomr", "x"], "plimsoll: db: unknown option --fomr; did you mean --from?\n"),
    (["xyzzyplugh"], 'plimsoll: no command "xyzzyplugh"; plimsoll --help lists them\n'),
    (["--versoin"], "plimsoll: unknown option --versoin; did you mean --version?\n"),
    (["help", "a", "b"], "plimsoll: help: one command at a time\n"),
    (["docs"], "plimsoll: docs: say one of man [COMMAND], commands, bash, zsh, fish\n"),
    (["\x1b[2J"], 'plimsoll: no command "\\x1b[2J"; plimsoll --help lists them\n'),
])
def test_mistakes_are_explained(tmp_path, words, says):
    assert plimsoll(tmp_path, *words) == (2, "", says)


def test_a_full_disk_is_an_error(tmp_path):
    with open("/dev/full", "wb") as full:
        done = subprocess.run([PLIMSOLL, "--help"], cwd=tmp_path, check=False, stdout=full,
                              stderr=subprocess.PIPE, timeout=60)
    assert done.returncode == 2
    assert b"standard output" in done.stderr


def test_man_pages_name_every_command_and_option(tmp_path):
    overview = plimsoll(tmp_path, "docs", "man")[1]
    for name in commands(tmp_path):
        assert f"\\fB{name}\\fR" in overview
        code, page, err = plimsoll(tmp_path, "docs", "man", name)
        assert code == 0 and err == ""
        assert page.startswith(f'.TH "PLIMSOLL-{name.upper()}" 1')
        for option in options_of(tmp_path, name):
            assert "\\fB" + option.replace("-", "\\-") + "\\fR" in page


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completions_name_every_command_and_option(tmp_path, shell):
    code, text, err = plimsoll(tmp_path, "docs", shell)
    assert code == 0 and err == ""
    for name in commands(tmp_path):
        assert re.search(rf"\b{name}\b", text)
        for option in options_of(tmp_path, name):
            assert (f"-l {option[2:]} " if shell == "fish" else option) in text
    assert "docs" not in text.replace(f"docs {shell}", "")


def test_listed_values_show_in_help_and_man(tmp_path):
    listed = "how to print the report (table): table, json, "
    assert listed in " ".join(plimsoll(tmp_path, "scan", "--help")[1].split())
    page = plimsoll(tmp_path, "docs", "man", "scan")[1].replace("\\-", "-")
    assert listed in page


def test_exit_statuses_are_told_of_the_commands_that_have_them(tmp_path):
    page = plimsoll(tmp_path, "docs", "man", "purl")[1].replace("\\-", "-")
    assert "\n1\nscan: findings at or above --fail-on; purl, vers: a line that" in page


def test_lint_tells_its_exit_statuses(tmp_path):
    text = " ".join(plimsoll(tmp_path, "lint", "--help")[1].split())
    assert "Exit status: 0 when all was done, whatever was found; 1 for a finding at or above " \
        "--fail-on; 2 for an error; 3 with --require-complete" in text


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completions_are_valid_scripts(tmp_path, shell):
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed")
    script = tmp_path / "completion"
    script.write_text(plimsoll(tmp_path, "docs", shell)[1])
    subprocess.run([shell, "-n", str(script)], check=True, timeout=60)


def test_bash_completes_commands_and_options(tmp_path):
    script = tmp_path / "completion"
    script.write_text(plimsoll(tmp_path, "docs", "bash")[1])
    ask = f'. {script}; COMP_WORDS=(plimsoll "$@"); COMP_CWORD=$#; _plimsoll; echo ${{COMPREPLY[*]}}'

    def complete(*words):
        return subprocess.run(["bash", "-c", ask, "bash", *words], check=True, timeout=60,
                              stdout=subprocess.PIPE).stdout.decode().split()
    assert complete("hel") == ["help"]
    assert "--version" in complete("--")
    assert complete("help", "--h") == ["--help"]
    assert complete("purl", "") == ["parse", "build"]
    assert complete("cache", "c") == ["clear"]
    assert {"scan", "config"} <= set(complete("help", ""))
    assert complete("purl", "parse", "") == complete("scan", "") == []


def test_fish_completes_the_words_of_a_command_once(tmp_path):
    if not shutil.which("fish"):
        pytest.skip("fish is not installed")
    script = tmp_path / "completion"
    script.write_text(plimsoll(tmp_path, "docs", "fish")[1])

    def complete(line):
        return subprocess.run(["fish", "-c", f'source {script}; complete -C "{line}"'], check=True,
                              cwd=tmp_path, timeout=60, stdout=subprocess.PIPE,
                              env={**os.environ, "HOME": str(tmp_path)}).stdout.decode().split()
    assert sorted(complete("plimsoll purl ")) == ["build", "parse"]
    assert "build" not in complete("plimsoll purl parse ")
