# SPDX-License-Identifier: Apache-2.0
"""plimsoll lint: Compose files that belong together."""
import json
import os
import subprocess

PLIMSOLL = os.environ["PLIMSOLL"]


def write(folder, files):
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def lint(folder, *what, status=0, args=()):
    (folder / ".plimsoll.yaml").write_text("rules: {compose-read-only: on}\n")
    r = subprocess.run([PLIMSOLL, "lint", "--format", "json", *args, *what], cwd=folder,
                       capture_output=True, text=True, timeout=60, check=False)
    assert r.returncode == status, r.stderr
    return json.loads(r.stdout)


def of_rule(report, rule):
    return [(f["subject"]["name"], f["locations"][0]["path"], f["locations"][0]["line"])
            for f in report["findings"] if f["rule"] == rule]


def partial(report):
    return {c["what"]: c["reason"] for c in report["coverage"] if c["state"] == "partial"}


def test_finding_is_where_the_extended_value_stands(tmp_path):
    write(tmp_path, {"compose.yaml": "services:\n  web:\n    extends:\n      file: lib/common.yaml\n"
                                     "      service: base\n    image: a:1\n",
                     "lib/common.yaml": "services:\n  base:\n    privileged: true\n"})
    report = lint(tmp_path, "compose.yaml")
    assert of_rule(report, "compose-privileged") == [("service web", "lib/common.yaml", 3)]
    (found,) = [f for f in report["findings"] if f["rule"] == "compose-privileged"]
    assert {"key": "source", "value": "    privileged: true"} in found["evidence"]
    assert found["subject"]["path"] == "compose.yaml"


def test_a_comment_counts_where_the_value_stands(tmp_path):
    write(tmp_path, {"compose.yaml": "services:\n  web: {extends: {file: c.yaml, service: b}}\n",
                     "c.yaml": "services:\n  b:\n    privileged: true # plimsoll "
                               "ignore=compose-privileged\n"})
    (found,) = [f for f in lint(tmp_path, "compose.yaml")["findings"]
                if f["rule"] == "compose-privileged"]
    assert found["suppressed_by"]["by"] == "plimsoll"


def test_extending_merges(tmp_path):
    write(tmp_path, {"compose.yaml": """\
services:
  base:
    image: a:1
    security_opt: [no-new-privileges:true]
    cap_drop: [ALL]
    environment: {A: b, DB_PASSWORD: hunter2hunter2}
    volumes: ["/etc:/data", "/proc:/p"]
    ports: ["80:80"]
  web:
    extends: base
    cap_add: [NET_ADMIN]
    environment: [DB_PASSWORD=]
    volumes: ["./data:/data"]
    ports: ["127.0.0.1:8080:80"]
"""})
    report = lint(tmp_path, "compose.yaml")
    of_web = {f["rule"] for f in report["findings"] if f["subject"]["name"] == "service web"}
    assert "compose-security-opt" not in of_web
    assert "compose-secret-env" not in of_web, "its own value counts"
    assert of_rule(report, "compose-sensitive-volume") == [("service base", "compose.yaml", 7),
                                                           ("service web", "compose.yaml", 7)]
    messages = [f["message"] if "message" in f else f["title"] for f in report["findings"]
                if f["rule"] == "compose-sensitive-volume"]
    assert "/etc" in messages[0] and "/proc" in messages[1], "one volume for each target"
    assert "compose-port-all-interfaces" in of_web


def test_circles_end_and_are_told(tmp_path):
    write(tmp_path, {"compose.yaml": "services:\n  a: {extends: b}\n  b: {extends: a}\n"
                                     "  c: {extends: {file: compose.yaml, service: c}}\n"})
    told = partial(lint(tmp_path, "compose.yaml"))
    assert len(told) == 3
    assert all("extends itself" in reason for reason in told.values())


def test_nothing_outside_of_the_folder_is_read(tmp_path):
    project = tmp_path / "project"
    write(tmp_path, {"secret.yaml": "services: {x: {image: 'a:1', privileged: true}}\n",
                     "project/compose.yaml":
                         "include: [../secret.yaml, link.yaml, 'https://example.com/x.git']\n"
                         "services:\n  a: {image: 'a:1', extends: {file: ../secret.yaml, "
                         "service: x}}\n"
                         f"  b: {{image: 'a:1', extends: {{file: {tmp_path}/secret.yaml, "
                         "service: x}}\n"
                         "  c: {image: 'a:1', extends: {file: link.yaml, service: x}}\n"
                         "  d: {image: 'a:1', env_file: ../secret.yaml}\n"})
    (project / "link.yaml").symlink_to("../secret.yaml")
    report = lint(project, "compose.yaml")
    told = partial(report)
    assert len(told) == 7
    assert set(told.values()) == {"outside of the folder", "remote: nothing is fetched",
                                  "link.yaml: outside of the folder"}
    assert not of_rule(report, "compose-privileged")
    assert not of_rule(report, "compose-read-only"), "what is extended may have set it"
    lint(project, "compose.yaml", status=3, args=["--require-complete"])


def test_override_is_taken_in(tmp_path):
    write(tmp_path, {"compose.yaml": "services:\n  web:\n    image: a:1\n    privileged: true\n"
                                     "    read_only: true\n",
                     "compose.override.yaml": "services:\n  web:\n    privileged: false\n"
                                              "    pid: host\n    read_only: !reset null\n"})
    for what in (("compose.yaml",), (".",), ("compose.yaml", "compose.override.yaml")):
        report = lint(tmp_path, *what)
        dot = "./" if what == (".",) else ""
        assert not of_rule(report, "compose-privileged")
        assert of_rule(report, "compose-pid-host") == [
            ("service web", dot + "compose.override.yaml", 4)]
        assert len(of_rule(report, "compose-read-only")) == 1
    alone = lint(tmp_path, "compose.override.yaml")
    assert {f["rule"] for f in alone["findings"]} == {"compose-pid-host"}


def test_pieces_of_services_are_laid_over_the_file_beside_them(tmp_path):
    write(tmp_path, {"docker-compose.yml": "services:\n  web:\n    image: a:1\n    mem_limit: 1g\n",
                     "docker-compose.prod.yml": "services:\n  web:\n    network_mode: host\n"})
    report = lint(tmp_path, "docker-compose.prod.yml")
    assert [f["rule"] for f in report["findings"]] == ["compose-net-host"]


def test_included_files_are_judged_once(tmp_path):
    write(tmp_path, {"compose.yaml": "include:\n  - path: [db/compose.yaml]\nservices:\n"
                                     "  web: {image: 'a:1'}\n",
                     "db/compose.yaml": "services:\n  db: {image: 'a:1', privileged: true, "
                                        "env_file: x.env}\n",
                     "db/x.env": "# secret\nexport API_KEY='abcdef0123456789'\n"})
    for what in ("compose.yaml", "."):
        report = lint(tmp_path, what)
        dot = "./" if what == "." else ""
        assert of_rule(report, "compose-privileged") == [("service db",
                                                          dot + "db/compose.yaml", 2)]


def test_secret_of_a_file_of_variables_is_not_repeated(tmp_path):
    write(tmp_path, {"compose.yaml": "services:\n  web:\n    image: a:1\n    env_file:\n"
                                     "      - {path: web.env, required: false}\n      - none.env\n",
                     "web.env": "LEVEL=info\nDB_PASSWORD=hunter2hunter2\n"})
    report = lint(tmp_path, "compose.yaml")
    assert of_rule(report, "compose-secret-env") == [("service web", "web.env", 2)]
    assert "hunter2" not in json.dumps(report)
    assert not partial(report), "a file of variables is often not there"


def test_variables(tmp_path):
    write(tmp_path, {".env": "TAG=latest # comment\nHOST='host'\nEMPTY=\n",
                     "compose.yaml": """\
services:
  a: {image: "nginx:${TAG}"}
  b: {image: "nginx:${NOWHERE}"}
  c: {image: "nginx:${EMPTY:-latest}", privileged: "${NO:-true}"}
  d: {image: "nginx:${NO:-${TAG}}", network_mode: $HOST}
  e: {image: "nginx:1", pid: "$$HOST", network_mode: "${NO?needed}", ipc: "${TAG:+host}"}
"""})
    report = lint(tmp_path, "compose.yaml")
    assert {name for name, _, _ in of_rule(report, "compose-image-latest")} == {
        "service a", "service c", "service d"}
    assert of_rule(report, "compose-privileged") == [("service c", "compose.yaml", 4)]
    assert of_rule(report, "compose-net-host") == [("service d", "compose.yaml", 5)]
    assert of_rule(report, "compose-ipc-host") == [("service e", "compose.yaml", 6)]
    assert not of_rule(report, "compose-pid-host")
    assert not report["problems"]


def test_many_braces_end(tmp_path):
    write(tmp_path, {"compose.yaml": "services: {a: {image: '" + "${" * 200000 + "'}}\n"})
    lint(tmp_path, "compose.yaml")


def test_profiles_do_not_hide_a_service(tmp_path):
    write(tmp_path, {"compose.yaml": "services:\n  web:\n    image: a:1\n    profiles: [debug]\n"
                                     "    privileged: true\n"})
    assert of_rule(lint(tmp_path, "compose.yaml"), "compose-privileged")


def test_broken_file_that_is_extended_is_told(tmp_path):
    write(tmp_path, {"compose.yaml": "services: {a: {extends: {file: c.yaml, service: x}}}\n",
                     "c.yaml": "services: [\n"})
    (reason,) = partial(lint(tmp_path, "compose.yaml")).values()
    assert "line 2" in reason


def test_a_broken_file_is_read_once_however_many_services_want_it(tmp_path):
    bad = "".join(f"  s{i}:\n    extends: {{file: bad.yml, service: a}}\n" for i in range(100))
    write(tmp_path, {"compose.yaml": f"services:\n{bad}  z:\n"
                                     "    extends: {file: good.yml, service: a}\n",
                     "bad.yml": "a: [\n",
                     "good.yml": "services:\n  a:\n    privileged: true\n"})
    assert of_rule(lint(tmp_path, "compose.yaml"), "compose-privileged") == [
        ("service z", "good.yml", 3)]


def test_files_of_a_project_are_bounded_together(tmp_path):
    write(tmp_path, {f"{i}.env": "# x\n" * 3000000 for i in range(4)})
    write(tmp_path, {"compose.yaml": "services:\n  a:\n    image: a:1\n"
                                     "    env_file: [0.env, 1.env, 2.env, 3.env]\n"})
    assert partial(lint(tmp_path, "compose.yaml")) == {
        "service a of compose.yaml: env_file 3.env":
            "more than compose_bytes (33554432) were read before it"}
