# SPDX-License-Identifier: Apache-2.0
"""An editor's end of `plimsoll lsp`, for tests: messages in and out, byte by byte where it matters."""
import json
import os
import queue
import subprocess
import threading

PLIMSOLL = os.environ["PLIMSOLL"]
SECONDS = 60

# What Visual Studio Code can do, in the parts that the server looks at.
ABILITIES = {
    "textDocument": {
        "codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix"]}}},
        "hover": {"contentFormat": ["markdown", "plaintext"]},
        "publishDiagnostics": {"relatedInformation": True, "tagSupport": {"valueSet": [1, 2]}},
    },
    "workspace": {"workspaceEdit": {"documentChanges": True}},
}


class Editor:
    """Starts the server; every message that comes is kept, in order."""

    def __init__(self, folder, *words, env=None):
        self.process = subprocess.Popen(
            [PLIMSOLL, "lsp", *words], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, env={**os.environ, "HOME": str(folder), **(env or {})})
        self.folder = folder
        self.n = 0
        self.kept = []
        self.come = queue.Queue()
        self.reader = threading.Thread(target=self._read_all, daemon=True)
        self.reader.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.reader.join(SECONDS)
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            try:
                stream.close()
            except OSError:
                pass  # what it still held has no reader any more

    def _read_all(self):
        out = self.process.stdout
        while True:
            length = None
            while (line := out.readline()) not in (b"", b"\r\n"):
                name, value = line.split(b": ")
                assert name == b"Content-Length" and line.endswith(b"\r\n"), line
                length = int(value)
            if length is None:
                break
            self.come.put(json.loads(out.read(length).decode()))
        self.come.put(None)

    # ---- raw ----

    def write(self, data):
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def send(self, message):
        body = message if isinstance(message, bytes) else json.dumps(message).encode()
        self.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)

    def next(self, seconds=SECONDS):
        """The next message, None at the end of all."""
        return self.come.get(timeout=seconds)

    def wait(self, is_it, seconds=SECONDS):
        """The first message, of those kept or to come, that is it; it is taken out."""
        for i, message in enumerate(self.kept):
            if is_it(message):
                return self.kept.pop(i)
        while (message := self.next(seconds)) is not None:
            if is_it(message):
                return message
            self.kept.append(message)
        raise AssertionError(f"the server ended: {self.process.stderr.read().decode()}")

    def end(self):
        """Exit status and stderr of the server, which must end by itself."""
        status = self.process.wait(SECONDS)
        return status, self.process.stderr.read().decode()

    # ---- messages ----

    def notify(self, method, params=None):
        self.send({"jsonrpc": "2.0", "method": method, **({"params": params} if params is not None else {})})

    def ask(self, method, params=None, id_=None):
        """Sends a request; its id."""
        self.n += 1
        id_ = self.n if id_ is None else id_
        self.send({"jsonrpc": "2.0", "id": id_, "method": method,
                   **({"params": params} if params is not None else {})})
        return id_

    def answer(self, id_):
        return self.wait(lambda m: "method" not in m and m.get("id") == id_)

    def request(self, method, params=None):
        """The result of a request that must go well."""
        got = self.answer(self.ask(method, params))
        assert "error" not in got, got
        return got["result"]

    def error(self, method, params=None):
        """(code, message) of a request that must fail."""
        got = self.answer(self.ask(method, params))
        assert "result" not in got, got
        return got["error"]["code"], got["error"]["message"]

    def initialize(self, abilities=None, **params):
        result = self.request("initialize", {
            "processId": None, "rootUri": self.folder.as_uri(),
            "capabilities": ABILITIES if abilities is None else abilities, **params})
        self.notify("initialized", {})
        return result["capabilities"]

    # ---- documents ----

    def uri(self, name):
        return name if ":" in name else (self.folder / name).as_uri()

    def open(self, name, text, language="dockerfile", version=1):
        self.notify("textDocument/didOpen", {"textDocument": {
            "uri": self.uri(name), "languageId": language, "version": version, "text": text}})

    def change(self, name, version, *changes):
        """Each a text, or ((line, character), (line, character), text)."""
        self.notify("textDocument/didChange", {
            "textDocument": {"uri": self.uri(name), "version": version},
            "contentChanges": [{"text": c} if isinstance(c, str) else
                               {"range": range_of(c[0], c[1]), "text": c[2]} for c in changes]})

    def told(self, name, version=None):
        """The diagnostics of the document (of that version) that are told next."""
        uri = self.uri(name)
        got = self.wait(lambda m: m.get("method") == "textDocument/publishDiagnostics"
                        and m["params"]["uri"] == uri
                        and (version is None or m["params"].get("version") == version))
        return got["params"]["diagnostics"]

    def codes(self, name, version=None):
        return [d["code"] for d in self.told(name, version)]

    def actions(self, name, start, end=None, only=None):
        return self.request("textDocument/codeAction", {
            "textDocument": {"uri": self.uri(name)}, "range": range_of(start, end or start),
            "context": {"diagnostics": [], **({"only": only} if only is not None else {})}})

    def hover(self, name, line, character):
        got = self.request("textDocument/hover", {
            "textDocument": {"uri": self.uri(name)},
            "position": {"line": line, "character": character}})
        return got and got["contents"]["value"]


def range_of(start, end):
    return {"start": {"line": start[0], "character": start[1]},
            "end": {"line": end[0], "character": end[1]}}


def span(diagnostic):
    r = diagnostic["range"]
    return (r["start"]["line"], r["start"]["character"], r["end"]["line"], r["end"]["character"])


def apply_edit(text, edit):
    """The text after the edits of a WorkspaceEdit on one document, in UTF-16."""
    edits = edit["documentChanges"][0]["edits"] if "documentChanges" in edit else \
        next(iter(edit["changes"].values()))
    lines = text.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line.encode("utf-16-le")) // 2 + 1)
    units = text.encode("utf-16-le")

    def at(position):
        return 2 * (starts[position["line"]] + position["character"])

    pieces, last = [], 0
    for e in sorted(edits, key=lambda e: at(e["range"]["start"])):
        pieces += [units[last:at(e["range"]["start"])], e["newText"].encode("utf-16-le")]
        last = at(e["range"]["end"])
    return b"".join(pieces + [units[last:]]).decode("utf-16-le")
