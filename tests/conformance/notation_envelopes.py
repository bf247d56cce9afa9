#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs envelopes and time stamps of the Notary Project against `plimsoll verify notation`.

    notation_envelopes.py --plimsoll build/src/plimsoll --suite DIR

A case is a folder with case.json and an envelope (envelope.sig, envelope.jws.json) or a token
(token.p7s). Its certificates may have expired, so an envelope is verified at the time its signer
says, where what is tested is not time itself, by a policy made here: the trust store the case
names, any identity, no revocation. What it is of is read from its own payload. Every miss is printed
as "CASE: what is wrong", the last line is "notation-envelopes: N of M".
"""
import argparse
import base64
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import jose_check


def unpadded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Envelope:
    """What the runner has to know of an envelope, found without reading it properly."""

    def __init__(self, data):
        self.data = data
        if data[:1] == b"{":
            doc = json.loads(data)
            head = json.loads(unpadded(doc["protected"]))
            self.payload = json.loads(unpadded(doc["payload"]))
            self.time = (head.get("io.cncf.notary.signingTime") or
                         head["io.cncf.notary.authenticSigningTime"])
            self.authority = head["io.cncf.notary.signingScheme"].endswith("signingAuthority")
        else:
            self.payload = json.loads(re.search(rb'\{"targetArtifact":.*?\}\}', data).group())
            at = re.search(rb"(?:signingTime|SigningTime)\xc1\x1a(....)", data, re.DOTALL)
            self.time = int.from_bytes(at.group(1), "big")
            self.authority = b"notary.x509.signingAuthority" in data

    @property
    def now(self):
        if isinstance(self.time, str):
            return self.time
        return subprocess.run(["date", "-u", "-d", f"@{self.time}", "+%Y-%m-%dT%H:%M:%SZ"],
                              stdout=subprocess.PIPE, check=True).stdout.decode().strip()

    @property
    def digest(self):
        return self.payload["targetArtifact"]["digest"]


def roots_of(case, envelope, work):
    """The trust store, as a folder of the notation tool: what the case names, or its own root."""
    store = case.get("trust_store")
    kind = "signingAuthority" if envelope.authority else "ca"
    folder = work / "truststore" / "x509" / kind / "it"
    folder.mkdir(parents=True)
    if not store:
        return folder, kind
    source = case["suite_dir"] / "truststore" / "x509" / store
    for path in source.iterdir():
        shutil.copy(path, folder / path.name)
    return folder, kind


def chain_of(envelope):
    """The last certificate of the envelope, in DER."""
    if envelope.data[:1] == b"{":
        return base64.b64decode(json.loads(envelope.data)["header"]["x5c"][-1])
    at = re.search(rb"\x18\x21[\x81-\x97][\x58\x59]", envelope.data).start() + 2  # 33: x5chain
    n, at, last = envelope.data[at] & 31, at + 1, b""
    for _ in range(n):
        size = 1 << ((envelope.data[at] & 31) - 24)
        length = int.from_bytes(envelope.data[at + 1:at + 1 + size], "big")
        at += 1 + size
        last, at = envelope.data[at:at + length], at + length
    return last


def config_of(case, envelope, work, tsa, level="strict"):
    folder, kind = roots_of(case, envelope, work)
    if not any(folder.iterdir()) or "note" in case:  # says that its expectation is not about trust
        (folder / "root.crt").write_bytes(chain_of(envelope))
    stores = [f"{kind}:it"]
    if tsa:
        target = work / "truststore" / "x509" / "tsa" / "clock"
        target.mkdir(parents=True)
        for path in (case["suite_dir"] / "truststore" / "x509" / tsa).iterdir():
            shutil.copy(path, target / path.name)
        stores.append("tsa:clock")
    policy = {"version": "1.0", "trustPolicies": [{
        "name": "suite", "registryScopes": ["*"],
        "signatureVerification": {"level": level, "override": {"revocation": "skip"}},
        "trustStores": stores, "trustedIdentities": ["*"]}]}
    (work / "trustpolicy.json").write_text(json.dumps(policy), encoding="utf-8")


def verify(plimsoll, case, data, now=None, tsa=None):
    """(exit status, what was printed)"""
    with tempfile.TemporaryDirectory() as name:
        work = pathlib.Path(name)
        envelope = Envelope(data)
        config_of(case, envelope, work, tsa)
        (work / "envelope").write_bytes(data)
        done = subprocess.run([plimsoll, "verify", "notation", str(work / "envelope"), "--artifact",
                               envelope.digest, "--trust-dir", str(work), "--now",
                               now or envelope.now, "--format", "json"],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        text = done.stdout.decode()
        return done.returncode, text if done.stdout else done.stderr.decode()


def with_token(envelope, token):
    """The JWS envelope with another time stamp."""
    doc = json.loads(envelope)
    doc["header"]["io.cncf.notary.timestampSignature"] = base64.b64encode(token).decode()
    return json.dumps(doc).encode()


def fails_at(answer, *checks):
    status, text = answer
    if status != 1:
        return f"status {status} instead of a refusal: {text.strip()[-300:]}"
    failed = json.loads(text)["failed"]
    return None if failed["check"] in checks else f"refused for another reason: {failed}"


def holds(answer):
    status, text = answer
    return None if status == 0 else f"status {status}: {text.strip()[-600:]}"


def judge(plimsoll, case, folder):
    expect, name = case["expect"], case["case"]
    envelopes = sorted(folder.glob("envelope.*"))
    data = envelopes[0].read_bytes() if envelopes else None
    if (folder / "conformance.json").exists():
        return judge_encoding(plimsoll, json.loads((folder / "conformance.json").read_text()))
    if name.startswith("tst-"):
        base = (case["suite_dir"] / "withoutTimestamp" / "envelope.sig").read_bytes()
        data = with_token(base, (folder / "token.p7s").read_bytes())
        return fails_at(verify(plimsoll, case, data, tsa="tsa/test-timestamp"), "time")
    if expect.startswith("integrity-ok"):
        return fails_at(verify(plimsoll, case, data), "plugin")
    if expect == "reject-integrity":
        return fails_at(verify(plimsoll, case, data), "signature", "format")
    if expect == "reject-expiry":
        return fails_at(verify(plimsoll, case, data, now="2099-01-01T00:00:00Z"), "expiry")
    if expect.startswith("reject"):
        return fails_at(verify(plimsoll, case, data, tsa=case.get("tsa_store")), "time",
                        "certificate")
    if expect.startswith("accept") or expect == "parse ok":
        return holds(verify(plimsoll, case, data, tsa=case.get("tsa_store")))
    return f"what is expected is not understood: {expect}"


def judge_encoding(plimsoll, vector):
    """Headers and payload go in, with the signature that stands at the end; the object comes out."""
    def packed(data):
        return base64.b64encode(data).decode()

    wanted = bytes.fromhex(vector["expectedOutput"]["cborHex"])
    signature = re.search(r"h'([0-9a-fA-F]+)'\]\)$", vector["expectedOutput"]["cborDiag"]).group(1)
    answer, = jose_check.ask(plimsoll, [{
        "kind": "cose-sign", "external": "", "payload": packed(bytes.fromhex(vector["payload"])),
        "protected": packed(bytes.fromhex(vector["protectedHeaders"]["cborHex"])),
        "header": packed(bytes.fromhex(vector["unprotectedHeaders"]["cborHex"])),
        "signature": packed(bytes.fromhex(signature))}])
    return None if answer.split()[-1] == packed(wanted) else f"other bytes: {answer}"


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--plimsoll", required=True)
    parser.add_argument("--suite", required=True)
    arguments = parser.parse_args()
    plimsoll = str(pathlib.Path(arguments.plimsoll).resolve())
    suite = pathlib.Path(arguments.suite).resolve()
    missed = total = 0
    for path in sorted(suite.rglob("case.json")):
        case = json.loads(path.read_text(encoding="utf-8"))
        case["suite_dir"] = path.parent.parent
        total += 1
        wrong = judge(plimsoll, case, path.parent)
        if wrong:
            missed += 1
            print(f"{path.parent.name}: {' '.join(wrong.split())}")
    print(f"notation-envelopes: {total - missed} of {total}")
    return 1 if missed or not total else 0


if __name__ == "__main__":
    sys.exit(main())
