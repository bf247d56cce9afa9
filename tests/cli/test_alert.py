# SPDX-License-Identifier: Apache-2.0
"""plimsoll alert and --alert: each sink, a queue that outlives its process, nothing sent twice."""
import base64
import contextlib
import email
import email.header
import email.policy
import hashlib
import hmac
import http.server
import json
import os
import pathlib
import re
import resource
import socket
import stat
import subprocess
import threading

import jsonschema
import pytest

SCHEMA = json.loads((pathlib.Path(__file__).resolve().parent.parent.parent / "docs/alert.schema.json").read_text())
PLIMSOLL = os.environ["PLIMSOLL"]
SECRET = "correct-horse-battery-staple"


@pytest.fixture(name="run")
def runner(tmp_path):
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path / "state"),
           "XDG_CACHE_HOME": str(tmp_path / "cache"),
           **{k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS")}}

    def run(*args, status=0, **more):
        done = subprocess.run([PLIMSOLL, *args], cwd=tmp_path, env=env, capture_output=True, text=True,
                              timeout=100, check=False, **more)
        assert done.returncode == status, (done.returncode, done.stdout, done.stderr)
        return done
    run.env = env
    return run


def queue(tmp_path):
    folder = tmp_path / "state/plimsoll/alerts"
    return sorted(p for p in folder.iterdir() if p.name[0] == "0")


def waiting(run):
    return json.loads(run("alert", "status", "--json").stdout)


# ---- servers ----

class Hook(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((self.path, dict(self.headers), body))
        status, headers = self.server.answers.pop(0) if self.server.answers else (self.server.usual, {})
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def webhook(port=0, usual=204, answers=()):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Hook)
    server.got, server.answers, server.usual = [], list(answers), usual
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        server.url = f"webhook:http://127.0.0.1:{server.server_address[1]}/hook?token=abc"
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


# ---- documents ----

def test_a_file_gets_a_document_a_line_and_only_its_owner_reads_it(run, tmp_path):
    for _ in range(2):
        run("alert", "test", "--alert", "file:log")
    first, second = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines()]
    jsonschema.validate(first, SCHEMA)
    assert first["schema"] == "plimsoll.alert/1" and first["kind"] == "test"
    assert first["command"] == "alert" and first["host"] == socket.gethostname()
    assert re.fullmatch("[0-9a-f]{32}", first["id"]) and first["id"] != second["id"]
    assert stat.S_IMODE((tmp_path / "log").stat().st_mode) == 0o600
    assert queue(tmp_path) == []


def test_a_file_that_was_rotated_is_made_anew(run, tmp_path):
    run("alert", "test", "--alert", "file:log")
    (tmp_path / "log").rename(tmp_path / "log.1")
    run("alert", "test", "--alert", "file:log")
    assert len((tmp_path / "log.1").read_text().splitlines()) == 1
    assert len((tmp_path / "log").read_text().splitlines()) == 1


def test_a_link_in_place_of_the_file_is_refused_and_the_alert_stays(run, tmp_path):
    (tmp_path / "log").symlink_to("victim")
    done = run("alert", "test", "--alert", "file:log", status=2)
    assert "did not take an alert, which stays in the queue" in done.stderr
    assert not (tmp_path / "victim").exists() and len(queue(tmp_path)) == 1
    (tmp_path / "victim").write_text("")
    run("alert", "flush", status=2)
    assert (tmp_path / "victim").read_text() == ""


def test_a_fifo_without_a_reader_does_not_hang(run, tmp_path):
    os.mkfifo(tmp_path / "log")
    run("alert", "test", "--alert", "file:log", status=2)


def test_stderr_gets_one_line_and_stdout_nothing(run):
    done = run("alert", "test", "--alert", "stderr")
    assert done.stdout == ""
    assert done.stderr == ("plimsoll: alert: low: test of alerts: somebody called plimsoll alert test; "
                           "nothing is to be done\n")


@pytest.mark.parametrize("sink, message", [
    ("smoke:signal", 'no sink of alerts "smoke"; there are file:PATH, mailto:ADDRESS, stderr, syslog'),
    ("file:", "file: its form is file:PATH"),
    ("stderr:2", "stderr has no address"),
    ("webhook:http://hooks.example.com/x", "webhook: an address is https://HOST/..., or http://localhost"),
    ("webhook:http://127.0.0.1.example.com:80/", "webhook: an address is https://HOST/"),
    ("webhook:https://u:p@hooks.example.com/x", "webhook: an address has a host, no password"),
    ("webhook:https://hooks.example.com/a b", "without spaces"),
    ("webhook:https:///x", "webhook: an address has a host"),
    ("syslog:example.com", "syslog: \"example.com\" is no /SOCKET, HOST:PORT"),
    ("syslog:example.com:0", "is no /SOCKET"),
    ("syslog:example.com:65536", "is no /SOCKET"),
    ("mailto:a@example.com,b@example.com", "is no plain mail address"),
    ("mailto:-oQ/tmp@example.com", "is no plain mail address"),
    ("mailto:a@example.com\nBcc: b@example.com", "a control character in the address"),
    ("mailto:a b@example.com", "is no plain mail address"),
    ("mailto:@example.com", "is no plain mail address"),
    ("file:a\nb", "a control character in the address"),
])
def test_a_wrong_sink_is_told_before_anything_is_done(run, tmp_path, sink, message):
    done = run("alert", "test", "--alert", sink, status=2)
    assert message in done.stderr and not (tmp_path / "state").exists()


def test_what_is_wrong_with_the_words_is_told(run):
    assert "alert: status, flush or test" in run("alert", "now", status=2).stderr
    assert "alert test: needs --alert SINK" in run("alert", "test", status=2).stderr
    many = [word for _ in range(17) for word in ("--alert", "stderr")]
    assert "more than alert_sinks (16)" in run("alert", "test", *many, status=2).stderr


def test_a_project_cannot_say_whom_to_tell(run, tmp_path):
    (tmp_path / ".plimsoll.yaml").write_text("alert: file:log\n")
    done = run("check", "--policy", "baseline", ".", status=2)
    assert "a project's file cannot set alert" in done.stderr


# ---- webhook ----

def signature(headers, body, secret=SECRET):
    text = headers["X-Plimsoll-Timestamp"].encode() + b"." + body
    return "sha256=" + hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()


def test_a_webhook_gets_a_signed_document(run, tmp_path):
    (tmp_path / "key").write_text(SECRET + "\n")
    with webhook() as hook:
        done = run("alert", "test", "--alert", hook.url, "--alert-secret", "key")
    assert done.stderr == ""
    (path, headers, body), = hook.got
    assert path == "/hook?token=abc" and headers["Content-Type"] == "application/json"
    assert hmac.compare_digest(headers["X-Plimsoll-Signature"], signature(headers, body))
    assert headers["X-Plimsoll-Signature"] != signature(headers, body + b" ")
    assert headers["X-Plimsoll-Delivery"] == json.loads(body)["id"]
    assert queue(tmp_path) == []


def test_a_webhook_without_a_secret_is_not_signed(run):
    with webhook() as hook:
        run("alert", "test", "--alert", hook.url)
    assert not [name for name in hook.got[0][1] if "Signature" in name or "Timestamp" in name]


def test_a_secret_that_is_short_or_gone_sends_nothing(run, tmp_path):
    (tmp_path / "key").write_text("short")
    with webhook() as hook:
        done = run("alert", "test", "--alert", hook.url, "--alert-secret", "key", status=2)
        assert "a secret has 16 bytes or more" in done.stderr
        run("alert", "test", "--alert", hook.url, "--alert-secret", "gone", status=2)
        assert hook.got == [] and waiting(run)["waiting"] == 2
        (tmp_path / "key").write_text(SECRET)
        (tmp_path / "gone").write_text(SECRET)
        run("alert", "flush")
    assert len(hook.got) == 2 and queue(tmp_path) == []


def test_the_queue_survives_the_process_until_the_server_is_there(run, tmp_path):
    (tmp_path / "key").write_text(SECRET)
    port = free_port()
    url = f"webhook:http://127.0.0.1:{port}/hook"
    done = run("alert", "test", "--alert", url, "--alert-secret", "key", "--alert", "file:log", status=2)
    assert f"webhook:http://127.0.0.1:{port} did not take an alert, which stays in the queue" in done.stderr
    one, = waiting(run)["alerts"]
    assert [(s["state"], s["tries"]) for s in one["sinks"]] == [("waiting", 1), ("delivered", 1)]
    assert SECRET not in queue(tmp_path)[0].read_text()
    with webhook(port) as hook:
        assert run("alert", "flush").stdout == "1 delivered, 0 refused, 0 failed; 0 waiting\n"
    (_, headers, body), = hook.got
    assert headers["X-Plimsoll-Signature"] == signature(headers, body)
    assert json.loads(body) == one["alert"]
    assert len((tmp_path / "log").read_text().splitlines()) == 1 and queue(tmp_path) == []


@pytest.mark.parametrize("status", [500, 503, 408, 425, 429, 302, 304])
def test_what_may_pass_is_tried_again(run, tmp_path, status):
    with webhook(answers=[(status, {"Location": "http://127.0.0.1:1/", "Retry-After": "0"})]) as hook:
        done = run("alert", "test", "--alert", hook.url, status=2)
        assert f"answered {status}" in done.stderr and "token" not in done.stderr
        assert len(queue(tmp_path)) == 1
        run("alert", "flush")
    assert len(hook.got) == 2 and queue(tmp_path) == []
    assert hook.got[0][1]["X-Plimsoll-Delivery"] == hook.got[1][1]["X-Plimsoll-Delivery"]


@pytest.mark.parametrize("status", [400, 401, 404, 410])
def test_what_is_refused_is_told_kept_aside_and_not_sent_again(run, tmp_path, status):
    with webhook(answers=[(status, {})]) as hook:
        done = run("alert", "test", "--alert", hook.url, status=2)
        assert f"refuses an alert for good: http://127.0.0.1:{hook.server_address[1]} answered {status}" \
            in done.stderr
        assert waiting(run)["refused"] == 1
        assert run("alert", "flush").stdout == "0 delivered, 0 refused, 0 failed; 0 waiting\n"
        assert len(hook.got) == 1
        assert run("alert", "flush", "--refused").stdout == "1 delivered, 0 refused, 0 failed; 0 waiting\n"
    assert len(hook.got) == 2 and queue(tmp_path) == []


def test_one_refused_sink_does_not_send_to_the_others_again(run, tmp_path):
    with webhook(answers=[(404, {})]) as hook:
        run("alert", "test", "--alert", hook.url, "--alert", "file:log", status=2)
        run("alert", "flush", "--refused")
    assert len((tmp_path / "log").read_text().splitlines()) == 1 and queue(tmp_path) == []


def test_a_pause_grows_and_the_other_side_may_ask_for_more(run, tmp_path):
    def pause():
        spool = json.loads(queue(tmp_path)[0].read_text())
        return spool["sinks"][0]["next"] - int(queue(tmp_path)[0].name[:16], 16)
    with webhook(usual=503) as hook:
        run("alert", "test", "--alert", hook.url, status=2)
        assert 10 <= pause() < 20
        run("alert", "flush", status=2)
        assert 20 <= pause() < 40
        hook.answers.append((503, {"Retry-After": "900"}))
        run("alert", "flush", status=2)
        assert 900 <= pause() < 1000
        before = len(hook.got)
        run("alert", "test", "--alert", "stderr")  # sends what is due, and this is not
        assert len(hook.got) == before


def test_a_sink_that_is_down_keeps_a_run_no_longer_than_three_tries(run):
    with webhook(usual=500) as hook:
        for _ in range(5):
            run("alert", "test", "--alert", hook.url, status=2)
        before = len(hook.got)
        assert run("alert", "flush", status=2).stdout == "0 delivered, 0 refused, 3 failed; 5 waiting\n"
        assert len(hook.got) == before + 3


def test_two_processes_send_each_alert_once(run, tmp_path):
    with webhook(usual=500) as hook:
        for _ in range(12):
            run("alert", "test", "--alert", hook.url, status=2)
        hook.usual = 200
        hook.got.clear()
        both = [subprocess.Popen([PLIMSOLL, "alert", "flush"], env=run.env, stdout=subprocess.PIPE)
                for _ in range(4)]
        assert sum(int(p.communicate(timeout=60)[0].split()[0]) for p in both) == 12
    assert len({headers["X-Plimsoll-Delivery"] for _, headers, _ in hook.got}) == len(hook.got) == 12
    assert queue(tmp_path) == []


def test_a_process_that_is_killed_while_it_sends_loses_nothing(run, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as s:
        port = s.getsockname()[1]
        with subprocess.Popen([PLIMSOLL, "alert", "test", "--alert", f"webhook:http://127.0.0.1:{port}/"],
                              env=run.env, cwd=tmp_path) as process:
            with s.accept()[0] as connection:
                first = connection.recv(65536).decode()
                process.kill()
    assert len(queue(tmp_path)) == 1
    with webhook(port) as hook:
        run("alert", "flush")
    assert hook.got[0][1]["X-Plimsoll-Delivery"] in first and queue(tmp_path) == []


# ---- syslog ----

FIVE_FOUR_TWO_FOUR = re.compile(
    r'<(\d+)>1 (\S+) (\S+) plimsoll (\d+) (\S+) (\[alert@32473(?: \w+="(?:[^"\\\]]|\\["\\\]])*")+\]) (.*)\Z')


def parse(message):
    match = FIVE_FOUR_TWO_FOUR.match(message)
    assert match, message
    return match


def test_syslog_by_datagrams_of_this_machine(run, tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
        s.bind(str(tmp_path / "dev-log"))
        run("alert", "test", "--alert", f"syslog:{tmp_path}/dev-log")
        match = parse(s.recv(65536).decode())
    assert match[1] == str(4 * 8 + 5) and match[5] == "test"
    assert match[7].startswith("low: test of alerts")


def test_syslog_by_a_stream_of_this_machine(run, tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as s:
        s.bind(str(tmp_path / "dev-log"))
        s.listen()
        run("alert", "test", "--alert", f"syslog:{tmp_path}/dev-log")
        with s.accept()[0] as connection:
            text = connection.makefile("rb").read().decode()
    assert text.endswith("\n")
    parse(text[:-1])


@pytest.mark.parametrize("form", ["syslog:127.0.0.1:{}", "syslog:tcp:localhost:{}"])
def test_syslog_over_tcp_counts_its_octets(run, form):
    with socket.create_server(("127.0.0.1", 0)) as s:
        thread_got = []

        def serve():
            with s.accept()[0] as connection:
                thread_got.append(connection.makefile("rb").read())
        thread = threading.Thread(target=serve)
        thread.start()
        run("alert", "test", "--alert", form.format(s.getsockname()[1]))
        thread.join()
    count, message = thread_got[0].split(b" ", 1)
    assert int(count) == len(message)
    parse(message.decode())


def test_syslog_over_udp(run):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.bind(("127.0.0.1", 0))
        run("alert", "test", "--alert", f"syslog:udp:127.0.0.1:{s.getsockname()[1]}")
        parse(s.recv(65536).decode())


def test_a_collector_that_is_gone_keeps_the_alert(run, tmp_path):
    done = run("alert", "test", "--alert", f"syslog:127.0.0.1:{free_port()}", status=2)
    assert "Connection refused" in done.stderr and len(queue(tmp_path)) == 1
    run("alert", "test", "--alert", f"syslog:{tmp_path}/none", status=2)
    assert len(queue(tmp_path)) == 2


# ---- mail ----

def mailer(tmp_path, script="exit 0"):
    path = tmp_path / "mailer"
    path.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > {tmp_path}/args\ncat >> {tmp_path}/letter\n{script}\n')
    path.chmod(0o755)
    return ["--alert-sendmail", str(path)]


def letter(tmp_path):
    return email.message_from_bytes((tmp_path / "letter").read_bytes(), policy=email.policy.default)


def test_a_letter_is_handed_over_without_a_shell(run, tmp_path):
    run("alert", "test", "--alert", "mailto:ops+x@example.com", *mailer(tmp_path))
    got = letter(tmp_path)
    assert (tmp_path / "args").read_text().split() == ["-t", "-i"]
    assert got["To"] == "ops+x@example.com" and got["Auto-Submitted"] == "auto-generated"
    assert got["Subject"] == "[plimsoll] low: test of alerts"
    assert "why       somebody called plimsoll alert test\n" in got.get_content()
    assert queue(tmp_path) == []


@pytest.mark.parametrize("status, message, left", [
    (75, "did not take an alert", "waiting"), (69, "did not take an alert", "waiting"),
    (67, "refuses an alert for good", "refused"), (65, "refuses an alert for good", "refused")])
def test_what_the_mail_system_says_counts(run, tmp_path, status, message, left):
    words = mailer(tmp_path, f"echo no such user >&2; exit {status}")
    done = run("alert", "test", "--alert", "mailto:a@example.com", *words, status=2)
    assert message in done.stderr and f"exit status {status}: no such user" in done.stderr
    assert waiting(run)[left] == 1


def test_a_machine_without_mail_keeps_the_alert(run, tmp_path):
    run("alert", "test", "--alert", "mailto:a@example.com", "--alert-sendmail", f"{tmp_path}/none", status=2)
    assert waiting(run)["waiting"] == 1


# ---- the queue ----

def test_a_broken_file_is_set_aside_and_told_and_the_rest_is_sent(run, tmp_path):
    with webhook(usual=500) as hook:
        for _ in range(3):
            run("alert", "test", "--alert", hook.url, status=2)
        first, second, _ = queue(tmp_path)
        first.write_bytes(first.read_bytes()[:100])
        second.write_text('{"schema": "plimsoll.alert-spool/1", "alert": {}, "sinks": []}')
        hook.usual = 200
        hook.got.clear()
        done = run("alert", "flush", status=2)
    assert done.stdout == "1 delivered, 0 refused, 0 failed; 0 waiting\n" and len(hook.got) == 1
    assert done.stderr.count("is set aside as") == 2 and "an alert for nobody" in done.stderr
    assert [p.suffix for p in queue(tmp_path)] == [".broken", ".broken"]
    assert waiting(run)["broken"] == 2


def test_a_broken_state_is_told_and_sends_rather_than_holds_back(run, tmp_path):
    run("alert", "test", "--alert", "stderr")
    (tmp_path / "state/plimsoll/alerts/state.json").write_text("{")
    done = run("alert", "test", "--alert", "file:log")
    assert "state.json is set aside" in done.stderr
    assert (tmp_path / "state/plimsoll/alerts/state.json.broken").read_text() == "{"
    assert len((tmp_path / "log").read_text().splitlines()) == 1


def test_a_queue_of_others_is_refused(run, tmp_path):
    folder = tmp_path / "shared"
    folder.mkdir()
    folder.chmod(0o777)
    done = run("alert", "test", "--alert", "file:log", "--alert-queue", "shared", status=2)
    assert "others may write to this queue of alerts" in done.stderr and not (tmp_path / "log").exists()


def test_a_link_in_the_queue_is_not_read(run, tmp_path):
    with webhook(usual=500) as hook:
        run("alert", "test", "--alert", hook.url, status=2)
        spool, = queue(tmp_path)
        spool.rename(tmp_path / "elsewhere")
        spool.symlink_to(tmp_path / "elsewhere")
        hook.got.clear()
        run("alert", "flush", status=2)
        assert hook.got == []


def test_when_the_queue_is_full_the_oldest_stay_and_the_loss_is_told(run, tmp_path):
    with webhook(usual=500) as hook:
        run("alert", "test", "--alert", hook.url, status=2)
        spool, = queue(tmp_path)
        spool.write_text(re.sub(r'"next": \d+', '"next": 9999999999', spool.read_text()))  # not due
        for i in range(1, 1000):
            (spool.parent / f"{spool.name[:17]}{i:016x}.json").write_bytes(spool.read_bytes())
        done = run("alert", "test", "--alert", hook.url, status=2)
        assert "is full: alert_queue_count (1000)" in done.stderr
        assert "an alert is lost where it was not taken" in done.stderr
        assert len(queue(tmp_path)) == 1000 and spool.exists()
        status = waiting(run)
        assert status["dropped"] == 1 and status["waiting"] == 1000
        assert "1 lost, the queue was full" in run("alert").stdout
        done = run("alert", "test", "--alert", "file:log")  # taken, though not by the queue
        assert "lost" not in done.stderr and waiting(run)["dropped"] == 1
        for path in queue(tmp_path)[10:]:
            path.unlink()
        run("alert", "test", "--alert", "file:log2")
    assert len((tmp_path / "log").read_text().splitlines()) == 1
    assert json.loads((tmp_path / "log2").read_text())["dropped"] == 1
    assert waiting(run)["dropped"] == 0


def test_where_no_file_can_grow_whoever_can_be_told_is_told(run, tmp_path):
    with webhook() as hook:
        done = run("alert", "test", "--alert", hook.url, "--alert", "file:log", status=2,
                   preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0)))
    assert len(hook.got) == 1 and "File too large" in done.stderr
    assert "an alert is lost where it was not taken: it is in no queue" in done.stderr
    assert (tmp_path / "log").read_text() == "" and queue(tmp_path) == []


def test_a_line_that_finds_no_room_is_taken_back(run, tmp_path):
    (tmp_path / "log").write_text("x" * 4000 + "\n")
    done = run("alert", "test", "--alert", "file:log", status=2,
               preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4100, 4100)))
    assert "found room" in done.stderr
    assert (tmp_path / "log").read_text() == "x" * 4000 + "\n"
    run("alert", "flush")
    assert len((tmp_path / "log").read_text().splitlines()) == 2


# ---- check and scan ----

@pytest.fixture(name="image")
def small_image(tmp_path):
    (tmp_path / "root/etc").mkdir(parents=True)
    (tmp_path / "root/etc/os-release").write_text("ID=debian\n")
    (tmp_path / "deny.yaml").write_text(json.dumps({"policy": "p", "rules": [
        {"id": "big", "deny": "report.size >= 0", "message": "too large"},
        {"id": "all", "deny": "report.size >= 0", "message": "again"},
        {"id": "w", "warn": "report.size >= 0", "message": "hm"}]}))
    (tmp_path / "allow.yaml").write_text(json.dumps({"policy": "p", "rules": [
        {"id": "big", "deny": "report.size < 0", "message": "m"}]}))
    return "root"


@pytest.mark.parametrize("words", [["check"], ["scan"], ["check", "--no-sandbox"]])
def test_a_denied_image_is_told(run, tmp_path, image, words):
    (tmp_path / "key").write_text(SECRET)
    plain = run(*words, image, "--policy", "deny.yaml", status=1)
    with webhook() as hook:
        done = run(*words, image, "--policy", "deny.yaml", "--alert", hook.url, "--alert-secret", "key",
                   "--alert", "mailto:a@example.com", *mailer(tmp_path), status=1)
    assert (done.stdout, done.stderr) == (plain.stdout, plain.stderr)
    alert = json.loads(hook.got[0][2])
    jsonschema.validate(alert, SCHEMA)
    assert alert["kind"] == "denied-image" and alert["severity"] == "high"
    assert alert["subject"] == "root" and alert["reason"] == "big,all"
    assert alert["why"] == "policy p denies it: big: too large (and 1 more rule)"
    assert alert["command"] == words[0]
    assert letter(tmp_path)["Subject"] == "[plimsoll] high: denied image: root"
    assert queue(tmp_path) == []


def test_an_allowed_image_is_not_told(run, tmp_path, image):
    run("check", image, "--policy", "allow.yaml", "--alert", "file:log")
    run("scan", image, "--alert", "file:log")
    assert not (tmp_path / "log").exists()


def test_a_stored_report_that_is_denied_is_told(run, tmp_path, image):
    (tmp_path / "r.json").write_text(run("scan", image, "--format", "json").stdout)
    run("check", "r.json", "--policy", "deny.yaml", "--alert", "file:log", status=1)
    assert json.loads((tmp_path / "log").read_text())["reason"] == "big,all"


def test_the_same_is_held_back_counted_and_told_with_the_next(run, tmp_path, image):
    check = ["check", image, "--policy", "deny.yaml", "--alert", "file:log"]
    for _ in range(4):
        run(*check, status=1)
    assert len((tmp_path / "log").read_text().splitlines()) == 1
    assert waiting(run)["held"] == 3
    run(*check, "--alert-window", "0", status=1)
    assert [json.loads(line)["repeats"] for line in (tmp_path / "log").read_text().splitlines()] == [0, 3]
    run(*check, "--alert", "file:log2", status=1)  # nobody has told this one yet
    assert len((tmp_path / "log2").read_text().splitlines()) == 1


def test_what_fails_changes_no_verdict(run, tmp_path, image):
    sink = f"webhook:http://127.0.0.1:{free_port()}/"
    done = run("check", image, "--policy", "deny.yaml", "--alert", sink, status=1)
    assert "DENY by policy p" in done.stdout and "stays in the queue" in done.stderr
    with webhook(int(sink.split(":")[3][:-1])) as hook:
        run("alert", "flush")
    assert len(hook.got) == 1


def test_where_nobody_reads_stderr_the_verdict_is_the_same(run, tmp_path, image):
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run([PLIMSOLL, "check", image, "--policy", "deny.yaml", "--alert", "stderr",
                           "--alert", "file:log"], cwd=tmp_path, env=run.env, stderr=write, check=False,
                          stdout=subprocess.PIPE)
    os.close(write)
    assert done.returncode == 1 and (tmp_path / "log").exists()
    assert waiting(run)["waiting"] == 1


def test_where_nobody_reads_stdout_nothing_more_is_told(run, tmp_path, image):
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run([PLIMSOLL, "check", image, "--policy", "deny.yaml", "--alert", "file:log"],
                          cwd=tmp_path, env=run.env, stdout=write, check=False, stderr=subprocess.PIPE)
    os.close(write)
    assert done.stderr == b"" and done.returncode == 128 + 13
    assert len((tmp_path / "log").read_text().splitlines()) == 1


def test_the_environment_may_say_whom_to_tell(run, tmp_path, image):
    run.env["PLIMSOLL_ALERT"] = "file:log"
    run("check", image, "--policy", "deny.yaml", status=1)
    assert len((tmp_path / "log").read_text().splitlines()) == 1


def test_an_answer_without_end_is_no_reason_to_send_twice(run, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as s:
        def serve():
            with s.accept()[0] as connection, contextlib.suppress(OSError):
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                while True:
                    connection.sendall(b"x" * 1000000)
        thread = threading.Thread(target=serve)
        thread.start()
        run("alert", "test", "--alert", f"webhook:http://127.0.0.1:{s.getsockname()[1]}/")
        thread.join()
    assert queue(tmp_path) == []


def test_verify_tells_what_is_not_to_be_trusted(run, tmp_path):
    (tmp_path / "blob").write_text("x")
    (tmp_path / "sig").write_text("bm90IGEgc2lnbmF0dXJl")
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", "k.pem"], cwd=tmp_path, check=True)
    subprocess.run(["openssl", "pkey", "-in", "k.pem", "-pubout", "-out", "k.pub"], cwd=tmp_path, check=True)
    run("verify", "blob", "blob", "--signature", "sig", "--key", "k.pub", "--alert", "file:log", status=1)
    alert = json.loads((tmp_path / "log").read_text())
    jsonschema.validate(alert, SCHEMA)
    assert (alert["kind"], alert["command"], alert["subject"]) == ("untrusted-image", "verify", "blob")
    assert alert["why"] and alert["reason"] and queue(tmp_path) == []


def test_mistakes_are_told_once_and_nothing_is_sent(run, tmp_path, image):
    done = run("check", "none", "--policy", "deny.yaml", "--alert", "stderr", status=2)
    assert done.stderr.count("\n") == 1
    done = run("check", image, "--policy", "deny.yaml", "--alert", "x", status=2)
    assert "no sink of alerts" in done.stderr and done.stdout == ""
    assert not (tmp_path / "log").exists()


HOSTILE = 'a"\\]\r\nBcc: x@example.com\r\n.\r\n\x1b[31m\u202e=?UTF-8?B?eA==?= é' + "\U0001f6a2" * 80


def test_a_hostile_name_ends_nothing(run, tmp_path, image):
    report = json.loads(run("scan", image, "--format", "json").stdout)
    report["target"]["given"] = HOSTILE
    (tmp_path / "r.json").write_text(json.dumps(report))
    check = ["check", "r.json", "--policy", "deny.yaml", "--alert-window", "0"]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
        s.bind(str(tmp_path / "dev-log"))
        done = run(*check, "--alert", "stderr", "--alert", "file:log", "--alert", "mailto:a@example.com",
                   "--alert", f"syslog:{tmp_path}/dev-log", *mailer(tmp_path), status=1)
        message = s.recv(65536).decode()
    assert done.stderr.count("\n") == 1 and "\x1b" not in done.stderr and "\u202e" not in done.stderr
    assert "\\x0d\\x0aBcc" in done.stderr
    line, = (tmp_path / "log").read_text().split("\n")[:-1]
    assert json.loads(line)["subject"] == HOSTILE
    jsonschema.validate(json.loads(line), SCHEMA)
    raw = (tmp_path / "letter").read_bytes()
    head = raw.split(b"\n\n")[0]
    assert b"\r" not in raw and all(len(x) <= 76 for x in head.split(b"\n") if x.startswith((b"Subj", b" =?")))
    got = letter(tmp_path)
    assert got["Bcc"] is None and got["To"] == "a@example.com"
    subject = "".join(part if isinstance(part, str) else part.decode(charset or "ascii")
                      for part, charset in email.header.decode_header(
                          email.message_from_bytes(raw)["Subject"].replace("\n", "")))
    assert "\\x0d\\x0aBcc" in subject and "\U0001f6a2" in subject
    assert base64.b64decode(raw.split(b"\n\n", 1)[1]).count(b"\nsubject ") == 1
    assert "\n" not in message and "\r" not in message
    parse(message)
