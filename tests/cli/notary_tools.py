# SPDX-License-Identifier: Apache-2.0
"""Debian's notary-server, notary-signer and notary client for the tests of Docker Content Trust."""
import json
import os
import pathlib
import shutil
import ssl
import subprocess
import sys
import urllib.error
import urllib.request

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "net"))
from servers import Faulty, free_port, make_ca, wait_for_port  # noqa: E402

PLIMSOLL = os.environ["PLIMSOLL"]
PASSPHRASES = {f"NOTARY_{role}_PASSPHRASE": "correct horse"
               for role in ("ROOT", "TARGETS", "SNAPSHOT", "DELEGATION")}


def need(*programs):
    for program in programs:
        if not shutil.which(program):
            pytest.skip(f"{program} is not installed")


class NotaryServer:
    """A server with its state in memory; with a signer apart, which holds its keys."""

    def __init__(self, work, signer=False, auth=None):
        need("notary-server", "notary")
        self.work, self.processes = work, []
        make_ca(work)
        service = {"type": "local", "hostname": "", "port": "", "key_algorithm": "ed25519"}
        if signer:
            service = self.start_signer()
        self.port = free_port()
        self.url = f"https://127.0.0.1:{self.port}"
        self.ca = work / "ca.crt"
        config = {"server": {"http_addr": f"127.0.0.1:{self.port}",
                             "tls_key_file": str(work / "server.key"),
                             "tls_cert_file": str(work / "server.crt")},
                  "trust_service": service, "logging": {"level": "error"},
                  "storage": {"backend": "memory"}}
        if auth:
            config["auth"] = auth
        self.start("notary-server", config, self.port)

    def start_signer(self):
        need("notary-signer")
        port = free_port()
        self.start("notary-signer", {
            "server": {"grpc_addr": f"127.0.0.1:{port}", "client_ca_file": str(self.work / "ca.crt"),
                       "tls_key_file": str(self.work / "server.key"),
                       "tls_cert_file": str(self.work / "server.crt")},
            "logging": {"level": "error"},
            "storage": {"backend": "memory", "default_alias": "k1"}}, port,
            NOTARY_SIGNER_DEFAULT_ALIAS="k1", NOTARY_SIGNER_K1="correct horse")
        return {"type": "remote", "hostname": "127.0.0.1", "port": str(port),
                "key_algorithm": "ecdsa", "tls_ca_file": str(self.work / "ca.crt"),
                "tls_client_cert": str(self.work / "client.crt"),
                "tls_client_key": str(self.work / "client.key")}

    def start(self, program, config, port, **env):
        path = self.work / f"{program}.json"
        path.write_text(json.dumps(config))
        process = subprocess.Popen([shutil.which(program), "-config", str(path)],
                                   env={**os.environ, **env}, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        self.processes.append(process)
        try:
            wait_for_port("127.0.0.1", port, process)
        except RuntimeError as error:
            pytest.skip(f"{program}: {error}")

    def close(self):
        for process in self.processes:
            process.terminate()
            process.wait()

    def ask(self, method, path, body=None, headers=None):
        """(status, bytes), as the server answers."""
        request = urllib.request.Request(self.url + path, data=body, method=method,
                                         headers=headers or {})
        context = ssl.create_default_context(cafile=str(self.ca))
        try:
            with urllib.request.urlopen(request, context=context, timeout=30) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()


class Between(Faulty):
    """Stands between a client and the server, over plain http; meddle(request) may answer."""

    def __init__(self, server, meddle=None):
        self.server, self.meddle = server, meddle
        super().__init__(self.answer)

    def answer(self, rq):
        if self.meddle and self.meddle(rq):
            return
        headers = {"Content-Type": rq.headers["Content-Type"]} if rq.form else {}
        status, body = self.server.ask(rq.command, rq.path, rq.form or None, headers)
        rq.reply(status, body)


class Publisher:
    """plimsoll and notary with one trust directory, at one server."""

    def __init__(self, work, server, gun, home="home", url=None):
        self.work, self.server, self.gun = work, server, gun
        self.home, self.url = work / home, url or server.url

    def environment(self):
        kept = {name: os.environ[name] for name in ("PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS")
                if name in os.environ}
        return {**kept, **PASSPHRASES, "HOME": str(self.work), "LC_ALL": "C.UTF-8",
                "DOCKER_CONFIG": str(self.work / "docker")}

    def trust(self, *words, status=0):
        done = subprocess.run(
            [PLIMSOLL, "trust", *map(str, words), "--server", self.url, "--tls-ca",
             str(self.server.ca), "--trust-dir", str(self.home),
             *(["--insecure-registry"] if self.url.startswith("http:") else [])],
            cwd=self.work, env=self.environment(), capture_output=True, text=True, timeout=60,
            stdin=subprocess.DEVNULL, start_new_session=True)
        assert done.returncode == status, done.stdout + done.stderr
        return done

    def tags(self, *words):
        """{tag: (digest, role)}"""
        listed = json.loads(self.trust("list", self.gun, "--format", "json", *words).stdout)
        return {row["tag"]: (row["digest"], row["role"]) for row in listed}

    def notary(self, *words, status=0, home="notary-home"):
        done = subprocess.run(
            [shutil.which("notary"), "-s", self.server.url, "--tlscacert", str(self.server.ca), "-d",
             str(self.work / home), *map(str, words)], cwd=self.work, env=self.environment(),
            capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
        assert (done.returncode == 0) == (status == 0), done.stdout + done.stderr
        return done

    def lookup(self, tag, **more):
        """What notary, with a directory of its own, says of the tag."""
        return self.notary("lookup", self.gun, tag, **more).stdout.split()[1]
