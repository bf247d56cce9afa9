# SPDX-License-Identifier: Apache-2.0
"""verify of images: by a key, by the part trust of a policy, and with verdicts that are kept."""
import io
import json
import os
import pathlib
import subprocess
import tarfile

import pytest

from signing_tools import (
    CONFIG, MANIFEST, PLIMSOLL, Layout, generate, layout_with_image, passphrase_file, run)

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SCHEMA = json.loads((ROOT / "docs/verification.schema.json").read_text())
NAME = "registry.example.com/team/app:1"
PREDICATE = {"buildDefinition": {"buildType": "https://example.com/build/1",
                                 "externalParameters": {}},
             "runDetails": {"builder": {"id": "https://builder.example.com"}}}


def policy_of(images, signers="{release: {key: release.pub}}", rest=""):
    return f"policy: team\ntrust:\n  signers: {signers}\n  images:\n{images}{rest}"


@pytest.fixture
def signed(tmp_path):
    """A folder with an image signed by release, and the public keys of release and of other."""
    layout_with_image(tmp_path)
    secrets = {}
    for name in ("release", "other"):
        (tmp_path / name).mkdir()
        secret, public = generate(tmp_path / name)
        secrets[name] = pathlib.Path(tmp_path / name / secret)
        pem = public if isinstance(public, bytes) else pathlib.Path(public).read_bytes()
        (tmp_path / f"{name}.pub").write_bytes(pem)
    sign(tmp_path, secrets["release"])
    return tmp_path, secrets


def sign(where, secret, *words, command="sign"):
    done = run(where, command, "--key", secret, "--passphrase-file", passphrase_file(where),
               "oci:layout:1", *words)
    assert done.stdout


def verify(where, *words, policy=None, now=None, **environment):
    if policy is not None:
        (where / "policy.yaml").write_text(policy)
        words = ("--policy", "policy.yaml", *words)
    if "--as" not in words and policy is not None:
        words = ("--as", NAME, *words)
    if now:
        words = ("--now", now, *words)
    done = subprocess.run([PLIMSOLL, "verify", "-f", "json", "oci:layout:1", *words], cwd=where,
                          env=dict(os.environ, XDG_STATE_HOME=str(where / "state"), **environment),
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
                          timeout=120)
    answer = json.loads(done.stdout) if done.stdout.startswith("{") else None
    if answer:
        pytest.importorskip("jsonschema").validate(answer, SCHEMA)
    return done.returncode, answer, done.stderr


def why(answer):
    return answer["failed"]["why"]


SIGNED = "    - {match: registry.example.com/team/**, signed-by: release}\n"


def test_a_key_that_signed_it_verifies_and_another_does_not(signed):
    where, _ = signed
    code, answer, _ = verify(where, "--key", "release.pub")
    assert code == 0 and answer["verdict"] == "verified"
    assert any(s["holds"] and s["counts"] for s in answer["signatures"])
    code, answer, _ = verify(where, "--key", "other.pub")
    assert code == 1 and answer["verdict"] == "not_verified"
    code, answer, _ = verify(where, "--key", "other.pub", "--key", "release.pub")
    assert code == 0


def test_an_image_without_signatures_is_said_to_be_that(tmp_path):
    layout_with_image(tmp_path)
    _, public = generate(tmp_path)
    pem = public if isinstance(public, bytes) else pathlib.Path(public).read_bytes()
    (tmp_path / "k.pub").write_bytes(pem)
    code, answer, _ = verify(tmp_path, "--key", "k.pub")
    assert code == 1 and why(answer).startswith("it is not signed") and answer["failed"]["remedy"]


def test_nobody_to_believe_is_a_mistake_of_the_command(signed):
    where, _ = signed
    code, _, err = verify(where)
    assert code == 2 and "whom to believe" in err
    code, _, err = verify(where, "--key", "release.pub", policy=policy_of(SIGNED))
    assert code == 2 and "--policy says whom to believe" in err


def test_the_policy_asks_for_its_signers(signed):
    where, secrets = signed
    code, answer, _ = verify(where, policy=policy_of(SIGNED))
    assert code == 0 and "signed by release" in json.dumps(answer["checks"])
    both = policy_of("    - {match: registry.example.com/team/**, signed-by: [release, other], need: all}\n",
                     "{release: {key: release.pub}, other: {key: other.pub}}")
    code, answer, _ = verify(where, policy=both)
    assert code == 1 and "1 of the 2 signers" in why(answer) and "missing: other" in why(answer)
    code, _, _ = verify(where, policy=both.replace("need: all", "need: 1"))
    assert code == 0
    sign(where, secrets["other"])
    code, _, _ = verify(where, policy=both)
    assert code == 0


def test_two_names_for_one_key_do_not_make_two_signers(signed):
    where, _ = signed
    twice = policy_of("    - {match: registry.example.com/team/**, signed-by: [release, again], need: all}\n",
                      "{release: {key: release.pub}, again: {key: release.pub}}")
    code, answer, _ = verify(where, policy=twice)
    assert code == 1 and "1 of the 2 signers" in why(answer) and "missing: again" in why(answer)


@pytest.mark.parametrize("images,name,code,text", [
    (SIGNED, "quay.example.com/app:1", 1, "no pattern of the policy fits quay.example.com/app"),
    ("    - {match: '**', refuse: ask us first}\n" + SIGNED, "quay.example.com/app:1", 1, "refuses **"),
    ("    - {match: '**', refuse: ask us first}\n" + SIGNED, NAME, 0, None),
    ("    - {match: registry.example.com/team/app, allow: because}\n" + SIGNED, NAME, 0, None),
    ("    - {match: registry.example.com/team/*, allow: because, by-digest: true}\n", NAME, 1, "by its digest"),
    (SIGNED.replace("release}", "release, max-age: 1d}"), NAME, 1, "without a time to believe"),
    ("    - {match: registry.example.com/team/app, refuse: old}\n"
     "    - {match: registry.example.com/team/app*, allow: because}\n", NAME, 1, "refuses"),
    ("    - {match: registry.example.com/team/*, refuse: old}\n"
     "    - {match: registry.example.com/team/**, allow: because}\n", NAME, 1, "refuses"),
])
def test_patterns_of_the_policy(signed, images, name, code, text):
    where, _ = signed
    got, answer, err = verify(where, "--as", name, policy=policy_of(images))
    assert got == code, err
    if text:
        assert text in why(answer)


def test_an_attestation_is_asked_for_with_what_it_must_say(signed):
    where, secrets = signed
    images = ("    - match: registry.example.com/team/**\n      signed-by: release\n"
              "      attestations:\n        - type: slsaprovenance1\n"
              "          require: predicate.runDetails.builder.id == '%s'\n")
    good = policy_of(images % "https://builder.example.com")
    code, answer, _ = verify(where, policy=good)
    assert code == 1 and "no attestation slsaprovenance1" in why(answer)
    (where / "predicate.json").write_text(json.dumps(PREDICATE))
    sign(where, secrets["release"], "--type", "slsaprovenance1", "--predicate", "predicate.json",
         command="attest")
    code, answer, _ = verify(where, policy=good)
    assert code == 0 and "attested: slsaprovenance1" in json.dumps(answer["checks"])
    code, answer, _ = verify(where, policy=policy_of(images % "https://other.example.com"))
    assert code == 1 and "does not say what is required" in why(answer)
    code, answer, _ = verify(where, policy=good.replace("runDetails.builder", "runDetals.builder"))
    assert code == 1 and "does not say what is required" in why(answer)


def test_an_attestation_of_somebody_else_does_not_count(signed):
    where, secrets = signed
    (where / "predicate.json").write_text(json.dumps(PREDICATE))
    sign(where, secrets["other"], "--type", "slsaprovenance1", "--predicate", "predicate.json",
         command="attest")
    policy = policy_of("    - match: registry.example.com/team/**\n      signed-by: release\n"
                       "      attestations: [{type: slsaprovenance1}]\n")
    code, answer, _ = verify(where, policy=policy)
    assert code == 1 and "no attestation slsaprovenance1 by who must sign it" in why(answer)
    code, answer, _ = verify(where, "--key", "other.pub")
    assert code == 1  # an attestation is no signature
    code, answer, _ = verify(where, "--key", "other.pub", "--type", "slsaprovenance1")
    assert code == 0


def test_an_exception_has_an_owner_and_an_end(signed):
    where, _ = signed
    _, answer, _ = verify(where, "--key", "release.pub")
    refused = "    - {match: '**', refuse: not here}\n"
    rest = (f"  exceptions:\n    - {{digest: '{answer['digest']}', owner: ops@example.com, "
            "reason: moving, until: 2027-03-01}\n")
    code, answer, _ = verify(where, policy=policy_of(refused, rest=rest), now="2027-03-01T23:59:59Z")
    assert code == 0 and "ops@example.com until 2027-03-01" in json.dumps(answer["checks"])
    code, answer, _ = verify(where, policy=policy_of(refused, rest=rest), now="2027-03-02T00:00:00Z")
    assert code == 1 and "ended, 2027-03-01 (ops@example.com)" in why(answer)


def test_material_that_is_missing_or_broken_is_a_mistake_of_the_policy(signed):
    where, _ = signed
    for signers, text in [("{release: {key: gone.pub}}", "gone.pub: No such file"),
                          ("{release: {key: policy.yaml}}", "not a public key"),
                          ("{release: {identity: a@example.com, issuer: https://t.example.com}}",
                           "needs the policy's trusted-root")]:
        code, answer, err = verify(where, policy=policy_of(SIGNED, signers))
        assert code == 2 and "policy.yaml:3: signer release" in err and text in err


def test_a_verdict_is_kept_for_its_time_and_for_nothing_else(signed):
    where, _ = signed
    policy = policy_of(SIGNED)
    kept = ("--cache-verdicts", "3600")
    code, answer, _ = verify(where, *kept, policy=policy, now="2027-01-01T00:00:00Z")
    assert code == 0 and answer["signatures"]
    code, answer, _ = verify(where, *kept, policy=policy, now="2027-01-01T00:59:59Z")
    assert code == 0 and answer["signatures"] == []
    assert "verified before, kept until 2027-01-01T01:00:00Z" in json.dumps(answer["checks"])
    code, answer, _ = verify(where, *kept, policy=policy, now="2027-01-01T01:00:00Z")
    assert code == 0 and answer["signatures"]
    code, answer, _ = verify(where, *kept, policy=policy + "\n", now="2027-01-01T01:00:01Z")
    assert code == 0 and answer["signatures"]  # another policy
    code, answer, _ = verify(where, *kept, "--as", "quay.example.com/x:1", policy=policy,
                             now="2027-01-01T01:00:01Z")
    assert code == 1  # another name
    (where / "release.pub").write_bytes((where / "other.pub").read_bytes())
    code, answer, _ = verify(where, *kept, policy=policy, now="2027-01-01T01:00:01Z")
    assert code == 1  # another key


def test_an_exception_ends_though_verdicts_are_kept(signed):
    where, _ = signed
    _, answer, _ = verify(where, "--key", "release.pub")
    policy = policy_of("    - {match: '**', refuse: not here}\n", rest=(
        f"  exceptions:\n    - {{digest: '{answer['digest']}', owner: ops@example.com, "
        "reason: moving, until: 2027-03-01}\n"))
    kept = ("--cache-verdicts", "864000")
    assert verify(where, *kept, policy=policy, now="2027-03-01T23:00:00Z")[0] == 0
    code, answer, _ = verify(where, *kept, policy=policy, now="2027-03-02T00:00:00Z")
    assert code == 1 and "ended, 2027-03-01" in why(answer)


def test_a_digest_that_the_name_has_is_the_one_that_is_verified(signed):
    where, _ = signed
    pinned = policy_of("    - {match: registry.example.com/**, allow: because, by-digest: true}\n")
    digest = verify(where, "--key", "release.pub")[1]["digest"]
    name = "registry.example.com/team/app@"
    assert verify(where, "--as", name + digest, policy=pinned)[0] == 0
    code, answer, _ = verify(where, "--as", name + "sha256:" + "0" * 64, policy=pinned)
    assert code == 1 and "0000, and this is " + digest in why(answer)


def test_a_refusal_is_not_kept(signed):
    where, secrets = signed
    policy = policy_of(SIGNED.replace("release", "other"), "{other: {key: other.pub}}")
    assert verify(where, "--cache-verdicts", "3600", policy=policy)[0] == 1
    sign(where, secrets["other"])
    assert verify(where, "--cache-verdicts", "3600", policy=policy)[0] == 0


def test_a_refusal_is_an_alert(signed):
    where, _ = signed
    alerts = ("--alert", "file:" + str(where / "alerts"), "--alert-queue", str(where / "queue"))
    assert verify(where, "--key", "release.pub", *alerts)[0] == 0
    assert not (where / "alerts").exists()
    assert verify(where, "--key", "other.pub", *alerts)[0] == 1
    alert = json.loads((where / "alerts").read_text().splitlines()[0])
    assert alert["kind"] == "untrusted-image" and alert["digest"].startswith("sha256:")


def with_a_layer(where):
    """The layout's tag 1 on an image that a scan can read."""
    layout = Layout.__new__(Layout)
    layout.path = where / "layout"
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as tar:
        tar.addfile(tarfile.TarInfo("etc/"), None)
    layer = layout.put(data.getvalue(), "application/vnd.oci.image.layer.v1.tar")
    config = layout.put(json.dumps({"architecture": "amd64", "os": "linux", "rootfs": {
        "type": "layers", "diff_ids": [layer["digest"]]}}).encode(), CONFIG)
    image = layout.put(json.dumps({"schemaVersion": 2, "mediaType": MANIFEST, "config": config,
                                   "layers": [layer]}).encode(), MANIFEST)
    layout.write_index([])
    layout.tag(image, "1")


def test_a_scan_is_attested_and_a_policy_reads_it(signed):
    where, secrets = signed
    with_a_layer(where)
    sign(where, secrets["release"])
    done = run(where, "scan", "--quiet", "--attest", secrets["release"], "--passphrase-file",
               passphrase_file(where), "--scanners", "vuln,config", "-f", "json",
               "oci:layout:1")
    report = json.loads(done.stdout)
    digest = report["image"]["manifest_digest"]
    code, answer, _ = verify(where, "--key", "release.pub", "--type", "vuln")
    assert code == 0 and answer["digest"] == digest
    images = ("    - match: registry.example.com/team/**\n      signed-by: release\n"
              "      attestations:\n        - type: vuln\n"
              "          require: predicate.scanner.result.image.manifest_digest == '%s' &&"
              " predicate.scanner.result.findings.all(f, f.severity != 'critical') &&"
              " now - timestamp(predicate.metadata.scanFinishedOn) < duration('24h')\n")
    code, answer, err = verify(where, policy=policy_of(images % digest))
    assert code == 0, (why(answer), err)
    code, answer, _ = verify(where, policy=policy_of(images % digest), now="2099-01-01T00:00:00Z")
    assert code == 1 and "does not say what is required" in why(answer)


def test_a_scan_that_fails_attests_nothing(signed):
    where, secrets = signed
    before = sorted(p.name for p in (where / "layout/blobs/sha256").iterdir())
    words = ("--attest", secrets["release"], "--passphrase-file", passphrase_file(where))
    run(where, "scan", "--quiet", *words, "--scanners", "nonsense", "oci:layout:1", status=2)
    run(where, "scan", "--quiet", *words, "oci:layout:gone", status=2)
    with_a_layer(where)
    before = sorted(p.name for p in (where / "layout/blobs/sha256").iterdir())
    done = run(where, "scan", "--quiet", *words, "--scanners", "config", "oci:layout:1", status=2)
    assert "leave vuln among the --scanners" in done.stderr
    assert sorted(p.name for p in (where / "layout/blobs/sha256").iterdir()) == before


@pytest.mark.parametrize("words,policy,option", [
    (("-a", "env=prod"), True, "--annotation"),
    (("--type", "vuln"), True, "--type"),
    (("--crl", "none.crl"), True, "--crl"),
    (("--trust-dir", "none"), True, "--trust-dir"),
    (("--key", "release.pub", "--crl", "none.crl"), False, "--crl"),
    (("--key", "release.pub", "--user-metadata", "a=b"), False, "--user-metadata"),
    (("--key", "release.pub", "--platform", "linux/arm64"), False, "--platform"),
    (("--key", "release.pub", "--as", "example.com/app:1"), False, "--as"),
    (("--containers-policy", "system", "--dct"), False, "--dct"),
])
def test_a_wish_that_nobody_would_look_at_is_a_mistake_of_the_command(signed, words, policy, option):
    where, _ = signed
    allow = policy_of("    - {match: registry.example.com/**, allow: because}\n")
    code, answer, err = verify(where, *words, policy=allow if policy else None)
    assert code == 2 and answer is None and option in err


def sbom(made):
    return {"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
            "metadata": {"timestamp": made},
            "components": [{"type": "library", "name": "left-pad", "version": "1.0.0",
                            "purl": "pkg:npm/left-pad@1.0.0"}]}


def attest_sbom(where, secret, made):
    (where / "sbom.json").write_text(json.dumps(sbom(made)))
    sign(where, secret, "--type", "cyclonedx", "--predicate", "sbom.json", command="attest")


def scan_with(where, key, *words):
    done = run(where, "scan", "-f", "json", "--scanners", "vuln", "--use-attested-sbom", key, *words,
               "oci:layout:1", env={"SOURCE_DATE_EPOCH": "1798761600"})  # 2027-01-01
    report = json.loads(done.stdout)
    names = [p["name"] for p in report["packages"]]
    told = [c for c in report["coverage"] if c["what"] == "packages (attested SBOM)"]
    return names, told, report["target"]["given"], done.stderr


def test_a_fresh_sbom_of_the_right_signer_is_used_and_said(signed):
    where, secrets = signed
    with_a_layer(where)
    names, told, _, err = scan_with(where, "release.pub")
    assert (names, told) == ([], []) and "no SBOM is attested by this key" in err
    attest_sbom(where, secrets["other"], "2026-12-31T00:00:00Z")
    names, told, _, err = scan_with(where, "release.pub")
    assert (names, told) == ([], []) and "no SBOM is attested by this key" in err
    for made in ("2026-11-01T00:00:00Z", "2027-01-02T00:00:00Z", "yesterday"):
        attest_sbom(where, secrets["release"], made)
        names, told, _, err = scan_with(where, "release.pub")
        assert (names, told) == ([], []) and "too old, has no date, or one in the future" in err
    assert scan_with(where, "release.pub", "--attested-sbom-days", "90")[0] == ["left-pad"]
    attest_sbom(where, secrets["release"], "2026-12-31T00:00:00Z")
    names, told, given, err = scan_with(where, "release.pub")
    assert names == ["left-pad"] and given == "oci:layout:1" and "scanned" not in err
    assert told[0]["state"] == "assessed" and "release.pub" in told[0]["reason"]
    assert "2026-12-31T00:00:00Z" in told[0]["reason"] and "no file was looked at" in told[0]["reason"]


def test_an_sbom_of_another_image_is_not_used(signed):
    where, secrets = signed
    attest_sbom(where, secrets["release"], "2026-12-31T00:00:00Z")
    with_a_layer(where)  # the tag is another image now
    names, told, _, err = scan_with(where, "release.pub")
    assert (names, told) == ([], []) and "no SBOM is attested by this key" in err
