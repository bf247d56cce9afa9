# SPDX-License-Identifier: Apache-2.0
"""Signatures of the Notary Project: sign --format notation, verify TARGET and verify notation."""
import base64
import datetime
import hashlib
import json
import os
import pathlib
import subprocess

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

PLIMSOLL = os.environ["PLIMSOLL"]
NOW = "2027-01-15T08:00:00Z"
EPOCH = str(int(datetime.datetime(2027, 1, 15, 7, tzinfo=datetime.timezone.utc).timestamp()))
MANIFEST = "application/vnd.oci.image.manifest.v1+json"


def run(*words, env=None):
    done = subprocess.run([PLIMSOLL, *map(str, words)], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, env=os.environ | (env or {}), check=False)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def name(common):
    return x509.Name([x509.NameAttribute(kind, text) for kind, text in (
        (NameOID.COUNTRY_NAME, "US"), (NameOID.STATE_OR_PROVINCE_NAME, "WA"),
        (NameOID.ORGANIZATION_NAME, "Example"), (NameOID.COMMON_NAME, common))])


def certificate(common, key, issuer, issuer_key, is_ca):
    usage = dict.fromkeys(("content_commitment", "key_encipherment", "data_encipherment",
                           "key_agreement", "encipher_only", "decipher_only"), False)
    builder = (x509.CertificateBuilder().subject_name(name(common)).issuer_name(issuer)
               .public_key(key.public_key()).serial_number(x509.random_serial_number())
               .not_valid_before(datetime.datetime(2026, 1, 1))
               .not_valid_after(datetime.datetime(2028, 1, 1))
               .add_extension(x509.BasicConstraints(is_ca, None), True)
               .add_extension(x509.KeyUsage(digital_signature=not is_ca, key_cert_sign=is_ca,
                                            crl_sign=is_ca, **usage), True))
    if not is_ca:
        builder = builder.add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), False)
    return builder.sign(issuer_key, hashes.SHA256())


def pem(cert):
    return cert.public_bytes(serialization.Encoding.PEM)


class World:
    """A signer with its chain, and a verifier with its trust policy, in one folder."""

    def __init__(self, path):
        self.path = path
        root_key, self.key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(
            ec.SECP384R1())
        self.root = certificate("Root", root_key, name("Root"), root_key, True)
        self.leaf = certificate("Signer", self.key, name("Root"), root_key, False)
        (path / "chain.pem").write_bytes(pem(self.leaf) + pem(self.root))
        (path / "signer.key").write_bytes(self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption()))
        store = path / "notation" / "truststore" / "x509" / "ca" / "example"
        store.mkdir(parents=True)
        (store / "root.pem").write_bytes(pem(self.root))
        self.policy()
        self.image()

    def policy(self, **changes):
        statement = {"name": "all", "registryScopes": ["*"],
                     "signatureVerification": {"level": "strict"}, "trustStores": ["ca:example"],
                     "trustedIdentities": ["x509.subject: C=US, ST=WA, O=Example, CN=Signer"]}
        document = {"version": "1.0", "trustPolicies": [statement | changes]}
        (self.path / "notation" / "trustpolicy.json").write_text(json.dumps(document))

    def blob(self, data):
        digest = hashlib.sha256(data).hexdigest()
        folder = self.path / "image" / "blobs" / "sha256"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / digest).write_bytes(data)
        return {"digest": f"sha256:{digest}", "size": len(data)}

    def image(self):
        config = self.blob(b"{}") | {"mediaType": "application/vnd.oci.image.config.v1+json"}
        manifest = json.dumps({"schemaVersion": 2, "mediaType": MANIFEST, "config": config,
                               "layers": []}).encode()
        entry = self.blob(manifest) | {"mediaType": MANIFEST, "annotations": {
            "org.opencontainers.image.ref.name": "1"}}
        self.digest = entry["digest"]
        (self.path / "image" / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')
        (self.path / "image" / "index.json").write_text(json.dumps(
            {"schemaVersion": 2, "manifests": [entry]}))

    @property
    def target(self):
        return f"oci:{self.path / 'image'}:1"

    def sign(self, *more, form="notation"):
        return run("sign", "--key", self.path / "signer.key", "--format", form,
                   "--certificate-chain", self.path / "chain.pem", *more, self.target,
                   env={"SOURCE_DATE_EPOCH": EPOCH})

    def verify(self, *more, now=NOW):
        return run("verify", self.target, "--trust-dir", self.path / "notation", "--now", now,
                   *more)

    def envelope(self):
        """The envelope that was written last, and its media type."""
        index = json.loads((self.path / "image" / "index.json").read_text())
        for entry in reversed(index["manifests"]):
            path = self.path / "image" / "blobs" / "sha256" / entry["digest"][7:]
            manifest = json.loads(path.read_bytes())
            if manifest.get("artifactType") == "application/vnd.cncf.notary.signature":
                layer = manifest["layers"][0]
                folder = self.path / "image" / "blobs" / "sha256"
                return (folder / layer["digest"][7:]).read_bytes(), layer["mediaType"]
        raise AssertionError("no signature in the layout")


@pytest.fixture(name="world")
def a_world(tmp_path):
    return World(tmp_path)


@pytest.mark.parametrize("form", ["notation", "notation-cose"])
def test_what_is_signed_is_verified(world, form):
    status, out, err = world.sign(form=form)
    assert (status, world.digest in out) == (0, True), err
    assert "notation" in err
    status, out, err = world.verify("--format", "json")
    answer = json.loads(out)
    assert status == 0, out + err
    assert answer["digest"] == world.digest
    assert answer["signatures"][0]["holds"]
    status, out, _ = world.verify("--print-reference")
    assert (status, out.strip()) == (0, world.digest)


def test_an_image_without_a_signature_is_not_verified(world):
    status, out, _ = world.verify()
    assert status == 1
    assert "not signed" in out


def test_a_signer_whom_the_policy_does_not_name_is_refused(world):
    world.sign()
    world.policy(trustedIdentities=["x509.subject: C=US, ST=WA, O=Example, CN=Somebody"])
    status, out, _ = world.verify()
    assert status == 1
    assert "is none of those that the policy" in " ".join(out.split())


def test_a_repository_that_no_statement_is_for_is_refused(world):
    world.sign()
    world.policy(registryScopes=["registry.example.com/other"])
    status, out, _ = world.verify("--scope", "registry.example.com/app")
    assert status == 1
    assert "no statement of the trust policy is for" in " ".join(out.split())


def test_time_counts(world):
    world.sign("--expiry", "2027-01-20T00:00:00Z")
    assert world.verify()[0] == 0
    status, out, _ = world.verify(now="2027-01-21T00:00:00Z")
    assert (status, "the signature expired on 2027-01-20" in " ".join(out.split())) == (1, True)
    assert world.verify(now="2029-01-01T00:00:00Z")[0] == 1


def test_metadata_is_signed_too(world):
    world.sign("-a", "build=7")
    assert world.verify("--user-metadata", "build=7")[0] == 0
    status, out, _ = world.verify("--user-metadata", "build=8")
    assert (status, "it does not say build=8" in " ".join(out.split())) == (1, True)
    assert world.verify("--user-metadata", "build")[0] == 2


@pytest.mark.parametrize("form", ["notation", "notation-cose"])
def test_an_envelope_in_a_file(world, form):
    world.sign(form=form)
    data, media_type = world.envelope()
    assert media_type == ("application/cose" if form.endswith("cose") else "application/jose+json")
    path = world.path / "envelope"
    path.write_bytes(data)
    words = ["verify", "notation", path, "--trust-dir", world.path / "notation", "--now", NOW]
    assert run(*words, "--artifact", world.digest)[0] == 0
    status, out, _ = run(*words, "--artifact", "sha256:" + "0" * 64)
    assert (status, "it is of sha256:" in " ".join(out.split())) == (1, True)
    path.write_bytes(data[:-20] + bytes([data[-20] ^ 1]) + data[-19:])
    assert run(*words, "--artifact", world.digest)[0] == 1


def test_mistakes_in_the_command_are_neither_yes_nor_no(world):
    world.sign()
    assert world.verify("--key", world.path / "chain.pem")[0] == 2
    assert run("verify", "notation", world.path / "chain.pem")[0] == 2
    (world.path / "notation" / "trustpolicy.json").write_text("{}")
    status, out, err = world.verify()
    assert status == 2, out + err


def test_a_link_in_a_trust_store_is_refused(world):
    world.sign()
    store = world.path / "notation" / "truststore" / "x509" / "ca" / "example"
    pathlib.Path(store / "more.pem").symlink_to(store / "root.pem")
    status, out, err = world.verify()
    assert status != 0
    assert "a trust store has none" in " ".join((out + err).split())


def test_a_certificate_of_another_key_cannot_sign(world):
    other = ec.generate_private_key(ec.SECP256R1())
    (world.path / "signer.key").write_bytes(other.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption()))
    status, _, err = world.sign()
    assert (status, "is not of that key" in err) == (2, True), err


def test_the_chain_is_asked_for(world):
    status, _, err = run("sign", "--key", world.path / "signer.key", "--format", "notation",
                         world.target)
    assert (status, "--certificate-chain FILE" in err) == (2, True)


POLICY = """policy: notation
trust:
  signers:
    release: {notation: root.pem, subject: 'O=Example, CN=Signer'}
    other: {notation: root.pem, subject: 'CN=Somebody'}
    again: {notation: root.pem, subject: 'C=US'}
  images:
    - {match: '**', signed-by: [%s], need: all}
"""


@pytest.mark.parametrize("signers, status", [("release", 0), ("other", 1), ("release, other", 1),
                                             ("release, again", 1)])
def test_a_policy_can_ask_for_such_a_signer(world, signers, status):
    world.sign()
    (world.path / "root.pem").write_bytes(pem(world.root))
    (world.path / "policy.yaml").write_text(POLICY % signers, encoding="utf-8")
    got, out, err = run("verify", world.target, "--policy", world.path / "policy.yaml",
                        "--now", NOW, "--as", "registry.example.com/app:1")
    assert got == status, out + err


def test_a_policy_says_what_a_signer_of_notation_lacks(world):
    (world.path / "root.pem").write_bytes(pem(world.root))
    (world.path / "policy.yaml").write_text(
        (POLICY % "release").replace(", subject: 'CN=Somebody'", ""), encoding="utf-8")
    status, out, err = run("verify", world.target, "--policy", world.path / "policy.yaml",
                           "--now", NOW, "--as", "registry.example.com/app:1")
    assert (status, "say whom the certificate is for" in " ".join((out + err).split())) == (2, True)


def unpadded(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def by_authority(world, header):
    """An envelope of the scheme notary.x509.signingAuthority, in JWS, written by hand."""
    signed = unpadded(json.dumps(header).encode())
    payload = unpadded(json.dumps({"targetArtifact": {
        "mediaType": MANIFEST, "digest": world.digest, "size": 1}}).encode())
    r, s = decode_dss_signature(world.key.sign(f"{signed}.{payload}".encode(),
                                               ec.ECDSA(hashes.SHA384())))
    chain = [base64.b64encode(cert.public_bytes(serialization.Encoding.DER)).decode()
             for cert in (world.leaf, world.root)]
    return json.dumps({"payload": payload, "protected": signed, "header": {"x5c": chain},
                       "signature": unpadded(r.to_bytes(48, "big") + s.to_bytes(48, "big"))})


AUTHORITY = {
    "alg": "ES384", "cty": "application/vnd.cncf.notary.payload.v1+json",
    "crit": ["io.cncf.notary.signingScheme", "io.cncf.notary.authenticSigningTime"],
    "io.cncf.notary.signingScheme": "notary.x509.signingAuthority",
    "io.cncf.notary.authenticSigningTime": "2026-06-01T00:00:00Z",
}


@pytest.mark.parametrize("changes, status, why", [
    ({}, 0, ""),
    ({"io.cncf.notary.authenticSigningTime": "2025-06-01T00:00:00Z"}, 1, "not yet valid"),
    ({"io.cncf.notary.authenticSigningTime": None}, 1, "may not be critical"),
    ({"io.cncf.notary.signingTime": "2026-06-01T00:00:00Z"}, 1, "is not for the scheme"),
    ({"crit": ["io.cncf.notary.signingScheme"]}, 1, "is not critical"),
    ({"io.cncf.notary.signingScheme": "notary.x509"}, 1, "\"io.cncf.notary.signingTime\" is missing"),
    ({"io.cncf.notary.signingScheme": "notary.other"}, 1, "is not known"),
    ({"cty": "text/plain"}, 1, "the content type is \"text/plain\""),
    ({"crit": [*AUTHORITY["crit"], "odd"], "odd": 1}, 1, "the critical attribute \"odd\""),
    ({"crit": [*AUTHORITY["crit"], "io.cncf.notary.verificationPlugin"],
      "io.cncf.notary.verificationPlugin": "com.example.plugin"}, 1,
     "it needs the verification plugin \"com.example.plugin\""),
])
def test_what_a_signing_authority_signs(world, changes, status, why):
    ca = world.path / "notation" / "truststore" / "x509" / "ca"
    ca.rename(ca.parent / "signingAuthority")
    world.policy(trustStores=["signingAuthority:example"])
    header = {key: value for key, value in (AUTHORITY | changes).items() if value is not None}
    (world.path / "envelope").write_text(by_authority(world, header), encoding="utf-8")
    got, out, err = run("verify", "notation", world.path / "envelope", "--artifact", world.digest,
                        "--trust-dir", world.path / "notation", "--now", "2029-01-01T00:00:00Z")
    assert got == status, out + err
    assert why in " ".join(out.split()), out


def test_a_store_that_is_named_often_counts_as_often(world):
    """The room for what time stamps are judged by goes by what the policy names."""
    world.sign()
    store = world.path / "notation" / "truststore" / "x509" / "tsa" / "time"
    store.mkdir(parents=True)
    (store / "roots.pem").write_bytes(64 * pem(world.root))
    world.policy(trustStores=["ca:example"] + 31 * ["tsa:time"])
    envelope = json.loads(world.envelope()[0])
    envelope["header"]["io.cncf.notary.timestampSignature"] = base64.b64encode(b"none").decode()
    (world.path / "stamped.json").write_text(json.dumps(envelope))
    status, out, err = run("verify", "notation", world.path / "stamped.json", "--artifact",
                           world.digest, "--trust-dir", world.path / "notation", "--now", NOW)
    assert status == 1 and "time stamp" in out, (status, out, err)
