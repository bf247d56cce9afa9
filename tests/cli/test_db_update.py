# SPDX-License-Identifier: Apache-2.0
"""plimsoll db update: from a server on this machine that tells what it was asked for."""
import fcntl
import json
import os
import pathlib
import shutil
import subprocess
import time
import zipfile

import pytest

from feed_server import Server

PLIMSOLL = os.environ["PLIMSOLL"]
MIRROR = pathlib.Path(__file__).parent.parent / "fixtures" / "feeds" / "mirror"
KEV = "kev/known_exploited_vulnerabilities.json"


@pytest.fixture
def server(tmp_path):
    shutil.copytree(MIRROR, tmp_path / "served")
    server = Server(tmp_path / "served")
    yield server
    server.stop()


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


def start_update(tmp_path, server):
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path / "home"), "NO_PROXY": "*",
           "PLIMSOLL_DB": str(tmp_path / "db")}
    return subprocess.Popen([PLIMSOLL, "db", "update", "--from", server.url()], cwd=tmp_path,
                            env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def size_of(path):
    """A temporary file may be gone between the listing and the question."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return None


def kill_at(tmp_path, server, path, n_bytes):
    """Kills an update once it has n_bytes of a file."""
    server.stalls[path] = n_bytes
    process = start_update(tmp_path, server)
    assert server.stalled.wait(30)
    parts = tmp_path / "home/.cache/plimsoll/feeds/.parts"
    for _ in range(600):
        if any(size_of(part) == n_bytes for part in parts.iterdir()):
            break
        time.sleep(0.05)
    process.kill()
    process.wait(30)
    server.go_on.set()
    server.seen.clear()
    return parts


def grow(path, byte):
    path.write_bytes(path.read_bytes() + byte * 100_000)


def test_a_killed_download_goes_on_in_the_next_run(tmp_path, server):
    grow(server.folder / KEV, b" ")
    parts = kill_at(tmp_path, server, KEV, 50_000)
    done = update(tmp_path, server)
    assert done.returncode == 0, done.stderr
    (status, headers), = server.asked(KEV)
    assert (status, headers["Range"]) == (206, "bytes=50000-")
    assert headers["If-Range"].startswith('"')
    kept = tmp_path / "home/.cache/plimsoll/feeds" / KEV
    assert kept.read_bytes() == (server.folder / KEV).read_bytes()
    assert list(parts.iterdir()) == []
    server.seen.clear()
    assert update(tmp_path, server).returncode == 0
    assert [status for status, _ in server.asked(KEV)] == [304]


def test_a_killed_download_starts_anew_when_the_file_has_changed(tmp_path, server):
    grow(server.folder / KEV, b" ")
    kill_at(tmp_path, server, KEV, 50_000)
    grow(server.folder / KEV, b"\n")
    assert update(tmp_path, server).returncode == 0
    assert [status for status, _ in server.asked(KEV)][-1] == 200
    kept = tmp_path / "home/.cache/plimsoll/feeds" / KEV
    assert kept.read_bytes() == (server.folder / KEV).read_bytes()


def test_a_file_that_changes_while_it_is_sent_is_sent_anew(tmp_path, server):
    grow(server.folder / KEV, b" ")
    server.stalls[KEV] = server.cuts[KEV] = 50_000
    process = start_update(tmp_path, server)
    assert server.stalled.wait(30)
    grow(server.folder / KEV, b"\n")
    server.go_on.set()
    assert process.wait(60) == 0
    kept = tmp_path / "home/.cache/plimsoll/feeds" / KEV
    assert kept.read_bytes() == (server.folder / KEV).read_bytes()


def test_a_server_that_is_away_does_not_cost_the_part_that_is_there(tmp_path, server):
    grow(server.folder / KEV, b" ")
    kill_at(tmp_path, server, KEV, 50_000)
    server.statuses[KEV] = 403
    assert update(tmp_path, server).returncode == 2
    del server.statuses[KEV]
    server.seen.clear()
    assert update(tmp_path, server).returncode == 0
    assert [status for status, _ in server.asked(KEV)] == [206]


def test_hosts_are_asked_two_at_a_time(tmp_path, server):
    server.delay = 0.02
    assert update(tmp_path, server).returncode == 0
    assert server.together == 2


def test_a_killed_delta_goes_on_behind_what_it_has(tmp_path, server):
    old = [record("GHSA-a", "2025-01-01T00:00:00Z", "left")]
    serve_osv(server, old)
    assert update(tmp_path, server).returncode == 0
    serve_osv(server, old + [record(f"GHSA-{i}", f"2025-02-0{i}T00:00:00Z", f"p{i}")
                             for i in range(1, 6)])
    server.stalls["osv/npm/GHSA-3.json"] = 10
    process = start_update(tmp_path, server)
    assert server.stalled.wait(30)
    process.kill()
    process.wait(30)
    server.go_on.set()
    server.seen.clear()
    assert update(tmp_path, server).returncode == 0
    records = [path for path, _, _ in server.seen if "npm/GHSA-" in path]
    assert records == [f"osv/npm/GHSA-{i}.json" for i in (3, 4, 5)]
    assert server.asked("osv/npm/all.zip") == []
    assert shard(tmp_path, "npm")["advisories"] == 6


def cut(data):
    return data[:len(data) // 2]


def flip(data):
    return data[:60] + bytes([data[60] ^ 0x10]) + data[61:]


@pytest.mark.parametrize("break_it, message", [
    (cut, "osv/npm/all.zip: zip: no end record"),
    (flip, "osv/npm/all.zip: GHSA-0.json: zip: data does not match its checksum"),
    (lambda data: b"<html>", "osv/npm/all.zip: zip: no end record")])
def test_an_archive_that_was_served_broken_is_refused_and_fetched_anew(tmp_path, server, break_it,
                                                                       message):
    serve_osv(server, [record("GHSA-a", "2025-01-01T00:00:00Z", "left")])
    assert update(tmp_path, server).returncode == 0
    before = (tmp_path / "db/index.json").read_bytes()
    serve_osv(server, [record(f"GHSA-{i}", "2025-02-01T00:00:00Z", f"p{i}") for i in range(600)])
    path = server.folder / "osv/npm/all.zip"
    whole = path.read_bytes()
    path.write_bytes(break_it(whole))
    done = update(tmp_path, server)
    assert done.returncode == 2
    assert message in done.stderr and "1 file cannot be read" in done.stderr
    assert (tmp_path / "db/index.json").read_bytes() == before
    assert db(tmp_path, "verify").returncode == 0
    path.write_bytes(whole)
    assert update(tmp_path, server).returncode == 0
    assert shard(tmp_path, "npm")["advisories"] == 600


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


def test_what_changed_after_the_archive_was_written_is_fetched_too(tmp_path, server):
    old = record("GHSA-a", "2025-01-01T00:00:00Z", "left")
    new = [record("GHSA-b", "2025-01-02T09:00:00Z", "right"),
           record("GHSA-c", "2025-01-02T11:00:00Z", "third")]
    serve_osv(server, [old, *new], in_zip=[old])
    server.written["osv/npm/all.zip"] = "Thu, 02 Jan 2025 09:30:00 GMT"
    server.statuses["osv/npm/GHSA-b.json"] = 404
    assert update(tmp_path, server).returncode == 0
    assert shard(tmp_path, "npm")["advisories"] == 2
    server.statuses.clear()
    server.seen.clear()
    assert update(tmp_path, server).returncode == 0
    assert shard(tmp_path, "npm")["advisories"] == 3
    assert server.asked("osv/npm/all.zip") == []


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
