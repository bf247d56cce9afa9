#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Follows static TUF repositories, as other programs have written them.

    tuf_static.py --plimsoll build/src/plimsoll --suite DIR

DIR/CASE holds metadata/, targets/, initial_root.json, targetpath and faketime (the time at which it was
good). Each is served on loopback; `plimsoll tuf` begins with the initial root, and must refresh and
download the target at that time. After the last expiry refresh must fail. Every miss is printed as
"CASE: what is wrong", the last line is "tuf-static: N of M".
"""
import argparse
import functools
import http.server
import json
import pathlib
import subprocess
import sys
import tempfile
import threading


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


def serve(folder):
    handler = functools.partial(Quiet, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, f"http://127.0.0.1:{server.server_address[1]}"


def when(case):
    path = case / "faketime"
    text = path.read_text(encoding="utf-8").split("\n")[0] if path.exists() else ""
    return ["--now", text.strip().replace(" ", "T")] if text.strip() else []


def last_expiry(case):
    files = (case / "metadata").glob("*.json")
    return max(json.loads(path.read_text(encoding="utf-8"))["signed"]["expires"] for path in files)


class Client:
    def __init__(self, plimsoll, folder, url):
        self.start = [plimsoll, "tuf", "--metadata-dir", str(folder / "metadata")]
        self.url, self.targets = url, folder / "targets"

    def run(self, *words):
        return subprocess.run([*self.start, *words], stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, check=False, timeout=120)

    def refresh(self, *more):
        return self.run("--metadata-url", self.url + "/metadata", *more, "refresh")

    def download(self, path, *more):
        return self.run("--metadata-url", self.url + "/metadata", "--target-name", path,
                        "--target-base-url", self.url + "/targets", "--target-dir",
                        str(self.targets), *more, "download")


def complaint(client, case):
    now = when(case)
    path = (case / "targetpath").read_text(encoding="utf-8").split("\n")[0]
    for what, done in (("init", lambda: client.run("init", str(case / "initial_root.json"))),
                       ("refresh", lambda: client.refresh(*now)),
                       ("download", lambda: client.download(path, *now))):
        result = done()
        if result.returncode != 0:
            return f"{what}: {result.stderr.strip()}"
    if not any(entry.is_file() for entry in client.targets.iterdir()):
        return "nothing was downloaded"
    if client.refresh("--now", last_expiry(case)).returncode != 1:
        return "refresh at the end of its time is not refused"
    return None


def check(plimsoll, case):
    server, url = serve(case)
    try:
        with tempfile.TemporaryDirectory() as scratch:
            return complaint(Client(plimsoll, pathlib.Path(scratch), url), case)
    finally:
        server.shutdown()
        server.server_close()


def main():
    words = argparse.ArgumentParser()
    words.add_argument("--plimsoll", required=True)
    words.add_argument("--suite", required=True, type=pathlib.Path)
    options = words.parse_args()
    cases = sorted(path.parent for path in options.suite.glob("*/initial_root.json"))
    held = 0
    for case in cases:
        wrong = check(options.plimsoll, case)
        held += not wrong
        if wrong:
            print(f"{case.name}: {wrong}")
    print(f"tuf-static: {held} of {len(cases)}")
    return 0 if held == len(cases) else 1


if __name__ == "__main__":
    sys.exit(main())
