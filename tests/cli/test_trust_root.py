# SPDX-License-Identifier: Apache-2.0
"""plimsoll trust root: a Sigstore instance's root of trust, brought by TUF and proved offline."""
import json
import os
import shutil
import subprocess

import pytest

from tuf_repository import NOW, Key, Repository, Server, in_days

PLIMSOLL = os.environ["PLIMSOLL"]
MEDIA = "application/vnd.dev.sigstore.trustedroot+json;version=0.1"


def trusted_root(note):
    return json.dumps({"mediaType": MEDIA, "tlogs": [], "certificateAuthorities": [], "ctlogs": [],
                       "timestampAuthorities": []}, indent=len(note)).encode()


class Instance:
    def __init__(self, folder):
        self.folder, self.state = folder, folder / "state"
        self.repo = Repository(folder / "served")
        self.repo.add("trusted_root.json", trusted_root("1"))
        self.repo.expires["timestamp"] = in_days(7)
        self.repo.expires["root"] = in_days(180)
        self.repo.publish()
        self.root = self.repo.root_file(folder / "first.root.json")
        self.server = Server(folder / "served")

    def run(self, *words, now=NOW):
        done = subprocess.run([PLIMSOLL, "trust", "root", *words, "--state", str(self.state),
                               "--now", now], cwd=self.folder, check=False, timeout=60,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE)
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def begin(self):
        code, out, err = self.run("update", "--mirror", self.server.url(), "--root", self.root)
        assert (code, out) == (0, ""), err
        return err


@pytest.fixture
def instance(tmp_path):
    instance = Instance(tmp_path)
    yield instance
    instance.server.stop()


def test_update_and_show(instance):
    err = instance.begin()
    assert err == (f"plimsoll: trusted_root.json is new, proved by 4 roles; "
                   f"good until {in_days(7)}\n")
    assert instance.run("show") == (0, trusted_root("1").decode(), "")
    code, out, err = instance.run("update")  # the mirror and the root are known
    assert (code, out) == (0, "") and "is the same as before" in err
    assert instance.run("update", "--quiet") == (0, "", "")


def test_a_new_root_of_trust(instance):
    instance.begin()
    instance.repo.add("trusted_root.json", trusted_root("two"))
    instance.repo.keys["root"] = [Key()]
    instance.repo.signers["root"] += instance.repo.keys["root"]
    instance.repo.next()
    assert "trusted_root.json is new" in instance.run("update")[2]
    assert instance.run("show")[1] == trusted_root("two").decode()
    assert "root" in instance.run("status")[1]


def test_it_needs_no_network_until_it_expires(instance):
    instance.begin()
    instance.server.seen.clear()
    assert instance.run("show")[0] == 0
    assert instance.run("status")[0] == 0
    assert instance.server.seen == []
    code, out, err = instance.run("show", now=in_days(8))
    assert code == 2 and out == ""
    first, second = err.splitlines()
    assert first == (f"plimsoll: the root of trust: timestamp expired on {in_days(7)}; it is "
                     f"{in_days(8)} now")
    assert "plimsoll trust root update brings newer metadata" in second


def test_a_copy_of_the_folder_does(instance, tmp_path):
    instance.begin()
    shutil.copytree(instance.state, tmp_path / "copy")
    instance.state = tmp_path / "copy"
    assert instance.run("show")[0] == 0


def test_status(instance):
    instance.begin()
    code, out, err = instance.run("status", now=in_days(5))
    assert code == 0 and err == ""
    lines = out.splitlines()
    assert lines[0] == f"from {instance.server.url()}"
    assert lines[2] == "ROLE              VERSION  GOOD UNTIL"
    assert lines[4] == f"timestamp               1  {in_days(7)}  expires in 2 days"
    code, out, _ = instance.run("status", now=in_days(9))
    assert code == 2 and "expired 2 days ago" in out
    code, out, _ = instance.run("status", "--format", "json", now=in_days(9))
    doc = json.loads(out)
    assert code == 2 and doc["expired"] and doc["mirror"] == instance.server.url()
    assert [role["name"] for role in doc["roles"]] == ["root", "timestamp", "snapshot", "targets"]


def test_an_expired_mirror_is_not_known_to_be_bad(instance):
    instance.repo.expires["timestamp"] = in_days(-1)
    instance.repo.next("targets")
    code, _, err = instance.run("update", "--mirror", instance.server.url(), "--root",
                                instance.root)
    assert code == 2 and "timestamp expired on" in err and "clock" in err


def test_what_does_not_hold_is_refused_and_the_old_stays(instance):
    instance.begin()
    instance.repo.signers["timestamp"] = [Key()]
    instance.repo.next("targets")
    code, out, err = instance.run("update")
    assert code == 1 and out == ""
    assert err.startswith("plimsoll: refused: the root of trust: timestamp: 0 of the 1 keys")
    assert instance.run("show")[0] == 0


def test_a_target_that_was_exchanged_is_refused_on_the_mirror_and_at_home(instance):
    served = instance.repo.add("trusted_root.json", trusted_root("1"))
    served.write_bytes(served.read_bytes().replace(b"tlogs", b"TLOGS"))
    code, _, err = instance.run("update", "--mirror", instance.server.url(), "--root",
                                instance.root)
    assert code == 1 and "trusted_root.json: it is not the file that was signed for" in err
    served.write_bytes(trusted_root("1"))
    instance.begin()
    kept = instance.state / "targets" / "trusted_root.json"
    kept.write_bytes(kept.read_bytes().replace(b"tlogs", b"TLOGS"))
    code, out, err = instance.run("show")
    assert code == 2 and out == "" and "is not the one the metadata names" in err


def test_a_trusted_root_that_cannot_be_read_replaces_none(instance):
    instance.begin()
    instance.repo.add("trusted_root.json", b'{"mediaType": "another/thing"}')
    instance.repo.next("targets")
    code, _, err = instance.run("update")
    assert code == 1 and "trusted_root.json" in err
    kept = instance.state / "targets" / "trusted_root.json"
    assert kept.read_bytes() == trusted_root("1")


def test_a_repository_without_the_target(instance):
    instance.repo.files = {"targets": {}}
    instance.repo.next("targets")
    code, _, err = instance.run("update", "--mirror", instance.server.url(), "--root",
                                instance.root)
    assert code == 2 and "no role names the target trusted_root.json" in err


def test_whom_to_begin_with_is_said_once(instance, tmp_path):
    code, out, err = instance.run("status")
    assert code == 2 and out == "" and "no root of trust is kept in" in err
    code, _, err = instance.run("update")
    assert code == 2 and "from where? --mirror URL" in err
    code, _, err = instance.run("update", "--mirror", instance.server.url())
    assert code == 2 and "--root FILE is the root.json to begin with" in err
    assert instance.server.seen == []
    instance.begin()
    other = Repository(tmp_path / "other")
    other.publish()
    code, _, err = instance.run("update", "--root", other.root_file(tmp_path / "other.json"))
    assert code == 2 and "is not the root that" in err and "another --state" in err
    assert instance.run("update", "--root", instance.root)[0] == 0


def test_a_root_that_is_none(instance, tmp_path):
    (tmp_path / "x.json").write_text("{}")
    code, _, err = instance.run("update", "--mirror", instance.server.url(), "--root", "x.json")
    assert code == 2 and "--root x.json: " in err
    assert instance.run("status")[0] == 2


def test_no_network(instance):
    instance.begin()
    instance.server.stop()
    code, out, err = instance.run("update")
    assert code == 2 and out == "" and "the root of trust: root: " in err


def test_wrong_words(instance):
    code, out, err = instance.run("bring")
    assert code == 2 and out == "" and 'update, status or show, not "bring"' in err
    done = subprocess.run([PLIMSOLL, "trust", "rot"], capture_output=True, text=True, check=False)
    assert done.returncode == 2 and "no such word: rot" in done.stderr


def test_verify_takes_the_root_that_is_kept(instance, tmp_path):
    def verify(now):
        return subprocess.run(
            [PLIMSOLL, "verify", "bundle", "b.json", "--artifact", "sha256:" + "0" * 64,
             "--trusted-root", "kept", "--identity", "a@example.com", "--issuer",
             "https://example.com", "--now", now], cwd=tmp_path, capture_output=True, text=True,
            check=False, env=os.environ | {"XDG_STATE_HOME": str(tmp_path / "xdg")})
    (tmp_path / "b.json").write_text("{}")
    done = verify(NOW)
    assert done.returncode == 2 and "no root of trust is kept in" in done.stdout + done.stderr
    instance.state = tmp_path / "xdg" / "plimsoll" / "sigstore"
    instance.begin()
    assert verify(NOW).returncode == 1  # the bundle is none; the root was read
    done = verify(in_days(8))
    assert done.returncode == 2 and "timestamp expired on" in done.stdout + done.stderr
