#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares our expressions with those of another implementation of CEL, @bufbuild/cel.

    tests/cel/compare.py --plimsoll PROGRAM --peer DIR [--seed N] [--count N | --seconds N]

Random expressions of a known type (generate.py), and mutations of those in our own tests, are
answered by both: they must give the same value, or both an error, whatever it says. What we say
with the checker must be what we say without it, and it must take all that was made to a type.

Where they differ, the smallest part that does so alone is looked for, with values in place of its
parts, and compared with the rows of explained.tsv. The last line is
"cel: N expressions, N agree, N explained"; exit status 1 when something is not explained.
"""
import argparse
import base64
import collections
import datetime
import json
import math
import os
import pathlib
import random
import re
import select
import subprocess
import sys
import time

import generate
import seeds

HERE = pathlib.Path(__file__).resolve().parent
BATCH = 500
ANSWER_SECONDS = 20
ENVIRONMENT = os.environ | {"TZ": "UTC"}  # the peer counts days of the year in the local zone
SHOWN = 40


class Program:
    """Answers lines of JSON; one that does not in time is started again."""

    def __init__(self, command, cwd=None):
        self.command, self.cwd = command, cwd
        self.start()

    def start(self):
        self.process = subprocess.Popen(self.command, cwd=self.cwd, env=ENVIRONMENT, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, bufsize=0)
        self.left = b""

    def line(self):
        """The next answer; None when there is none in time, or no more."""
        out = self.process.stdout
        while b"\n" not in self.left:
            if not select.select([out], [], [], ANSWER_SECONDS)[0]:
                return None
            piece = os.read(out.fileno(), 1 << 16)
            if not piece:
                return None
            self.left += piece
        line, self.left = self.left.split(b"\n", 1)
        return json.loads(line)

    def ask(self, cases):
        """The answers, in order."""
        answers = []
        while len(answers) < len(cases):
            part = cases[len(answers):len(answers) + 20]  # fewer than a pipe holds: none waits for ever
            self.process.stdin.write("".join(json.dumps(case) + "\n" for case in part).encode())
            for _ in part:
                answer = self.line()
                if answer is None:
                    self.process.kill()
                    self.process.wait()
                    self.start()
                    answers.append({"error": "NO ANSWER"})
                    break
                answers.append(answer)
        return answers

    def close(self):
        self.process.stdin.close()
        return self.process.wait()


# ---- values ----

def seconds_of(text):
    """[seconds, nanoseconds] of "2024-02-29T23:59:59.5Z", nanoseconds counted upwards."""
    whole, _, fraction = text.removesuffix("Z").partition(".")
    at = datetime.datetime.fromisoformat(whole + "+00:00")
    return [round((at - datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)).total_seconds()),
            int(fraction.ljust(9, "0") or 0)]


def length_of(text):
    """The same of "-1.5s"."""
    negative, digits = text.startswith("-"), text.removeprefix("-").removesuffix("s")
    whole, _, fraction = digits.partition(".")
    nanos = int(whole) * 10**9 + int(fraction.ljust(9, "0") or 0)
    return list(divmod(-nanos if negative else nanos, 10**9))


def plain(tagged):
    """A value in one form: times in nanoseconds, doubles as numbers, maps sorted."""
    (kind, v), = tagged.items()
    if kind in ("timestamp", "duration"):
        if isinstance(v, str):
            v = (seconds_of if kind == "timestamp" else length_of)(v)
        return {kind: int(v[0]) * 10**9 + v[1]}
    if kind == "double":
        v = float(v)
        return {kind: "NaN" if math.isnan(v) else repr(v)}
    if kind == "list":
        return {kind: [plain(item) for item in v]}
    if kind == "map":
        return {kind: sorted(([plain(key), plain(value)] for key, value in v), key=json.dumps)}
    return {kind: v}


def result_of(answer):
    if "typed_result" in answer:
        answer = answer["typed_result"]
    if "error" in answer:
        return {"error": "NO ANSWER" if answer["error"] == "NO ANSWER" else ""}
    return plain(answer["value"])


LITERALS = {
    "null": lambda v: "null",
    "bool": lambda v: "true" if v else "false",
    "int": lambda v: f"({v})" if v.startswith("-") else v,
    "uint": lambda v: f"{v}u",
    "string": json.dumps,
    "bytes": lambda v: 'b"' + "".join(f"\\x{c:02x}" for c in base64.b64decode(v)) + '"',
    "list": lambda v: "[" + ", ".join(map(literal, v)) + "]",
    "map": lambda v: "{" + ", ".join(f"{literal(key)}: {literal(value)}" for key, value in v) + "}",
    "timestamp": lambda v: f'timestamp("{v}")',
    "duration": lambda v: f'duration("{v}")',
    "type": lambda v: v,
}


def double_literal(v):
    if v in ("NaN", "Infinity", "-Infinity"):
        return f'double("{v}")'
    text = v if re.search(r"[.e]", v) else v + ".0"
    return f"({text})" if text.startswith("-") else text


def literal(tagged):
    """Our answer as an expression again."""
    (kind, v), = tagged.items()
    return double_literal(v) if kind == "double" else LITERALS[kind](v)


# ---- comparing ----

BINDINGS = {name: value for name, (_, value) in generate.VARIABLES.items()}


def type_name(kind):
    if not isinstance(kind, tuple):
        return {"null": "null_type", "timestamp": "google.protobuf.Timestamp",
                "duration": "google.protobuf.Duration"}.get(kind, kind)
    return f"{kind[0]}({', '.join(map(type_name, kind[1:]))})"


TYPES = [{"ident": name, "type": type_name(kind)} for name, (kind, _) in generate.VARIABLES.items()]


def for_peer(value):
    """Times as the peer reads them."""
    (kind, v), = value.items()
    if kind in ("timestamp", "duration"):
        nanos = plain(value)[kind]
        seconds, rest = divmod(nanos, 10**9)
        return {kind: [str(seconds), rest] if kind == "timestamp" or seconds >= 0 or not rest
                else [str(seconds + 1), rest - 10**9]}
    return value


PEER_BINDINGS = {name: for_peer(value) for name, value in BINDINGS.items()}


class Comparison:
    def __init__(self, plimsoll, peer):
        self.ours = Program([plimsoll, "eval", "--jsonl"])
        self.theirs = Program(["node", "peer.mjs"], cwd=peer)

    def close(self):
        self.theirs.close()
        return self.ours.close()

    def both(self, texts):
        ours = self.ours.ask([{"expr": text, "bindings": BINDINGS, "type_env": TYPES,
                               "disable_check": True} for text in texts])
        theirs = self.theirs.ask([{"expr": text, "bindings": PEER_BINDINGS} for text in texts])
        return list(zip(ours, theirs))

    def differ(self, text):
        (ours, theirs), = self.both([text])
        return result_of(ours) != result_of(theirs)

    def checked(self, texts):
        return self.ours.ask([{"expr": text, "bindings": BINDINGS, "type_env": TYPES,
                               "needs": ["check"]} for text in texts])

    def smallest(self, tree):
        """The text of the innermost part that differs alone, its own parts replaced by values."""
        for part in tree.walk():
            if part.is_closed and self.differ(part.text):
                return self.simplify(part)
        return tree.text

    def simplify(self, part):
        pieces = list(part.pieces)
        for i, piece in enumerate(pieces):
            if not isinstance(piece, generate.Node) or not piece.is_closed:
                continue
            ours = self.both([piece.text])[0][0]
            if "value" in ours:
                pieces[i] = literal(ours["value"])
                if not self.differ(text_of(pieces)):
                    pieces[i] = piece
        return text_of(pieces)


def text_of(pieces):
    return "".join(p if isinstance(p, str) else p.text for p in pieces)


def short(answer):
    return json.dumps(answer.get("value", {"error": answer.get("error")}), ensure_ascii=False)


class Explained:
    """Rows of explained.tsv: patterns of the expression and of both answers, and the reason."""

    def __init__(self, path):
        self.rows = []
        self.used = collections.Counter()
        for line in path.read_text(encoding="utf-8").splitlines():
            if line and not line.startswith("#"):
                *patterns, reason = line.split("\t")
                self.rows.append(([re.compile(p, re.DOTALL) for p in patterns], reason))

    def find(self, *texts):
        for patterns, reason in self.rows:
            if all(p.search(text) for p, text in zip(patterns, texts, strict=True)):
                self.used[reason] += 1
                return True
        return False


class Run:
    def __init__(self, comparison, explained, seed):
        self.comparison, self.explained = comparison, explained
        self.rng = random.Random(seed)
        self.generator = generate.Generator(self.rng)
        self.seeds = seeds.read()
        self.n = self.n_agree = self.n_explained = 0
        self.n_values = 0
        self.unexplained = {}

    def look_into(self, text, tree):
        if tree:
            text = self.comparison.smallest(tree)
        (ours, theirs), = self.comparison.both([text])
        if self.explained.find(text, short(ours), short(theirs)):
            self.n_explained += 1
        else:
            self.unexplained.setdefault(text, (ours, theirs))

    def compare(self, texts, trees):
        for i, (ours, theirs) in enumerate(self.comparison.both(texts)):
            self.n += 1
            self.n_values += "value" in ours
            if result_of(ours) == result_of(theirs):
                self.n_agree += 1
            else:
                self.look_into(texts[i], trees[i])

    def check(self, trees):
        """Our checker takes what was made to a type, and changes no value."""
        texts = [tree.text for tree in trees]
        plain_answers = self.comparison.ours.ask([
            {"expr": text, "bindings": BINDINGS, "type_env": TYPES, "disable_check": True}
            for text in texts])
        for tree, unchecked, checked in zip(trees, plain_answers, self.comparison.checked(texts)):
            of = checked.get("typed_result", {}).get("type")
            if result_of(unchecked) != result_of(checked):
                self.unexplained.setdefault(tree.text, (checked, unchecked))
            elif of and "dyn" not in of and of != type_name(tree.type):
                self.unexplained.setdefault(tree.text, (of, type_name(tree.type)))

    def step(self, count):
        trees = [self.generator.expression() for _ in range(count * 3 // 4)]
        self.compare([tree.text for tree in trees], trees)
        self.check(trees)
        texts = [generate.mutate(self.rng, self.rng.choice(self.seeds) if self.rng.random() < 0.5
                                 else self.rng.choice(trees).text) for _ in range(count - len(trees))]
        texts = [text for text in texts if is_common(text)]
        self.compare(texts, [None] * len(texts))


# What only one of the two has: other libraries, optional values, messages, names of our own facts.
OURS_ONLY = re.compile(
    r"\?\.|\[\?|\{\s*\?|[\[,]\s*\?|\b(cel|math|sets|lists|base64|regex|net|optional|google|url|ip|cidr|quantity|"
    r"semver|isURL|isIP\w*|isCIDR|isQuantity|isSemver|find\w*|sort\w*|slice|flatten|distinct|reverse|"
    r"first|last|sum|min|max|isSorted|transform\w*|existsOne|orValue|or|value|hasValue|opt\w*|"
    r"format|\w*Map\w*)\b|\w\s*\{")


def is_common(text):
    return not OURS_ONLY.search(text)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    parser.add_argument("--plimsoll", required=True)
    parser.add_argument("--peer", required=True, help="where tools/cel-peer.sh put the package")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seconds", type=int, help="until then, instead of a count")
    return parser.parse_args()


def main():
    args = arguments()
    sys.stdout.reconfigure(errors="backslashreplace")  # halves of characters, as JavaScript has them
    comparison = Comparison(args.plimsoll, args.peer)
    run = Run(comparison, Explained(HERE / "explained.tsv"), args.seed)
    end = time.monotonic() + (args.seconds or 0)
    while time.monotonic() < end if args.seconds else run.n < args.count:
        run.step(BATCH)
    for text, (ours, theirs) in list(run.unexplained.items())[:SHOWN]:
        print(f"{text}\n    ours:   {json.dumps(ours, ensure_ascii=False)}\n"
              f"    theirs: {json.dumps(theirs, ensure_ascii=False)}")
    for reason, n in run.explained.used.most_common():
        print(f"{n:6} {reason}")
    status = comparison.close()
    print(f"cel: {run.n} expressions ({run.n_values} with a value), {run.n_agree} agree, "
          f"{run.n_explained} explained, {len(run.unexplained)} not")
    return 1 if run.unexplained or status not in (0, 1) else 0


if __name__ == "__main__":
    sys.exit(main())
