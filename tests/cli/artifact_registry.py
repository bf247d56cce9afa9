# SPDX-License-Identifier: Apache-2.0
"""Images with things attached to them, and a registry that lists referrers (distribution-spec 1.1).

Debian's docker-registry has no list of referrers, so this one is for what it cannot do: the list,
in pages, OCI-Subject, and all kinds of misbehaviour that a test asks for.
"""
import base64
import hashlib
import http.server
import json
import re
import socket
import threading
import urllib.parse

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar"
EMPTY = "application/vnd.oci.empty.v1+json"
BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json"
NOTATION = "application/vnd.cncf.notary.signature"
SIMPLE = "application/vnd.dev.cosign.simplesigning.v1+json"
DSSE = "application/vnd.dsse.envelope.v1+json"
SLSA = "https://slsa.dev/provenance/v1"


def sha256(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def tag_of(digest, suffix=""):
    return digest.replace(":", "-") + suffix


def statement(predicate=SLSA):
    return json.dumps({"_type": "https://in-toto.io/Statement/v1", "subject": [],
                       "predicateType": predicate, "predicate": {}}).encode()


def envelope(predicate=SLSA):
    return {"payloadType": "application/vnd.in-toto+json", "signatures": [],
            "payload": base64.b64encode(statement(predicate)).decode()}


class Content:
    """Blobs, manifests and tags: what a repository holds."""

    def __init__(self):
        self.blobs, self.manifests, self.tags = {}, {}, {}

    def blob(self, data, media_type, **more):
        self.blobs[sha256(data)] = data
        return {"mediaType": media_type, "digest": sha256(data), "size": len(data), **more}

    def manifest(self, document, tag=None):
        data = json.dumps(document).encode()
        digest = sha256(data)
        self.manifests[digest] = (data, document.get("mediaType", MANIFEST))
        if tag:
            self.tags[tag] = digest
        return {"mediaType": document.get("mediaType", MANIFEST), "digest": digest,
                "size": len(data)}

    def image(self, text="hello", tag=None, arch="amd64", **more):
        config = json.dumps({"architecture": arch, "os": "linux", "config": {},
                             "rootfs": {"type": "layers",
                                        "diff_ids": [sha256(text.encode())]}}).encode()
        return self.manifest({"schemaVersion": 2, "mediaType": MANIFEST,
                              "config": self.blob(config, CONFIG),
                              "layers": [self.blob(text.encode(), LAYER)], **more}, tag)

    def index(self, *entries, tag=None, **more):
        return self.manifest({"schemaVersion": 2, "mediaType": INDEX,
                              "manifests": list(entries), **more}, tag)

    def attach(self, subject, artifact_type, data, layer_type=None, **more):
        """An artifact that refers to subject; nothing lists it yet."""
        return self.manifest({
            "schemaVersion": 2, "mediaType": MANIFEST, "artifactType": artifact_type,
            "config": self.blob(b"{}", EMPTY),
            "layers": [self.blob(data, layer_type or artifact_type)],
            "subject": {k: subject[k] for k in ("mediaType", "digest", "size")}, **more})

    def list_at_tag(self, subject, *entries):
        return self.index(*entries, tag=tag_of(subject["digest"]))

    def cosign(self, subject, suffix, data, media_type, **annotations):
        config = self.blob(b'{"rootfs":{"type":"layers"}}', CONFIG)
        return self.manifest({
            "schemaVersion": 2, "mediaType": MANIFEST, "config": config,
            "layers": [self.blob(data, media_type, annotations=annotations)]},
            tag_of(subject["digest"], suffix))

    def everything(self, tag="1"):
        """An index of two platforms with one of each kind attached; names of what was made."""
        made = {}
        made["amd64"] = self.image("amd64 bytes")
        made["arm64"] = self.image("arm64 bytes", arch="arm64")
        made["index"] = self.index(
            {**made["amd64"], "platform": {"os": "linux", "architecture": "amd64"}},
            {**made["arm64"], "platform": {"os": "linux", "architecture": "arm64"}}, tag=tag)
        top = made["index"]
        made["bundle"] = self.attach(top, BUNDLE, json.dumps(
            {"mediaType": BUNDLE, "dsseEnvelope": envelope()}).encode())
        made["notation"] = self.attach(made["arm64"], NOTATION, b"jws", "application/jose+json")
        made["sbom"] = self.attach(
            top, "application/spdx+json", b'{"spdxVersion":"SPDX-2.3"}',
            annotations={"org.opencontainers.image.created": "2026-01-02T03:04:05Z"})
        made["sbom signature"] = self.attach(made["sbom"], BUNDLE, json.dumps(
            {"mediaType": BUNDLE, "messageSignature": {}}).encode())
        made["sig"] = self.cosign(top, ".sig", b'{"critical":{}}', SIMPLE, **{
            "dev.cosignproject.cosign/signature": "c2ln"})
        made["att"] = self.cosign(top, ".att", json.dumps(
            envelope("https://spdx.dev/Document")).encode(), DSSE)
        made["listed"] = {"index": ["bundle", "sbom"], "arm64": ["notation"],
                          "sbom": ["sbom signature"]}
        return made

    def list_all_at_tags(self, made):
        for subject, names in made["listed"].items():
            self.list_at_tag(made[subject], *(made[name] for name in names))

    def write_layout(self, path, *tags):
        """An OCI layout with these tags (all of them)."""
        (path / "blobs/sha256").mkdir(parents=True)
        for digest, data in {**self.blobs, **{d: m[0] for d, m in self.manifests.items()}}.items():
            (path / "blobs/sha256" / digest[7:]).write_bytes(data)
        entries = []
        for tag in tags or self.tags:
            data, kind = self.manifests[self.tags[tag]]
            entries.append({"mediaType": kind, "digest": sha256(data), "size": len(data),
                            "annotations": {"org.opencontainers.image.ref.name": tag}})
        (path / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')
        (path / "index.json").write_text(json.dumps(
            {"schemaVersion": 2, "mediaType": INDEX, "manifests": entries}))
        return path


class ArtifactRegistry(http.server.ThreadingHTTPServer):
    """One registry with any number of repositories; attributes make it misbehave."""
    daemon_threads = True

    def __init__(self):
        self.repositories, self.sessions, self.seen = {}, {}, []
        self.referrers = True     # it has the list, and sends OCI-Subject
        self.page_size = 100      # entries of one page of it
        self.endless = False      # each page names another
        self.listed_type = None   # what the list says of each artifact, in place of the truth
        self.max_body = None      # bytes of one request; larger is 413
        self.chunk_min = None     # OCI-Chunk-Min-Length
        self.cut_after = []       # bytes after which the next PUTs and PATCHes break
        self.refuse = None        # (method, path) -> status, or None
        self.on_manifest = None   # (repository, version) -> bytes in place of the right ones
        self.mounts = True
        self.says_range = True    # in the answer to a PATCH
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def any(self):
                outer.seen.append((self.command, self.path, dict(self.headers)))
                try:
                    outer.answer(self)
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True

            do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = any

            def log_message(self, *args):
                pass

            def reply(self, status, body=b"", **headers):
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name.replace("_", "-"), str(value))
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

            def cut(self):
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)

        super().__init__(("127.0.0.1", 0), Handler)
        self.host = f"127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def handle_error(self, request, client_address):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *args):
        self.shutdown()
        self.server_close()

    def of(self, name):
        return self.repositories.setdefault(name, Content())

    def asked(self, method, pattern):
        return [path for m, path, _ in self.seen if m == method and re.search(pattern, path)]

    # --- requests ---

    def answer(self, rq):
        url = urllib.parse.urlparse(rq.path)
        query = urllib.parse.parse_qs(url.query)
        refused = self.refuse and self.refuse(rq.command, rq.path)
        if refused:
            rq.rfile.read(int(rq.headers.get("Content-Length") or 0))
            return rq.reply(refused)
        if url.path == "/v2/":
            return rq.reply(200)
        match = re.match(r"^/v2/([a-z0-9/._-]+?)/(manifests|blobs|referrers|tags)/(.+)$", url.path)
        if not match:
            return rq.reply(404)
        name, part, rest = match.groups()
        if part == "blobs" and rest.startswith("uploads/"):
            return self.upload(rq, name, rest[8:], query)
        take = {"manifests": self.answer_manifest, "blobs": self.answer_blob,
                "referrers": self.answer_referrers, "tags": self.answer_tags}
        return take[part](rq, name, rest, query)

    def answer_manifest(self, rq, name, version, query):
        repository = self.of(name)
        if rq.command == "PUT":
            return self.put_manifest(rq, repository, version)
        digest = version if ":" in version else repository.tags.get(version)
        if self.on_manifest:
            other = self.on_manifest(repository, version)
            if other is not None:
                return rq.reply(200, other, Content_Type=MANIFEST)
        if digest not in repository.manifests:
            return rq.reply(404, b'{"errors":[{"code":"MANIFEST_UNKNOWN"}]}')
        data, kind = repository.manifests[digest]
        return rq.reply(200, data, Content_Type=kind, Docker_Content_Digest=digest)

    def put_manifest(self, rq, repository, version):
        data = rq.rfile.read(int(rq.headers["Content-Length"]))
        document, digest = json.loads(data), sha256(data)
        if ":" in version and version != digest:
            return rq.reply(400)
        parts = [document.get("config"), *document.get("layers", [])]
        if any(p and p["digest"] not in repository.blobs for p in parts) or \
                any(p["digest"] not in repository.manifests for p in document.get("manifests", [])):
            return rq.reply(400, b'{"errors":[{"code":"MANIFEST_BLOB_UNKNOWN"}]}')
        repository.manifests[digest] = (data, rq.headers["Content-Type"])
        if ":" not in version:
            repository.tags[version] = digest
        more = {"OCI_Subject": document["subject"]["digest"]} \
            if "subject" in document and self.referrers else {}
        return rq.reply(201, Docker_Content_Digest=digest, **more)

    def answer_blob(self, rq, name, digest, query):
        data = self.of(name).blobs.get(digest)
        if data is None:
            return rq.reply(404, b'{"errors":[{"code":"BLOB_UNKNOWN"}]}')
        return rq.reply(200, data)

    def referrers_of(self, name, digest):
        entries = []
        for own, (data, kind) in self.of(name).manifests.items():
            document = json.loads(data)
            if document.get("subject", {}).get("digest") == digest:
                entry = {"mediaType": kind, "digest": own, "size": len(data),
                         "annotations": document.get("annotations", {})}
                artifact_type = self.listed_type or document.get("artifactType") \
                    or document.get("config", {}).get("mediaType")
                entries.append({**entry, "artifactType": artifact_type} if artifact_type
                               else entry)
        return entries

    def answer_referrers(self, rq, name, digest, query):
        if not self.referrers:
            return rq.reply(404, b"404 page not found", Content_Type="text/plain")
        entries = self.referrers_of(name, digest)
        first = int(query.get("from", ["0"])[0])
        more = {}
        if self.endless or first + self.page_size < len(entries):
            more["Link"] = f'</v2/{name}/referrers/{digest}?from={first + self.page_size}>; ' \
                'rel="next"'
        page = entries[first:first + self.page_size]
        body = json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": page}).encode()
        return rq.reply(200, body, Content_Type=INDEX, **more)

    def answer_tags(self, rq, name, rest, query):
        return rq.reply(200, json.dumps({"name": name, "tags": list(self.of(name).tags)}).encode(),
                        Content_Type="application/json")

    # --- uploads ---

    def upload(self, rq, name, session, query):
        length = int(rq.headers.get("Content-Length") or 0)
        where = f"/v2/{name}/blobs/uploads/"
        if rq.command == "POST":
            mount, source = query.get("mount", [""])[0], query.get("from", [""])[0]
            if mount and self.mounts and mount in self.of(source).blobs:
                self.of(name).blobs[mount] = self.of(source).blobs[mount]
                return rq.reply(201, Location=f"/v2/{name}/blobs/{mount}")
            session = str(len(self.sessions) + 1)
            self.sessions[session] = b""
            more = {"OCI_Chunk_Min_Length": self.chunk_min} if self.chunk_min else {}
            return rq.reply(202, Location=f"{where}{session}?state=a", **more)
        if session not in self.sessions:
            return rq.reply(404)
        if rq.command == "GET":
            return rq.reply(204, Location=f"{where}{session}?state=b", Range=self.range(session))
        if self.max_body is not None and length > self.max_body:
            rq.close_connection = True
            return rq.reply(413)
        return self.take(rq, name, session, where, length, query)

    def range(self, session):
        return f"0-{max(len(self.sessions[session]) - 1, 0)}"

    def take(self, rq, name, session, where, length, query):
        have = len(self.sessions[session])
        if rq.command == "PATCH":
            first, last = map(int, rq.headers["Content-Range"].split("-"))
            if first != have or last - first + 1 != length:
                rq.rfile.read(length)
                return rq.reply(416, Range=self.range(session))
        if self.cut_after:
            self.sessions[session] += rq.rfile.read(min(self.cut_after.pop(0), length))
            return rq.cut()
        self.sessions[session] += rq.rfile.read(length)
        if rq.command == "PATCH":
            more = {"Range": self.range(session)} if self.says_range else {}
            return rq.reply(202, Location=f"{where}{session}?state=b", **more)
        data, digest = self.sessions.pop(session), query["digest"][0]
        if sha256(data) != digest:
            return rq.reply(400, b'{"errors":[{"code":"DIGEST_INVALID"}]}')
        self.of(name).blobs[digest] = data
        return rq.reply(201, Location=f"/v2/{name}/blobs/{digest}", Docker_Content_Digest=digest)

