# SPDX-License-Identifier: Apache-2.0
"""--verify-secrets: providers are asked once, only when wanted, and nothing else learns the values."""
import http.server
import json
import random
import string
import threading

import pytest

from test_scan import run


def token(seed):
    return "glpat" + "-" + "".join(random.Random(seed).choices(string.ascii_letters + string.digits, k=20))


LIVE, DEAD, ODD, MOVED = (token(i) for i in range(100, 104))


class Provider(http.server.BaseHTTPRequestHandler):
    answers = {LIVE: 200, DEAD: 401, ODD: 500, MOVED: 302}

    def do_GET(self):
        value = self.headers.get("PRIVATE-TOKEN", "")
        self.server.asked.append((self.path, value, self.headers.get("Authorization")))
        self.send_response(self.answers.get(value, 418))
        self.send_header("Location", f"http://127.0.0.1:{self.server.server_port}/stolen")
        self.send_header("Content-Length", "11")
        self.end_headers()
        self.wfile.write(b'{"ok":true}')

    do_POST = do_GET

    def log_message(self, *_):
        pass


@pytest.fixture
def provider():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    server.asked = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def endpoints(tmp_path, port, **more):
    entry = {"rules": ["gitlab-pat"], "url": f"http://127.0.0.1:{port}/me",
             "headers": ["PRIVATE-TOKEN: ${secret}"], "live": [200], "dead": [401]} | more
    file = tmp_path / "endpoints.yaml"
    file.write_text(json.dumps({"verify": [{k: v for k, v in entry.items() if v is not None}]}))
    return str(file)


@pytest.fixture
def source(tmp_path):
    folder = tmp_path / "source"
    folder.mkdir()
    for name, value in {"live": LIVE, "dead": DEAD, "odd": ODD, "moved": MOVED}.items():
        (folder / f"{name}.env").write_text(f"GITLAB_TOKEN={value}\n")
    (folder / "again.env").write_text(f"OTHER_NAME={LIVE}\n")
    return folder


def scan(tmp_path, source, *words, status=0):
    done = run(tmp_path, "scan", "-q", "--scanners", "secret", "--format", "json", *words, str(source), status=status)
    done.stdout, done.stderr = done.stdout.decode(), done.stderr.decode()
    return done


def findings(done):
    return {f["locations"][0]["path"]: f for f in json.loads(done.stdout)["findings"]}


def verified(finding):
    return next((e["value"] for e in finding["evidence"] if e["key"] == "verified"), None)


def test_nobody_is_asked_unless_it_is_wanted(tmp_path, source, provider):
    done = scan(tmp_path, source, "--verify-endpoints", endpoints(tmp_path, provider.server_port))
    assert len(findings(done)) == 5 and provider.asked == []
    assert all(verified(f) is None for f in findings(done).values())


def test_each_credential_is_asked_about_once_and_its_finding_tells_the_answer(tmp_path, source, provider):
    done = scan(tmp_path, source, "--verify-secrets", "--verify-endpoints",
                endpoints(tmp_path, provider.server_port))
    got = findings(done)
    host = f"127.0.0.1:{provider.server_port}"
    assert verified(got["live.env"]) == f"live: {host} accepts it (it answered 200)"
    assert got["live.env"]["severity"] == "critical" and got["live.env"]["confidence"] == 1
    assert verified(got["again.env"]).startswith("live")
    assert verified(got["dead.env"]) == f"dead: {host} refuses it (it answered 401)"
    assert got["dead.env"]["severity"] == "negligible"
    assert verified(got["odd.env"]).startswith("unknown")
    assert verified(got["moved.env"]).startswith("unknown")
    assert sorted(provider.asked) == sorted(("/me", value, None) for value in (LIVE, DEAD, ODD, MOVED))
    coverage = {c["what"]: c for c in json.loads(done.stdout)["coverage"]}
    assert coverage["secrets that still work"]["state"] == "partial"
    for value in (LIVE, DEAD, ODD, MOVED):
        assert value not in done.stdout + done.stderr


def test_a_second_run_asks_again_because_no_cache_holds_values(tmp_path, source, provider):
    words = ["--verify-secrets", "--verify-endpoints", endpoints(tmp_path, provider.server_port)]
    scan(tmp_path, source, *words)
    n = len(provider.asked)
    scan(tmp_path, source, *words)
    assert n == 4 and len(provider.asked) == 8


def test_a_live_answer_may_need_a_text(tmp_path, source, provider):
    done = scan(tmp_path, source, "--verify-secrets", "--verify-endpoints",
                endpoints(tmp_path, provider.server_port, live_text='"ok":false', dead=[200, 401]))
    assert verified(findings(done)["live.env"]).startswith("dead")


def test_a_value_may_stand_in_the_url_and_is_shown_nowhere(tmp_path, source, provider):
    done = scan(tmp_path, source, "--verify-secrets", "--verify-endpoints",
                endpoints(tmp_path, provider.server_port, url=f"http://127.0.0.1:{provider.server_port}/t/${{secret}}",
                          headers=None))
    assert f"/t/{LIVE}" in [path for path, _, _ in provider.asked]
    assert LIVE not in done.stdout + done.stderr


def test_more_than_may_be_asked_about_is_told(tmp_path, provider):
    folder = tmp_path / "many"
    folder.mkdir()
    for i in range(510):
        (folder / f"{i}.env").write_text(f"GITLAB_TOKEN={token(1000 + i)}\n")
    done = scan(tmp_path, folder, "--verify-secrets", "--verify-endpoints",
                endpoints(tmp_path, provider.server_port, dead=[401, 418]))
    assert len(provider.asked) == 500
    coverage = {c["what"]: c for c in json.loads(done.stdout)["coverage"]}["secrets that still work"]
    assert coverage["state"] == "partial" and "secret_verifications (500)" in coverage["reason"], coverage
    left = [v for v in map(verified, findings(done).values()) if "too many credentials" in v]
    assert len(left) == 10


def test_a_provider_that_is_not_there_is_told(tmp_path, source):
    done = scan(tmp_path, source, "--verify-secrets", "--verify-endpoints", endpoints(tmp_path, 1))
    assert verified(findings(done)["live.env"]).startswith("unknown: 127.0.0.1:1: ")


@pytest.mark.parametrize("change, message", [
    ({"url": "http://example.com/"}, "url begins with https://"),
    ({"url": "http://localhost:x@example.com/"}, "url begins with https://"),
    ({"url": None}, "url begins with https://"),
    ({"live": [20]}, "a status from 100 to 599 is expected"),
    ({"dead": "no"}, "live and dead are lists of statuses"),
    ({"headers": ["no colon"]}, 'a header is "Name: value"'),
    ({"rules": []}, "rules is a list of ids"),
    ({"method": "DELETE"}, "method is GET or POST"),
    ({"timeout": 3}, "an endpoint has rules, url"),
])
def test_an_endpoint_with_a_mistake_is_refused_with_its_line(tmp_path, source, change, message):
    done = scan(tmp_path, source, "--verify-secrets", "--verify-endpoints", endpoints(tmp_path, 1, **change),
                status=2)
    assert "endpoints.yaml:1: " in done.stderr and message in done.stderr


def test_it_needs_the_scanner(tmp_path, source):
    done = run(tmp_path, "scan", "-q", "--scanners", "config", "--verify-secrets", str(source), status=2)
    assert b"--verify-secrets needs --scanners with secret" in done.stderr


def test_no_configuration_file_turns_it_on(tmp_path, source, provider):
    (tmp_path / ".plimsoll.yaml").write_text("scan:\n  verify-secrets: true\n")
    done = scan(tmp_path, source, "--verify-endpoints", endpoints(tmp_path, provider.server_port), status=2)
    assert provider.asked == [] and "cannot set verify-secrets" in done.stderr
