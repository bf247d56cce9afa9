# SPDX-License-Identifier: Apache-2.0
"""plimsoll db: what is built from a mirror, what is said of it, and what is refused."""
import base64
import fcntl
import json
import os
import pathlib
import resource
import shutil
import subprocess
import tarfile
import zipfile

import pytest

PLIMSOLL = os.environ["PLIMSOLL"]
MIRROR = pathlib.Path(__file__).parent.parent / "fixtures" / "feeds" / "mirror"
SHARDS = ["alpine-3.20", "debian-11", "enrichment"]
KEV = "kev/known_exploited_vulnerabilities.json"


@pytest.fixture
def mirror(tmp_path):
    return pathlib.Path(shutil.copytree(MIRROR, tmp_path / "feeds"))


def db(tmp_path, *words, home="home", **more):
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path / home),
           "PLIMSOLL_DB": str(tmp_path / "db"), **more.pop("env", {})}
    return subprocess.run([PLIMSOLL, "db", *words], cwd=tmp_path, env=env, capture_output=True,
                          text=True, timeout=120, check=False, **more)


def build(tmp_path, *words, **more):
    done = db(tmp_path, "build", "--feeds", "feeds", *words, **more)
    assert (done.returncode, done.stderr) == (0, "")
    return done


def payload(tmp_path, where="db"):
    envelope = json.loads((tmp_path / where / "index.json").read_text())
    return json.loads(base64.b64decode(envelope["payload"]))


def shards(tmp_path, where="db"):
    return {path.name: path.read_bytes() for path in (tmp_path / where / "shards").iterdir()}


def set_kev_date(mirror, date):
    path = mirror / KEV
    doc = json.loads(path.read_text())
    doc["dateReleased"] = date
    path.write_text(json.dumps(doc))


def test_a_mirror_becomes_shards_and_a_signed_index(tmp_path, mirror):
    done = build(tmp_path)
    assert "3 files of 3 used" in done.stdout
    assert "CISA Known Exploited Vulnerabilities (CC0-1.0, 2025-05-01)" in done.stdout
    index = payload(tmp_path)
    assert [shard["name"] for shard in index["shards"]] == SHARDS
    assert index["built"] == "2025-05-01T10:00:00Z"
    alpine = index["shards"][0]
    assert (alpine["packages"], alpine["rows"]) == (2, 3)
    assert (tmp_path / "db" / alpine["file"]).stat().st_size == alpine["size"]
    key = tmp_path / "home/.local/share/plimsoll/keys/database.key"
    assert key.stat().st_mode & 0o777 == 0o600
    assert not (tmp_path / "db/building").exists()


def test_status_as_table_and_json(tmp_path, mirror):
    build(tmp_path)
    table = db(tmp_path, "status")
    assert (table.returncode, table.stderr) == (0, "")
    assert all(len(line) <= 80 for line in table.stdout.splitlines()[1:])
    assert "2025-05-01" in next(l for l in table.stdout.splitlines() if l.startswith("enrichment"))
    doc = json.loads(db(tmp_path, "status", "--format", "json").stdout)
    assert doc == payload(tmp_path)
    assert {feed["id"] for feed in doc["feeds"]} >= {"kev"}
    assert all(feed["licence"] and feed["url"] for feed in doc["feeds"])


def test_the_same_feeds_give_the_same_bytes(tmp_path, mirror):
    build(tmp_path, "--out", "one", "-j", "1")
    build(tmp_path, "--out", "four", "-j", "4")
    assert shards(tmp_path, "one") == shards(tmp_path, "four")
    assert (tmp_path / "one/index.json").read_bytes() == (tmp_path / "four/index.json").read_bytes()


def test_a_second_build_of_the_same_feeds_changes_nothing(tmp_path, mirror):
    build(tmp_path)
    before = (tmp_path / "db/index.json").read_bytes()
    assert "nothing has changed" in build(tmp_path).stdout
    assert (tmp_path / "db/index.json").read_bytes() == before


def test_archives_and_packed_files_are_read_as_the_files_in_them(tmp_path, mirror):
    build(tmp_path, "--out", "plain")
    packed = tmp_path / "packed"
    packed.mkdir()
    with tarfile.open(packed / "alpine.tar.xz", "w:xz") as tar:
        tar.add(mirror / "alpine", "alpine-secdb-main")
    with zipfile.ZipFile(packed / "debian.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(mirror / "debian/data/DSA/list", "tracker/data/DSA/list")
    for name, command in (("gz", "gzip"), ("bz2", "bzip2"), ("xz", "xz"), ("zst", "zstd")):
        if not shutil.which(command):
            continue
        with open(mirror / KEV, "rb") as file:
            (packed / f"{pathlib.Path(KEV).name}.{name}").write_bytes(
                subprocess.run([command, "-c"], stdin=file, capture_output=True,
                               check=True).stdout)
    shutil.rmtree(mirror)
    packed.rename(mirror)
    build(tmp_path, "--out", "packed-db")
    assert shards(tmp_path, "packed-db") == shards(tmp_path, "plain")


def test_what_is_not_read_and_not_used_is_told(tmp_path, mirror):
    doc = json.loads((mirror / KEV).read_text())
    doc["vulnerabilities"].append({"cveID": "CVE_2024_1"})
    (mirror / KEV).write_text(json.dumps(doc))
    (mirror / "notes.txt").write_text("x")
    done = db(tmp_path, "build", "--feeds", "feeds", "--verbose")
    assert done.returncode == 0
    assert f"not read: {KEV}: vulnerabilities[2]: no \"cveID\"" in done.stderr
    assert "not used: notes.txt\n" in done.stderr
    assert "1 record or file was not read" in done.stdout


def broken_zip(mirror, how):
    path = mirror / "data.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/data/DSA/list", (MIRROR / "debian/data/DSA/list").read_text() * 50)
        archive.writestr("b/" + KEV, (MIRROR / KEV).read_text())
    data = bytearray(path.read_bytes())
    how(data)
    path.write_bytes(data)


def cut(data):
    del data[len(data) // 2:]


def flip(data):
    data[80] ^= 0x10  # in the data of the first member


def test_a_file_that_cannot_be_read_at_all_keeps_the_last_database(tmp_path, mirror):
    build(tmp_path)
    before = (tmp_path / "db/index.json").read_bytes()
    broken_zip(mirror, cut)
    done = db(tmp_path, "build", "--feeds", "feeds")
    assert done.returncode == 2
    assert "not read: data.zip: zip: no end record" in done.stderr
    assert "1 file cannot be read, first data.zip" in done.stderr
    assert (tmp_path / "db/index.json").read_bytes() == before
    assert db(tmp_path, "verify").returncode == 0
    assert db(tmp_path, "build", "--feeds", "feeds", "--partial").returncode == 0


def test_a_damaged_member_ends_the_build_unless_it_goes_on_without(tmp_path, mirror):
    broken_zip(mirror, flip)
    (mirror / KEV).unlink()
    done = db(tmp_path, "build", "--feeds", "feeds")
    assert done.returncode == 2
    assert "not read: data.zip/a/data/DSA/list: " in done.stderr
    assert "first data.zip: a/data/DSA/list: zip: " in done.stderr
    done = db(tmp_path, "build", "--feeds", "feeds", "--partial")
    assert done.returncode == 0
    assert "enrichment" in done.stdout


def test_a_record_of_fifty_megabytes_is_refused(tmp_path, mirror):
    with zipfile.ZipFile(mirror / "big.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(KEV, '{"vulnerabilities": [{"cveID": "' + "A" * 50_000_000 + '"}]}')
    done = db(tmp_path, "build", "--feeds", "feeds")
    assert done.returncode == 0
    assert "big.zip/" + KEV + ": vulnerabilities[0]: line 1: a value of more than " \
        "json_bytes (16777216)" in done.stderr


def test_json_without_end_is_refused(tmp_path, mirror):
    with zipfile.ZipFile(mirror / "deep.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(KEV, '{"vulnerabilities":' + "[" * 100_000)
    done = db(tmp_path, "build", "--feeds", "feeds")
    assert done.returncode == 0
    assert "deep.zip/" + KEV + ": " in done.stderr


def test_a_mirror_without_feeds_is_an_error(tmp_path):
    (tmp_path / "feeds").mkdir()
    done = db(tmp_path, "build", "--feeds", "feeds")
    assert (done.returncode, done.stdout) == (2, "")
    assert "feeds: no file in it is a feed, of 0; they are known by their names" in done.stderr
    done = db(tmp_path, "status")
    assert done.returncode == 2 and "no vulnerability database at" in done.stderr
    assert "plimsoll db build --feeds DIR" in done.stderr


@pytest.mark.parametrize("feeds, message", [
    ("", "db build: which feeds? --feeds DIR"),
    ("missing", "there is no directory missing; --feeds is one with feeds"),
    ("a-file", "a-file is a file; --feeds is the directory that holds feeds"),
])
def test_feeds_that_are_no_directory_are_told_with_what_is_meant(tmp_path, feeds, message):
    (tmp_path / "a-file").write_text("x")
    done = db(tmp_path, "build", "--feeds", feeds)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr


def test_a_place_that_cannot_be_written_gets_a_proposal(tmp_path, mirror):
    done = db(tmp_path, "build", "--feeds", "feeds", "--out", "/proc/none")
    assert (done.returncode, done.stdout) == (2, "")
    assert "the database cannot be written: create directory /proc/none: " in done.stderr
    assert "--out DIR builds it elsewhere" in done.stderr


@pytest.mark.parametrize("command", [["scan", "."], ["explain", "CVE-2023-0286", "."],
                                     ["diff", ".", "."], ["db", "status"]])
def test_a_named_database_that_is_missed_says_how_to_make_it(tmp_path, command):
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    done = subprocess.run([PLIMSOLL, *command, "--db", "missing"], cwd=tmp_path, env=env,
                          capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == ("plimsoll: no vulnerability database at missing; plimsoll db update "
                           "--db missing, or plimsoll db build --feeds DIR --db missing, makes "
                           "one\n")


def test_a_missing_key_is_not_what_an_update_makes(tmp_path, mirror):
    build(tmp_path)
    done = db(tmp_path, "verify", "--key", "no.pem")
    assert done.returncode == 2 and "no.pem: No such file" in done.stderr
    assert "plimsoll db update" not in done.stderr


@pytest.mark.parametrize("address", ["feeds", "", "ftp://feeds.example.com/"])
def test_an_update_from_what_is_no_server_says_so_once(tmp_path, address):
    done = db(tmp_path, "update", "--from", address)
    assert (done.returncode, done.stdout) == (2, "")
    assert f'--from "{address}" is no http or https address; ' in done.stderr
    assert "plimsoll db build --feeds DIR" in done.stderr and "not fetched: " not in done.stderr


def test_an_update_without_a_network_is_short(tmp_path):
    done = db(tmp_path, "update", "--from", "http://127.0.0.1:1/")
    lines = done.stderr.splitlines()
    assert (done.returncode, done.stdout) == (2, "")
    assert "no feed could be fetched, first: " in lines[-1] and "network" in lines[-1]
    assert "more; --verbose lists them" in done.stderr and len(lines) < 25


@pytest.mark.parametrize("change", [lambda b: b[:-1], lambda b: b[:-1] + b"x", lambda b: b""])
def test_a_changed_shard_is_refused_with_both_digests(tmp_path, mirror, change):
    build(tmp_path)
    shard = payload(tmp_path)["shards"][1]
    path = tmp_path / "db" / shard["file"]
    path.write_bytes(change(path.read_bytes()))
    done = db(tmp_path, "verify")
    assert done.returncode == 2
    assert f"shard debian-11: {path} was changed or cut short; plimsoll db update" in done.stderr
    assert "(it has digest sha256:" in done.stderr
    assert f"in the index {shard['digest']})" in done.stderr
    build(tmp_path)  # heals it
    assert db(tmp_path, "verify").returncode == 0


def edit_index(tmp_path, edit):
    path = tmp_path / "db/index.json"
    envelope = json.loads(path.read_text())
    edit(envelope)
    path.write_text(json.dumps(envelope))


def test_a_changed_index_is_refused(tmp_path, mirror):
    build(tmp_path)
    good = (tmp_path / "db/index.json").read_bytes()

    def other_payload(envelope):
        doc = json.loads(base64.b64decode(envelope["payload"]))
        doc["version"] += 1
        envelope["payload"] = base64.b64encode(json.dumps(doc).encode()).decode()

    def other_signature(envelope):
        envelope["signatures"][0]["sig"] = base64.b64encode(b"x" * 64).decode()

    for edit in (other_payload, other_signature):
        edit_index(tmp_path, edit)
        done = db(tmp_path, "status")
        assert done.returncode == 2 and "the signature does not hold" in done.stderr
        (tmp_path / "db/index.json").write_bytes(good)
    edit_index(tmp_path, lambda envelope: envelope.pop("signatures"))
    assert db(tmp_path, "status").returncode == 2


def test_the_key_seen_first_is_the_one_that_counts(tmp_path, mirror):
    build(tmp_path)
    assert db(tmp_path, "status", home="reader").returncode == 0  # trusted from now on
    build(tmp_path, home="other")
    done = db(tmp_path, "status", home="reader")
    assert done.returncode == 2
    assert "signed with another key than is trusted" in done.stderr
    public = tmp_path / "other/.local/share/plimsoll/keys/database.pub"
    assert db(tmp_path, "status", "--key", str(public), home="reader").returncode == 0


def test_an_older_index_is_refused_unless_asked_for(tmp_path, mirror):
    build(tmp_path)
    shutil.copytree(tmp_path / "db", tmp_path / "old")
    set_kev_date(mirror, "2025-06-01T00:00:00Z")
    build(tmp_path)
    new = payload(tmp_path)["version"]
    shutil.rmtree(tmp_path / "db")
    shutil.copytree(tmp_path / "old", tmp_path / "db")
    old = payload(tmp_path)["version"]
    assert new > old
    done = db(tmp_path, "status")
    assert done.returncode == 2
    assert f"index of version {old}, but version {new} was here before" in done.stderr
    assert db(tmp_path, "status", "--allow-older").returncode == 0


def test_versions_grow_also_when_the_dates_of_feeds_do_not(tmp_path, mirror):
    build(tmp_path)
    first = payload(tmp_path)["version"]
    set_kev_date(mirror, "2024-01-01T00:00:00Z")
    build(tmp_path)
    assert payload(tmp_path)["version"] > first
    assert db(tmp_path, "status").returncode == 0


def test_a_date_in_the_future_is_not_believed(tmp_path, mirror):
    set_kev_date(mirror, "9999-01-01T00:00:00Z")
    build(tmp_path)
    assert payload(tmp_path)["built"] < "2100"


def test_source_date_epoch_is_the_time_of_the_build(tmp_path, mirror):
    build(tmp_path, env={"SOURCE_DATE_EPOCH": "1700000000"})
    assert payload(tmp_path)["built"] == "2023-11-14T22:13:20Z"


def test_two_builds_at_once_are_one_too_many(tmp_path, mirror):
    build(tmp_path)
    with open(tmp_path / "db/lock", "r+", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.truncate(0)
        lock.write("4711\n")
        lock.flush()
        done = db(tmp_path, "build", "--feeds", "feeds")
    assert done.returncode == 2
    assert "another build or update is at work here (process 4711)" in done.stderr
    build(tmp_path)


def limit_file_size(size):
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


@pytest.mark.parametrize("size", [100, 5000, 20000])
def test_a_full_disk_keeps_the_last_database(tmp_path, mirror, size):
    build(tmp_path)
    before = (tmp_path / "db/index.json").read_bytes()
    set_kev_date(mirror, "2025-06-01T00:00:00Z")
    done = db(tmp_path, "build", "--feeds", "feeds", preexec_fn=limit_file_size(size))
    assert done.returncode == 2, done.stdout
    assert done.stderr.startswith("plimsoll: ")
    assert (tmp_path / "db/index.json").read_bytes() == before
    assert db(tmp_path, "verify").returncode == 0
    assert not (tmp_path / "db/building").exists()


def test_what_a_crash_left_is_swept_by_the_next_build(tmp_path, mirror):
    build(tmp_path)
    (tmp_path / "db/building").mkdir()
    (tmp_path / "db/building/npm.db").write_bytes(b"half")
    (tmp_path / "db/shards/npm-0123456789abcdef.db").write_bytes(b"nobody's")
    set_kev_date(mirror, "2025-06-01T00:00:00Z")
    build(tmp_path)
    assert not (tmp_path / "db/building").exists()
    assert not (tmp_path / "db/shards/npm-0123456789abcdef.db").exists()


@pytest.mark.parametrize("words, message", [
    (["build"], "which feeds? --feeds DIR"),
    (["frob"], "db: build, status"),
    ([], "db: build, status"),
    (["status", "--format", "yaml"], "--format is table or json"),
])
def test_wrong_words_are_told(tmp_path, words, message):
    done = db(tmp_path, *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr


def test_a_scan_tells_how_old_its_database_is(tmp_path, mirror):
    build(tmp_path)
    status = tmp_path / "root/var/lib/dpkg/status"
    status.parent.mkdir(parents=True)
    status.write_text("Package: bash\nStatus: install ok installed\nVersion: 5.1-2\n\n")

    def scan(now, *words):
        env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path / "home"),
               "PLIMSOLL_DB": str(tmp_path / "db"), "SOURCE_DATE_EPOCH": str(now),
               **{k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS")}}
        return subprocess.run([PLIMSOLL, "scan", "root", *words], cwd=tmp_path, env=env,
                              capture_output=True, text=True, timeout=60, check=True).stderr

    built = 1746093600  # 2025-05-01, the date of KEV in the mirror
    assert scan(built + 14 * 86400) == ""
    assert scan(built + 100 * 86400) == (
        "plimsoll: the vulnerability database is of 2025-05-01, 100 days old; plimsoll db update "
        "renews it\n")
    assert scan(built + 100 * 86400, "--quiet") == ""


FULL = """mount -t tmpfs -o size={size}k none disk && cp -a db/. disk/ &&
"$PLIMSOLL" db build --feeds feeds --out disk; status=$?
"$PLIMSOLL" db verify --db disk && ls disk/shards && exit $status"""


@pytest.mark.parametrize("room", [1, 8, 24, 40, 60, 80])
def test_a_disk_that_fills_keeps_the_last_database(tmp_path, mirror, room):
    if subprocess.run(["unshare", "-rm", "true"], capture_output=True, check=False).returncode:
        pytest.skip("no mounts of one's own here")
    build(tmp_path)
    (tmp_path / "disk").mkdir()
    set_kev_date(mirror, "2025-06-01T00:00:00Z")
    used = sum((path.stat().st_size + 4095) // 4096 * 4 for path in (tmp_path / "db").rglob("*")
               if path.is_file())
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path / "home"), "PLIMSOLL": PLIMSOLL}
    done = subprocess.run(["unshare", "-rm", "sh", "-c", FULL.format(size=used + 4 + room)],
                          cwd=tmp_path, env=env, capture_output=True, text=True, timeout=60,
                          check=False)
    assert "its signature and the digests of 3 shards hold" in done.stdout, done.stderr
    if done.returncode:
        assert "No space left on" in done.stderr or "no space left on the disk" in done.stderr
        assert done.stdout.count(".db\n") == 3
