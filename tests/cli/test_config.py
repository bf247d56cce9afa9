# SPDX-License-Identifier: Apache-2.0
"""Where values of options come from besides the command line."""
import json
import os
import subprocess

import pytest

PLIMSOLL = os.environ["PLIMSOLL"]


@pytest.fixture
def root(tmp_path):
    """A root file system beside the working directory."""
    (tmp_path / "root" / "etc").mkdir(parents=True)
    (tmp_path / "root" / "etc" / "os-release").write_text("ID=debian\nVERSION_ID=12\n")
    (tmp_path / "here").mkdir()
    return tmp_path / "root"


def scan(root, *words, config=None, **environment):
    here = root.parent / "here"
    if config is not None:
        (here / ".plimsoll.yaml").write_text(config)
    env = {"HOME": str(root.parent), "PATH": os.environ["PATH"], **environment}
    done = subprocess.run([PLIMSOLL, *words, str(root)], cwd=here, env=env, check=False,
                          timeout=60, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def test_the_environment_sets_an_option(root):
    code, out, _ = scan(root, "scan", PLIMSOLL_FORMAT="json")
    assert code == 0 and json.loads(out)["schema"] == "plimsoll.report/1"


def test_a_file_of_the_project_sets_an_option_for_one_command(root):
    config = "format: json\nsbom:\n  format: spdx-json\n"
    assert "schema" in json.loads(scan(root, "scan", config=config)[1])
    assert json.loads(scan(root, "sbom")[1])["spdxVersion"] == "SPDX-2.3"


def test_the_command_line_wins_over_the_environment_and_that_over_the_file(root):
    config = "format: json\n"
    assert scan(root, "scan", config=config, PLIMSOLL_FORMAT="purl")[1] == ""
    out = scan(root, "scan", "--format", "cyclonedx-json", PLIMSOLL_FORMAT="purl")[1]
    assert json.loads(out)["bomFormat"] == "CycloneDX"


def test_a_file_in_what_is_scanned_is_not_read(root):
    (root / ".plimsoll.yaml").write_text("no-sandbox: true\nformat: purl\nrubbish\n")
    code, out, err = scan(root, "scan")
    assert code == 0 and "debian" in out.lower() and "rubbish" not in err


def test_a_file_of_the_project_cannot_switch_the_sandbox_off(root):
    code, out, err = scan(root, "scan", config="no-sandbox: true\n")
    assert code == 2 and out == ""
    assert err == ("plimsoll: .plimsoll.yaml:1: a project's file cannot set no-sandbox; "
                   "say --no-sandbox, or see plimsoll help config\n")


def test_an_unknown_name_gets_a_proposal_but_help_is_given_all_the_same(root):
    code, out, err = scan(root, "scan", config="jobs: 1\nfromat: json\n")
    assert code == 2 and out == ""
    assert err == 'plimsoll: .plimsoll.yaml:2: no option "fromat"; did you mean format?\n'
    code, out, err = scan(root, "scan", "--help")
    assert code == 0 and out.startswith("Usage: plimsoll scan") and err == ""


def test_a_wrong_variable_is_named(root):
    code, _, err = scan(root, "scan", PLIMSOLL_JOBS="many")
    assert code == 2
    assert err == 'plimsoll: PLIMSOLL_JOBS: jobs takes a number, not "many"\n'


def test_help_config_lists_every_option(root):
    done = subprocess.run([PLIMSOLL, "help", "config"], check=True, capture_output=True,
                          text=True, timeout=60)
    assert all(len(line) <= 80 for line in done.stdout.splitlines())
    for row in ("format", "jobs", "require-complete"):
        assert f"\n  {row} " in done.stdout
    assert "PLIMSOLL_REQUIRE_COMPLETE" in done.stdout
    no_sandbox = [line for line in done.stdout.splitlines() if line.startswith("  no-sandbox")]
    assert no_sandbox[0].split()[2] == "no"


def test_debug_traces_on_stderr_only_when_asked(tmp_path):
    # An image that no engine and no registry has: what was tried is traced.
    command = [PLIMSOLL, "scan", "docker://127.0.0.1:1/none"]
    quiet, traced = (
        subprocess.run(command, cwd=tmp_path, env={**os.environ, **more}, capture_output=True)
        for more in ({}, {"PLIMSOLL_DEBUG": "1"})
    )
    assert quiet.returncode == traced.returncode == 2
    assert b"debug: " not in quiet.stderr
    assert b"debug: " in traced.stderr and quiet.stderr in traced.stderr
