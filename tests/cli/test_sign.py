# SPDX-License-Identifier: Apache-2.0
"""plimsoll sign and attest: what they write, read by another library and other programs."""
import base64
import datetime
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time

import pytest

from signing_tools import (
    BUNDLE, SIGNATURE, Layout, Token, generate, holds, layout_with_image, pae, passphrase_file,
    run, sha256, software_tpm)

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "net"))
from servers import Registry  # noqa: E402

SIMPLE = "application/vnd.dev.cosign.simplesigning.v1+json"
DSSE = "application/vnd.dsse.envelope.v1+json"
SIGN_TYPE = "https://sigstore.dev/cosign/sign/v1"


def sign(tmp_path, key, target, *words, command="sign", **more):
    return run(tmp_path, command, "--key", key, "--passphrase-file", passphrase_file(tmp_path),
               target, *words, **more)


def tag(digest, suffix):
    return digest.replace(":", "-") + suffix


def check_signature(layout, digest, public, reference=""):
    """Both forms of one signature, by another library."""
    layers = layout.at(tag(digest, ".sig"))["layers"]
    for layer in layers:
        payload = layout.get(layer["digest"])
        assert layer["mediaType"] == SIMPLE
        assert holds(public, payload, base64.b64decode(layer["annotations"][SIGNATURE]))
        words = json.loads(payload)
        assert words["critical"] == {
            "identity": {"docker-reference": reference},
            "image": {"docker-manifest-digest": digest}, "type": "cosign container image signature"}
    config = json.loads(layout.get(layout.at(tag(digest, ".sig"))["config"]["digest"]))
    assert config["rootfs"]["diff_ids"] == [layer["digest"] for layer in layers]
    bundles = layout.bundles(digest)
    for manifest, bundle in bundles:
        statement = check_bundle(manifest, bundle, public, SIGN_TYPE)
        assert statement["predicate"] == {}
        assert statement["subject"][0]["digest"] == {"sha256": digest[7:]}
    return layers, bundles


def check_bundle(manifest, bundle, public, predicate_type):
    assert manifest["config"]["mediaType"] == "application/vnd.oci.empty.v1+json"
    assert len(manifest["layers"]) == 1 and manifest["layers"][0]["mediaType"] == BUNDLE
    assert manifest["annotations"]["dev.sigstore.bundle.content"] == "dsse-envelope"
    created = datetime.datetime.fromisoformat(
        manifest["annotations"]["org.opencontainers.image.created"].replace("Z", "+00:00"))
    assert created.year == 2023 or abs(created.timestamp() - time.time()) < 600
    assert manifest["annotations"]["dev.sigstore.bundle.predicateType"] == predicate_type
    assert bundle["mediaType"] == BUNDLE
    der = subprocess.run(["openssl", "pkey", "-pubin", "-outform", "DER"], input=public,
                         capture_output=True, check=True).stdout
    hint = base64.b64encode(bytes.fromhex(sha256(der)[7:])).decode()
    assert bundle["verificationMaterial"] == {"publicKey": {"hint": hint}}
    envelope = bundle["dsseEnvelope"]
    (signature,) = envelope["signatures"]
    assert not signature.get("keyid")  # Go's DSSE refuses one that is not its own
    assert holds(public, pae(envelope), base64.b64decode(signature["sig"]))
    statement = json.loads(base64.b64decode(envelope["payload"]))
    assert statement["predicateType"] == predicate_type
    return statement


@pytest.mark.parametrize("kind", ["ecdsa-p256", "ecdsa-p384", "ecdsa-p521", "ed25519", "rsa-3072"])
def test_an_image_is_signed_in_both_forms(tmp_path, kind):
    layout, digest = layout_with_image(tmp_path)
    secret, public = generate(tmp_path, type=kind)
    done = sign(tmp_path, secret, "oci:layout:1", "--reference", "example.com/app")
    assert done.stdout == f"oci:layout:{digest}\n"
    assert done.stderr.startswith(f"signed {digest}\n  at the tag sha256-")
    layers, bundles = check_signature(layout, digest, public.read_bytes(), "example.com/app")
    assert len(layers) == len(bundles) == 1


def test_signatures_stand_beside_each_other(tmp_path):
    layout, digest = layout_with_image(tmp_path)
    first, first_public = generate(tmp_path, "a")
    second, _ = generate(tmp_path, "b")
    for key in (first, second, first):
        sign(tmp_path, key, "oci:layout:1", "-f", "cosign")
    manifest = layout.at(tag(digest, ".sig"))
    assert len(manifest["layers"]) == 2
    done = sign(tmp_path, first, "oci:layout:1", "-f", "cosign")
    assert "a signature of the same words by this key was there" in done.stderr
    sign(tmp_path, first, "oci:layout:1", "-f", "cosign", "-a", "env=prod", "-a", "run=7")
    layer = layout.at(tag(digest, ".sig"))["layers"][2]
    payload = layout.get(layer["digest"])
    assert json.loads(payload)["optional"] == {"env": "prod", "run": "7"}
    assert holds(first_public.read_bytes(), payload,
                 base64.b64decode(layer["annotations"][SIGNATURE]))
    assert layout.at(tag(digest, ".sig"))["layers"][:2] == manifest["layers"]
    assert layout.bundles(digest) == []


def test_what_others_wrote_at_the_tag_stays(tmp_path):
    layout, digest = layout_with_image(tmp_path)
    secret, _ = generate(tmp_path)
    other = layout.put(b"{}", SIMPLE)
    other["annotations"] = {SIGNATURE: "AAAA", "dev.sigstore.cosign/bundle": "{\"x\":1}"}
    theirs = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
              "config": layout.put(b"{\"a\":1}", "application/vnd.oci.image.config.v1+json"),
              "layers": [other], "annotations": {"of": "theirs"}}
    layout.tag(layout.put(json.dumps(theirs).encode(), theirs["mediaType"]), tag(digest, ".sig"))
    sign(tmp_path, secret, "oci:layout:1", "-f", "cosign")
    now = layout.at(tag(digest, ".sig"))
    assert now["layers"][0] == other and len(now["layers"]) == 2
    assert now["annotations"] == {"of": "theirs"}


def test_all_of_an_index_is_signed(tmp_path):
    layout = Layout(tmp_path / "layout")
    images = [layout.image(word) for word in "ab"]
    index = layout.put(json.dumps(
        {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json",
         "manifests": images + [images[0]]}).encode(), "application/vnd.oci.image.index.v1+json")
    layout.tag(index, "1")
    secret, public = generate(tmp_path)
    done = sign(tmp_path, secret, "oci:layout:1")
    assert done.stdout == f"oci:layout:{index['digest']}\n"
    assert layout.at(tag(images[0]["digest"], ".sig")) is None
    done = sign(tmp_path, secret, "oci:layout:1", "--recursive")
    for digest in [index["digest"]] + [image["digest"] for image in images]:
        layers, _ = check_signature(layout, digest, public.read_bytes())
        assert len(layers) == 1
    assert done.stderr.count("\n  as bundle") == 3


def test_a_registry_without_a_list_of_referrers(tmp_path):
    if not shutil.which("docker-registry") or not shutil.which("skopeo"):
        pytest.skip("docker-registry or skopeo is not installed")
    layout, digest = layout_with_image(tmp_path)
    secret, public = generate(tmp_path)
    server = Registry(tmp_path, tmp_path / "data")
    try:
        name = f"{server.host}/team/app"
        subprocess.run(["skopeo", "copy", "--dest-tls-verify=false", f"oci:{layout.path}:1",
                        f"docker://{name}:1"], check=True, capture_output=True, timeout=60)
        done = sign(tmp_path, secret, f"{name}:1")
        assert done.stdout == f"{name}@{digest}\n"
        run(tmp_path, "copy", f"{name}:1", "oci:back:1")
        back = Layout.__new__(Layout)
        back.path = tmp_path / "back"
        layers, bundles = check_signature(back, digest, public.read_bytes(), name)
        assert len(layers) == len(bundles) == 1
    finally:
        server.close()


def test_a_token_and_a_tpm_sign(tmp_path):
    layout, digest = layout_with_image(tmp_path)
    token = Token(tmp_path)
    for number, (kind, label) in enumerate({"EC:prime256v1": "p256", "EC:secp384r1": "p384",
                                            "EC:secp521r1": "p521", "rsa:2048": "rsa",
                                            "EC:edwards25519": "ed"}.items()):
        token.make(kind, label, f"0{number + 1}")
        layout, digest = layout_with_image(tmp_path, label)
        run(tmp_path, "sign", "--key", token.uri(label), f"oci:{label}:1", env=token.env)
        public = run(tmp_path, "key", "public", token.uri(label), env=token.env).stdout
        layers, bundles = check_signature(layout, digest, public.encode())
        assert len(layers) == len(bundles) == 1


@pytest.mark.parametrize("kind, more", [("EC", ["group:P-256"]), ("RSA", ["bits:2048"]),
                                        ("EC", ["group:P-256", "user-auth:tea"])])
def test_a_tpm_signs(tmp_path, kind, more):
    layout, digest = layout_with_image(tmp_path)
    with software_tpm(tmp_path) as env:
        words = [word for each in more for word in ("-pkeyopt", each)]
        made = subprocess.run(
            ["openssl", "genpkey", "-provider", "tpm2", "-provider", "default", "-propquery",
             "?provider=tpm2", "-algorithm", kind, *words, "-out", "tpm.key"], cwd=tmp_path,
            capture_output=True, timeout=60, env={**os.environ, **env})
        if made.returncode:
            pytest.skip("OpenSSL's provider tpm2 is not installed")
        tea = passphrase_file(tmp_path, "tea", "tea")
        run(tmp_path, "sign", "--key", "tpm:tpm.key", "--passphrase-file", tea, "oci:layout:1",
            env=env)
        public = run(tmp_path, "key", "public", "tpm.key", "--passphrase-file", tea,
                     env=env).stdout
        check_signature(layout, digest, public.encode())
        if len(more) == 2:
            wrong = passphrase_file(tmp_path, "coffee", "coffee")
            done = run(tmp_path, "sign", "--key", "tpm.key", "--passphrase-file", wrong,
                       "oci:layout:1", env=env, status=2)
            assert "the key does not sign" in done.stderr


@pytest.mark.parametrize("passphrase", [None, "tea"])
def test_a_handle_of_a_tpm_signs(tmp_path, passphrase):
    if not shutil.which("tpm2_evictcontrol"):
        pytest.skip("tpm2-tools are not installed")
    layout, digest = layout_with_image(tmp_path)
    with software_tpm(tmp_path) as env:
        env["TPM2TOOLS_TCTI"] = env["TPM2OPENSSL_TCTI"]
        auth = ["-p", passphrase] if passphrase else []
        for words in (["createprimary", "-C", "o", "-c", "p.ctx", "-G", "ecc"],
                      ["create", "-C", "p.ctx", "-G", "ecc:ecdsa", "-u", "k.pub", "-r", "k.priv",
                       *auth],
                      ["load", "-C", "p.ctx", "-u", "k.pub", "-r", "k.priv", "-c", "k.ctx"],
                      ["evictcontrol", "-C", "o", "-c", "k.ctx", "0x81000001"]):
            subprocess.run([f"tpm2_{words[0]}", "-Q", *words[1:]], cwd=tmp_path, check=True,
                           capture_output=True, timeout=60, env={**os.environ, **env})
            subprocess.run(["tpm2_flushcontext", "-t"], check=True, timeout=60,
                           env={**os.environ, **env})
        if subprocess.run(["openssl", "list", "-provider", "tpm2", "-providers"], timeout=60,
                          capture_output=True, env={**os.environ, **env}).returncode:
            pytest.skip("OpenSSL's provider tpm2 is not installed")
        name = "tpm:0x81000001" + ("?pass" if passphrase else "")
        words = ["--passphrase-file", passphrase_file(tmp_path, passphrase or "", "tea")]
        run(tmp_path, "sign", "--key", name, *words, "oci:layout:1", env=env)
        public = run(tmp_path, "key", "public", name, *words, env=env).stdout
        check_signature(layout, digest, public.encode())


PREDICATES = {
    "slsaprovenance": ({"builder": {"id": "https://ci.example.com"}, "buildType": "x"},
                       "https://slsa.dev/provenance/v0.2"),
    "slsaprovenance1": ({"buildDefinition": {"buildType": "x", "externalParameters": {}},
                         "runDetails": {"builder": {"id": "y"}}},
                        "https://slsa.dev/provenance/v1"),
    "spdx": ({"spdxVersion": "SPDX-2.3", "SPDXID": "SPDXRef-DOCUMENT"},
             "https://spdx.dev/Document"),
    "cyclonedx": ({"bomFormat": "CycloneDX", "specVersion": "1.5"}, "https://cyclonedx.org/bom"),
    "vuln": ({"scanner": {"uri": "x", "result": {}}, "metadata": {}},
             "https://cosign.sigstore.dev/attestation/vuln/v1"),
    "openvex": ({"@context": "https://openvex.dev/ns/v0.2.0", "statements": []},
                "https://openvex.dev/ns"),
    "vsa": ({"verifier": {"id": "v"}, "resourceUri": "r", "policy": {"uri": "p"},
             "verificationResult": "PASSED"}, "https://slsa.dev/verification_summary/v1"),
    "link": ({"name": "build", "materials": []}, "https://in-toto.io/Link/v1"),
    "https://example.com/own/v1": ({"any": [1, 2.5, None]}, "https://example.com/own/v1"),
}


@pytest.mark.parametrize("kind", PREDICATES)
def test_a_predicate_of_each_kind_is_attested(tmp_path, kind):
    predicate, uri = PREDICATES[kind]
    layout, digest = layout_with_image(tmp_path)
    secret, public = generate(tmp_path)
    (tmp_path / "p.json").write_text(json.dumps(predicate))
    done = sign(tmp_path, secret, "oci:layout:1", "--type", kind, "--predicate", "p.json",
                "--reference", "example.com/app", command="attest")
    assert done.stdout == f"oci:layout:{digest}\n"
    ((manifest, bundle),) = layout.bundles(digest)
    statement = check_bundle(manifest, bundle, public.read_bytes(), uri)
    assert statement == {"_type": "https://in-toto.io/Statement/v0.1", "predicateType": uri,
                         "subject": [{"name": "example.com/app",
                                      "digest": {"sha256": digest[7:]}}],
                         "predicate": predicate}
    (layer,) = layout.at(tag(digest, ".att"))["layers"]
    assert layer["mediaType"] == DSSE
    assert layer["annotations"] == {SIGNATURE: "", "predicateType": uri}
    envelope = json.loads(layout.get(layer["digest"]))
    assert holds(public.read_bytes(), pae(envelope),
                 base64.b64decode(envelope["signatures"][0]["sig"]))


@pytest.mark.parametrize("kind", [k for k in PREDICATES if "://" not in k])
def test_a_predicate_that_is_none_of_its_kind_is_not_signed(tmp_path, kind):
    layout, digest = layout_with_image(tmp_path)
    secret, _ = generate(tmp_path)
    for key in PREDICATES[kind][0]:
        less = {k: v for k, v in PREDICATES[kind][0].items() if k != key}
        (tmp_path / "p.json").write_text(json.dumps(less))
        done = sign(tmp_path, secret, "oci:layout:1", "--type", kind, "--predicate", "p.json",
                    command="attest", status=2)
        assert done.stderr.startswith("plimsoll: p.json: the predicate has no \"")
    assert layout.bundles(digest) == [] and layout.at(tag(digest, ".att")) is None


def test_any_text_is_attested_as_cosign_does(tmp_path):
    layout, digest = layout_with_image(tmp_path)
    secret, _ = generate(tmp_path)
    (tmp_path / "p.txt").write_text("hello \"world\"\n")
    sign(tmp_path, secret, "oci:layout:1", "--predicate", "p.txt", command="attest",
         env={"SOURCE_DATE_EPOCH": "1700000000"})
    ((manifest, bundle),) = layout.bundles(digest)
    assert manifest["annotations"]["org.opencontainers.image.created"] == "2023-11-14T22:13:20Z"
    statement = json.loads(base64.b64decode(bundle["dsseEnvelope"]["payload"]))
    assert statement["predicateType"] == "https://cosign.sigstore.dev/attestation/v1"
    assert statement["predicate"] == {"Data": "hello \"world\"\n",
                                      "Timestamp": "2023-11-14T22:13:20Z"}


def test_attestations_stand_beside_each_other(tmp_path):
    layout, digest = layout_with_image(tmp_path)
    secret, _ = generate(tmp_path)
    (tmp_path / "p.json").write_text("{}")
    for _ in range(2):
        sign(tmp_path, secret, "oci:layout:1", "--type", "https://x/", "-p", "p.json", "-f",
             "cosign", command="attest")
    assert len(layout.at(tag(digest, ".att"))["layers"]) == 2


@pytest.mark.parametrize("words, message", [
    (("sign", "oci:layout:1"), "say which key signs: --key FILE"),
    (("sign", "--key", "k.key"), "sign: needs one TARGET"),
    (("sign", "--key", "k.key", "oci:none:1"), "none"),
    (("sign", "--key", "k.key", "oci:layout:2"), "there is no \"2\""),
    (("sign", "--key", "k.pub", "oci:layout:1"), "k.pub: a public key, which cannot sign"),
    (("sign", "--key", "k.key", "-f", "x", "oci:layout:1"), "--format x: say cosign"),
    (("sign", "--key", "k.key", "-a", "x", "oci:layout:1"), "expected KEY=VALUE"),
    (("sign", "--key", "k.key", "-a", "x=1", "-a", "x=2", "oci:layout:1"), "x: given twice"),
    (("attest", "--key", "k.key", "oci:layout:1"), "attest: needs --predicate FILE"),
    (("attest", "--key", "k.key", "-t", "x", "-p", "k.pub", "oci:layout:1"), "--type x: say"),
    (("attest", "--key", "k.key", "-t", "spdx", "-p", "k.pub", "oci:layout:1"), "k.pub: line 1"),
])
def test_mistakes_are_explained_and_nothing_is_signed(tmp_path, words, message):
    layout, digest = layout_with_image(tmp_path)
    generate(tmp_path)
    before = layout.index()
    done = run(tmp_path, *words, "--passphrase-file", passphrase_file(tmp_path), status=2)
    assert message in done.stderr and done.stdout == ""
    assert layout.index() == before


# --- for the Notary Project ---

def certificates(tmp_path):
    """A root, and a key with its certificate for signing code, by openssl."""
    def openssl(*words):
        subprocess.run(["openssl", *words], cwd=tmp_path, check=True, capture_output=True,
                       timeout=60)
    (tmp_path / "root.ext").write_text("basicConstraints=critical,CA:true\n"
                                       "keyUsage=critical,keyCertSign\n")
    (tmp_path / "leaf.ext").write_text("keyUsage=critical,digitalSignature\n"
                                       "extendedKeyUsage=codeSigning\n")
    for name in ("root", "leaf"):
        openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", f"{name}.pem")
        openssl("req", "-new", "-key", f"{name}.pem", "-subj", f"/C=DE/ST=x/O=Example/CN={name}",
                "-out", f"{name}.csr")
    openssl("x509", "-req", "-in", "root.csr", "-signkey", "root.pem", "-days", "30", "-extfile",
            "root.ext", "-out", "root.crt")
    openssl("x509", "-req", "-in", "leaf.csr", "-CA", "root.crt", "-CAkey", "root.pem",
            "-CAcreateserial", "-days", "20", "-extfile", "leaf.ext", "-out", "leaf.crt")
    (tmp_path / "chain.pem").write_text((tmp_path / "leaf.crt").read_text() +
                                        (tmp_path / "root.crt").read_text())


@pytest.mark.parametrize("form, media_type", [("notation", "application/jose+json"),
                                              ("notation-cose", "application/cose")])
def test_an_image_is_signed_for_notation(tmp_path, form, media_type):
    layout, digest = layout_with_image(tmp_path)
    certificates(tmp_path)
    done = run(tmp_path, "sign", "--key", "leaf.pem", "--certificate-chain", "chain.pem", "-f",
               form, "-a", "env=prod", "oci:layout:1")
    assert done.stdout == f"oci:layout:{digest}\n" and "for notation as sha256:" in done.stderr
    (manifest,) = [m for m in (json.loads(layout.get(e["digest"])) for e in layout.index())
                   if m.get("subject", {}).get("digest") == digest]
    assert manifest["artifactType"] == "application/vnd.cncf.notary.signature"
    (layer,) = manifest["layers"]
    assert layer["mediaType"] == media_type
    assert layout.get(manifest["config"]["digest"]) == b"{}"
    if form == "notation":
        envelope = json.loads(layout.get(layer["digest"]))
        payload = envelope["payload"] + "=" * (-len(envelope["payload"]) % 4)
        assert json.loads(base64.urlsafe_b64decode(payload)) == {"targetArtifact": {
            "mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": digest,
            "size": len(layout.get(digest)), "annotations": {"env": "prod"}}}
    done = run(tmp_path, "sign", "--key", "root.pem", "--certificate-chain", "chain.pem", "-f",
               form, "oci:layout:1", status=2)
    assert "certificate" in done.stderr
    done = run(tmp_path, "sign", "--key", "leaf.pem", "-f", form, "oci:layout:1", status=2)
    assert "needs --certificate-chain FILE" in done.stderr


# --- what was signed is verified ---

@pytest.mark.parametrize("kind", ["ecdsa-p256", "ecdsa-p384", "ecdsa-p521", "ed25519", "rsa-3072"])
@pytest.mark.parametrize("form", ["cosign", "bundle"])
def test_what_was_signed_is_verified_by_its_key_alone(tmp_path, kind, form):
    layout, digest = layout_with_image(tmp_path)
    secret, public = generate(tmp_path, type=kind)
    generate(tmp_path, "other")
    run(tmp_path, "verify", "oci:layout:1", "--key", public, status=1)
    sign(tmp_path, secret, "oci:layout:1", "-f", form, "-a", "env=prod")
    done = run(tmp_path, "verify", "oci:layout:1", "--key", public, "-a", "env=prod")
    assert digest in done.stdout
    run(tmp_path, "verify", "oci:layout:1", "--key", public, "-a", "env=dev", status=1)
    done = run(tmp_path, "verify", "oci:layout:1", "--key", "other.pub", status=1)
    assert "the signature is not by the key other.pub" in " ".join(done.stdout.split())
    run(tmp_path, "verify", "oci:layout:1", "--key", "other.pub", "--key", public)


@pytest.mark.parametrize("form", ["cosign", "bundle"])
def test_an_attestation_is_verified_by_its_type(tmp_path, form):
    layout_with_image(tmp_path)
    secret, public = generate(tmp_path)
    (tmp_path / "p.json").write_text(json.dumps(PREDICATES["spdx"][0]))
    sign(tmp_path, secret, "oci:layout:1", "--type", "spdx", "-p", "p.json", "-f", form,
         command="attest")
    run(tmp_path, "verify", "oci:layout:1", "--key", public, "--type", "spdx")
    run(tmp_path, "verify", "oci:layout:1", "--key", public, "--type", "vsa", status=1)
    # an SBOM that is attested is no signature of the image
    run(tmp_path, "verify", "oci:layout:1", "--key", public, status=1)


def test_every_byte_of_a_signature_counts(tmp_path):
    """One bit of payload, signature or envelope changed, and all digests above made right again."""
    layout, digest = layout_with_image(tmp_path)
    secret, public = generate(tmp_path)
    sign(tmp_path, secret, "oci:layout:1", "-f", "cosign")
    manifest = layout.at(tag(digest, ".sig"))
    payload = layout.get(manifest["layers"][0]["digest"])
    before = layout.index()
    for at in range(0, len(payload), 7):
        changed = bytearray(payload)
        changed[at] ^= 1
        layer = {**layout.put(bytes(changed), SIMPLE),
                 "annotations": manifest["layers"][0]["annotations"]}
        made = layout.put(json.dumps({**manifest, "layers": [layer]}).encode(),
                          "application/vnd.oci.image.manifest.v1+json")
        layout.write_index(before[:1])
        layout.tag(made, tag(digest, ".sig"))
        done = run(tmp_path, "verify", "oci:layout:1", "--key", public, "--format", "json",
                   status=1)
        assert json.loads(done.stdout)["verdict"] == "not_verified"
    signature = base64.b64decode(manifest["layers"][0]["annotations"][SIGNATURE])
    for at in range(0, len(signature), 5):
        changed = bytearray(signature)
        changed[at] ^= 1
        layer = {**manifest["layers"][0],
                 "annotations": {SIGNATURE: base64.b64encode(bytes(changed)).decode()}}
        made = layout.put(json.dumps({**manifest, "layers": [layer]}).encode(),
                          "application/vnd.oci.image.manifest.v1+json")
        layout.write_index(before[:1])
        layout.tag(made, tag(digest, ".sig"))
        run(tmp_path, "verify", "oci:layout:1", "--key", public, status=1)


def test_a_payload_of_another_type_needs_the_switch(tmp_path):
    layout, digest = layout_with_image(tmp_path)
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", "k.pem"], check=True,
                   cwd=tmp_path, capture_output=True)
    subprocess.run(["openssl", "pkey", "-in", "k.pem", "-pubout", "-out", "k.pub"], check=True,
                   cwd=tmp_path)
    payload = json.dumps({"critical": {"identity": {"docker-reference": "x"},
                                       "image": {"docker-manifest-digest": digest},
                                       "type": "other"}, "optional": None}).encode()
    (tmp_path / "payload").write_bytes(payload)
    signature = subprocess.run(["openssl", "pkeyutl", "-sign", "-rawin", "-inkey", "k.pem", "-in",
                                "payload"], check=True, cwd=tmp_path, capture_output=True).stdout
    layer = {**layout.put(payload, "application/octet-stream"),
             "annotations": {SIGNATURE: base64.b64encode(signature).decode()}}
    layout.tag(layout.put(json.dumps({"schemaVersion": 2, "config": layer, "layers": [layer]})
                          .encode(), "application/vnd.oci.image.manifest.v1+json"),
               tag(digest, ".sig"))
    done = run(tmp_path, "verify", "oci:layout:1", "--key", "k.pub", status=1)
    assert "--accept payload-type" in " ".join(done.stdout.split())
    run(tmp_path, "verify", "oci:layout:1", "--key", "k.pub", "--accept", "payload-type")
    run(tmp_path, "verify", "oci:layout:1", "--key", "k.pub", "--accept", "all", status=2)
