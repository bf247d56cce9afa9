#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs vectors of COSE_Sign1: objects that hold or do not, and what a signer must write.

    cose_sign1.py --plimsoll build/src/plimsoll --suite DIR

DIR is searched for vector.json. A vector with sign1::verify holds an object, and whether it should
verify. One with sign1::sign holds headers, payload, what is to be signed and the object that comes
out; both are written anew, the object with the signature it has, and it must verify. Every miss is
printed as "CASE: what is wrong", the last line is "cose-sign1: N of M".
"""
import argparse
import base64
import json
import pathlib
import sys

import jose_check


def packed(text):
    return base64.b64encode(bytes.fromhex(text)).decode()


def item_length(data, at):
    """Where the string item at that offset starts and ends."""
    size, info = 0, data[at] & 31
    if info < 24:
        size, at = info, at + 1
    else:
        n = 1 << (info - 24)
        size, at = int.from_bytes(data[at + 1:at + 1 + n], "big"), at + 1 + n
    return at, at + size


def signature_of(vector):
    """The last item of the object: the rest is as the vector says it."""
    sign = vector["sign1::sign"]
    data = bytes.fromhex(sign["expectedOutput"]["cborHex"])
    at, end = item_length(data, 2)  # behind the tag and the head of the array
    protected = data[at:end]
    assert protected.hex() == sign["protectedHeaders"]["cborHex"] or not protected
    at = end + len(bytes.fromhex(sign["unprotectedHeaders"]["cborHex"]))
    if not sign.get("detached"):
        _, at = item_length(data, at)
    else:
        at += 1
    at, end = item_length(data, at)
    assert end == len(data)
    return data[at:end].hex()


def questions_of(vector):
    key = json.dumps(vector["key"])
    if "sign1::verify" in vector:
        verify = vector["sign1::verify"]
        return [{"kind": "cose", "key": key, "bytes": packed(verify["taggedCOSESign1"]["cborHex"]),
                 "external": packed(verify.get("external", ""))}]
    sign = vector["sign1::sign"]
    external = packed(sign.get("external", ""))
    return [{"kind": "cose-sign", "protected": packed(sign["protectedHeaders"]["cborHex"]),
             "header": packed(sign["unprotectedHeaders"]["cborHex"]),
             "payload": packed(sign["payload"]), "external": external,
             "signature": packed(signature_of(vector))},
            {"kind": "cose", "key": key, "bytes": packed(sign["expectedOutput"]["cborHex"]),
             "external": external}]


def what_is_wrong(vector, answers):
    if "sign1::verify" in vector:
        wanted = vector["sign1::verify"]["shouldVerify"]
        return None if (answers[0] == "holds") == wanted else f"wanted {wanted}, got {answers[0]}"
    sign = vector["sign1::sign"]
    wanted = f"{packed(sign['tbsHex']['cborHex'])} {packed(sign['expectedOutput']['cborHex'])}"
    if answers[0] != wanted:
        return f"other bytes: {answers[0]}"
    return None if answers[1] == "holds" else answers[1]


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--plimsoll", required=True)
    parser.add_argument("--suite", required=True)
    arguments = parser.parse_args()
    paths = sorted(pathlib.Path(arguments.suite).rglob("vector.json"))
    vectors = [json.loads(path.read_text(encoding="utf-8")) for path in paths]
    asked = [questions_of(vector) for vector in vectors]
    answers = iter(jose_check.ask(arguments.plimsoll, [q for group in asked for q in group]))
    missed = 0
    for path, vector, group in zip(paths, vectors, asked):
        wrong = what_is_wrong(vector, [next(answers) for _ in group])
        if wrong:
            missed += 1
            print(f"{path.parent.name}: {wrong}")
    print(f"cose-sign1: {len(paths) - missed} of {len(paths)}")
    return 1 if missed or not paths else 0


if __name__ == "__main__":
    sys.exit(main())
