#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What looking for secrets adds to a scan: secret_scan.py --plimsoll BIN [--runs 5] TARGET...

Rounds of a scan without and one with secrets, both with an empty layer cache, so that a slow minute
of the machine hits both alike; then warm ones. Medians of wall time and of time of all processors
are printed, and the ratios. On a machine that is busy with other things the second ratio is the one
to believe. Exit status 1: the wall time grows by more than BAR, or a warm start by more than WARM_MS.
"""
import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time

BAR = 0.60
WARM_MS = 10
SCANNERS = ("vuln,config", "vuln,config,secret")


def scan(plimsoll, target, scanners, home, *args):
    """Wall and processor seconds."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run([plimsoll, "scan", target, "--scanners", scanners, "-q", "-o", os.devnull, *args], check=True,
                   env={**os.environ, "HOME": home, "XDG_CACHE_HOME": home + "/cache", "XDG_DATA_HOME": home + "/data"})
    after, end = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    return end - start, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measure(plimsoll, target, runs, *args):
    """Medians for each of SCANNERS: (wall, processor)."""
    times = {scanners: [] for scanners in SCANNERS}
    with tempfile.TemporaryDirectory() as home:
        for scanners in SCANNERS:  # compiles the rules, fills the caches
            scan(plimsoll, target, scanners, home, *args)
        for _ in range(runs):
            for scanners in SCANNERS:
                times[scanners].append(scan(plimsoll, target, scanners, home, *args))
    return [tuple(statistics.median(column) for column in zip(*times[scanners])) for scanners in SCANNERS]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--plimsoll", required=True)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("targets", nargs="+")
    opt = parser.parse_args()
    missed = False
    for target in opt.targets:
        without, with_secrets = measure(opt.plimsoll, target, opt.runs, "--no-cache")
        more = with_secrets[0] / without[0] - 1
        missed |= more > BAR
        print(f"{target}\n  cold: {without[0]:.2f} s, with secrets {with_secrets[0]:.2f} s: {more:+.0%} "
              f"(bar {BAR:+.0%}); processors {without[1]:.2f} s, {with_secrets[1]:.2f} s: "
              f"{with_secrets[1] / without[1] - 1:+.0%}{'' if more <= BAR else '  MISSED'}")
        without, with_secrets = measure(opt.plimsoll, target, opt.runs)
        more = (with_secrets[0] - without[0]) * 1000
        missed |= more > WARM_MS
        print(f"  warm: {without[0] * 1000:.1f} ms, with secrets {with_secrets[0] * 1000:.1f} ms: {more:+.1f} ms "
              f"(bar {WARM_MS:+d}){'' if more <= WARM_MS else '  MISSED'}")
    return missed


if __name__ == "__main__":
    sys.exit(main())
