# SPDX-License-Identifier: Apache-2.0
"""The part trust of a policy: how it is read, and what lint makes of it."""
import json
import os
import pathlib
import subprocess

import pytest

PLIMSOLL = os.environ["PLIMSOLL"]
DIGEST = "sha256:" + "0123456789abcdef" * 4
POLICY = f"""policy: production
trust:
  signers:
    release: {{key: release.pub}}
    ci: {{identity: https://ci.example.com/app@main, issuer: https://token.example.com}}
  images:
    - match: registry.example.com/team/**
      signed-by: [release, ci]
      need: all
      max-age: 90d
      attestations:
        - type: slsaprovenance1
          signed-by: ci
          require: predicate.runDetails.builder.id == "https://builder.example.com"
    - {{match: registry.example.com/open/*, allow: our own mirror}}
    - {{match: registry.example.com/pinned/*, allow: by digest only, by-digest: true}}
    - {{match: docker.io/**, refuse: use registry.example.com/open}}
  exceptions:
    - {{digest: '{DIGEST}', owner: ops@example.com, reason: old, until: 2026-12-31}}
"""


def test_the_schema_for_editors_knows_it():
    jsonschema, yaml = pytest.importorskip("jsonschema"), pytest.importorskip("yaml")
    root = pathlib.Path(__file__).resolve().parent.parent.parent
    schema = json.loads((root / "docs/policy.schema.json").read_text())
    manual = (root / "docs/formats/trust-policy.md").read_text().split("```yaml\n")[1].split("```")[0]

    def load(text):  # days stay texts, as they are read here
        return yaml.load(text, Loader=yaml.BaseLoader)

    for text in (POLICY, manual):
        jsonschema.validate(load(text.replace(", by-digest: true", "")), schema)
    for old, new in (("match:", "mach:"), ("90d", "90"), ("images:", "image:"), ("key:", "kye:")):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(load(POLICY.replace(", by-digest: true", "").replace(old, new)), schema)


def plimsoll(where, *words, **environment):
    done = subprocess.run([PLIMSOLL, *map(str, words)], cwd=where, stdin=subprocess.DEVNULL,
                          capture_output=True, check=False, timeout=60,
                          env={"PATH": os.environ["PATH"], "HOME": str(where), **environment})
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def lint(where, dockerfile, policy=POLICY, name="Dockerfile", **environment):
    (where / "policy.yaml").write_text(policy)
    (where / name).write_text(dockerfile)
    code, out, err = plimsoll(where, "lint", "--policy", "policy.yaml", "-f", "json", name,
                              **environment)
    assert code == 0, err
    report = json.loads(out)
    findings = [f for f in report["findings"] if f["kind"] == "trust"]
    signatures = [c for c in report["coverage"] if c["what"] == "signatures of images"]
    return findings, signatures


def rules(findings):
    return [(f["rule"], f["locations"][0]["line"]) for f in findings]


@pytest.mark.parametrize("image,rule", [
    ("alpine:3", "image-not-allowed"),
    ("docker.io/library/alpine:3", "image-not-allowed"),
    ("DOCKER.IO/library/alpine:3", "image-not-allowed"),
    ("quay.example.com/a/b:1", "image-not-allowed"),
    ("registry.example.com/pinned/a:1", "image-by-tag"),
    ("registry.example.com/pinned/a/b:1", "image-not-allowed"),
    ("registry.example.com.evil.example/open/a:1", "image-not-allowed"),
    ("registry.example.com/open/a:1", None),
    ("registry.example.com/pinned/a:1@" + DIGEST, None),
    ("alpine:3@" + DIGEST, None),
])
def test_an_image_is_held_against_the_closest_pattern(tmp_path, image, rule):
    findings, _ = lint(tmp_path, f"# one line\nFROM {image}\nUSER 1\n")
    assert rules(findings) == ([(rule, 2)] if rule else [])


@pytest.mark.parametrize("image", [
    "registry.example.com/prod/a:1", "registry.example.com:443/prod/a:1", "REGISTRY.example.com:0443/prod/a:1",
    "debian", "docker.io/debian", "docker.io:443/library/debian", "Docker.io/debian",
    "registry-1.docker.io/library/debian", "Index.Docker.io/library/debian",
])
def test_another_name_of_the_registry_does_not_evade_a_pattern(tmp_path, image):
    policy = ("policy: p\ntrust:\n  images:\n    - {match: '**', allow: any}\n"
              "    - {match: registry.example.com/prod/**, refuse: no}\n"
              "    - {match: docker.io/library/debian, refuse: no}\n")
    findings, _ = lint(tmp_path, f"FROM {image}\nUSER 1\n", policy)
    assert rules(findings) == [("image-not-allowed", 1)]


def test_the_remedy_is_that_of_the_policy(tmp_path):
    findings, _ = lint(tmp_path, "FROM alpine:3\n")
    assert findings[0]["fix"]["action"] == "use registry.example.com/open"
    assert findings[0]["severity"] == "high" and findings[0]["subject"]["name"] == "alpine:3"


def test_an_exception_that_ended_is_said(tmp_path):
    epoch = "1798761600"  # 2027-01-01
    findings, _ = lint(tmp_path, f"FROM alpine:3@{DIGEST}\n", SOURCE_DATE_EPOCH=epoch)
    assert rules(findings) == [("image-not-allowed", 1)]
    assert "ended, 2026-12-31" in findings[0]["title"]


def test_signatures_that_nobody_looked_at_are_not_assessed(tmp_path):
    findings, signatures = lint(tmp_path, "FROM registry.example.com/team/a/b:1\n")
    assert findings == [] and signatures[0]["state"] == "not-assessed"
    assert "--verify-images" in signatures[0]["reason"]


def test_a_comment_does_not_switch_it_off(tmp_path):
    text = "# plimsoll ignore=image-not-allowed\n# hadolint ignore=all\nFROM alpine:3\n"
    findings, _ = lint(tmp_path, text)
    assert rules(findings) == [("image-not-allowed", 3)]


def test_compose_and_kubernetes_files_too(tmp_path):
    compose = "services:\n  web:\n    image: nginx:1\n  db:\n    image: registry.example.com/open/db:1\n"
    findings, _ = lint(tmp_path, compose, name="compose.yaml")
    assert rules(findings) == [("image-not-allowed", 3)]
    pod = ("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n"
           "    - {name: a, image: 'quay.example.com/x:1'}\n")
    findings, _ = lint(tmp_path, pod, name="pod.yaml")
    assert rules(findings) == [("image-not-allowed", 6)]


def test_what_a_variable_names_is_not_known(tmp_path):
    findings, signatures = lint(tmp_path, "ARG BASE\nFROM $BASE\n")
    assert findings == [] and signatures[0]["state"] == "not-assessed"


@pytest.mark.parametrize("old,new,why", [
    ("{key: release.pub}", "{kye: release.pub}", ':4: a signer has no "kye"; did you mean "key"?'),
    ("{key: release.pub}", "{key: a, gpg: b}", "a signer is one of key"),
    ("{key: release.pub}", "{}", "signer release has none of key"),
    (", issuer: https://token.example.com", "", ":5: signer ci needs the issuer"),
    ("[release, ci]", "[relaese, ci]", 'no signer "relaese"; did you mean "release"?'),
    ("[release, ci]", "[release, release]", "signer release is named twice"),
    ("need: all", "need: 3", "needs 3 signers, and names 2"),
    ("need: all", "need: 0", ":9: need is a number from 1, or all"),
    ("90d", "90", ":10: an age is a number of h, d, w or y"),
    ("docker.io/**", "debian", '"debian": write the registry too'),
    ("docker.io/**", "Docker.io/**", '"Docker.io/**": write it in lower case'),
    ("docker.io/**", "index.docker.io/**", "write docker.io"),
    ("docker.io/**", "example.com:443/**", "without the port 443"),
    ("docker.io/**", "docker.io/library/debian:12", "has no tag and no digest"),
    ("docker.io/**", "registry.example.com/team/**", "is there already"),
    ('== "https', "== https", ":14: require: line 1, column"),
    ("until: 2026-12-31", "until: soon", "until is a day"),
    ("until: 2026-12-31", "owner: b", "is there twice"),
    (DIGEST, "sha256:12", "digest"),
    ("allow: our own mirror", "allow: a, refuse: b", "one of signed-by, allow and refuse"),
    ("    - {match: docker.io/**, refuse: use registry.example.com/open}",
     "    - {match: docker.io/**}", "has none of signed-by"),
])
def test_a_mistake_in_the_policy_is_told_with_its_line(tmp_path, old, new, why):
    assert old in POLICY
    (tmp_path / "policy.yaml").write_text(POLICY.replace(old, new))
    code, out, err = plimsoll(tmp_path, "policy", "show", "policy.yaml")
    assert code == 2 and out == "" and "policy.yaml:" in err and why in err


def test_the_example_of_the_manual_is_read(tmp_path):
    root = pathlib.Path(__file__).resolve().parent.parent.parent
    manual = (root / "docs/formats/trust-policy.md").read_text().split("```yaml\n")[1].split("```")[0]
    (tmp_path / "policy.yaml").write_text(manual)
    code, _, err = plimsoll(tmp_path, "policy", "show", "policy.yaml")
    assert code == 0, err


def test_a_policy_without_rules_and_trust_is_none(tmp_path):
    (tmp_path / "policy.yaml").write_text("policy: empty\n")
    code, _, err = plimsoll(tmp_path, "policy", "show", "policy.yaml")
    assert code == 2 and "rules, or trust, or both" in err
    code, _, err = plimsoll(tmp_path, "lint", "--policy", "baseline", "policy.yaml")
    assert code == 2 and "no part trust" in err
