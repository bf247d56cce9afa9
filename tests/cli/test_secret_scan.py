# SPDX-License-Identifier: Apache-2.0
"""Secrets in an image: all are found where they stand, and no output holds the value of one."""
import base64
import gzip
import io
import json
import os
import pathlib
import random
import re
import sqlite3
import string
import subprocess
import tarfile
import time
import zipfile
import zlib

import jsonschema
import pytest

from test_scan import docker_archive, run

FORMATS = ["table", "json", "html", "sarif", "markdown", "junit", "cyclonedx-json", "cyclonedx-xml", "spdx-json",
           "spdx", "purl", "verdict", "gitlab", "github", "checkstyle", "codeclimate"]
LETTERS = string.ascii_letters + string.digits
B62 = string.digits + string.ascii_uppercase + string.ascii_lowercase


class Maker:
    """Invented secrets of documented forms, others in each run of the tests."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.values = {}  # rule -> values

    def draw(self, n, letters=LETTERS):
        return "".join(self.random.choice(letters) for _ in range(n))

    def keep(self, rule, value):
        self.values.setdefault(rule, []).append(value)
        return value

    def github(self):
        body = self.draw(30)
        crc, tail = zlib.crc32(body.encode()), ""
        for _ in range(6):
            crc, digit = divmod(crc, 62)
            tail = B62[digit] + tail
        return self.keep("github-pat", "ghp_" + body + tail)

    def gitlab(self):
        return self.keep("gitlab-pat", "glpat-" + self.draw(20))

    def slack(self):
        return self.keep("slack-bot-token", f"xoxb-{self.draw(12, string.digits)}-{self.draw(13, string.digits)}-{self.draw(24)}")

    def stripe(self):
        return self.keep("stripe-access-token", "sk_live_" + self.draw(24))

    def sendgrid(self):
        return self.keep("sendgrid-api-token", f"SG.{self.draw(22)}.{self.draw(43)}")

    def password(self):
        return self.keep("generic-password", self.draw(4) + "7" + self.draw(8) + "!" + self.draw(6) + "x")


def tar_of(files, packed=""):
    """files: path -> bytes."""
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w:" + packed) as tar:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return raw.getvalue()


def zip_of(files):
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as out:
        for name, data in files.items():
            out.writestr(name, data)
    return raw.getvalue()


def database_of(tmp_path, value):
    path = tmp_path / "app.db"
    with sqlite3.connect(path) as db:
        db.execute("create table settings (name text, value text)")
        db.execute("insert into settings values (?, ?)", ("github", value))
    data = path.read_bytes()
    path.unlink()
    return data


def git(folder, *args):
    subprocess.run(["git", "-c", "user.name=t", "-c", "user.email=t@example.com", *args], cwd=folder, check=True,
                   capture_output=True, env={"PATH": os.environ["PATH"], "HOME": str(folder)})


def repository_of(tmp_path, packed, loose):
    """A repository with one secret in a pack and one in a loose object; neither is checked out."""
    folder = tmp_path / "repo"
    folder.mkdir()
    git(folder, "init", "-q")
    (folder / "a.txt").write_text(f"token: {packed}\n" + "line\n" * 50)
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "one")
    git(folder, "gc", "-q")
    (folder / "b.txt").write_text(f"token: {loose}\n")
    git(folder, "add", ".")
    return {f"srv/repo/{path.relative_to(folder)}": path.read_bytes()
            for path in sorted((folder / ".git").rglob("*")) if path.is_file()}


def bytecode_of(tmp_path, value):
    source = tmp_path / "m.py"
    source.write_text(f"TOKEN = {value!r}\n")
    subprocess.run(["/usr/bin/python3", "-m", "py_compile", source], check=True)
    compiled = next((tmp_path / "__pycache__").glob("*.pyc"))
    data = compiled.read_bytes()
    compiled.unlink()
    return data


def layers_of(tmp_path, m):
    """Files of three layers, and what is to be found: (rule, path, layer), path None: any below."""
    expected = []

    def put(layer, files, path, make, text, inner="", where=None):
        value = make()
        rule = next(r for r, values in m.values.items() if value in values)
        files[path] = text(value)
        expected.append((rule, where or path, inner, layer))

    one, two, three = {}, {}, {}
    line = lambda value: f"# settings\nTOKEN={value}\n".encode()
    for i, make in enumerate([m.github, m.gitlab, m.slack, m.stripe, m.sendgrid]):
        put(0, one, f"srv/plain{i}.txt", make, line)
        put(0, one, f"root/gone{i}.env", make, line)
        put(1, two, f"srv/zip{i}.jar", make, lambda v: zip_of({"conf/a.properties": line(v)}), "conf/a.properties")
        put(1, two, f"srv/packed{i}.tar.gz", make, lambda v: tar_of({"etc/env": line(v)}, "gz"), "etc/env")
        put(1, two, f"srv/wide{i}.txt", make, lambda v: ("\ufeff" + line(v).decode()).encode("utf-16-le"))
    put(0, one, "srv/.hidden/app.env", m.password, lambda v: f"DB_PASSWORD={v}\n".encode())
    put(1, two, "srv/deep.zip", m.github, lambda v: zip_of({"a.tgz": tar_of({"b.zip": zip_of({"c": line(v)})}, "gz")}), "c")
    put(1, two, "var/log/old.gz", m.gitlab, lambda v: gzip.compress(line(v)))
    put(1, two, "srv/m.pyc", m.github, lambda v: bytecode_of(tmp_path, v))
    put(1, two, "srv/app.db", m.github, lambda v: database_of(tmp_path, v))
    packed, loose = m.github(), m.github()
    two.update(repository_of(tmp_path, packed, loose))
    pack = next(p for p in two if p.endswith(".pack"))
    expected.append(("github-pat", pack, "", 1))
    expected.append(("github-pat", "srv/repo/.git/objects/", "", 1))
    put(1, two, "core.1234", m.slack, lambda v: b"\x7fELF" + os.urandom(5000) + b"\0TOKEN=" + v.encode() + b"\0" + os.urandom(5000))
    put(1, two, "root/.bash_history", m.stripe, lambda v: f"ls\nexport KEY={v}\n".encode())
    put(2, three, "srv/plain0.txt", m.gitlab, line)  # overwrites
    whiteouts = {f"root/.wh.gone{i}.env": b"" for i in range(5)}
    return [tar_of(one), tar_of(two), tar_of({**three, **whiteouts})], expected


def config_of(m):
    env, step, arg, label, once = m.github(), m.gitlab(), m.slack(), m.sendgrid(), m.stripe()
    expected = [("github-pat", "ENV GH"), ("gitlab-pat", "RUN"), ("slack-bot-token", "RUN"),
                ("sendgrid-api-token", "LABEL x.key"), ("stripe-access-token", "ONBUILD"),
                ("github-pat", "ENTRYPOINT"), ("gitlab-pat", "CMD"), ("slack-bot-token", "HEALTHCHECK"),
                ("sendgrid-api-token", "RUN"), ("generic-password", "ENV DB_PASSWORD")]
    config = {"User": "app", "Env": [f"GH={env}", "PATH=/bin", f"DB_PASSWORD={m.password()}"], "Labels": {"x.key": label},
              "OnBuild": [f"RUN curl -H x:{once} https://example.com"], "Entrypoint": ["/app", "--token", m.github()],
              "Cmd": ["serve", "--key=" + m.gitlab()], "Healthcheck": {"Test": ["CMD", "check", m.slack()]}}
    history = [{"created_by": f"RUN |1 NPM={arg} /bin/sh -c npm ci # buildkit"},
               {"created_by": f"/bin/sh -c curl -H 'PRIVATE-TOKEN: {step}' https://example.com"},
               {"created_by": "RUN true", "comment": f"made with {m.sendgrid()}"},
               {"created_by": f"ENV GH={env}", "empty_layer": True}]
    return {"config": config, "history": history}, expected


class Scanned:
    def __init__(self, path):
        self.path = path
        self.maker = Maker(random.randrange(1 << 30))
        layers, self.in_files = layers_of(path, self.maker)
        config, self.in_config = config_of(self.maker)
        self.diff_ids = docker_archive(path / "image.tar", layers, config)
        self.report = json.loads(run(path, "scan", "image.tar", "--scanners", "secret", "--format", "json").stdout)
        self.findings = [f for f in self.report["findings"] if f["kind"] == "secret"]


@pytest.fixture(scope="module")
def scanned(tmp_path_factory):
    return Scanned(tmp_path_factory.mktemp("secrets"))


def is_found(scanned, rule, path, inner, layer):
    for f in scanned.findings:
        place = f["subject"].get("path", "")
        if (f["rule"] == rule and place.startswith(path) and place.endswith(inner)
                and f["subject"].get("layer") == scanned.diff_ids[layer]):
            return True
    return False


def test_every_secret_in_files_is_found_where_it_stands(scanned):
    missing = [want for want in scanned.in_files if not is_found(scanned, *want)]
    assert missing == []
    assert len(scanned.in_files) >= 35


def test_every_secret_of_the_configuration_is_found(scanned):
    said = [(f["rule"], f["subject"].get("name", "")) for f in scanned.findings if "path" not in f["subject"]]
    also = [(f["rule"], e["value"]) for f in scanned.findings for e in f["evidence"] if e["key"] == "also"]
    missing = [(rule, name) for rule, name in scanned.in_config
               if not any(rule == r and name in n for r, n in said + also)]
    assert missing == [], said


def test_nothing_else_is_told_and_nothing_twice(scanned):
    places = [(f["rule"], f["subject"].get("path"), f["subject"].get("layer"), f["subject"].get("name"), f["fingerprint"])
              for f in scanned.findings]
    assert len(places) == len(set(places))
    values = sum(len(v) for v in scanned.maker.values.values())
    assert len({f["fingerprint"] for f in scanned.findings}) == values


def test_a_file_that_does_not_show_any_more_says_which_layer_hides_it(scanned):
    titles = {f["subject"]["path"]: f["title"] for f in scanned.findings
              if f["subject"].get("layer") == scanned.diff_ids[0] and "path" in f["subject"]}
    assert titles["root/gone1.env"].endswith(", deleted in layer 3, still readable in layer 1")
    assert titles["srv/plain0.txt"].endswith(", overwritten in layer 3, still readable in layer 1")
    assert "layer" not in titles["srv/plain1.txt"]


def test_lines_keys_and_certainty_are_told(scanned):
    f = next(f for f in scanned.findings if f["subject"].get("path") == "srv/plain1.txt")
    assert f["locations"][0]["line"] == 2
    assert f["locations"][0]["column"] == len("TOKEN=") + 1
    assert 0.5 <= f["confidence"] <= 1
    assert len(f["fingerprint"]) == 16
    assert f["fix"]["action"]


def test_the_report_keeps_its_schema(scanned):
    schema = pathlib.Path(__file__).parent.parent.parent / "docs/report.schema.json"
    jsonschema.Draft202012Validator(json.loads(schema.read_text())).validate(scanned.report)


def test_coverage_says_that_secrets_were_looked_for(scanned):
    row = next(c for c in scanned.report["coverage"] if c["what"] == "secrets")
    assert row["state"] == "assessed" and row["count"] > 40


def shadows(values):
    """What of a value would give it away: itself, its base64, twelve characters of it in a row."""
    for value in values:
        raw = value.encode()
        yield raw
        for shift in range(3):
            yield base64.b64encode(b"x" * shift + raw)[4:-4]
        for at in range(0, len(raw) - 12):
            piece = raw[at:at + 12]
            if not piece.startswith((b"xoxb-", b"glpat-", b"sk_live_")):
                yield piece


def leaks(haystack, values):
    return [piece for piece in shadows(values) if piece in haystack]


def all_values(scanned):
    return [value for values in scanned.maker.values.values() for value in values]


def test_the_search_for_leaks_finds_one(scanned):
    value = scanned.maker.values["github-pat"][0]
    assert leaks(b"...." + value.encode()[8:24] + b"....", all_values(scanned))
    assert leaks(base64.b64encode(b"ab" + value.encode() + b"c"), all_values(scanned))
    assert leaks((scanned.path / "image.tar").read_bytes(), all_values(scanned))


@pytest.mark.parametrize("form", FORMATS)
def test_no_format_holds_a_value(scanned, form):
    policy = ["--policy", "baseline"] if form == "verdict" else []
    done = subprocess.run(
        [os.environ["PLIMSOLL"], "scan", "image.tar", "--format", form, "--scanners", "vuln,config,secret", "--no-cache",
         "--secret-confidence", "0", *policy], cwd=scanned.path, capture_output=True, check=False, timeout=120,
        env={"PATH": os.environ["PATH"], "HOME": str(scanned.path), "XDG_CACHE_HOME": str(scanned.path / "cache"),
             "PLIMSOLL_LOG": "debug", "PLIMSOLL_DEBUG": "1"})
    assert done.returncode in (0, 1), done.stderr
    assert leaks(done.stdout + done.stderr, all_values(scanned)) == []
    assert done.stdout or form == "purl"  # no packages


def test_no_file_that_is_written_holds_a_value(scanned):
    run(scanned.path, "scan", "image.tar", "--scanners", "secret", "-o", "report.txt")
    written = [p for p in scanned.path.rglob("*") if p.is_file() and p.name not in ("image.tar", "m.py")
               and "repo" not in p.parts and "__pycache__" not in p.parts]
    assert any("layers-1" in p.parts for p in written) and any("secrets-1" in p.parts for p in written)
    for path in written:
        assert leaks(path.read_bytes(), all_values(scanned)) == [], path


def test_explain_tells_a_secret_without_its_value(scanned):
    f = next(f for f in scanned.findings if f["subject"].get("path") == "root/gone1.env")
    for rule in (f["id"], "gitlab-pat"):
        done = run(scanned.path, "explain", rule, "image.tar")
        assert b"gone1.env" in done.stdout
        assert leaks(done.stdout + done.stderr, all_values(scanned)) == []


def secrets_of(path, *args, **how):
    doc = json.loads(run(path, "scan", "image.tar", "--scanners", "secret", "--format", "json", *args, **how).stdout)
    found = [f for f in doc["findings"] if f["kind"] == "secret"]
    return [f for f in found if "suppressed_by" not in f], [f for f in found if "suppressed_by" in f], doc


def test_the_table_hides_no_rule_behind_the_finds_of_another(tmp_path):
    maker = Maker(3)
    files = {f"srv/f{i:02}": f"a={maker.github()}\n".encode() for i in range(30)}
    files["srv/z"] = f"b={maker.gitlab()}\nc={maker.sendgrid()}\n".encode()
    docker_archive(tmp_path / "image.tar", [tar_of(files)], {"config": {}})
    found, _, _ = secrets_of(tmp_path)
    out = run(tmp_path, "scan", "image.tar", "--scanners", "secret").stdout.decode()
    section = out[out.index(f"SECRETS  {len(found)} findings\n"):].split("\n\n")[0]
    assert re.search(r"30 in 30 places, first at layer 1, srv/f00:1,", section), section
    for title in {f["title"] for f in found}:
        assert title[:40] in " ".join(section.split()), section
    assert "--format json lists each place" in section and len(section.splitlines()) < 25


def test_a_baseline_takes_off_what_is_known_and_tells_how_much(scanned):
    known = json.dumps(scanned.report)
    (scanned.path / "known.json").write_text(known)
    new, old, doc = secrets_of(scanned.path, "--baseline", "known.json")
    assert new == [] and len(old) == len(scanned.findings)
    assert {(f["suppressed_by"]["by"], f["suppressed_by"]["reason"]) for f in old} == {("known.json", "known in the baseline")}
    assert [(r["file"], r["state"], r["findings"]) for r in doc["ignore_rules"]] == [("known.json", "used", len(old))]
    for form in ("table", "markdown"):
        out = run(scanned.path, "scan", "image.tar", "--scanners", "secret", "--baseline", "known.json", "--format", form).stdout.decode()
        assert f"{len(old)} findings are known in the baseline" in out and "suppressed by" not in out.split("IGNORE")[0]
    left_out = scanned.findings[0]["fingerprint"]
    prints = sorted({f["fingerprint"] for f in scanned.findings} - {left_out})
    (scanned.path / "known.txt").write_text("# known\n" + "\n".join(prints) + "\n")
    new, _, _ = secrets_of(scanned.path, "--baseline", "known.txt")
    assert {f["fingerprint"] for f in new} == {left_out}
    (scanned.path / "empty.txt").write_text("# nothing\n")
    assert len(secrets_of(scanned.path, "--baseline", "empty.txt")[0]) == len(scanned.findings)


@pytest.mark.parametrize("text, message", [("zz\n", "bad:1: a fingerprint is 16 hexadecimal digits"),
                                           ('{"a": 1}', "bad: neither a report nor a list of fingerprints"),
                                           ("{", "bad: ")])
def test_a_broken_baseline_says_so(scanned, text, message):
    (scanned.path / "bad").write_text(text)
    done = run(scanned.path, "scan", "image.tar", "--scanners", "secret", "--baseline", "bad", status=2)
    assert message in done.stderr.decode()


def test_a_secret_is_suppressed_by_its_fingerprint(scanned):
    chosen = scanned.findings[0]["fingerprint"]
    (scanned.path / "mine.yaml").write_text(f"- fingerprint: {chosen}\n  reason: revoked\n")
    (scanned.path / "mine.yaml").rename(scanned.path / ".plimsollignore")
    try:
        new, old, _ = secrets_of(scanned.path)
    finally:
        (scanned.path / ".plimsollignore").unlink()
    assert {f["fingerprint"] for f in old} == {chosen}
    assert chosen not in {f["fingerprint"] for f in new}
    assert old[0]["suppressed_by"] == {"by": ".plimsollignore:1", "reason": "revoked"}


def test_fingerprints_depend_on_the_key(scanned):
    (scanned.path / "team.key").write_bytes(b"sixteen bytes or more")
    (scanned.path / "short.key").write_bytes(b"short")
    first, _, _ = secrets_of(scanned.path, "--fingerprint-key", "team.key")
    again, _, _ = secrets_of(scanned.path, "--fingerprint-key", "team.key", "--no-cache")
    assert [f["fingerprint"] for f in first] == [f["fingerprint"] for f in again]
    assert not {f["fingerprint"] for f in first} & {f["fingerprint"] for f in scanned.findings}
    done = run(scanned.path, "scan", "image.tar", "--scanners", "secret", "--fingerprint-key", "short.key", status=2)
    assert "short.key: a key for fingerprints has 16 to 4096 bytes" in done.stderr.decode()


def test_an_option_of_secrets_asks_for_them(scanned):
    for args, wanted in ([], False), (["--secret-confidence", "0.9"], True), (["--secret-confidence", "0.9", "--scanners", "vuln"], False):
        doc = json.loads(run(scanned.path, "scan", "image.tar", "--format", "json", *args).stdout)
        assert any(c["what"] == "secrets" for c in doc["coverage"]) is wanted


PACK = """secrets: mine
rules:
  - id: acme-key
    title: Key of Acme
    severity: low
    pattern: 'acme_[0-9a-z]{12}'
    rotate: Ask Acme.
    examples:
      true: ['x acme_${alnum:12}']
"""


def test_rules_of_the_user_are_used_and_errors_say_where(scanned, tmp_path):
    (tmp_path / "src/.hidden").mkdir(parents=True)
    (tmp_path / "src/.hidden/a.txt").write_text("one\nkey acme_k29fj3m5x7q1\n")
    (tmp_path / "src/link").symlink_to(tmp_path / "src/.hidden/a.txt")
    (tmp_path / "packs").mkdir()
    (tmp_path / "packs/mine.yaml").write_text(PACK)
    args = ["scan", "rootfs:src", "--scanners", "secret", "--format", "json"]
    for rules in ("packs", "packs/mine.yaml"):
        doc = json.loads(run(tmp_path, *args, "--secret-rules", rules).stdout)
        assert [(f["rule"], f["subject"]["path"], f["locations"][0]["line"]) for f in doc["findings"]] == [
            ("acme-key", ".hidden/a.txt", 2)]
        assert doc["findings"][0]["fix"]["action"] == "Ask Acme."
    (tmp_path / "packs/mine.yaml").write_text(PACK.replace("severity: low", "severty: low"))
    done = run(tmp_path, *args, "--secret-rules", "packs", status=2)
    assert "packs/mine.yaml:5: a rule of secrets has no \"severty\"; did you mean \"severity\"?" in done.stderr.decode()


def test_a_damaged_cache_of_rules_is_made_anew(tmp_path):
    (tmp_path / "src").mkdir()
    (tmp_path / "src/a.txt").write_text("glpat-" + "a1b2c3d4e5f6g7h8i9j0" + "\n")
    args = ["scan", "rootfs:src", "--scanners", "secret", "--format", "json"]
    first = run(tmp_path, *args).stdout
    kept, = (tmp_path / "cache/plimsoll/secrets-1").iterdir()
    whole = kept.read_bytes()
    for broken in (whole[:1000], b"", whole[:5000] + b"x" + whole[5001:]):
        kept.write_bytes(broken)
        assert run(tmp_path, *args).stdout == first
        assert kept.read_bytes() == whole
    assert b"gitlab-pat" in first


def config_scan(tmp_path, files, **config):
    docker_archive(tmp_path / "image.tar", [tar_of(files)], {"config": config})
    began = time.monotonic()
    report = run(tmp_path, "scan", "image.tar", "-f", "json", "--scanners", "config,secret", "--no-cache").stdout
    return report.decode() if isinstance(report, bytes) else report, time.monotonic() - began


def test_values_that_begin_with_each_other_leave_nothing_behind(tmp_path):
    short, long = "Xk7qW2m9Rt4z", "Xk7qW2m9Rt4zB8nV3pLs6"
    report, _ = config_scan(tmp_path, {"a": b"x"}, Labels={"note": f"{long} {short} {long}{short}"},
                            Env=[f"DB_PASSWORD={short}", f"API_PASSWORD={long}"])
    assert short not in report and "B8nV3pLs6" not in report
    assert "DB_PASSWORD" in report and "API_PASSWORD" in report


def test_many_values_are_taken_out_of_a_long_text_in_no_long_time(tmp_path):
    maker = Maker(5)
    env = [f"DB_PASSWORD{i}=A{maker.draw(14)}!9x" for i in range(900)]
    report, seconds = config_scan(tmp_path, {"a": b"x"}, Env=env + ["B=" + "A" * 4000000])
    assert seconds < 12 and env[0].split("=")[1] not in report  # each at each place: over twenty


def test_many_files_that_bear_the_names_of_keys_take_no_long(tmp_path):
    report, seconds = config_scan(tmp_path, {f"k{i}/id_rsa": b"x\n" for i in range(60000)})
    assert seconds < 6 and report.count('"image-secret-file"') > 50000  # each with each: nine and more
