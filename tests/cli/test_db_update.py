# SPDX-License-Identifier: Apache-2.0
"""plimsoll db update: from a server on this machine that tells what it was asked for."""
import fcntl
import hashlib
import http.server
import json
import os
import pathlib
import shutil
import subprocess
import threading
import zipfile

import pytest

PLIMSOLL = os.environ["PLIMSOLL"]
MIRROR = pathlib.Path(__file__).parent.parent / "fixtures" / "feeds" / "mirror"
KEV = "kev/known_exploited_vulnerabilities.json"


class Server(http.server.ThreadingHTTPServer):
    """Serves a directory with ETags, 304 and ranges; cuts[path] bytes and then hangs up."""

    daemon_threads = True

    def __init__(self, folder):
        self.folder, self.seen, self.cuts, self.statuses = folder, [], {}, {}
        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request, client_address):
        pass

    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}/base"

    def asked(self, path):
        return [(status, headers) for name, status, headers in self.seen if name == path]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def answer(self, status, name, body=b"", **fields):
        self.server.seen.append((name, status, dict(self.headers)))
        self.send_response(status)
        for key, value in fields.items():
            self.send_header(key.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        cut = self.server.cuts.pop(name, None)
        self.wfile.write(body[:cut])
        if cut is not None:
            self.wfile.flush()
            self.close_connection = True

    def do_GET(self):
        name = http.server.urllib.parse.unquote(self.path).removeprefix("/base/")
        path = self.server.folder / name
        if name in self.server.statuses:
            return self.answer(self.server.statuses[name], name)
        if not path.is_file():
            return self.answer(404, name)
        body = path.read_bytes()
        etag = '"' + hashlib.sha256(body).hexdigest()[:16] + '"'
        if self.headers.get("If-None-Match") == etag:
            return self.answer(304, name, ETag=etag)
        wanted = self.headers.get("Range")
        if wanted and self.headers.get("If-Range", etag) == etag:
            first = int(wanted.removeprefix("bytes=").rstrip("-"))
            return self.answer(206, name, body[first:], ETag=etag,
                               Content_Range=f"bytes {first}-{len(body) - 1}/{len(body)}")
        return self.answer(200, name, body, ETag=etag)


@pytest.fixture
def server(tmp_path):
    shutil.copytree(MIRROR, tmp_path / "served")
    server = Server(tmp_path / "served")
    yield server
    server.shutdown()
    server.server_close()


def db(tmp_path, *words):
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path / "home"), "NO_PROXY": "*",
           "PLIMSOLL_DB": str(tmp_path / "db")}
    return subprocess.run([PLIMSOLL, "db", *words], cwd=tmp_path, env=env, capture_output=True,
                          text=True, timeout=120, check=False)


def update(tmp_path, server, *words):
    return db(tmp_path, "update", "--from", server.url(), *words)


def record(ident, modified, name, **more):
    return {"id": ident, "modified": modified, "summary": f"{ident} is bad", **more,
            "affected": [{"package": {"ecosystem": "npm", "name": name},
                          "ranges": [{"type": "SEMVER",
                                      "events": [{"introduced": "0"}, {"fixed": "1.2.3"}]}]}]}


def serve_osv(server, records, in_zip=None):
    folder = server.folder / "osv/npm"
    folder.mkdir(parents=True, exist_ok=True)
    records = sorted(records, key=lambda r: r["modified"], reverse=True)
    (folder / "modified_id.csv").write_text(
        "".join(f"{r['modified']},{r['id']}\n" for r in records))
    for r in records:
        (folder / (r["id"] + ".json")).write_text(json.dumps(r))
    with zipfile.ZipFile(folder / "all.zip", "w") as archive:
        for r in in_zip or records:
            archive.writestr(r["id"] + ".json", json.dumps(r))


def shard(tmp_path, name):
    doc = json.loads(db(tmp_path, "status", "--format", "json").stdout)
    return next(s for s in doc["shards"] if s["name"] == name)


def test_what_is_served_is_fetched_and_built(tmp_path, server):
    done = update(tmp_path, server)
    assert done.returncode == 0, done.stderr
    assert "3 feed files fetched" in done.stderr
    assert shard(tmp_path, "alpine-3.20")["packages"] == 2
    assert db(tmp_path, "verify").returncode == 0


def test_what_has_not_changed_is_not_sent_again(tmp_path, server):
    update(tmp_path, server)
    server.seen.clear()
    done = update(tmp_path, server)
    assert done.returncode == 0
    assert [status for status, _ in server.asked(KEV)] == [304]
    assert "nothing has changed" in done.stdout


def test_a_download_goes_on_where_it_broke_off(tmp_path, server):
    (server.folder / KEV).write_bytes((server.folder / KEV).read_bytes() + b" " * 100_000)
    server.cuts[KEV] = 50_000
    done = update(tmp_path, server)
    assert done.returncode == 0, done.stderr
    first, second = server.asked(KEV)
    assert (first[0], second[0]) == (200, 206)
    assert second[1]["Range"] == "bytes=50000-"
    assert shard(tmp_path, "enrichment")["advisories"] == 2


def test_a_failed_update_keeps_the_last_database(tmp_path, server):
    update(tmp_path, server)
    before = (tmp_path / "db/index.json").read_bytes()
    server.statuses[KEV] = 403
    done = update(tmp_path, server)
    assert done.returncode == 2
    assert f"not fetched: {KEV}" in done.stderr and "403" in done.stderr
    assert "1 feed could not be fetched" in done.stderr
    assert (tmp_path / "db/index.json").read_bytes() == before
    assert update(tmp_path, server, "--partial").returncode == 0
    assert shard(tmp_path, "enrichment")["advisories"] == 2  # of the last time


def test_two_do_not_download_to_one_place(tmp_path, server):
    (tmp_path / "feeds").mkdir()
    with open(tmp_path / "feeds/.lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = update(tmp_path, server, "--feeds", "feeds")
        assert done.returncode == 2
        assert "feeds: another update downloads to here" in done.stderr
        assert server.asked(KEV) == []
    assert update(tmp_path, server, "--feeds", "feeds").returncode == 0


def test_a_server_without_feeds_is_an_error(tmp_path, server):
    shutil.rmtree(server.folder)
    done = update(tmp_path, server)
    assert done.returncode == 2
    assert "no feed is served at http://127.0.0.1" in done.stderr
    assert not (tmp_path / "db").exists()


def test_osv_sends_single_records_while_few_have_changed(tmp_path, server):
    old = [record("GHSA-a", "2025-01-01T00:00:00Z", "left"),
           record("GHSA-b", "2025-01-02T00:00:00Z", "right")]
    serve_osv(server, old)
    assert update(tmp_path, server).returncode == 0
    assert shard(tmp_path, "npm")["advisories"] == 2
    server.seen.clear()
    new = [old[0], record("GHSA-b", "2025-02-01T00:00:00Z", "right",
                          withdrawn="2025-02-01T00:00:00Z"),
           record("GHSA-c", "2025-02-02T00:00:00Z", "third")]
    serve_osv(server, new)
    done = update(tmp_path, server)
    assert done.returncode == 0, done.stderr
    assert "2 records one by one" in done.stderr
    assert server.asked("osv/npm/all.zip") == []
    npm = shard(tmp_path, "npm")
    assert (npm["advisories"], npm["withdrawn"]) == (2, 1)
    server.seen.clear()
    assert update(tmp_path, server).returncode == 0
    assert [s for s, _ in server.asked("osv/npm/modified_id.csv")] == [304]


def test_osv_sends_the_archive_when_many_have_changed(tmp_path, server):
    serve_osv(server, [record("GHSA-a", "2025-01-01T00:00:00Z", "left")])
    assert update(tmp_path, server).returncode == 0
    server.seen.clear()
    serve_osv(server, [record(f"GHSA-{i}", "2025-02-01T00:00:00Z", f"p{i}") for i in range(600)])
    assert update(tmp_path, server).returncode == 0
    assert [s for s, _ in server.asked("osv/npm/all.zip")] == [200]
    assert shard(tmp_path, "npm")["advisories"] == 600


def test_a_record_that_cannot_be_fetched_is_asked_for_again(tmp_path, server):
    old = [record("GHSA-a", "2025-01-01T00:00:00Z", "left")]
    serve_osv(server, old)
    assert update(tmp_path, server).returncode == 0
    serve_osv(server, [*old, record("GHSA-b", "2025-02-01T00:00:00Z", "right")])
    server.statuses["osv/npm/GHSA-b.json"] = 403
    assert update(tmp_path, server).returncode == 2
    del server.statuses["osv/npm/GHSA-b.json"]
    assert update(tmp_path, server).returncode == 0
    assert shard(tmp_path, "npm")["advisories"] == 2
