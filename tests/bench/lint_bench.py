#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measure `plimsoll lint` over the files that make_build_files.py writes, and judge it.

    lint_bench.py --plimsoll BIN [--files DIR] [--runs 5] [--hadolint PATH]

All rules that are on by default, and all there are (every rule switched on). Cases run in turns, so
that a slow minute hits all alike; figures are medians of wall time and of time of the processors,
the page cache is warm. "without ShellCheck": a PATH without it, our own checks of the shell answer.
hadolint, when its binary is there, is asked about the same Dockerfiles; it holds a part of
ShellCheck in itself, so it stands beside the line with ShellCheck. The exit status is 0 when all
bars are met, 1 when one is missed or a run failed, 2 when it could not run.
"""

import argparse
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile

from run import Failed, measure

BAR_SECONDS = 0.5  # wall, from the issue that asked for it
HERE = os.path.dirname(os.path.abspath(__file__))


def settings(plimsoll, folder):
    """A folder whose settings switch every rule on."""
    listed = subprocess.run([plimsoll, "rules", "list"], stdout=subprocess.PIPE, text=True, check=True)
    off = [line.split()[0] for line in listed.stdout.splitlines()
           if re.match(r"\S+\s+\S+\s+off\s", line)]
    with open(os.path.join(folder, ".plimsoll.yaml"), "w", encoding="utf-8") as f:
        f.write("rules:\n" + "".join(f"  {rule}: on\n" for rule in off))
    return len(off)


def count(path):
    """(files, lines, bytes) below a folder that are to be checked."""
    files = lines = size = 0
    for top, _, names in os.walk(path):
        for name in names:
            if "Dockerfile" in name or name == "bundle.yaml":
                with open(os.path.join(top, name), "rb") as f:
                    text = f.read()
                files, lines, size = files + 1, lines + text.count(b"\n"), size + len(text)
    return files, lines, size


def cases(args, files, everything):
    without = dict(os.environ, PATH="/nonexistent")
    lint = [args.plimsoll, "lint", "--output", "/dev/null"]
    rows = [
        ("Dockerfiles", f"{files}/dockerfiles", lint, without, None, True),
        ("Dockerfiles, all rules", f"{files}/dockerfiles", lint, without, everything, True),
        ("Dockerfiles, one folder", f"{files}/flat", lint, without, None, True),
        ("Kubernetes objects", f"{files}/kubernetes", lint, without, None, True),
        ("Kubernetes, all rules", f"{files}/kubernetes", lint, without, everything, True),
    ]
    if shutil.which("shellcheck"):
        rows.append(("Dockerfiles + ShellCheck", f"{files}/dockerfiles", lint, None, None, False))
    if args.hadolint:
        names = sorted(f"{files}/flat/{n}" for n in os.listdir(f"{files}/flat"))
        rows.append(("hadolint", None, [args.hadolint, "--no-fail", *names], None, None, False))
    return rows


def run_case(row, samples):
    name, path, command, env, cwd, judged = row
    once = measure(command + ([path] if path else []), env=env, cwd=cwd)
    samples.setdefault(name, []).append(once)


def report(rows, samples, files):
    missed = False
    for name, path, _, _, _, judged in rows:
        wall = statistics.median(s["wall"] for s in samples[name])
        cpu = statistics.median(s["cpu"] for s in samples[name])
        rss = max(s["rss_kib"] for s in samples[name])
        what = ""
        if path:
            n, lines, size = count(path)
            what = f"{n} files, {lines:,} lines, {size / 1e6:.1f} MB"
        verdict = ""
        if judged:
            met = wall <= BAR_SECONDS
            missed |= not met
            verdict = f"at most {BAR_SECONDS} s: {'met' if met else 'MISSED'}"
        spread = f"{min(s['wall'] for s in samples[name]):.2f} .. " \
                 f"{max(s['wall'] for s in samples[name]):.2f}"
        print(f"{name:26} {wall:6.3f} s wall ({spread}), {cpu:6.3f} s CPU, {rss / 1024:5.0f} MiB"
              f"  {verdict:24} {what}")
    return missed


def bench(args, scratch):
    files = args.files or os.path.join(scratch, "files")
    everything = os.path.join(scratch, "all")
    if not os.path.isdir(os.path.join(files, "flat")):
        subprocess.run([sys.executable, os.path.join(HERE, "make_build_files.py"), "--out", files],
                       check=True)
    files = os.path.abspath(files)
    os.mkdir(everything)
    n_off = settings(args.plimsoll, everything)
    rows = cases(args, files, everything)
    print(f"{len(os.sched_getaffinity(0))} cores, load average {os.getloadavg()[0]:.2f}, "
          f"medians of {args.runs} rounds; all rules: {n_off} more than by default")
    samples = {}
    for _ in range(args.runs):
        for row in rows:
            run_case(row, samples)
    missed = report(rows, samples, files)
    if not shutil.which("shellcheck"):
        print("ShellCheck is not installed: no line with it")
    if not args.hadolint:
        print("hadolint is not here (--hadolint, PATH): nothing to compare with")
    return 1 if missed else 0


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("--plimsoll", required=True)
    p.add_argument("--files", help="what make_build_files.py wrote; made when it is not there")
    p.add_argument("--runs", type=int, default=5)
    p.add_argument("--hadolint", default=shutil.which("hadolint"))
    args = p.parse_args()
    args.plimsoll = os.path.abspath(args.plimsoll)
    scratch = tempfile.mkdtemp(prefix="plimsoll-lint-bench-")
    try:
        return bench(args, scratch)
    except (Failed, OSError, subprocess.CalledProcessError) as e:
        print(f"lint_bench.py: {e}", file=sys.stderr)
        return 2
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
