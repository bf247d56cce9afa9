# SPDX-License-Identifier: Apache-2.0
"""What scan says of the configuration, the history, the files and the accounts of an image."""
import io
import json
import tarfile

import pytest

from test_scan import docker_archive, report, run, tar_of

CAP_SYS_ADMIN = "\x01\x00\x00\x02\x00\x00\x20\x00" + "\x00" * 12
PASSWD = "root:x:0:0:root:/root:/bin/sh\napp:x:1000:1000::/app:/bin/sh\n"
DPKG = "Package: mount\nStatus: install ok installed\nArchitecture: amd64\nVersion: 2.38.1-5\n\n"
LIST = "/.\n/usr\n/usr/bin\n/usr/bin/mount\n/usr/bin/su\n"
OLD = 'ID=debian\nVERSION_ID="10"\nPRETTY_NAME="Debian GNU/Linux 10 (buster)"\n'


def layer(*entries):
    """Each (path, text or None for a directory, mode, and what else a tar entry has)."""
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for path, text, mode, *more in entries:
            info = tarfile.TarInfo(path)
            info.mode = mode
            info.type = tarfile.DIRTYPE if text is None else tarfile.REGTYPE
            for key, value in (more[0] if more else {}).items():
                setattr(info, key, value)
            data = (text or "").encode()
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return raw.getvalue()


def image(tmp_path, *layers, history=None, **config):
    more = {"config": config}
    if history is not None:
        more["history"] = history
    return docker_archive(tmp_path / "image.tar", list(layers), more)


def scan(tmp_path, *args, target="image.tar", **how):
    got = report(tmp_path, target, "--scanners", "config", *args, **how)
    return got, [f for f in got["findings"] if not f.get("suppressed_by")]


def said(findings):
    return sorted((f["rule"], f["title"]) for f in findings)


def rules(findings):
    return sorted({f["rule"] for f in findings})


QUIET = {"User": "1000", "Healthcheck": {"Test": ["CMD", "true"]}}


def test_an_image_without_faults_has_no_findings(tmp_path):
    image(tmp_path, layer(("etc/passwd", PASSWD, 0o644)), **QUIET)
    got, findings = scan(tmp_path)
    assert findings == []
    assert [c for c in got["coverage"] if c["what"] == "image configuration"][0]["state"] == "assessed"


def test_what_the_configuration_says(tmp_path):
    image(tmp_path, layer(("etc/passwd", PASSWD, 0o644)), User="", Env=["PATH=/bin", "DB_PASSWORD=hunter2"],
          ExposedPorts={"22/tcp": {}, "2375/tcp": {}, "8080/tcp": {}}, Volumes={"/proc": {}, "/data": {}})
    got, findings = scan(tmp_path)
    assert said(findings) == [
        ("image-expose-control-plane", "port 2375/tcp rules a host or a cluster"),
        ("image-expose-ssh", "port 22/tcp is that of SSH"),
        ("image-healthcheck-missing", "no HEALTHCHECK tells whether a container works"),
        ("image-secret-in-env", "ENV DB_PASSWORD is kept in the image for all to read"),
        ("image-user-missing", "no user is set, so the image runs as root"),
        ("image-volume-sensitive-dir", "volume /proc is a folder of the system"),
    ]
    assert all(f["kind"] == "misconfiguration" for f in findings)
    assert "hunter2" not in json.dumps(got["findings"])
    missing = [f for f in findings if f["rule"] == "image-user-missing"][0]
    assert {"CIS-DI-0001", "DS-0002", "user-missing"} <= set(missing["codes"])


@pytest.mark.parametrize("user, passwd, want", [
    ("root", PASSWD, "image-user-root"),
    ("0:0", PASSWD, "image-user-root"),
    ("admin", PASSWD + "admin:x:0:0::/:/bin/sh\n", "image-user-root"),
    ("nobody", PASSWD, "image-user-unknown"),
    ("app", PASSWD, None),
    ("4711", PASSWD, None),
    ("app", "", None),
])
def test_a_user_is_looked_up_in_the_image(tmp_path, user, passwd, want):
    image(tmp_path, layer(("etc/passwd", passwd, 0o644)), **{**QUIET, "User": user})
    found = set(rules(scan(tmp_path)[1])) - {"image-duplicate-ids"}
    assert found == ({want} if want else set())


def test_privileged_files_are_compared_with_what_packages_own(tmp_path):
    image(tmp_path, layer(
        ("var/lib/dpkg/status", DPKG, 0o644), ("var/lib/dpkg/info/mount.list", LIST, 0o644),
        ("usr/bin/mount", "x", 0o4755), ("usr/bin/su", "x", 0o4755), ("usr/bin/passwd", "x", 0o4755),
        ("opt/helper", "x", 0o4755, {"uid": 7}), ("opt/group", "x", 0o2755, {"gid": 42}),
        ("opt/locked", "x", 0o4644), ("opt/dir", None, 0o2775),
        ("opt/admin", "x", 0o755, {"pax_headers": {"SCHILY.xattr.security.capability": CAP_SYS_ADMIN}})), **QUIET)
    assert said(scan(tmp_path)[1]) == [
        ("image-file-capabilities", "opt/admin gets cap_sys_admin, whoever starts it"),
        ("image-setuid-files", "opt/group runs as group 42, whoever starts it (mode 2755), of no package"),
        ("image-setuid-files", "opt/helper runs as user 7, whoever starts it (mode 4755), of no package"),
        ("image-setuid-files", "usr/bin/passwd runs as user 0, whoever starts it (mode 4755), of no package"),
    ]


def test_a_privileged_file_that_a_later_layer_removes_is_gone(tmp_path):
    image(tmp_path, layer(("opt/a", "x", 0o4755), ("opt/b", "x", 0o4755)),
          layer(("opt/.wh.a", "", 0o644), ("opt/b", "x", 0o755)), **QUIET)
    assert scan(tmp_path)[1] == []


def test_of_two_entries_in_one_layer_the_later_counts(tmp_path):
    image(tmp_path, layer(("opt/a", "x", 0o4755), ("opt/a", "y", 0o755)), **QUIET)
    assert scan(tmp_path)[1] == []


def test_credentials_are_told_with_their_layer_also_when_deleted(tmp_path):
    diff_ids = image(tmp_path, layer(("root/.ssh", None, 0o700), ("root/.ssh/id_rsa", "key", 0o600),
                                     ("root/.netrc", "", 0o600), ("srv/node_modules/x/.env", "A=1", 0o644)),
                     layer(("root/.ssh/.wh.id_rsa", "", 0o644), ("srv/.env", "A=1", 0o644)), **QUIET)
    findings = scan(tmp_path)[1]
    assert [(f["rule"], f["subject"]["path"], f["locations"][0]["layer"]) for f in findings] == [
        ("image-secret-deleted", "root/.ssh/id_rsa", diff_ids[0]),
        ("image-secret-file", "srv/.env", diff_ids[1])]
    assert "layer 1 still has it" in findings[0]["title"]


def test_left_over_lists_are_waste_of_the_layer_that_has_them(tmp_path):
    lists = "var/lib/apt/lists/"
    image(tmp_path, layer((lists, None, 0o755), (lists + "lock", "", 0o644)),
          layer((lists, None, 0o755), (lists + "a", "x" * 300, 0o644), (lists + "b", "x" * 50, 0o644)),
          **QUIET)
    assert scan(tmp_path)[1] == []
    got = report(tmp_path, "image.tar", "--scanners", "waste")
    assert [(f["kind"], f["rule"], f["title"], f["saved_bytes"]) for f in got["findings"]] == [
        ("waste", "image-apt-lists-left", "350 B of lists of apt are in layer 2", 350)]


def test_junk_counts_once_for_all_that_lies_below(tmp_path):
    image(tmp_path, layer(("app/.idea", None, 0o755), ("app/.idea/config", "abc", 0o644),
                          ("app/.idea/x/.DS_Store", "abcd", 0o644), ("app/Dockerfile", "FROM a\n", 0o644),
                          ("app/.git/.DS_Store", "abcd", 0o644),
                          ("usr/share/doc/x/Dockerfile", "FROM a\n", 0o644)), **QUIET)
    assert [f["title"] for f in scan(tmp_path)[1]] == [
        "app/.idea is of no use in an image (7 bytes, 2 files)",
        "app/Dockerfile is of no use in an image (7 bytes)"]


def test_accounts(tmp_path):
    image(tmp_path, layer(("etc/passwd", PASSWD + "toor:x:0:0::/:/bin/sh\n", 0o644),
                          ("etc/shadow", "root::1::::::\napp:*:1::::::\n", 0o600)), **QUIET)
    findings = scan(tmp_path)[1]
    assert said(findings) == [
        ("image-duplicate-ids", "user toor has the number 0 of root"),
        ("image-empty-password", "user root is let in without a password")]
    assert findings[0]["locations"] == [{"path": "etc/passwd", "line": 1, "end_line": 1}]


def test_the_upper_layers_accounts_count(tmp_path):
    image(tmp_path, layer(("etc/passwd", PASSWD, 0o644), ("etc/shadow", "root::1::::::\n", 0o600)),
          layer(("etc/shadow", "root:*:1::::::\n", 0o600)), **QUIET)
    assert scan(tmp_path)[1] == []


def coverage_of(got, what):
    return [c["state"] for c in got["coverage"] if c["what"] == what]


def test_accounts_that_cannot_be_read_are_a_gap(tmp_path):
    image(tmp_path, layer(("etc/passwd", PASSWD, 0o644)), **QUIET)
    assert coverage_of(scan(tmp_path)[0], "accounts") == []
    image(tmp_path, layer(("etc/passwd", PASSWD, 0o644),
                          ("etc/shadow", "root::1::::::\n\0", 0o600)), **QUIET)
    got, findings = scan(tmp_path)
    assert findings == [] and [p["parser"] for p in got["problems"]] == ["accounts"]
    assert coverage_of(got, "accounts") == ["partial"]
    image(tmp_path, layer(("etc/passwd", PASSWD, 0o644),
                          ("etc/shadow", "root::1::::::\n" + "#" * 300000, 0o600)), **QUIET)
    assert coverage_of(scan(tmp_path)[0], "accounts") == ["partial"]
    image(tmp_path, layer(("etc/passwd", PASSWD, 0o644), ("etc/shadow", "", 0o600)), **QUIET)
    assert coverage_of(scan(tmp_path)[0], "accounts") == []


def test_capabilities_that_cannot_be_read_are_a_gap(tmp_path):
    broken = {"pax_headers": {"SCHILY.xattr.security.capability": "abc"}}
    image(tmp_path, layer(("etc/passwd", PASSWD, 0o644), ("opt/a", "x", 0o755, broken)), **QUIET)
    got = scan(tmp_path)[0]
    assert [(p["parser"], p["path"]) for p in got["problems"]] == [("files", "opt/a")]
    assert coverage_of(got, "files that rules look at") == ["partial"]


def test_a_weak_password_is_looked_for_on_demand(tmp_path):
    (tmp_path / ".plimsoll.yaml").write_text("rules: {image-weak-password: on, image-user-missing: off}\n")
    hashed = "$1$abc$RvU7tI.WNC.ybVbQQZWqE/"  # nothing's
    image(tmp_path, layer(("etc/passwd", PASSWD, 0o644), ("etc/shadow", f"root:{hashed}:1::::::\n", 0o600)),
          Healthcheck={"Test": ["CMD", "a"]})
    assert scan(tmp_path)[1] == []


HISTORY = [
    {"created_by": "/bin/sh -c #(nop) ADD file:8b8864b3e02a33a579dc216fd51b28a6 in / "},
    {"created_by": '/bin/sh -c #(nop)  CMD ["sh"]', "empty_layer": True},
    {"created_by": "RUN |1 NPM_TOKEN=s3cr3t /bin/sh -c apt-get update # buildkit"},
    {"created_by": "ADD app.jar /app/ # buildkit"},
    {"created_by": "ENV API_KEY=abc", "empty_layer": True},
]


def test_what_the_history_tells(tmp_path):
    diff_ids = image(tmp_path, layer(("bin/sh", "x", 0o755)), layer(("a", "x", 0o644)),
                     layer(("app/app.jar", "x", 0o644)), history=HISTORY, **QUIET)
    got, findings = scan(tmp_path)
    assert said(findings) == [
        ("image-add-used", "ADD app.jar /app/: nothing here is fetched or unpacked"),
        ("image-secret-in-history", "ENV API_KEY is kept in the history for all to read"),
        ("image-secret-in-history", "build argument NPM_TOKEN is kept in the history for all to read"),
        ("image-update-alone",
         "apt-get update was a step of its own: what was installed after it may be of an old index"),
    ]
    by_rule = {f["rule"]: f for f in findings}
    assert by_rule["image-update-alone"]["subject"]["layer"] == diff_ids[1]
    assert "s3cr3t" not in json.dumps(got["findings"])


def test_a_secret_of_the_history_is_told_once(tmp_path):
    # Made up, in the form that GitHub gives its tokens.
    secret = "ghp_" + "brKIRaGSxoHYL9f6SN23dsP8KvZJLIke1qUF"
    steps = [{"created_by": f"RUN |2 TOKEN={secret} DB_PASSWORD=x1y2 /bin/sh -c make # buildkit"}]
    image(tmp_path, layer(("a", "x", 0o644)), history=steps, **QUIET, Env=[f"API_KEY={secret}"])
    got, findings = scan(tmp_path, "--scanners", "config,secret")
    assert [f["title"] for f in findings if f["rule"].startswith("image-secret")] == [
        "build argument DB_PASSWORD is kept in the history for all to read"]
    assert [f["subject"]["name"] for f in findings if f["rule"] == "github-pat"] == ["history 1 RUN"]
    assert secret not in json.dumps(got)


def test_the_digest_of_an_instruction_is_short(tmp_path):
    steps = [{"created_by": f"/bin/sh -c #(nop) ADD file:139c3708{'ab' * 28} in /somefile.txt "}]
    image(tmp_path, layer(("somefile.txt", "x", 0o644)), history=steps, **QUIET)
    assert ("image-add-used", "ADD file:139c3708abab in /somefile.txt: nothing here is fetched or unpacked"
            ) in said(scan(tmp_path)[1])


def test_a_value_behind_a_blank_is_not_shown(tmp_path):
    (tmp_path / "mine.yaml").write_text("""pack: mine
rules:
  - id: any-argument
    title: a variable
    severity: low
    applies_to: image.argument
    when: 'true'
    message: 'sets {argument.name}'
    remedy: 'Set none.'
    examples:
      fail: [{config: {}, history: [ENV A b]}]
      pass: [{config: {}}]
""")
    steps = [{"created_by": "ENV API_KEY s3cr3t", "empty_layer": True}]
    image(tmp_path, tar_of([]), history=steps, **QUIET)
    got, findings = scan(tmp_path, "--rules", "mine.yaml")
    assert said(findings) == [
        ("any-argument", "sets API_KEY"),
        ("image-secret-in-history", "ENV API_KEY is kept in the history for all to read")]
    assert "ENV API_KEY" in json.dumps([f["evidence"] for f in findings])
    assert "s3cr3t" not in json.dumps(got["findings"])


def test_a_distribution_past_its_end(tmp_path):
    image(tmp_path, layer(("etc/os-release", OLD, 0o644)), **QUIET)
    assert [f["title"] for f in scan(tmp_path)[1]] == [
        "Debian GNU/Linux 10 (buster) has had no security updates since 2024-06-30"]


def test_a_root_file_system_is_asked_about_its_files_alone(tmp_path):
    (tmp_path / "root.tar").write_bytes(layer(("opt/a", "x", 0o4755)))
    got, findings = scan(tmp_path, target="root.tar")
    assert rules(findings) == ["image-setuid-files"]
    (tmp_path / "root/opt").mkdir(parents=True)
    (tmp_path / "root/opt/a").write_text("x")
    (tmp_path / "root/opt/a").chmod(0o4755)
    assert rules(scan(tmp_path, target="rootfs:root")[1]) == ["image-setuid-files"]


def test_scanners_choose_what_is_looked_for(tmp_path):
    image(tmp_path, tar_of([]))
    assert rules(report(tmp_path, "image.tar")["findings"]) == ["image-healthcheck-missing", "image-user-missing"]
    got = report(tmp_path, "image.tar", "--scanners", "vuln")
    assert got["findings"] == [] and "image configuration" not in [c["what"] for c in got["coverage"]]
    got = report(tmp_path, "image.tar", "--scanners", "config", "--require-complete", status=3)
    assert "vulnerabilities" not in [c["what"] for c in got["coverage"]]
    bad = run(tmp_path, "scan", "image.tar", "--scanners", "vuln,leaks", status=2)
    assert bad.stderr.decode().startswith('plimsoll: --scanners: no scanner "leaks"; there are vuln, config')


def test_settings_switch_rules_off_and_the_threshold_sees_the_rest(tmp_path):
    image(tmp_path, tar_of([]))
    run(tmp_path, "scan", "image.tar", "--fail-on", "high", status=1)
    (tmp_path / ".plimsoll.yaml").write_text("rules: {CIS-DI-0001: off, apt-recommends: off}\n")
    run(tmp_path, "scan", "image.tar", "--fail-on", "high")
    assert rules(scan(tmp_path)[1]) == ["image-healthcheck-missing"]


def test_a_pack_of_ones_own(tmp_path):
    (tmp_path / "mine.yaml").write_text("""pack: mine
rules:
  - id: no-latest-node
    title: node is not allowed
    severity: high
    applies_to: image.config
    when: config.cmd.exists(c, c == "node")
    message: 'runs {config.cmd}'
    remedy: 'Use deno.'
    examples:
      fail: [{config: {Cmd: [node]}}]
      pass: [{config: {Cmd: [deno]}}]
""")
    image(tmp_path, tar_of([]), Cmd=["node", "a.js"], **QUIET)
    found = scan(tmp_path, "--rules", "mine.yaml")[1]
    assert said(found) == [("no-latest-node", "runs node, a.js")]


def test_the_summary_has_a_section_of_its_own(tmp_path):
    image(tmp_path, layer(("opt/a", "x", 0o4755), ("opt/b", "x", 0o4755)), **QUIET)
    text = run(tmp_path, "scan", "image.tar", "--scanners", "config").stdout.decode()
    assert "CONFIGURATION  2 findings\n  medium      opt/a runs as user 0" in text
    assert "--format json lists each place" in text
    assert "and 1 more" in text and "image-setuid-files: Take the bit away" in text
    assert "without a fix" not in text


def test_a_name_that_is_no_utf8_is_shown_and_harms_nothing(tmp_path):
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w", format=tarfile.GNU_FORMAT, encoding="latin-1") as tar:
        info = tarfile.TarInfo("opt/h\xe9lper")
        info.mode = 0o4755
        tar.addfile(info)
    image(tmp_path, raw.getvalue(), **QUIET)
    assert scan(tmp_path)[1][0]["title"].startswith("opt/h\ufffdlper runs as user 0")


def test_findings_of_rules_can_be_ignored_and_explained(tmp_path):
    image(tmp_path, tar_of([]))
    text = run(tmp_path, "explain", "user-missing", "image.tar").stdout.decode()
    assert "image-user-missing" in text and "no user is set" in text
    (tmp_path / ".plimsollignore").write_text("- id: image-user-missing\n  reason: a job as root\n")
    assert rules(scan(tmp_path)[1]) == ["image-healthcheck-missing"]


def test_a_step_that_cannot_be_read_is_told_and_the_rest_is_judged(tmp_path):
    image(tmp_path, tar_of([]), history=[{"created_by": "/bin/sh -c " + "a;" * 600000}], **QUIET)
    got, findings = scan(tmp_path)
    assert findings == [] and [p["parser"] for p in got["problems"]] == ["history"]
    assert [c["state"] for c in got["coverage"] if c["what"] == "history"] == ["partial"]
