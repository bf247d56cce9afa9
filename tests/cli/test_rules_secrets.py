# SPDX-License-Identifier: Apache-2.0
"""plimsoll rules: rules of secrets, ours and the user's, are listed, explained and tested."""
import pytest

from test_scan import run

PACK = """secrets: mine
rules:
  - id: acme-key
    title: Key of Acme
    severity: low
    pattern: 'acme_[0-9a-z]{12}'
    codes: [other:acme]
    rotate: Ask Acme.
    examples:
      true: ['x acme_${alnum:12}', 'acme-${alnum:12}']
      false: ['acme_short']
"""


@pytest.fixture(autouse=True)
def pack(tmp_path):
    (tmp_path / "mine.yaml").write_text(PACK)


def test_ours_and_those_of_the_user_are_listed(tmp_path):
    rows = run(tmp_path, "rules", "list", "secrets", "--secret-rules", "mine.yaml").stdout.decode().splitlines()
    assert len(rows) > 250
    assert rows[-1].split() == ["acme-key", "low", "mine", "Key", "of", "Acme"]


@pytest.mark.parametrize("name", ["acme-key", "other:acme"])
def test_a_rule_is_shown_with_its_examples(tmp_path, name):
    text = run(tmp_path, "rules", "show", name, "--secret-rules", "mine.yaml").stdout.decode()
    for part in ("id           acme-key\n", "pattern      acme_[0-9a-z]{12}\n", "rotate       Ask Acme.\n",
                 "from         mine.yaml:3\n", "is one:\n    x acme_${alnum:12}\n", "is none:\n    acme_short\n"):
        assert part in text


def test_examples_that_do_not_hold_are_told(tmp_path):
    done = run(tmp_path, "rules", "test", "secrets", "acme-key", "--secret-rules", "mine.yaml", status=1)
    assert done.stdout.decode() == ("FAILED mine.yaml:10: acme-key does not find: acme-${alnum:12}\n"
                                    "secrets: 1 rules, 2 of 3 examples passed\n")
    done = run(tmp_path, "rules", "test", "secrets")
    assert b"FAILED" not in done.stdout


def test_an_unknown_rule_says_what_was_meant(tmp_path):
    done = run(tmp_path, "rules", "test", "secrets", "githb-pat", status=2)
    assert b'no rule of secrets "githb-pat"; did you mean "github-pat"?' in done.stderr
    assert b'no rule "' in run(tmp_path, "rules", "show", "nothing-like-it", status=2).stderr
