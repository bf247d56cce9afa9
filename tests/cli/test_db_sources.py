# SPDX-License-Identifier: Apache-2.0
"""plimsoll db update: every row of src/vuln/source_list.def, in the form its publisher serves.

One world is served, fetched, fetched again, changed and fetched once more; each test looks at one
row of it. A row without a case in feed_cases.py makes a test fail.
"""
import json
import os
import pathlib
import re
import shutil
import sqlite3
import subprocess

import pytest

import feed_cases
from feed_server import Server

PLIMSOLL = os.environ["PLIMSOLL"]
LIST = pathlib.Path(__file__).parents[2] / "src" / "vuln" / "source_list.def"


def rows_of_the_list():
    """What each row brings, named by its place in a mirror."""
    rows = []
    for kind, words in re.findall(r"^([A-Z_]+)\(((?:[^()]|\n)*)\)", LIST.read_text(), re.M):
        parts = [re.sub(r'"\s*"', "", word).strip('"') for word in
                 re.findall(r'"(?:[^"]|"\s*")*?"(?=\s*(?:,|$))', words.strip())]
        if kind in ("SOURCE", "VEX"):
            rows.append(parts[0])
        elif kind == "OSV":
            rows.append("osv/" + parts[0])
        else:
            rows.append(parts[0] + "/" + parts[2])
    return rows


ROWS = rows_of_the_list()


def cves_of(row):
    number = sorted(ROWS).index(row) if row in ROWS else 0
    return [f"CVE-2025-{10_000 + number}", f"CVE-2025-{20_000 + number}"]


ENRICHED = [cve for row in ROWS if row.startswith(("kev/", "epss/", "nvd/")) for cve in cves_of(row)]
CASES = feed_cases.make_cases(ENRICHED)


class World:
    def __init__(self, folder):
        self.folder = folder
        self.server = Server(folder / "served")
        self.owners = {}  # path -> row
        self.runs = []
        self.cves = cves_of

    def put(self, changed):
        shutil.rmtree(self.server.folder, ignore_errors=True)
        for row in ROWS:
            files = CASES[row].serve(cves_of(row) if changed else cves_of(row)[:1], changed)
            for path, data in files.items():
                place = self.server.folder / path
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(data)
                self.owners[path] = row

    def run(self, *words, home="home", server=None):
        env = {"PATH": os.environ["PATH"], "HOME": str(self.folder / home), "NO_PROXY": "*",
               "PLIMSOLL_DB": str(self.folder / home / "db")}
        env.update({k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS")})
        return subprocess.run([PLIMSOLL, *words], cwd=self.folder, env=env, capture_output=True,
                              text=True, timeout=300, check=False)

    def update(self, *words, **more):
        """Keeps what was asked for, and the database as it is then."""
        self.server.seen.clear()
        done = self.run("db", "update", "--from", self.server.url(), "--verbose", *words, **more)
        assert done.returncode == 0, done.stderr
        copy = self.folder / f"db-{len(self.runs)}"
        shutil.copytree(self.folder / more.get("home", "home") / "db", copy)
        self.runs.append((done, list(self.server.seen), copy))

    def statuses(self, run, row):
        return {path: status for path, status, _ in self.runs[run][1]
                if self.owners.get(path) == row}

    def use(self, run):
        self.database = self.runs[run][2]
        return self

    def findings(self, package, system=()):
        system = [{"type": "operating-system", "name": system[0], "version": system[1]}] \
            if system else []
        name = package.split("@")[0].rsplit("/", 1)[-1]
        bom = {"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "components": [
            *system, {"type": "library", "name": name, "purl": package,
                      "version": package.split("@")[1].split("?")[0]}]}
        (self.folder / "bom.json").write_text(json.dumps(bom))
        done = self.run("scan", "--db", str(self.database), "--format", "json", "sbom:bom.json")
        assert done.returncode == 0, done.stderr
        return [f for f in json.loads(done.stdout)["findings"] if f["kind"] == "vulnerability"]

    def select(self, shard, query):
        found = set()
        for path in (self.database / "shards").glob(shard + "-*.db"):
            with sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True) as db:
                found |= {row[0] for row in db.execute(query)}
        return found

    def facts(self, feed):
        return self.select("enrichment", f"SELECT key FROM fact WHERE feed = '{feed}'")

    def advisories(self, shard, prefix):
        ids = self.select(shard, "SELECT id FROM advisory") - \
            self.select(shard, "SELECT id FROM withdrawn")
        return {"CVE-" + ident.removeprefix(prefix) for ident in ids if ident.startswith(prefix)}

    def seen(self, row):
        case = CASES[row]
        if case.look:
            return set(case.look(self)) & set(cves_of(row))
        return {f["rule"] for f in self.findings(case.package, case.system)}


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    world = World(tmp_path_factory.mktemp("world"))
    world.put(changed=False)
    world.update()
    world.update()
    world.put(changed=True)
    world.update()
    yield world
    world.server.stop()


def test_each_row_has_a_case_and_each_case_a_row():
    assert sorted(ROWS) == sorted(CASES)
    assert len(set(ROWS)) == len(ROWS)


def test_all_that_is_served_is_read(world):
    for done, _, _ in world.runs:
        assert "not read:" not in done.stderr
        assert "not fetched" not in done.stderr
        assert "not served" not in re.sub(r"0 not served", "", done.stderr)


@pytest.mark.parametrize("row", ROWS)
def test_a_row_is_fetched_and_found(world, row):
    assert set(world.statuses(0, row).values()) == {200}
    assert world.use(0).seen(row) == set(cves_of(row)[:1])


@pytest.mark.parametrize("row", ROWS)
def test_a_row_that_has_not_changed_is_asked_for_and_not_sent(world, row):
    statuses = world.statuses(1, row)
    assert statuses and set(statuses.values()) == {304}


def sent_anew(world, row):
    """What differs from the files of the first run is all that may be sent."""
    again = CASES[row].again
    if callable(again):
        return set(again(cves_of(row)))
    before = CASES[row].serve(cves_of(row)[:1], False)
    after = CASES[row].serve(cves_of(row), True)
    return {path for path, data in after.items() if before.get(path) != data}


@pytest.mark.parametrize("row", ROWS)
def test_a_change_is_all_that_is_sent_and_is_found(world, row):
    sent = {path for path, status in world.statuses(2, row).items() if status == 200}
    assert sent == sent_anew(world, row)
    first, second = cves_of(row)
    assert world.use(2).seen(row) == ({second} if CASES[row].after == "second"
                                      else {first, second})


def test_nothing_but_the_rows_is_asked_for(world):
    """Of what is not served only repositories of another architecture."""
    for _, seen, _ in world.runs:
        missing = {path for path, status, _ in seen if path not in world.owners}
        assert missing == {"amazonlinux/2/extras/arm-only/latest/x86_64/mirror.list"}


def test_second_run_downloads_no_byte(world):
    done, seen, copy = world.runs[1]
    assert f"plimsoll: 0 feed files fetched, {len(ROWS)} unchanged" in done.stderr
    assert {status for _, status, _ in seen} == {304, 404}
    assert (copy / "index.json").read_bytes() == (world.runs[0][2] / "index.json").read_bytes()


def test_at_most_two_are_asked_of_one_host(world):
    assert world.server.together <= 2


def test_what_a_repository_had_before_is_gone(world):
    files = [path.name for path in
             (world.folder / "home/.cache/plimsoll/feeds/amazonlinux/2/core/2.0").rglob("*.gz")]
    assert files == ["updateinfo.xml.gz"]
