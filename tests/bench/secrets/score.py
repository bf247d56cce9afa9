#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Scores scanners of secrets on the labelled set that generate.py makes.

    score.py --plimsoll BIN --set DIR [--trivy PATH] [--gitleaks PATH] [--misses] [--json FILE]

Plimsoll and Trivy get the image, gitleaks, which reads no images, the same files as a folder; the
paths of both tools are also taken from the environment (TRIVY, GITLEAKS). What Plimsoll is less
than SURE about is not counted as told. A secret is found when something is told on its line, or, of
a binary file, of the file. Everything else that is told is a false alarm, of the group that the
file is, or imitates.

Prints precision, recall and F1 of each group and of all, recall of each kind of secret, false alarms
of each kind of look-alike, and how right Plimsoll's confidence is: of what it told with about that
confidence, how much was true. Exit status 1 when F1 of all is below BAR.
"""
import argparse
import collections
import json
import os
import pathlib
import subprocess
import sys

SURE = 0.5
BAR = 0.95
BANDS = [(0, 0.3), (0.3, 0.5), (0.5, 0.7), (0.7, 0.85), (0.85, 0.95), (0.95, 1.01)]


def run(*words):
    done = subprocess.run([str(word) for word in words], capture_output=True, check=False)
    if not done.stdout:
        sys.exit(f"{words[0]}: {done.stderr.decode(errors='replace')[:500]}")
    return json.loads(done.stdout)


def ask_plimsoll(program, folder):
    """[(path, line, rule, confidence)]"""
    report = run(program, "scan", "--scanners", "secret", "--secret-confidence", "0", "--no-ignore",
                 "--format", "json", f"docker-archive:{folder / 'image.tar'}")
    told = []
    for finding in report["findings"]:
        for place in finding["locations"] if finding["kind"] == "secret" else ():
            told.append((place["path"], place.get("line", 0), finding["rule"],
                         finding["confidence"]))
    return told


def ask_trivy(program, folder):
    report = run(program, "image", "--input", folder / "image.tar", "--scanners", "secret",
                 "--format", "json", "--quiet", "--skip-db-update", "--skip-version-check")
    return [(result["Target"].lstrip("/"), secret["StartLine"], secret["RuleID"], 1)
            for result in report.get("Results", ()) for secret in result.get("Secrets", ())]


def ask_gitleaks(program, folder):
    files = folder / "files"
    report = run(program, "dir", files, "--no-banner", "--exit-code", "0", "--report-format", "json",
                 "--report-path", "/dev/stdout", "--log-level", "error")
    return [(str(pathlib.Path(row["File"]).relative_to(files)), row["StartLine"], row["RuleID"], 1)
            for row in report]


class Labels:
    def __init__(self, path):
        self.true, self.group, self.kind = {}, {}, {}
        for line in path.read_text(encoding="utf-8").splitlines():
            kind, group, true, name, number = line.split("\t")
            if true == "true":
                self.true.setdefault(name, {})[int(number)] = kind
            self.group[name], self.kind[name] = group, kind

    def find(self, path, line):
        """The label of what stands there, or None."""
        labels = self.true.get(path, {})
        if self.group.get(path) == "key" and line not in labels and line - 1 in labels:
            line -= 1  # what stands between BEGIN and END is as good
        return (path, 0) if 0 in labels else (path, line) if line in labels else None


class Score:
    """Of one tool: which secrets it found, and its false alarms, one a line."""

    def __init__(self, labels, told):
        self.labels = labels
        self.found, self.alarms = set(), {}
        for path, line, rule, _ in told:
            label = labels.find(path, line)
            if label:
                self.found.add(label)
            else:
                self.alarms[path, line] = rule

    def of(self, group):
        """(found, secrets, false alarms) of a group; None: of all."""
        mine = [(path, line) for path, lines in self.labels.true.items() for line in lines
                if group in (None, self.labels.group[path])]
        alarms = sum(group in (None, self.labels.group.get(path)) for path, _ in self.alarms)
        return sum(label in self.found for label in mine), len(mine), alarms


def rates(found, total, alarms):
    precision = found / (found + alarms) if found + alarms else 1
    recall = found / total if total else 1
    both = precision + recall
    return precision, recall, 2 * precision * recall / both if both else 0


def print_groups(labels, scores):
    print(f"{'group':10} {'secrets':>7}" + "".join(f" | {tool + ': precision recall F1':>32}"
                                                    for tool in scores))
    for group in [*sorted(set(labels.group.values())), None]:
        line = f"{group or 'all':10} {next(iter(scores.values())).of(group)[1]:7}"
        for score in scores.values():
            p, r, f = rates(*score.of(group))
            line += f" | {p:18.3f} {r:6.3f} {f:6.3f}"
        print(line)


def print_kinds(labels, scores):
    print("\nfound, by kind of secret")
    kinds = collections.defaultdict(list)
    for path, lines in labels.true.items():
        for line, kind in lines.items():
            kinds[kind].append((path, line))
    for kind, places in sorted(kinds.items()):
        print(f"  {kind:22} {len(places):4} " + " ".join(
            f"{tool} {sum(p in score.found for p in places):4}" for tool, score in scores.items()))
    print("\nfalse alarms, by kind of file")
    alarms = {tool: collections.Counter(
        (labels.kind.get(path, path) if path not in labels.true else "beside a secret")
        for path, _ in score.alarms) for tool, score in scores.items()}
    for kind in sorted(set().union(*alarms.values())):
        print(f"  {kind:22} " + " ".join(f"{tool} {n[kind]:4}" for tool, n in alarms.items()))


def print_bands(labels, told):
    print("\nplimsoll, by confidence")
    for low, high in BANDS:
        band = [row for row in told if low <= row[3] < high]
        true = sum(labels.find(path, line) is not None for path, line, _, _ in band)
        share = f"{true / len(band):.3f}" if band else "-"
        print(f"  {low:.2f} to {min(high, 1):.2f}: told {len(band):4}, true {true:4}, {share}")


def print_misses(labels, score):
    for path, lines in sorted(labels.true.items()):
        for line, kind in sorted(lines.items()):
            if (path, line) not in score.found:
                print(f"MISS {kind} {path}:{line}")
    for (path, line), rule in sorted(score.alarms.items()):
        print(f"ALARM {rule} {labels.kind.get(path)} {path}:{line}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--plimsoll", required=True)
    parser.add_argument("--set", type=pathlib.Path, required=True)
    parser.add_argument("--trivy", default=os.environ.get("TRIVY"))
    parser.add_argument("--gitleaks", default=os.environ.get("GITLEAKS"))
    parser.add_argument("--misses", action="store_true")
    parser.add_argument("--json", type=pathlib.Path)
    options = parser.parse_args()
    labels = Labels(options.set / "labels.tsv")
    all_told = ask_plimsoll(options.plimsoll, options.set)
    scores = {"plimsoll": Score(labels, [row for row in all_told if row[3] >= SURE])}
    if options.trivy:
        scores["trivy"] = Score(labels, ask_trivy(options.trivy, options.set))
    if options.gitleaks:
        scores["gitleaks"] = Score(labels, ask_gitleaks(options.gitleaks, options.set))
    print_groups(labels, scores)
    print_kinds(labels, scores)
    print_bands(labels, all_told)
    if options.misses:
        print_misses(labels, scores["plimsoll"])
    if options.json:
        options.json.write_text(json.dumps({tool: dict(zip(("precision", "recall", "f1"),
                                                           rates(*score.of(None))))
                                            for tool, score in scores.items()}, indent=1) + "\n",
                                encoding="utf-8")
    return 0 if rates(*scores["plimsoll"].of(None))[2] >= BAR else 1


if __name__ == "__main__":
    sys.exit(main())
