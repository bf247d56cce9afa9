# SPDX-License-Identifier: Apache-2.0
"""Servers that the network tests start on loopback, and a small client that fills a registry."""
import base64
import hashlib
import http.client
import http.server
import json
import os
import shutil
import socket
import ssl
import subprocess
import threading
import time
import urllib.parse
import uuid

PROBE = os.environ.get("REGISTRY_PROBE", "registry_probe")
HEX0 = "0" * 64


def sha256(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def probe(*args, env=None, home=None, timeout=60):
    """Runs the probe away from the user's own configuration; (status, dict of stdout, stderr)."""
    clean = {"PATH": os.environ["PATH"], "HOME": str(home or "/nonexistent")}
    for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS"):
        if name in os.environ:
            clean[name] = os.environ[name]
    clean.update(env or {})
    done = subprocess.run([PROBE, "-b", "20", *map(str, args)], env=clean, timeout=timeout,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    values = dict(line.split(" ", 1) for line in done.stdout.splitlines())
    return done.returncode, values, done.stderr


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Faulty(http.server.ThreadingHTTPServer):
    """Answers each request with handler(request); remembers what it was asked."""
    daemon_threads = True

    def __init__(self, handler, tls=None, host="127.0.0.1"):
        self.seen = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self):
                length = int(self.headers.get("Content-Length") or 0)
                self.form = self.rfile.read(length) if length else b""
                outer.seen.append((self.command, self.path, dict(self.headers)))
                try:
                    handler(self)
                except (BrokenPipeError, ConnectionResetError, ssl.SSLError):
                    self.close_connection = True

            do_GET = do_HEAD = do_POST = handle_any

            def log_message(self, *args):
                pass

            def reply(self, status, body=b"", **headers):
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name.replace("_", "-"), value)
                if "Content_Length" not in headers and "Transfer_Encoding" not in headers:
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def cut(self):
                self.wfile.flush()
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)

            def range_start(self):
                value = self.headers.get("Range")
                return int(value.split("=")[1].rstrip("-")) if value else 0

        super().__init__((host, 0), Handler)
        self.port = self.server_address[1]
        self.host = f"{host}:{self.port}"
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_side=True)
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def handle_error(self, request, client_address):
        pass  # a client that goes away is what several tests are about

    def __enter__(self):
        return self

    def __exit__(self, *args):
        self.shutdown()
        self.server_close()

    def url(self, path):
        return f"http://{self.host}{path}"

    def paths(self):
        return [path for _, path, _ in self.seen if path != "/v2/"]


def make_ca(folder, address="127.0.0.1"):
    """A CA, a server certificate for the address and a client certificate, as files."""
    def run(*args):
        subprocess.run(["openssl", *args], cwd=folder, check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)

    run("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.crt",
        "-days", "2", "-subj", "/CN=probe-ca")
    for name in ("server", "client"):
        run("req", "-newkey", "rsa:2048", "-nodes", "-keyout", name + ".key", "-out",
            name + ".csr", "-subj", "/CN=" + name)
        with open(os.path.join(folder, name + ".ext"), "w") as f:
            f.write(f"subjectAltName=IP:{address}\n")
        run("x509", "-req", "-in", name + ".csr", "-CA", "ca.crt", "-CAkey", "ca.key",
            "-CAcreateserial", "-days", "2", "-extfile", name + ".ext", "-out", name + ".crt")


def own_address():
    """An address of this machine that is not loopback, or None."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        try:
            s.connect(("192.0.2.1", 9))  # sends nothing
            address = s.getsockname()[0]
        except OSError:
            return None
    return None if address.startswith("127.") else address


class Registry:
    """A real docker-registry with the given http and auth sections."""

    def __init__(self, folder, storage, auth=None, tls=None, host="127.0.0.1"):
        self.port = free_port()
        self.host = f"{host}:{self.port}"
        config = {"version": 0.1, "log": {"level": "error", "accesslog": {"disabled": True}},
                  "storage": {"filesystem": {"rootdirectory": str(storage)}},
                  "http": {"addr": self.host}}
        if auth:
            config["auth"] = auth
        if tls:
            config["http"]["tls"] = tls
        path = os.path.join(folder, f"registry-{self.port}.yml")
        with open(path, "w") as f:
            json.dump(config, f)  # JSON is YAML
        self.process = subprocess.Popen([shutil.which("docker-registry"), "serve", path],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for_port(host, self.port, self.process)

    def close(self):
        self.process.terminate()
        self.process.wait()


def wait_for_port(host, port, process):
    for _ in range(200):
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}")
        try:
            socket.create_connection((host, port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError("the server does not listen")


def push_blob(host, name, data):
    c = http.client.HTTPConnection(host)
    c.request("POST", f"/v2/{name}/blobs/uploads/")
    answer = c.getresponse()
    answer.read()
    where = urllib.parse.urlparse(answer.headers["Location"])
    c.request("PUT", f"{where.path}?{where.query}&digest={sha256(data)}", data,
              {"Content-Type": "application/octet-stream"})
    answer = c.getresponse()
    assert answer.status == 201, answer.read()
    c.close()
    return {"digest": sha256(data), "size": len(data)}


def push_manifest(host, name, tag, document, media_type):
    data = json.dumps(document).encode()
    c = http.client.HTTPConnection(host)
    c.request("PUT", f"/v2/{name}/manifests/{tag}", data, {"Content-Type": media_type})
    answer = c.getresponse()
    assert answer.status == 201, answer.read()
    c.close()
    return sha256(data), len(data)


OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"


def manifest_of(config, layer, media_type):
    oci = media_type == OCI_MANIFEST
    types = ("application/vnd.oci.image.config.v1+json", "application/vnd.oci.image.layer.v1.tar") \
        if oci else ("application/vnd.docker.container.image.v1+json",
                     "application/vnd.docker.image.rootfs.diff.tar.gzip")
    return {"schemaVersion": 2, "mediaType": media_type,
            "config": dict(config, mediaType=types[0]),
            "layers": [dict(layer, mediaType=types[1])]}


def fill(host, layer_bytes):
    """Pushes team/app in all four manifest types; what the tests compare with."""
    name = "team/app"
    config = push_blob(host, name, b'{"architecture":"amd64","os":"linux"}')
    layer = push_blob(host, name, layer_bytes)
    out = {"layer": layer}
    for tag, inner, outer in (("oci", OCI_MANIFEST, OCI_INDEX),
                              ("docker", DOCKER_MANIFEST, DOCKER_LIST)):
        digest, size = push_manifest(host, name, tag, manifest_of(config, layer, inner), inner)
        entry = {"mediaType": inner, "digest": digest, "size": size,
                 "platform": {"os": "linux", "architecture": "amd64"}}
        index, _ = push_manifest(host, name, tag + "-index", {
            "schemaVersion": 2, "mediaType": outer, "manifests": [entry]}, outer)
        out[tag] = (digest, inner)
        out[tag + "-index"] = (index, outer)
    return out


def b64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


HTPASSWD = "user:$2b$04$NBvlnDOyat6qvtkOTGomkOSLU9dMB8JkNZIc5ipmGkJZAWnN4ogta\n"  # hunter2


def login(folder, host, user, password):
    path = folder / "auth.json"
    path.write_text(json.dumps({"auths": {host: {"username": user, "password": password}}}))
    return path


class TokenServer(Faulty):
    """Gives tokens for what is asked to user:hunter2, and to all if open."""

    def __init__(self, folder, open_to_all, expires_in=300):
        self.folder, self.open, self.expires_in, self.given = folder, open_to_all, expires_in, 0
        super().__init__(self.answer)

    def answer(self, rq):
        query = urllib.parse.parse_qs(urllib.parse.urlparse(rq.path).query)
        known = rq.headers.get("Authorization") == "Basic dXNlcjpodW50ZXIy"
        if rq.headers.get("Authorization") and not known:
            return rq.reply(401)
        access = []
        for kind, name, actions in (s.split(":") for s in " ".join(query["scope"]).split()):
            allowed = actions.split(",") if known or self.open else []
            access.append({"type": kind, "name": name, "actions": allowed})
        self.given += 1
        token = self.sign(access, query["service"][0])
        rq.reply(200, json.dumps({"token": token, "expires_in": self.expires_in}).encode())

    def sign(self, access, service):
        from cryptography import x509
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.hazmat.primitives.asymmetric import padding
        key = serialization.load_pem_private_key((self.folder / "server.key").read_bytes(), None)
        cert = x509.load_pem_x509_certificate((self.folder / "server.crt").read_bytes())
        der = cert.public_bytes(serialization.Encoding.DER)
        header = {"typ": "JWT", "alg": "RS256", "x5c": [base64.b64encode(der).decode()]}
        now = int(time.time())
        claims = {"iss": "probe-issuer", "sub": "", "aud": service, "exp": now + self.expires_in,
                  "nbf": now - 10, "iat": now, "jti": uuid.uuid4().hex, "access": access}
        text = ".".join(b64url(json.dumps(x).encode()) for x in (header, claims))
        return text + "." + b64url(key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256()))
