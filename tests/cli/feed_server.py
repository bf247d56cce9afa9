# SPDX-License-Identifier: Apache-2.0
"""A server of feeds on this machine that tells what it was asked for."""
import hashlib
import http.server
import pathlib
import threading
import time
import urllib.parse


class Server(http.server.ThreadingHTTPServer):
    """Serves a folder with ETags, 304 and ranges.

    cuts[path]: so many bytes, then it hangs up. stalls[path]: so many bytes, then nothing until
    `go_on` is set. statuses[path]: this answer. written[path]: its Last-Modified. together: most
    requests at a time so far.
    """

    daemon_threads = True

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.seen, self.cuts, self.stalls, self.statuses = [], {}, {}, {}
        self.written = {}
        self.go_on, self.stalled = threading.Event(), threading.Event()
        self.lock, self.now, self.together, self.delay = threading.Lock(), 0, 0, 0
        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request, client_address):
        pass

    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}/base"

    def asked(self, path):
        return [(status, headers) for name, status, headers in self.seen if name == path]

    def stop(self):
        self.go_on.set()
        self.shutdown()
        self.server_close()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def answer(self, status, name, body=b"", **fields):
        self.server.seen.append((name, status, dict(self.headers)))
        self.send_response(status)
        for key, value in fields.items():
            self.send_header(key.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        stall = self.server.stalls.pop(name, None)
        if stall is not None:
            self.wfile.write(body[:stall])
            self.wfile.flush()
            self.server.stalled.set()
            self.server.go_on.wait(60)
        cut = self.server.cuts.pop(name, None)
        self.wfile.write(body[stall or 0:cut])
        if cut is not None:
            self.wfile.flush()
            self.close_connection = True

    def do_GET(self):
        with self.server.lock:
            self.server.now += 1
            self.server.together = max(self.server.together, self.server.now)
        try:
            time.sleep(self.server.delay)
            self.serve()
        finally:
            with self.server.lock:
                self.server.now -= 1

    def serve(self):
        name = urllib.parse.unquote(self.path).removeprefix("/base/")
        path = self.server.folder / name
        if name in self.server.statuses:
            return self.answer(self.server.statuses[name], name)
        if not path.is_file():
            return self.answer(404, name)
        body = path.read_bytes()
        etag = '"' + hashlib.sha256(body).hexdigest()[:16] + '"'
        if self.headers.get("If-None-Match") == etag:
            return self.answer(304, name, ETag=etag)
        wanted = self.headers.get("Range")
        if wanted and self.headers.get("If-Range", etag) == etag:
            first = int(wanted.removeprefix("bytes=").rstrip("-"))
            if first >= len(body):
                return self.answer(416, name, Content_Range=f"bytes */{len(body)}")
            return self.answer(206, name, body[first:], ETag=etag,
                               Content_Range=f"bytes {first}-{len(body) - 1}/{len(body)}")
        written = self.server.written.get(name)
        more = {"Last_Modified": written} if written else {}
        return self.answer(200, name, body, ETag=etag, **more)
