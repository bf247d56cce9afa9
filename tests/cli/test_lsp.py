# SPDX-License-Identifier: Apache-2.0
"""plimsoll lsp: the Language Server Protocol 3.17, up to its corners."""
import json
import os
import shutil
import signal
import subprocess
import time

import pytest

from lsp_client import ABILITIES, PLIMSOLL, Editor, apply_edit, span

APT = "FROM debian:12\nRUN apt-get update && apt-get install curl\n"
PARSE_ERROR, INVALID_REQUEST, METHOD_NOT_FOUND, INVALID_PARAMS = -32700, -32600, -32601, -32602
NOT_INITIALIZED, REQUEST_CANCELLED = -32002, -32800
NO_SHELLCHECK = "rules:\n  shell-lint: off\n"


@pytest.fixture
def editor(tmp_path):
    (tmp_path / ".plimsoll.yaml").write_text(NO_SHELLCHECK)
    with Editor(tmp_path) as e:
        yield e


@pytest.fixture
def ready(editor):
    editor.initialize()
    return editor


def with_abilities(**changes):
    can = json.loads(json.dumps(ABILITIES))
    for path, value in changes.items():
        at = can
        *folders, last = path.split("__")
        for name in folders:
            at = at.setdefault(name, {})
        at[last] = value
    return can


def find(diagnostics, code):
    found = [d for d in diagnostics if d["code"] == code]
    assert found, [d["code"] for d in diagnostics]
    return found[0]


def titled(actions, start):
    found = [a for a in actions if a["title"].startswith(start)]
    assert found, [a["title"] for a in actions]
    return found[0]


# ---- life ----

def test_a_session_from_initialize_to_exit(editor):
    can = editor.initialize()
    assert can["positionEncoding"] == "utf-16"
    assert can["textDocumentSync"] == {"openClose": True, "change": 2, "save": True}
    assert can["codeActionProvider"]["codeActionKinds"] == ["quickfix", "source.fixAll.plimsoll"]
    assert can["hoverProvider"] is True
    assert "executeCommandProvider" not in can and "diagnosticProvider" not in can
    editor.open("Dockerfile", APT)
    assert "apt-no-yes" in editor.codes("Dockerfile", 1)
    assert editor.request("shutdown") is None
    editor.notify("exit")
    assert editor.end() == (0, "")


def test_exit_without_shutdown_is_status_1(ready):
    ready.notify("exit")
    assert ready.end() == (1, "")


def test_exit_before_initialize_ends_it(editor):
    editor.notify("exit")
    assert editor.end() == (1, "")


def test_the_end_of_input_ends_it(ready):
    ready.process.stdin.close()
    assert ready.end() == (1, "")


def test_before_initialize_requests_fail_and_notifications_are_dropped(editor):
    assert editor.error("textDocument/hover", {})[0] == NOT_INITIALIZED
    assert editor.error("shutdown")[0] == NOT_INITIALIZED
    editor.open("Dockerfile", APT)
    editor.initialize()
    code, message = editor.error("textDocument/hover", {
        "textDocument": {"uri": editor.uri("Dockerfile")}, "position": {"line": 0, "character": 0}})
    assert code == INVALID_PARAMS and "no open document" in message


def test_initialize_may_be_said_once(ready):
    code, message = ready.error("initialize", {"capabilities": {}})
    assert code == INVALID_REQUEST and "already" in message


def test_initialize_without_capabilities_is_refused_and_can_be_said_again(editor):
    assert editor.error("initialize", {"processId": None})[0] == INVALID_PARAMS
    editor.initialize()


def test_after_shutdown_only_exit_is_taken(ready):
    ready.request("shutdown")
    assert ready.error("shutdown")[0] == INVALID_REQUEST
    assert ready.error("textDocument/hover", {})[0] == INVALID_REQUEST
    ready.open("Dockerfile", APT)
    ready.notify("exit")
    assert ready.end() == (0, "")
    assert ready.next() is None


def test_an_editor_that_dies_takes_the_server_with_it(tmp_path):
    """Its input stays open in another process: only the process of the editor tells."""
    script = """
import json, os, subprocess, sys, time
p = subprocess.Popen([sys.argv[1], "lsp"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize",
                   "params": {"processId": os.getpid(), "capabilities": {}}}).encode()
p.stdin.write(b"Content-Length: %d\\r\\n\\r\\n" % len(body) + body)
p.stdin.flush()
p.stdout.read(20)
subprocess.Popen(["sleep", "30"], pass_fds=[p.stdin.fileno()], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
print(p.pid, flush=True)
os._exit(0)
"""
    done = subprocess.run(["python3", "-c", script, PLIMSOLL], cwd=tmp_path, capture_output=True,
                          text=True, timeout=60, check=True)
    pid = int(done.stdout)
    for _ in range(200):
        try:
            state = open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return
        if state == "Z":
            return
        time.sleep(0.05)
    os.kill(pid, signal.SIGKILL)
    raise AssertionError("the server is still there")


def test_words_are_refused(tmp_path):
    done = subprocess.run([PLIMSOLL, "lsp", "Dockerfile"], cwd=tmp_path, capture_output=True,
                          text=True, timeout=60)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == 'plimsoll: lsp: takes no words, but "Dockerfile" is given\n'


def test_a_pack_that_cannot_be_read_is_told_at_the_start(tmp_path):
    (tmp_path / "bad.yaml").write_text("pack: mine\nrules: [{id: x}]\n")
    done = subprocess.run([PLIMSOLL, "lsp", "--stdio", "--rules", "bad.yaml"], cwd=tmp_path,
                          input="", capture_output=True, text=True, timeout=60)
    assert done.returncode == 2 and "bad.yaml:2: rule x has no title" in done.stderr


# ---- messages ----

@pytest.mark.parametrize("data, says", [
    (b"Content-Length: -5\r\n\r\n{}", 'Content-Length is no number: "-5"'),
    (b"Content-Length: 99999999999999999999999\r\n\r\n{}", "Content-Length is no number"),
    (b"Content-Length: 0x10\r\n\r\n{}", "Content-Length is no number"),
    (b"Content-Length:\r\n\r\n{}", "Content-Length is no number"),
    (b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", "Content-Length is there twice"),
    (b"Content-Type: application/vscode-jsonrpc\r\n\r\n{}", "a message without Content-Length"),
    (b"\r\n\r\n{}", "no header field"),
    (b'{"jsonrpc": "2.0"}\n', "a line of a header ends with"),
    (b"GET / HTTP/1.1\r\n\r\n", 'no header field: "GET / HTTP/1.1"'),
    (b"X-Filler: " + 9000 * b"a", "lsp_header_bytes"),
])
def test_a_header_that_cannot_be_understood_ends_it_with_an_error(ready, data, says):
    ready.write(data)
    got = ready.wait(lambda m: "error" in m)
    assert got["id"] is None and got["error"]["code"] == PARSE_ERROR
    assert says in got["error"]["message"]
    status, stderr = ready.end()
    assert status == 2 and stderr.startswith("plimsoll: ") and says in stderr


def test_input_that_ends_inside_a_message_is_an_error(ready):
    ready.write(b"Content-Length: 100\r\n\r\n{")
    ready.process.stdin.close()
    assert ready.end() == (2, "plimsoll: standard input ends within a message\n")


def test_a_message_beyond_the_limit_is_passed_over(ready):
    size = 16777216 + 1
    ready.write(b"Content-Length: %d\r\n\r\n" % size)
    got = ready.wait(lambda m: "error" in m)
    assert got["error"]["code"] == INVALID_REQUEST and "lsp_message_bytes" in got["error"]["message"]
    for _ in range(0, size, 1 << 16):
        ready.write(min(1 << 16, size) * b"x")
        size -= min(1 << 16, size)
    assert ready.request("shutdown") is None


@pytest.mark.parametrize("header", [
    b"content-length: %d\r\n\r\n",
    b"Content-Type: application/vscode-jsonrpc; charset=utf-8\r\nContent-Length: %d\r\n\r\n",
    b"Content-Length:   %d  \r\nContent-Type: application/vscode-jsonrpc;charset=\"utf8\"\r\n\r\n",
    b"X-Other: yes\r\nContent-Length: %d\r\n\r\n",
])
def test_headers_are_read_as_http_does(ready, header):
    body = b'{"jsonrpc": "2.0", "id": "a", "method": "shutdown"}'
    ready.write(header % len(body) + body)
    assert ready.answer("a")["result"] is None


def test_a_charset_that_is_not_utf8_is_refused_and_passed_over(ready):
    body = b'{"jsonrpc": "2.0", "id": 1, "method": "shutdown"}'
    ready.write(b"Content-Type: x; charset=utf-16\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    got = ready.wait(lambda m: "error" in m)
    assert "utf-16" in got["error"]["message"]
    assert ready.request("shutdown") is None


def test_messages_may_come_byte_by_byte_and_many_at_once(editor):
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize",
                       "params": {"capabilities": {}}}).encode()
    for byte in b"Content-Length: %d\r\n\r\n" % len(body) + body:
        editor.write(bytes([byte]))
    assert "capabilities" in editor.answer(1)["result"]
    one = b'{"jsonrpc": "2.0", "id": %d, "method": "none"}'
    editor.write(b"".join(b"Content-Length: %d\r\n\r\n" % len(one % i) + one % i
                          for i in range(100, 200)))
    for i in range(100, 200):
        assert editor.answer(i)["error"]["code"] == METHOD_NOT_FOUND


@pytest.mark.parametrize("body, code, id_, says", [
    (b"{", PARSE_ERROR, None, "line 1"),
    (b"", PARSE_ERROR, None, "line 1"),
    (b'"\xff"', PARSE_ERROR, None, "line 1"),
    (b"[" * 200 + b"]" * 200, INVALID_REQUEST, None, "json_depth"),
    (b"[]", INVALID_REQUEST, None, "list"),
    (b'[{"jsonrpc": "2.0", "id": 1, "method": "shutdown"}]', INVALID_REQUEST, None, "list"),
    (b"1", INVALID_REQUEST, None, "map"),
    (b"{}", INVALID_REQUEST, None, "jsonrpc"),
    (b'{"jsonrpc": "1.0", "id": 7, "method": "x"}', INVALID_REQUEST, 7, "jsonrpc"),
    (b'{"jsonrpc": "2.0", "id": 7}', INVALID_REQUEST, 7, "without a method"),
    (b'{"jsonrpc": "2.0", "id": "a", "method": 1}', INVALID_REQUEST, "a", "without a method"),
    (b'{"jsonrpc": "2.0", "id": 7, "method": "x", "params": 1}', INVALID_REQUEST, 7, "params"),
    (b'{"jsonrpc": "2.0", "id": [], "method": "x"}', INVALID_REQUEST, None, "id"),
    (b'{"jsonrpc": "2.0", "id": null, "method": "x"}', INVALID_REQUEST, None, "id"),
    (b'{"jsonrpc": "2.0", "id": 1.5, "method": "x"}', INVALID_REQUEST, None, "id"),
    (b'{"jsonrpc": "2.0", "id": 7, "method": "x\\ny"}', METHOD_NOT_FOUND, 7, "x\ny: there is no"),
    (b'{"jsonrpc": "2.0", "id": 7, "method": "$/x"}', METHOD_NOT_FOUND, 7, "$/x"),
    (b'{"jsonrpc": "2.0", "id": 7, "method": "textDocument/didOpen"}', METHOD_NOT_FOUND, 7, ""),
    (b'{"jsonrpc": "2.0", "id": 7, "method": "workspace/executeCommand", "params": {}}',
     METHOD_NOT_FOUND, 7, "no such request"),
    (b'{"jsonrpc": "2.0", "id": 7, "method": "textDocument/hover"}', INVALID_PARAMS, 7, "uri"),
    (b'{"jsonrpc": "2.0", "id": 7, "method": "textDocument/hover", "params": []}', INVALID_PARAMS,
     7, "textDocument.uri is missing"),
])
def test_what_is_no_right_request_is_answered_with_its_error(ready, body, code, id_, says):
    ready.send(body)
    got = ready.wait(lambda m: "error" in m)
    assert (got["jsonrpc"], got["id"], got["error"]["code"]) == ("2.0", id_, code)
    assert says in got["error"]["message"]
    assert ready.request("shutdown") is None


@pytest.mark.parametrize("body", [
    b'{"jsonrpc": "2.0", "method": "$/setTrace", "params": {"value": "off"}}',
    b'{"jsonrpc": "2.0", "method": "unknown/thing"}',
    b'{"jsonrpc": "2.0", "id": 5, "result": null}',
    b'{"jsonrpc": "2.0", "id": "watch", "error": {"code": 1, "message": "no"}}',
    b'{"jsonrpc": "2.0", "id": "configuration", "error": {"code": 1, "message": "no"}}',
    b'{"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": 99}}',
])
def test_what_needs_no_answer_gets_none(ready, body):
    ready.send(body)
    ready.request("shutdown")
    assert not ready.kept


@pytest.mark.parametrize("method, params, says", [
    ("textDocument/didOpen", {}, "uri and a text"),
    ("textDocument/didOpen", {"textDocument": {"uri": "file:///x", "text": 1}}, "uri and a text"),
    ("textDocument/didOpen", {"textDocument": {"uri": "file:///%zz", "text": "", "languageId": "a"}},
     None),
    ("textDocument/didChange", {"textDocument": {"uri": "file:///x"}}, 'no open document "file:///x"'),
    ("textDocument/didClose", {}, "textDocument.uri is missing"),
    ("$/cancelRequest", {}, "has an id"),
])
def test_what_is_wrong_with_a_notification_is_in_the_log(ready, method, params, says):
    ready.notify(method, params)
    if says:
        got = ready.wait(lambda m: m.get("method") == "window/logMessage")["params"]
        assert got["type"] == 2 and got["message"].startswith(method + ": ") and says in got["message"]
    assert ready.request("shutdown") is None


# ---- diagnostics ----

def test_a_diagnostic_has_all_that_is_known(ready):
    ready.open("Dockerfile", "FROM debian:12\nMAINTAINER me\nRUN apt-get update && apt-get install curl\n")
    told = ready.told("Dockerfile", 1)
    apt = find(told, "apt-no-yes")
    assert span(apt) == (2, 22, 2, 42)
    assert (apt["severity"], apt["source"]) == (2, "plimsoll")
    assert apt["message"] == "apt-get install without -y\nAdd -y."
    assert apt["codeDescription"]["href"].startswith("https://docs.docker.com/")
    assert apt["data"]["rule"] == "apt-no-yes" and apt["data"]["fixable"] is True
    assert "DL3014" in apt["data"]["codes"]
    old = find(told, "maintainer-deprecated")
    assert (old["tags"], old["severity"]) == ([2], 3)
    assert find(told, "user-missing")["severity"] == 1
    assert [span(d) for d in told] == sorted(span(d) for d in told)


def test_what_an_editor_does_not_take_is_not_sent(editor):
    editor.initialize(abilities={})
    editor.open("Dockerfile", "FROM debian:12\nMAINTAINER me\nUSER root\n")
    for d in editor.told("Dockerfile"):
        assert "tags" not in d and "relatedInformation" not in d
    assert editor.actions("Dockerfile", (0, 0), (2, 0)) == []


def test_a_finding_that_points_elsewhere_names_the_thing_it_is_about(ready):
    ready.open("Dockerfile", "FROM debian:12\nRUN true\nUSER root\n")
    d = find(ready.told("Dockerfile"), "last-user-root")
    assert span(d) == (2, 0, 2, 9)
    related = d["relatedInformation"][0]
    assert related["location"]["uri"] == ready.uri("Dockerfile")
    assert related["location"]["range"]["start"] == {"line": 0, "character": 0}
    assert related["message"] == "it is about this: FROM"


def test_a_finding_of_several_lines_is_marked_in_its_first(ready):
    ready.open("Dockerfile", "FROM debian:12\nRUN apt-get install -y \\\n    curl \\\n    vim\n")
    d = find(ready.told("Dockerfile"), "apt-recommends")
    assert span(d) == (1, 4, 1, 24)
    titles = [a["title"] for a in ready.actions("Dockerfile", (3, 5))]
    assert any("apt-recommends" in t for t in titles), titles


@pytest.mark.parametrize("name, language, text, code", [
    ("compose.yaml", "yaml", "services:\n  a:\n    image: nginx\n    privileged: true\n",
     "compose-privileged"),
    ("stack.yml", "dockercompose", "services:\n  a:\n    image: nginx\n    privileged: true\n",
     "compose-privileged"),
    ("stack.yml", "yaml.docker-compose", "services:\n  a:\n    privileged: true\n",
     "compose-privileged"),
    ("x.yaml", "yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  hostNetwork: true\n"
     "  containers: [{name: a, image: 'a:1'}]\n", "host-network"),
    ("build.docker", "dockerfile", APT, "apt-no-yes"),
    ("web.Dockerfile", "plaintext", APT, "apt-no-yes"),
    ("untitled:Untitled-1", "dockerfile", APT, "apt-no-yes"),
    ("not-there-yet/Dockerfile", "dockerfile", APT, "apt-no-yes"),
])
def test_languages_are_known_by_id_name_and_content(ready, name, language, text, code):
    ready.open(name, text, language)
    assert code in ready.codes(name)


@pytest.mark.parametrize("name, language, text", [
    ("ci.yaml", "yaml", "on: push\njobs: {}\n"),
    ("values.yaml", "helm", "a: {{ .Values }}\n"),
    ("notes.txt", "plaintext", "FROM here on\n"),
    ("a.json", "json", "{}"),
    ("compose.yaml", "yaml", ""),
])
def test_nothing_is_said_of_what_there_are_no_rules_for(ready, name, language, text):
    ready.open(name, text, language)
    assert ready.told(name) == []


def test_what_cannot_be_read_is_not_assessed_where_it_breaks(ready):
    ready.open("compose.yaml", "services:\n  a:\n    image: [\n  b: {\n", "yaml")
    told = ready.told("compose.yaml")
    assert [d["code"] for d in told] == ["not-assessed"]
    assert told[0]["severity"] == 2 and told[0]["message"].startswith("not assessed: line ")
    assert told[0]["range"]["start"]["line"] > 1


def test_lint_and_the_server_say_the_same(ready):
    text = ("FROM debian:latest AS a\nRUN apt-get install curl; cd /x && ls | grep a\nENV A b\n"
            "COPY . /\nUSER root\nCMD a b\n")
    (ready.folder / "Dockerfile").write_text(text)
    done = subprocess.run([PLIMSOLL, "lint", "--format", "json", "Dockerfile"], cwd=ready.folder,
                          capture_output=True, text=True, check=True, timeout=60)
    want = sorted((f["rule"], f["locations"][0]["line"] - 1)
                  for f in json.loads(done.stdout)["findings"])
    ready.open("Dockerfile", text)
    got = sorted((d["code"], d["range"]["start"]["line"]) for d in ready.told("Dockerfile"))
    assert got == want and len(got) > 5


def test_a_manifest_is_judged_knowing_what_stands_beside_it(ready):
    pod = ("apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: b}\nspec:\n"
           "  serviceAccountName: web\n  containers: [{name: a, image: 'a:1'}]\n---\n"
           "apiVersion: v1\nkind: Service\nmetadata: {name: a, namespace: b}\nspec: {}\n")
    ready.open("pod.yaml", pod, "yaml")
    alone = ready.codes("pod.yaml")
    (ready.folder / "pod.yaml").write_text(pod)
    (ready.folder / "account.yaml").write_text(
        "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: web, namespace: b}\n")
    ready.notify("textDocument/didSave", {"textDocument": {"uri": ready.uri("pod.yaml")}})
    assert "sa-missing" in alone and "sa-missing" not in ready.codes("pod.yaml")


def test_a_manifest_that_is_saved_is_heard_of_in_the_others(ready):
    pod = ("apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: b}\nspec:\n"
           "  serviceAccountName: web\n  containers: [{name: a, image: 'a:1'}]\n---\n"
           "apiVersion: v1\nkind: Service\nmetadata: {name: a, namespace: b}\nspec: {}\n")
    account = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: web, namespace: b}\n"
    (ready.folder / "pod.yaml").write_text(pod)
    ready.open("pod.yaml", pod, "yaml")
    assert "sa-missing" in ready.codes("pod.yaml")
    ready.open("account.yaml", account, "yaml")
    ready.told("account.yaml")
    (ready.folder / "account.yaml").write_text(account)
    ready.notify("textDocument/didSave", {"textDocument": {"uri": ready.uri("account.yaml")}})
    assert "sa-missing" not in ready.codes("pod.yaml")


# ---- changes ----

def test_a_change_is_followed_to_its_end(ready):
    ready.open("Dockerfile", APT)
    assert "apt-no-yes" in ready.codes("Dockerfile", 1)
    ready.change("Dockerfile", 2, ((1, 37), (1, 37), " -y"))
    assert "apt-no-yes" not in ready.codes("Dockerfile", 2)
    ready.change("Dockerfile", 3, ((1, 37), (1, 40), ""), ((0, 5), (0, 14), "alpine:3.20"))
    assert "apt-no-yes" in ready.codes("Dockerfile", 3)
    ready.change("Dockerfile", 4, "FROM scratch\nUSER 1\n")
    assert "apt-no-yes" not in ready.codes("Dockerfile", 4)


def test_an_old_text_is_never_spoken_of(ready):
    ready.open("Dockerfile", "FROM a:1\n")
    ready.told("Dockerfile", 1)
    for version in range(2, 200):
        ready.change("Dockerfile", version, ((0, 7), (0, 8), str(version % 10)))
    ready.change("Dockerfile", 200, APT)
    versions = []
    while not versions or versions[-1] != 200:
        versions.append(ready.wait(lambda m: m.get("method") == "textDocument/publishDiagnostics")
                        ["params"]["version"])
    assert versions == sorted(versions) and len(versions) < 20


def test_an_impossible_change_loses_the_document_until_all_of_it_comes(ready):
    ready.open("Dockerfile", APT)
    ready.told("Dockerfile", 1)
    ready.change("Dockerfile", 2, ((1, 5), (0, 0), "x"))
    told = ready.told("Dockerfile", 2)
    assert [d["code"] for d in told] == ["not-assessed"]
    assert "a range that ends before it starts" in told[0]["message"]
    ready.change("Dockerfile", 3, ((0, 0), (0, 0), "x"))
    ready.change("Dockerfile", 4, APT)
    assert "apt-no-yes" in ready.codes("Dockerfile", 4)


def test_a_message_that_is_lost_loses_what_is_open(ready):
    ready.open("Dockerfile", APT)
    ready.told("Dockerfile", 1)
    ready.send(b'{"jsonrpc": "2.0", "method": "textDocument/didChange", "params": {"text": "\\ud800"}}')
    assert ready.wait(lambda m: "error" in m)["error"]["code"] == PARSE_ERROR
    assert ready.codes("Dockerfile") == ["not-assessed"]
    assert ready.hover("Dockerfile", 0, 1) is None or "FROM" in ready.hover("Dockerfile", 0, 1)
    assert ready.actions("Dockerfile", (1, 30)) == []
    ready.open("Dockerfile", APT, version=5)
    assert "apt-no-yes" in ready.codes("Dockerfile", 5)


def test_a_document_that_is_closed_is_cleared(ready):
    ready.open("Dockerfile", APT)
    assert ready.told("Dockerfile", 1)
    ready.notify("textDocument/didClose", {"textDocument": {"uri": ready.uri("Dockerfile")}})
    assert ready.told("Dockerfile") == []


def test_a_hostile_document_does_not_stop_the_others(ready):
    ready.open("deep.yaml", "apiVersion: v1\nkind: Pod\nspec: " + "[" * 5000, "yaml")
    ready.open("wide/Dockerfile", "FROM a:1\nRUN " + "$(" * 20000 + "\n")
    ready.open("Dockerfile", APT)
    assert "apt-no-yes" in ready.codes("Dockerfile")
    assert "not-assessed" in ready.codes("deep.yaml")
    ready.told("wide/Dockerfile")


def test_findings_beyond_the_limit_are_counted(ready):
    ready.open("Dockerfile", "FROM a:1\nUSER 1\n" + "EXPOSE 22\n" * 2100)
    told = ready.told("Dockerfile")
    assert len(told) == 2001
    assert "lsp_findings (2000)" in told[-1]["message"]


# ---- places ----

@pytest.mark.parametrize("offered, chosen, start, end", [
    (None, "utf-16", 17, 37),
    (["utf-16", "utf-32"], "utf-16", 17, 37),
    (["utf-32"], "utf-16", 17, 37),
    (["utf-16", "utf-8"], "utf-8", 21, 41),
])
def test_places_are_in_the_encoding_that_was_agreed(editor, offered, chosen, start, end):
    can = ABILITIES if offered is None else with_abilities(general__positionEncodings=offered)
    assert editor.initialize(abilities=can)["positionEncoding"] == chosen
    editor.open("Dockerfile", "FROM debian:12\nRUN echo é\U0001f600ß && apt-get install curl\n")
    d = find(editor.told("Dockerfile"), "apt-no-yes")
    assert span(d) == (1, start, 1, end)
    fix = titled(editor.actions("Dockerfile", (1, start)), "Add -y")
    where = fix["edit"]["documentChanges"][0]["edits"][0]["range"]["start"]
    assert where == {"line": 1, "character": start + len("apt-get install")}


def test_a_line_may_end_in_three_ways(ready):
    ready.open("Dockerfile", "# a\r# b\nFROM debian:12\r\nRUN apt-get install curl\r\n")
    assert span(find(ready.told("Dockerfile"), "apt-no-yes"))[0] == 3


# ---- actions ----

def test_a_fix_makes_its_finding_go_away(ready):
    ready.open("Dockerfile", APT)
    ready.told("Dockerfile", 1)
    fix = titled(ready.actions("Dockerfile", (1, 30)), "Add -y")
    assert (fix["kind"], fix["isPreferred"]) == ("quickfix", True)
    assert [d["code"] for d in fix["diagnostics"]] == ["apt-no-yes"]
    assert fix["edit"]["documentChanges"][0]["textDocument"] == {
        "uri": ready.uri("Dockerfile"), "version": 1}
    text = apply_edit(APT, fix["edit"])
    assert text == APT.replace("install", "install -y")
    ready.change("Dockerfile", 2, text)
    assert "apt-no-yes" not in ready.codes("Dockerfile", 2)


def test_edits_are_changes_where_versions_are_not_taken(editor):
    editor.initialize(abilities=with_abilities(workspace__workspaceEdit={}))
    editor.open("Dockerfile", APT)
    fix = titled(editor.actions("Dockerfile", (1, 30)), "Add -y")
    assert list(fix["edit"]["changes"]) == [editor.uri("Dockerfile")]


def test_fix_all_is_what_lint_would_write(ready):
    text = "FROM debian:12 as a\nWORKDIR /x\nRUN apt install curl\nENV A b\nexpose 80/TCP\nMAINTAINER me\n"
    path = ready.folder / "Dockerfile"
    path.write_text(text)
    ready.open("Dockerfile", text)
    found = ready.actions("Dockerfile", (0, 0), only=["source.fixAll"])
    assert [a["kind"] for a in found] == ["source.fixAll.plimsoll"]
    fixed = apply_edit(text, found[0]["edit"])
    subprocess.run([PLIMSOLL, "lint", "--fix=write", "Dockerfile"], cwd=ready.folder, check=True,
                   capture_output=True, timeout=60)
    assert fixed == path.read_text() != text
    assert len(found[0]["edit"]["documentChanges"][0]["edits"]) == 2  # WORKDIR is left alone


@pytest.mark.parametrize("only, kinds", [
    (None, {"quickfix", "source.fixAll.plimsoll"}),
    ([], set()),
    (["quickfix"], {"quickfix"}),
    (["source"], {"source.fixAll.plimsoll"}),
    (["source.fixAll.plimsoll"], {"source.fixAll.plimsoll"}),
    (["source.fixAll.eslint"], set()),
    (["source.fix"], set()),
    (["refactor"], set()),
    ([""], {"quickfix", "source.fixAll.plimsoll"}),
])
def test_only_the_kinds_that_are_asked_for_come(ready, only, kinds):
    ready.open("Dockerfile", APT)
    assert {a["kind"] for a in ready.actions("Dockerfile", (1, 30), only=only)} == kinds


def test_where_nothing_is_wrong_there_is_nothing_to_do(ready):
    ready.open("Dockerfile", "FROM debian:12\nRUN true\nRUN apt-get install curl\n")
    assert ready.actions("Dockerfile", (1, 6), only=["quickfix"]) == []


# Each: a text, where, the code to ignore, the text with its comment.
IGNORED = [
    ("Dockerfile", "dockerfile", "FROM debian:12\n  RUN apt-get install curl\n", (1, 10), "apt-no-yes",
     "FROM debian:12\n  # plimsoll ignore=apt-no-yes\n  RUN apt-get install curl\n"),
    ("Dockerfile", "dockerfile", "FROM debian:12\r\nRUN ls && \\\r\n  apt-get install curl\r\n",
     (2, 8), "apt-no-yes",
     "FROM debian:12\r\n# plimsoll ignore=apt-no-yes\r\nRUN ls && \\\r\n  apt-get install curl\r\n"),
    ("Dockerfile", "dockerfile",
     "FROM debian:12\n# plimsoll ignore=apt-recommends \nRUN apt-get install curl\n", (2, 8),
     "apt-no-yes",
     "FROM debian:12\n# plimsoll ignore=apt-recommends,apt-no-yes \nRUN apt-get install curl\n"),
    ("Dockerfile", "dockerfile",
     "FROM debian:12\n# plimsoll ignore=apt-recommends until=2099-01-01\nRUN apt-get install curl\n",
     (2, 8), "apt-no-yes",
     "FROM debian:12\n# plimsoll ignore=apt-recommends until=2099-01-01\n"
     "# plimsoll ignore=apt-no-yes\nRUN apt-get install curl\n"),
    ("Dockerfile", "dockerfile", "\ufeffMAINTAINER me\nFROM a:1\n", (0, 3), "first-instruction",
     "\ufeff# plimsoll ignore=first-instruction\nMAINTAINER me\nFROM a:1\n"),
    ("Dockerfile", "dockerfile", "FROM debian:12\nRUN <<E\napt-get install curl\nE\n", (2, 3),
     "apt-no-yes",
     "FROM debian:12\n# plimsoll ignore=apt-no-yes\nRUN <<E\napt-get install curl\nE\n"),
    ("compose.yaml", "yaml", "services:\n  a:\n    image: nginx:1\n    privileged: true\n", (3, 18),
     "compose-privileged",
     "services:\n  a:\n    image: nginx:1\n    # plimsoll ignore=compose-privileged\n"
     "    privileged: true\n"),
    ("pod.yaml", "yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  hostPID: true\n",
     (4, 12), "host-pid",
     "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  # plimsoll ignore=host-pid\n"
     "  hostPID: true\n"),
]


@pytest.mark.parametrize("name, language, before, where, code, after", IGNORED)
def test_a_rule_is_ignored_by_a_comment_above(ready, name, language, before, where, code, after):
    ready.open(name, before, language)
    assert code in ready.codes(name, 1)
    action = titled(ready.actions(name, where), f"Ignore {code} here")
    assert action["kind"] == "quickfix" and "isPreferred" not in action
    text = apply_edit(before, action["edit"])
    assert text == after
    ready.change(name, 2, text)
    assert code not in ready.codes(name, 2)


@pytest.mark.parametrize("before, code, after", [
    (APT, "apt-no-yes", "# plimsoll ignore-file=apt-no-yes\n" + APT),
    ("# syntax=docker/dockerfile:1\n# escape=`\n" + APT, "apt-no-yes",
     "# syntax=docker/dockerfile:1\n# escape=`\n# plimsoll ignore-file=apt-no-yes\n" + APT),
    ("FROM a:1", "user-missing", "# plimsoll ignore-file=user-missing\nFROM a:1"),
])
def test_a_rule_is_ignored_in_the_file_by_a_comment_at_its_top(ready, before, code, after):
    ready.open("Dockerfile", before)
    assert code in ready.codes("Dockerfile", 1)
    action = titled(ready.actions("Dockerfile", (0, 0), (9, 0)), f"Ignore {code} in this file")
    text = apply_edit(before, action["edit"])
    assert text == after
    ready.change("Dockerfile", 2, text)
    assert code not in ready.codes("Dockerfile", 2)


def test_one_comment_is_offered_for_the_same_rule_on_the_same_instruction(ready):
    ready.open("Dockerfile", "FROM debian:12\nRUN apt-get install a; apt-get install b\n")
    titles = [a["title"] for a in ready.actions("Dockerfile", (1, 0), (1, 40))]
    assert titles.count("Ignore apt-no-yes here") == 1
    assert len([t for t in titles if t.startswith("Add -y")]) == 2


def test_json_takes_no_comments(ready):
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "spec": {"hostPID": True}}
    ready.open("pod.json", json.dumps(pod), "json")
    assert "host-pid" in ready.codes("pod.json")
    assert ready.actions("pod.json", (0, 0), (0, 200), only=["quickfix"]) == []


# ---- hover ----

def test_a_hover_says_what_is_known_of_a_finding(ready):
    ready.open("Dockerfile", APT)
    text = ready.hover("Dockerfile", 1, 30)
    assert "**apt-get install waits for an answer**  \n`apt-no-yes`, medium" in text
    assert "apt\\-get" not in text and "Add -y." in text
    assert "<https://docs.docker.com/build/building/best-practices/#apt-get>" in text
    assert "In other tools: `DL3014`" in text


def test_a_hover_over_an_instruction_says_what_it_does(ready):
    ready.open("Dockerfile", "FROM a:1\nONBUILD run <<E\nRUN x\nE\nUSER 1\n")
    assert ready.hover("Dockerfile", 0, 2).startswith("**FROM**\n\nStarts a stage from an image")
    assert "**RUN**" in ready.hover("Dockerfile", 1, 9)
    assert "**ONBUILD**" in ready.hover("Dockerfile", 1, 0)
    assert "**RUN**" not in (ready.hover("Dockerfile", 2, 1) or "")


def test_a_hover_over_a_comment_says_which_rule_it_names(ready):
    ready.open("Dockerfile", "# plimsoll ignore-file=apt-no-yes,DL3015\n" + APT)
    assert "apt-get install waits for an answer" in ready.hover("Dockerfile", 0, 28)
    assert "`apt-recommends`" in ready.hover("Dockerfile", 0, 36)
    assert ready.hover("Dockerfile", 0, 5) is None


def test_a_hover_is_plain_text_where_markdown_is_not_taken(editor):
    editor.initialize(abilities=with_abilities(textDocument__hover={}))
    editor.open("Dockerfile", APT)
    text = editor.hover("Dockerfile", 1, 30)
    assert text.splitlines()[:2] == ["apt-get install waits for an answer", "apt-no-yes, medium"] or \
        "\napt-get install waits for an answer\napt-no-yes, medium\n" in text
    assert "**" not in text and "`" not in text


def test_over_nothing_there_is_no_hover(ready):
    ready.open("Dockerfile", "FROM a:1\n\nUSER 1\n")
    assert ready.hover("Dockerfile", 1, 0) is None


# ---- requests that wait ----

def test_a_request_that_waits_can_be_canceled(ready):
    slow = ready.folder / "bin"
    slow.mkdir()
    ready.open("Dockerfile", "FROM a:1\nRUN " + "true; " * 200000 + "\n")
    params = {"textDocument": {"uri": ready.uri("Dockerfile")}, "position": {"line": 0, "character": 0}}
    id_ = ready.ask("textDocument/hover", params, "one")
    ready.notify("$/cancelRequest", {"id": "one"})
    got = ready.answer(id_)
    assert got["error"]["code"] == REQUEST_CANCELLED


def test_requests_are_answered_when_their_document_is_closed(ready):
    ready.open("Dockerfile", "FROM a:1\nRUN " + "true; " * 200000 + "\n")
    params = {"textDocument": {"uri": ready.uri("Dockerfile")}, "position": {"line": 1, "character": 90}}
    id_ = ready.ask("textDocument/hover", params)
    ready.notify("textDocument/didClose", {"textDocument": {"uri": ready.uri("Dockerfile")}})
    assert "result" in ready.answer(id_)


# ---- asked for diagnostics ----

def pull(editor, name, previous=None):
    return editor.request("textDocument/diagnostic", {
        "textDocument": {"uri": editor.uri(name)},
        **({"previousResultId": previous} if previous else {})})


def test_an_editor_that_asks_for_diagnostics_is_told_none(editor):
    can = editor.initialize(abilities=with_abilities(textDocument__diagnostic={}))
    assert can["diagnosticProvider"] == {"identifier": "plimsoll", "interFileDependencies": True,
                                         "workspaceDiagnostics": False}
    editor.open("Dockerfile", APT)
    first = pull(editor, "Dockerfile")
    assert first["kind"] == "full" and find(first["items"], "apt-no-yes")
    again = pull(editor, "Dockerfile", first["resultId"])
    assert again == {"kind": "unchanged", "resultId": first["resultId"]}
    editor.change("Dockerfile", 2, ((1, 37), (1, 37), " -y"))
    third = pull(editor, "Dockerfile", first["resultId"])
    assert third["kind"] == "full"
    assert "apt-no-yes" not in [d["code"] for d in third["items"]]
    assert not [m for m in editor.kept if m.get("method") == "textDocument/publishDiagnostics"]


def test_an_editor_that_asks_is_told_to_ask_again_when_rules_change(editor):
    editor.initialize(abilities=with_abilities(textDocument__diagnostic={},
                                               workspace__diagnostics={"refreshSupport": True}))
    editor.open("Dockerfile", APT)
    pull(editor, "Dockerfile")
    assert not editor.kept
    editor.notify("workspace/didChangeConfiguration",
                  {"settings": {"plimsoll": {"rules": {"apt-no-yes": "off"}}}})
    editor.wait(lambda m: m.get("method") == "workspace/diagnostic/refresh")
    assert "apt-no-yes" not in [d["code"] for d in pull(editor, "Dockerfile")["items"]]


# ---- settings ----

def test_settings_of_the_folder_hold_and_are_read_again_when_they_change(ready):
    ready.open("Dockerfile", APT)
    assert "apt-no-yes" in ready.codes("Dockerfile", 1)
    settings = ready.folder / ".plimsoll.yaml"
    settings.write_text(NO_SHELLCHECK + "  apt-no-yes: off\n")
    ready.notify("workspace/didChangeWatchedFiles",
                 {"changes": [{"uri": settings.as_uri(), "type": 2}]})
    assert "apt-no-yes" not in ready.codes("Dockerfile", 1)
    # An editor that watches nothing: the file is looked at before each check.
    settings.write_text(NO_SHELLCHECK + "  apt-no-yes: {severity: critical}\n")
    ready.change("Dockerfile", 2, ((0, 0), (0, 0), "# x\n"))
    assert find(ready.told("Dockerfile", 2), "apt-no-yes")["severity"] == 1


def test_settings_that_are_saved_in_the_editor_hold_at_once(ready):
    ready.open("Dockerfile", APT)
    assert "apt-no-yes" in ready.codes("Dockerfile", 1)
    settings = ready.folder / ".plimsoll.yaml"
    ready.open(".plimsoll.yaml", settings.read_text(), "yaml")
    settings.write_text(NO_SHELLCHECK + "  DL3014: off\n")
    ready.notify("textDocument/didSave", {"textDocument": {"uri": settings.as_uri()}})
    assert "apt-no-yes" not in ready.codes("Dockerfile", 1)


def test_broken_settings_are_told_once_and_do_not_stop_the_work(ready):
    settings = ready.folder / ".plimsoll.yaml"
    settings.write_text(NO_SHELLCHECK + "  apt-no-yez: off\n")
    ready.open("Dockerfile", APT)
    got = ready.wait(lambda m: m.get("method") == "window/showMessage")["params"]
    assert got["type"] == 1 and f"{settings}:3: " in got["message"]
    assert "apt-no-yes" in ready.codes("Dockerfile", 1)
    ready.change("Dockerfile", 2, ((0, 0), (0, 0), "# x\n"))
    ready.told("Dockerfile", 2)
    assert not [m for m in ready.kept if m.get("method") == "window/showMessage"]


def test_settings_of_the_editor_win(editor):
    (editor.folder / ".plimsoll.yaml").write_text(NO_SHELLCHECK + "  apt-no-yes: {severity: low}\n")
    editor.initialize(initializationOptions={"rules": {"apt-no-yes": {"severity": "critical"},
                                                       "user-missing": False}})
    editor.open("Dockerfile", APT)
    told = editor.told("Dockerfile", 1)
    assert find(told, "apt-no-yes")["severity"] == 1
    assert "user-missing" not in [d["code"] for d in told]
    editor.notify("workspace/didChangeConfiguration", {"settings": {"plimsoll": {}}})
    assert find(editor.told("Dockerfile", 1), "apt-no-yes")["severity"] == 3


def test_an_editor_is_asked_for_its_settings_and_to_watch_files(editor):
    editor.initialize(abilities=with_abilities(
        workspace__configuration=True,
        workspace__didChangeWatchedFiles={"dynamicRegistration": True}))
    watch = editor.wait(lambda m: m.get("method") == "client/registerCapability")
    assert {"globPattern": "**/.plimsoll.yaml"} in \
        watch["params"]["registrations"][0]["registerOptions"]["watchers"]
    asked = editor.wait(lambda m: m.get("method") == "workspace/configuration")
    assert asked["params"] == {"items": [{"section": "plimsoll"}]}
    editor.send({"jsonrpc": "2.0", "id": asked["id"], "result": [{"rules": {"apt-no-yes": "off"}}]})
    editor.open("Dockerfile", APT)
    assert "apt-no-yes" not in editor.codes("Dockerfile", 1)
    editor.notify("workspace/didChangeConfiguration", {"settings": None})
    asked = editor.wait(lambda m: m.get("method") == "workspace/configuration")
    editor.send({"jsonrpc": "2.0", "id": asked["id"], "result": [None]})
    assert "apt-no-yes" in editor.codes("Dockerfile", 1)


def test_each_folder_has_its_settings(tmp_path):
    for name, text in (("a", "rules: {apt-no-yes: off}\n"), ("a/inner", ""), ("b", "")):
        (tmp_path / name).mkdir()
        (tmp_path / name / ".plimsoll.yaml").write_text(text)
    with Editor(tmp_path) as e:
        e.initialize(workspaceFolders=[{"uri": e.uri(n), "name": n} for n in ("a", "b")])
        for name, has in (("a/Dockerfile", False), ("b/Dockerfile", True),
                          ("a/inner/Dockerfile", False), ("untitled:Dockerfile", False)):
            e.open(name, APT)
            assert ("apt-no-yes" in e.codes(name)) == has, name
        e.notify("workspace/didChangeWorkspaceFolders", {"event": {
            "added": [{"uri": e.uri("a/inner"), "name": "inner"}, {"uri": "ssh://x/y", "name": "y"}],
            "removed": [{"uri": e.uri("a"), "name": "a"}]}})
        assert "apt-no-yes" in e.codes("a/inner/Dockerfile")
        assert "apt-no-yes" in e.codes("a/Dockerfile")
        log = e.wait(lambda m: m.get("method") == "window/logMessage")["params"]["message"]
        assert 'address "ssh://x/y": no file' in log


def test_packs_of_the_user_are_judged(tmp_path):
    (tmp_path / "mine.yaml").write_text(
        "pack: mine\nrules:\n  - id: no-vim\n    title: vim in an image\n    severity: low\n"
        "    applies_to: dockerfile.command\n    when: command.name == \"vim\"\n"
        "    message: runs vim\n    remedy: Edit outside.\n    tags: [unnecessary]\n")
    with Editor(tmp_path, "--rules", "mine.yaml") as e:
        e.initialize()
        e.open("Dockerfile", "FROM a:1\nRUN vim\n")
        d = find(e.told("Dockerfile"), "no-vim")
        assert d["tags"] == [1] and "codeDescription" not in d


def test_an_unknown_tag_of_a_rule_is_refused(tmp_path):
    (tmp_path / "mine.yaml").write_text("pack: a\nrules:\n  - id: a\n    tags: [old]\n")
    done = subprocess.run([PLIMSOLL, "lsp", "--rules", "mine.yaml"], cwd=tmp_path, input="",
                          capture_output=True, text=True, timeout=60)
    assert 'mine.yaml:4: tags are deprecated and unnecessary, not "old"' in done.stderr


def test_dockerignore_beside_the_document_is_read(ready):
    (ready.folder / ".dockerignore").write_text("secret.txt\n")
    ready.open("Dockerfile", "FROM a:1\nCOPY secret.txt /\nUSER 1\n")
    assert "copy-ignored-file" in ready.codes("Dockerfile")


# ---- ShellCheck ----

FAKE = """#!/bin/sh
# Takes long, and says that it was there.
echo "$$" >> "{log}"
sleep {seconds}
for last; do :; done
echo '{{"comments": []}}'
"""


def fake_shellcheck(folder, seconds):
    tools = folder / "tools"
    tools.mkdir()
    (tools / "shellcheck").write_text(FAKE.format(log=folder / "log", seconds=seconds))
    (tools / "shellcheck").chmod(0o755)
    return {"PATH": f"{tools}:{os.environ['PATH']}"}


def test_a_slow_shellcheck_does_not_block_and_is_killed_when_superseded(tmp_path):
    with Editor(tmp_path, env=fake_shellcheck(tmp_path, 300)) as e:
        e.initialize()
        e.open("Dockerfile", APT)
        for _ in range(400):
            if (tmp_path / "log").exists():
                break
            time.sleep(0.05)
        pid = int((tmp_path / "log").read_text())
        start = time.monotonic()
        e.open("compose.yaml", "services: {a: {privileged: true}}\n", "dockercompose")
        assert "compose-privileged" in e.codes("compose.yaml")
        e.change("Dockerfile", 2, "FROM scratch\nUSER 1\n")
        e.told("Dockerfile", 2)
        assert time.monotonic() - start < 30
        for _ in range(100):
            if not os.path.exists(f"/proc/{pid}"):
                return
            time.sleep(0.05)
        raise AssertionError("ShellCheck still runs")


def test_what_is_not_assessed_without_shellcheck_is_in_the_log(tmp_path):
    tools = tmp_path / "tools"
    tools.mkdir()
    with Editor(tmp_path, env={"PATH": str(tools)}) as e:
        e.initialize()
        e.open("Dockerfile", "FROM a:1\nRUN rm $X\n")
        assert "SC2086" in e.codes("Dockerfile", 1)
        log = e.wait(lambda m: m.get("method") == "window/logMessage")["params"]
        assert log["type"] == 3 and "ShellCheck is not installed" in log["message"]
        e.change("Dockerfile", 2, ((0, 0), (0, 0), "# x\n"))
        e.told("Dockerfile", 2)
        assert not [m for m in e.kept if m.get("method") == "window/logMessage"]


@pytest.mark.skipif(not shutil.which("shellcheck"), reason="ShellCheck is not installed")
def test_findings_of_shellcheck_have_its_codes_and_pages(tmp_path):
    with Editor(tmp_path) as e:
        e.initialize()
        text = "FROM a:1\nRUN rm $X\n"
        e.open("Dockerfile", text)
        d = find(e.told("Dockerfile", 1), "SC2086")
        assert span(d) == (1, 7, 1, 9)
        assert d["codeDescription"]["href"] == "https://www.shellcheck.net/wiki/SC2086"
        assert d["data"]["rule"] == "shell-lint"
        action = titled(e.actions("Dockerfile", (1, 8)), "Ignore SC2086 here")
        e.change("Dockerfile", 2, apply_edit(text, action["edit"]))
        assert "SC2086" not in e.codes("Dockerfile", 2)


def test_thousands_of_findings_on_one_line_are_told_and_have_actions_soon(tmp_path):
    containers = ", ".join(f"{{name: c{i}, image: a, securityContext: {{privileged: true}}}}"
                           for i in range(5000))
    with Editor(tmp_path) as e:
        e.initialize()
        e.open("pod.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\n"
                           f"spec: {{containers: [{containers}]}}\n", language="yaml")
        assert len(e.told("pod.yaml", 1)) == 2001  # and that there are more
        titles = [a["title"] for a in e.actions("pod.yaml", (0, 0), (9, 0), only=["quickfix"])]
        assert titles.count("Ignore memory-limit here") == 1
