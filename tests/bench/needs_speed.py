#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the closure of a large image costs: needs_speed.py --plimsoll BIN TARGET...

`plimsoll needs` of several commands of the image beside a scan of it, both with what the layers hold
already known: the least of seven runs each, as other work on the machine only adds. Nothing is run of
the image. Exit status 1: the closure of a command takes more than 0.5 s of processor time.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile

import needs

COMMANDS = ["nginx -t", "python3 -m http.server", "git status", "node -e 1", "gcc -v", "/bin/sh -c 'ls | sort'"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--plimsoll", required=True)
    parser.add_argument("targets", nargs="+")
    args = parser.parse_args()
    slow = n = 0
    with tempfile.TemporaryDirectory() as home:
        os.environ.update(XDG_CACHE_HOME=home + "/cache", XDG_DATA_HOME=home + "/data")
        for target in args.targets:
            scan = needs.clock([args.plimsoll, "scan", "-q", "--scanners", "config", target])
            for command in COMMANDS:
                words = [args.plimsoll, "needs", "-q", "--format", "json", "--run", command, target]
                done = subprocess.run(words, capture_output=True, check=False)
                report = json.loads(done.stdout) if done.returncode == 0 else {}
                files = report.get("needs", {}).get("needed_files", 0)
                if not files:
                    continue
                wall, cpu = needs.clock(words)
                cost = cpu - scan[1]
                slow += cost > needs.LIMIT_SECONDS
                n += 1
                print(f"{target}: {command}: {files} files of {len(report['packages'])} packages, {cost:.2f} s of "
                      f"processor time more than a scan (at most {needs.LIMIT_SECONDS} s; {wall:.2f} s of wall time)"
                      f"{'  MISSED' if cost > needs.LIMIT_SECONDS else ''}")
    if not n:
        print("needs_speed: none of the commands is in any of the targets")
    return 1 if slow or not n else 0


if __name__ == "__main__":
    sys.exit(main())
