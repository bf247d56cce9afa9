# SPDX-License-Identifier: Apache-2.0
"""Real engines that tests start in a folder of their own; each gives up with the reason."""
import contextlib
import os
import shutil
import socket
import socketserver
import subprocess
import threading
import time


class NotHere(Exception):
    """The engine cannot run here; the text says why."""


def answers(path):
    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(5)
        try:
            s.connect(str(path))
            s.sendall(b"GET /_ping HTTP/1.0\r\nHost: engine\r\n\r\n")
            return b" 200 " in s.recv(64)
        except OSError:
            return False


def wait_for_socket(name, path, process):
    for _ in range(300):
        if os.path.exists(path) and answers(path):
            return
        if process.poll() is not None:
            break
        time.sleep(0.1)
    raise NotHere(f"{name} does not start here")


def unmount_below(folder):
    with open("/proc/self/mounts") as f:
        points = [line.split()[1] for line in f]
    for point in sorted((p for p in points if p.startswith(f"{folder}/")), reverse=True):
        subprocess.run(["umount", point], check=False)


@contextlib.contextmanager
def running(name, work, sock, command, env=None):
    if not shutil.which(command[0]) or os.geteuid() != 0:
        raise NotHere(f"{command[0]} is not installed, or this is not root")
    process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    try:
        wait_for_socket(name, sock, process)
        yield
    finally:
        process.terminate()
        process.wait()
        unmount_below(work)


@contextlib.contextmanager
def docker(work):
    """A dockerd; gives its socket."""
    sock = work / "docker.sock"
    command = ["dockerd", "--data-root", work / "data", "--exec-root", work / "exec", "-H",
               f"unix://{sock}", "--pidfile", work / "pid", "--iptables=false", "--bridge=none",
               "--storage-driver", "vfs"]
    with running("dockerd", work, sock, command):
        yield sock


@contextlib.contextmanager
def podman(work):
    """A podman service; gives its socket and the environment of its storage."""
    sock = work / "podman.sock"
    (work / "storage.conf").write_text(
        f'[storage]\ndriver = "vfs"\ngraphroot = "{work}/graph"\nrunroot = "{work}/run"\n')
    (work / "containers.conf").write_text(
        '[engine]\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\n')
    (work / ".config/containers").mkdir(parents=True)
    (work / ".config/containers/policy.json").write_text(
        '{"default": [{"type": "insecureAcceptAnything"}]}')
    env = dict(os.environ, CONTAINERS_STORAGE_CONF=str(work / "storage.conf"), HOME=str(work),
               CONTAINERS_CONF=str(work / "containers.conf"))
    command = ["podman", "system", "service", "--time=0", f"unix://{sock}"]
    with running("podman", work, sock, command, env):
        yield sock, env


def load_into_docker(sock, archive):
    if not shutil.which("curl"):
        raise NotHere("curl is not installed")
    subprocess.run(["curl", "-sSf", "--unix-socket", sock, "-T", archive, "-X", "POST",
                    "http://d/images/load"], check=True, stdout=subprocess.DEVNULL)


def load_into_podman(env, archive):
    subprocess.run(["podman", "load", "-q", "-i", archive], env=env, check=True,
                   stdout=subprocess.DEVNULL)


class StrangeEngine(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True


def strange_engine(path, answers):
    """Answers a request whose first line holds a key with the bytes of its value."""
    class Handler(socketserver.StreamRequestHandler):
        def handle(self):
            request = self.rfile.readline().decode()
            while self.rfile.readline().strip():
                pass
            for part, answer in answers.items():
                if part in request:
                    self.wfile.write(answer)

    server = StrangeEngine(str(path), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    return server


def http(body, status="200 OK", framing=None):
    framing = framing or b"Content-Length: %d\r\n" % len(body)
    return b"HTTP/1.1 %s\r\nConnection: close\r\n%s\r\n%s" % (status.encode(), framing, body)
