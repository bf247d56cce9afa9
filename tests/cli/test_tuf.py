# SPDX-License-Identifier: Apache-2.0
"""plimsoll tuf: following a repository over HTTP, and every way in which one can lie."""
import os
import subprocess

import pytest

from tuf_repository import FUTURE, NOW, PAST, Key, Repository, Server

PLIMSOLL = os.environ["PLIMSOLL"]


class Client:
    def __init__(self, folder):
        self.folder = folder
        self.repo = Repository(folder / "served")
        self.repo.add("a.txt", b"content of a")
        self.server = Server(folder / "served")
        self.metadata, self.targets = folder / "metadata", folder / "targets"

    def run(self, *words):
        done = subprocess.run([PLIMSOLL, "tuf", "--metadata-dir", str(self.metadata), *words],
                              cwd=self.folder, check=False, timeout=60, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def begin(self):
        self.repo.publish()
        root = self.repo.root_file(self.folder / "root.json")
        assert self.run("init", root) == (0, "", "")

    def refresh(self, *more):
        return self.run("--metadata-url", self.server.url(), "--now", NOW, *more, "refresh")

    def download(self, *names):
        words = [word for name in names for word in ("--target-name", name)]
        return self.run("--metadata-url", self.server.url(), "--now", NOW, *words,
                        "--target-base-url", self.server.url() + "/targets", "--target-dir",
                        str(self.targets), "download")

    def kept(self):
        return sorted(path.name for path in self.metadata.iterdir())


@pytest.fixture
def client(tmp_path):
    client = Client(tmp_path)
    yield client
    client.server.stop()


def refused(result, *parts):
    code, out, err = result
    assert code == 1 and out == ""
    assert all(part in err for part in parts), err


def test_a_good_repository(client):
    client.repo.delegate("team/x", ["team/*"])
    client.repo.add("team/b c.txt", b"content of b", "team/x")
    client.begin()
    assert client.refresh() == (0, "", "")
    assert client.kept() == ["root.json", "snapshot.json", "targets.json", "timestamp.json"]
    assert client.download("a.txt") == (0, "", "")
    assert (client.targets / "a.txt").read_bytes() == b"content of a"
    assert client.download("team/b c.txt")[0] == 1  # it is asked for with its space encoded
    assert "1.team%2Fx.json" in client.server.seen
    assert any(name.startswith("targets/team/") and "b%20c.txt" in name
               for name in client.server.seen)
    assert "team%2Fx.json" in client.kept()


def test_what_is_there_is_not_fetched_again(client):
    client.begin()
    assert client.download("a.txt")[0] == 0
    client.server.seen.clear()
    assert client.download("a.txt")[0] == 0
    assert client.server.seen == ["2.root.json", "timestamp.json"]
    (client.targets / "a.txt").write_bytes(b"spoilt here!")
    assert client.download("a.txt")[0] == 0
    assert (client.targets / "a.txt").read_bytes() == b"content of a"


def test_verbose_tells_what_was_checked(client):
    client.begin()
    code, out, err = client.refresh("--verbose")
    assert code == 0 and out == ""
    assert "plimsoll: signature: timestamp, version 1, by 1 of its keys\n" in err


def test_without_consistent_snapshots(client, tmp_path):
    client.server.stop()
    client.repo = Repository(tmp_path / "plain", consistent=False)
    client.server = Server(tmp_path / "plain")
    client.repo.add("dir/a.txt", b"plain")
    client.begin()
    assert client.download("dir/a.txt") == (0, "", "")
    assert (client.targets / "dir%2Fa.txt").read_bytes() == b"plain"
    assert "targets/dir/a.txt" in client.server.seen


def test_names_that_would_leave_the_folders(client):
    client.repo.delegate("../../up", ["*"])
    client.begin()
    refused(client.download("nothing"), "no role names the target nothing")
    assert client.kept()[0] == "%2E.%2F..%2Fup.json"
    client.repo.files["targets"]["../up.txt"] = client.repo.files["targets"]["a.txt"]
    client.repo.next("targets")
    refused(client.download("../up.txt"), "lies outside of its folder")


def test_a_replay_of_older_metadata(client):
    client.begin()
    old = (client.repo.folder / "timestamp.json").read_bytes()
    client.repo.next("targets")
    assert client.refresh()[0] == 0
    (client.repo.folder / "timestamp.json").write_bytes(old)
    refused(client.refresh(), "timestamp: version 1 was served, version 2 was seen before")


def test_a_freeze(client):
    client.repo.expires["timestamp"] = "2027-01-16T08:00:00Z"
    client.begin()
    assert client.refresh()[0] == 0
    refused(client.refresh("--now", "2027-01-17T00:00:00Z"), "timestamp expired on 2027-01-16")


def test_an_expired_timestamp(client):
    client.repo.expires["timestamp"] = PAST
    client.begin()
    refused(client.refresh(), "timestamp expired on 2020-01-01T00:00:00Z")
    assert client.kept() == ["root.json"]


def test_a_recovery_from_a_fast_forward(client):
    client.begin()
    for role in ("timestamp", "snapshot", "targets"):
        client.repo.versions[role] = 1000000
    client.repo.publish()
    assert client.refresh()[0] == 0
    for role in ("timestamp", "snapshot", "targets"):
        client.repo.versions[role] = 2
    client.repo.publish()
    refused(client.refresh(), "version 1000000 was seen before")
    client.repo.versions["root"] = 2
    for role in ("timestamp", "snapshot"):
        client.repo.keys[role] = client.repo.signers[role] = [Key()]
    client.repo.publish()
    assert client.refresh() == (0, "", "")


def test_a_mix_of_two_states(client):
    client.begin()
    old = (client.repo.folder / "1.snapshot.json").read_bytes()
    client.repo.next("targets")
    (client.repo.folder / "2.snapshot.json").write_bytes(old)
    refused(client.refresh(), "snapshot: it is not the file that was signed for")


def test_a_key_that_is_not_the_roles(client):
    client.repo.signers["snapshot"] = client.repo.keys["timestamp"]
    client.begin()
    refused(client.refresh(), "snapshot: 0 of the 1 keys needed signed it")


def test_a_root_of_strangers(client):
    client.begin()
    client.repo.keys["root"] = client.repo.signers["root"] = [Key()]
    client.repo.next("root")
    refused(client.refresh(), "by the keys of the root before")
    assert client.kept() == ["root.json"]


def test_a_target_that_was_exchanged(client):
    client.begin()
    served = client.repo.add("a.txt", b"content of a")
    served.write_bytes(b"CONTENT OF A")
    refused(client.download("a.txt"), "a.txt: it is not the file that was signed for")
    served.write_bytes(b"content of a and more")
    refused(client.download("a.txt"))
    served.write_bytes(b"content")
    refused(client.download("a.txt"), "it has 7 bytes instead of 12")
    assert list(client.targets.iterdir()) == []


def test_data_without_end(client):
    client.begin()
    client.server.endless = {"timestamp.json"}
    refused(client.refresh(), "timestamp.json is longer than 1048576 bytes")
    client.server.endless = {"2.root.json"}
    refused(client.refresh(), "2.root.json is longer than 1048576 bytes")
    client.server.endless = {"1.snapshot.json"}
    refused(client.refresh(), "1.snapshot.json is longer than")


def test_what_is_not_there(client):
    client.begin()
    client.server.statuses = {"timestamp.json": 404}
    refused(client.refresh(), "timestamp: timestamp.json: 404: it is not there")
    client.server.statuses = {"2.root.json": 403}
    assert client.refresh()[0] == 0
    refused(client.run("--metadata-url", "http://127.0.0.1:1/", "refresh"), "2.root.json")


def test_words_that_are_wrong(client, tmp_path):
    (tmp_path / "no.json").write_text('{"signatures":[],"signed":{}}')
    refused(client.run("init", str(tmp_path / "no.json")), "no.json: _type is none that is known")
    refused(client.run("init", "absent.json"), "absent.json")
    for words in (["update"], ["init"], ["refresh"], ["download"], []):
        code, out, err = client.run(*words)
        assert code == 2 and out == "" and err.startswith("plimsoll: tuf"), words
    code, _, err = client.run("--now", "soon", "--metadata-url", "x", "refresh")
    assert code == 2 and "--now soon: write a time as" in err
    assert FUTURE > NOW
