# SPDX-License-Identifier: Apache-2.0
"""A TUF repository that a test makes, signs, spoils, and serves on loopback."""
import datetime
import hashlib
import http.server
import json
import pathlib
import threading
import urllib.parse

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

FUTURE = "2030-01-01T00:00:00Z"
PAST = "2020-01-01T00:00:00Z"
NOW = "2027-01-15T08:00:00Z"


def canonical(value):
    """Canonical JSON, for what these tests sign: of control characters only line ends, of PEM."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.replace("\\n", "\n").encode()


class Key:
    """One of ed25519, ecdsa, rsa; with the id by which TUF calls it."""

    def __init__(self, kind="ed25519"):
        self.kind = kind
        self.secret = {"ed25519": ed25519.Ed25519PrivateKey.generate,
                       "ecdsa": lambda: ec.generate_private_key(ec.SECP256R1()),
                       "rsa": lambda: rsa.generate_private_key(65537, 2048)}[kind]()
        self.public = {"keytype": kind, "scheme": {"ed25519": "ed25519",
                                                   "ecdsa": "ecdsa-sha2-nistp256",
                                                   "rsa": "rsassa-pss-sha256"}[kind],
                       "keyval": {"public": self.text()}}
        self.id = hashlib.sha256(canonical(self.public)).hexdigest()

    def text(self):
        public = self.secret.public_key()
        if self.kind == "ed25519":
            return public.public_bytes(serialization.Encoding.Raw,
                                       serialization.PublicFormat.Raw).hex()
        return public.public_bytes(serialization.Encoding.PEM,
                                   serialization.PublicFormat.SubjectPublicKeyInfo).decode()

    def sign(self, message):
        if self.kind == "ed25519":
            return self.secret.sign(message)
        if self.kind == "ecdsa":
            return self.secret.sign(message, ec.ECDSA(hashes.SHA256()))
        return self.secret.sign(message, padding.PSS(padding.MGF1(hashes.SHA256()),
                                                     padding.PSS.MAX_LENGTH), hashes.SHA256())


class Repository:
    """Metadata and targets in a folder, by the names under which they are served."""

    ORDER = ("root", "targets", "snapshot", "timestamp")

    def __init__(self, folder, consistent=True):
        self.folder = pathlib.Path(folder)
        (self.folder / "targets").mkdir(parents=True)
        self.consistent = consistent
        self.keys = {"root": [Key("ecdsa")], "timestamp": [Key()], "snapshot": [Key()],
                     "targets": [Key("rsa")]}
        self.signers = {role: list(keys) for role, keys in self.keys.items()}
        self.thresholds = dict.fromkeys(self.keys, 1)
        self.versions = dict.fromkeys(self.keys, 1)
        self.expires = dict.fromkeys(self.keys, FUTURE)
        self.files, self.delegations = {}, []
        self.listed = {}  # role: members of what the snapshot or timestamp says of it
        self.made = {}

    def add(self, path, content, role="targets"):
        digest = hashlib.sha256(content).hexdigest()
        self.files.setdefault(role, {})[path] = {"length": len(content),
                                                 "hashes": {"sha256": digest}}
        name = pathlib.PurePosixPath(path)
        name = name.with_name(f"{digest}.{name.name}") if self.consistent else name
        (self.folder / "targets" / name).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / "targets" / name).write_bytes(content)
        return self.folder / "targets" / name

    def delegate(self, role, paths, terminating=False):
        self.keys[role], self.versions[role] = [Key()], 1
        self.signers[role] = list(self.keys[role])
        self.thresholds[role], self.expires[role] = 1, FUTURE
        self.delegations.append((role, paths, terminating))

    def about(self, role):
        """What a list says of a role's file."""
        data = self.made[role]
        return {"version": self.versions[role], "length": len(data),
                "hashes": {"sha256": hashlib.sha256(data).hexdigest()}} | self.listed.get(role, {})

    def who(self, role):
        return {"keyids": [key.id for key in self.keys[role]], "threshold": self.thresholds[role]}

    def body(self, role):
        if role == "root":
            return {"consistent_snapshot": self.consistent,
                    "keys": {key.id: key.public for name in self.ORDER for key in self.keys[name]},
                    "roles": {name: self.who(name) for name in self.ORDER}}
        if role == "timestamp":
            return {"meta": {"snapshot.json": self.about("snapshot")}}
        if role == "snapshot":
            names = ["targets", *(name for name, _, _ in self.delegations)]
            return {"meta": {f"{name}.json": self.about(name) for name in names}}
        body = {"targets": self.files.get(role, {})}
        if role == "targets" and self.delegations:
            body["delegations"] = {
                "keys": {key.id: key.public for name, _, _ in self.delegations
                         for key in self.keys[name]},
                "roles": [{"name": name, "paths": paths, "terminating": ends} | self.who(name)
                          for name, paths, ends in self.delegations]}
        return body

    def make(self, role):
        kind = role if role in self.ORDER else "targets"
        signed = {"_type": kind, "spec_version": "1.0.31", "version": self.versions[role],
                  "expires": self.expires[role]} | self.body(role)
        signatures = [{"keyid": key.id, "sig": key.sign(canonical(signed)).hex()}
                      for key in self.signers[role]]
        self.put(role, json.dumps({"signatures": signatures, "signed": signed}).encode())

    def put(self, role, data):
        self.made[role] = data
        name = urllib.parse.quote(role, "") + ".json"
        if role == "root" or (self.consistent and role != "timestamp"):
            name = f"{self.versions[role]}.{name}"
        (self.folder / name).write_bytes(data)

    def all_roles(self):
        """In the order in which each is made before who lists it."""
        return ["root", *(name for name, _, _ in self.delegations), "targets", "snapshot",
                "timestamp"]

    def publish(self):
        for role in self.all_roles():
            self.make(role)

    def next(self, *roles):
        """The next version of these, and of those that list them."""
        roles = set(roles or self.versions)
        for role in roles | {"snapshot", "timestamp"}:
            self.versions[role] += 1
        for role in self.all_roles():
            if role in roles | {"snapshot", "timestamp"}:
                self.make(role)

    def root_file(self, path, version=1):
        pathlib.Path(path).write_bytes((self.folder / f"{version}.root.json").read_bytes())
        return str(path)


class Server(http.server.ThreadingHTTPServer):
    """Serves a folder. endless: names that never end; statuses[name]: an answer instead."""

    daemon_threads = True

    def __init__(self, folder):
        self.folder, self.seen = pathlib.Path(folder), []
        self.endless, self.statuses = set(), {}
        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request, client_address):
        pass

    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}"

    def stop(self):
        self.shutdown()
        self.server_close()


class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *args):
        pass

    def do_GET(self):
        name = self.path.lstrip("/")
        self.server.seen.append(name)
        if name in self.server.statuses:
            self.send_error(self.server.statuses[name])
            return
        if name in self.server.endless:
            self.send_response(200)
            self.end_headers()
            while True:
                self.wfile.write(b"{" * 65536)
        path = self.server.folder / name
        if not path.is_file():
            self.send_error(404)
            return
        data = path.read_bytes()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


def in_days(days):
    """A time as TUF writes it, from NOW."""
    start = datetime.datetime.fromisoformat(NOW.replace("Z", "+00:00"))
    return (start + datetime.timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")
