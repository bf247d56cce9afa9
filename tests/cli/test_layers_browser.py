# SPDX-License-Identifier: Apache-2.0
"""plimsoll layers on a terminal: what it shows, that it stays fluent, and that the terminal is given back."""
import os
import signal
import subprocess
import termios
import time

import pytest

from small_scan import PLIMSOLL, environment
from test_layers import docker_archive, link, tar_of

pexpect = pytest.importorskip("pexpect", reason="python3-pexpect is not installed (tools/setup.sh test)")
pyte = pytest.importorskip("pyte", reason="python3-pyte is not installed (tools/setup.sh test)")

CONFIG = {"config": {}, "history": [{"created_by": f"RUN step {i}"} for i in range(3)]}
LAYERS = ([("etc/a", "aa"), ("etc/b", "b"), ("opt/d/x", "x" * 3000), ("opt/d/y", "y"), ("root/.aws/credentials", "key")],
          [("etc/a", "changed"), ("etc/c", "new"), ("opt/.wh.d", ""), ("lnk", link("etc/a"))],
          [("srv/deep/er/still", "z"), ("root/.aws/.wh.credentials", "")])
DOWN, UP, LEFT, RIGHT, END, PAGE_DOWN = "\x1b[B", "\x1b[A", "\x1b[D", "\x1b[C", "\x1b[F", "\x1b[6~"


class Browser:
    """The program on a terminal of its own, and what that terminal shows."""

    def __init__(self, folder, *args, columns=100, lines=24, term="xterm-256color"):
        self.screen = pyte.Screen(columns, lines)
        self.stream = pyte.ByteStream(self.screen)
        env = {**environment(folder), "TERM": term, "LC_ALL": "C.UTF-8"}
        env.pop("PLIMSOLL_DB")
        self.sent = b""
        self.child = pexpect.spawn(PLIMSOLL, ["layers", "image.tar", "--quiet", *args], cwd=folder, env=env, dimensions=(lines, columns), timeout=30)
        self.child.delaybeforesend = None
        self.before = termios.tcgetattr(self.child.child_fd)

    def take(self, wait=30):
        bytes_ = self.child.read_nonblocking(1 << 16, wait)
        self.sent += bytes_
        self.stream.feed(bytes_)

    def wait_for(self, text, gone=False):
        until = time.monotonic() + 30
        while (text in self.text()) == gone:
            assert time.monotonic() < until, f"{text!r} {'stays' if gone else 'does not come'}:\n{self.text()}"
            try:
                self.take(0.2)
            except pexpect.TIMEOUT:
                pass
        return self

    def press(self, keys, text, gone=False):
        self.child.send(keys)
        return self.wait_for(text, gone)

    def text(self):
        return "\n".join(line.rstrip() for line in self.screen.display)

    def row(self, text):
        return next(y for y, line in enumerate(self.screen.display) if text in line)

    def colour(self, text):
        y = self.row(text)
        return self.screen.buffer[y][self.screen.display[y].index(text)].fg

    def end(self):
        """(exit status, number of the signal)"""
        try:
            while True:
                self.take()
        except pexpect.EOF:
            pass
        self.child.close()
        return self.child.exitstatus, self.child.signalstatus


@pytest.fixture
def image(tmp_path):
    docker_archive(tmp_path / "image.tar", [tar_of(files) for files in LAYERS], CONFIG)
    return tmp_path


def test_layers_at_the_left_and_what_they_do_at_the_right(image):
    b = Browser(image).wait_for("RUN step 0")
    for text in ("RUN step 1", "RUN step 2", "A      2 B     a", "A  3.00 kB       x", "! critical", "3 layers"):
        assert text in b.text(), b.text()
    b.press(DOWN, "M      7 B     a")
    assert "D  3.00 kB   ▾ d/" in b.text()
    assert b.colour("A      3 B") == "green" and b.colour("M      7 B") == "brown" and b.colour("D  3.00 kB") == "red"
    b.press(DOWN, "still")
    assert "! critical 1" in b.text().splitlines()[b.row("credentials")], "what is deleted is shown, with its finding"
    b.press("a", "[all files]")
    assert "b" in b.text() and "etc/" in b.text()
    b.child.send("q")
    assert b.end() == (0, None)


def test_moving_folding_and_finding(image):
    b = Browser(image, "--layer", "1").wait_for("RUN step 0").press("\t", "etc  2 files")
    b.press(LEFT, "  b\n", gone=True).press(RIGHT, "  b")
    b.press(DOWN, "etc/a  layer 1").press("G", "root/.aws/credentials  1 finding, critical  layer 1").press("g", "etc  2 files")
    b.press("/CRED", "/CRED_  3 rows").press("\r", "esc: show all")
    assert "etc/" not in b.text()
    b.press("\x1b", "etc/").press("n", "root/.aws/credentials  1 finding")
    b.press("s", "by size")
    assert b.row("opt/") < b.row("etc/")
    b.press("f", "with findings only")
    assert "etc/" not in b.text()
    b.press("f", "etc/").press("-", "credentials ", gone=True).press("+", "credentials ")
    b.press("?", "open or close all").press(" ", "etc/")
    b.child.send("\x03")
    assert b.end() in ((0, None), (None, signal.SIGINT))


def test_another_size_is_taken_up(image):
    b = Browser(image).wait_for("RUN step 0")
    for columns, lines in ((50, 10), (140, 40), (19, 4), (20, 5), (1, 1), (80, 24)):
        b.screen.resize(lines, columns)
        b.child.setwinsize(lines, columns)
        if columns == 19:
            b.wait_for("too small")
        elif columns > 40:
            b.wait_for("q quit").wait_for("RUN step 2" if lines > 5 else "RUN step 0")
        else:
            time.sleep(0.1)
    assert "│" in b.text()
    b.child.send("q")
    assert b.end() == (0, None)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGSEGV])
def test_the_terminal_is_given_back_whatever_ends_the_program(image, number):
    b = Browser(image).wait_for("RUN step 0")
    assert termios.tcgetattr(b.child.child_fd)[3] & termios.ECHO == 0
    os.kill(b.child.pid, number)
    time.sleep(0.3)
    assert termios.tcgetattr(b.child.child_fd) == b.before
    assert b.end()[1] == number or os.environ.get("ASAN_OPTIONS")
    assert b"\x1b[?1049h" in b.sent and b.sent.index(b"\x1b[?1049l") > b.sent.index(b"\x1b[?1049h") and b"\x1b[?25h" in b.sent


def test_stopped_and_gone_on_with(image):
    b = Browser(image).wait_for("RUN step 0")
    b.child.send("\x1a")
    until = time.monotonic() + 20
    while "State:\tT" not in open(f"/proc/{b.child.pid}/status").read() and time.monotonic() < until:
        time.sleep(0.02)
    assert termios.tcgetattr(b.child.child_fd) == b.before
    os.kill(b.child.pid, signal.SIGCONT)
    b.press(DOWN, "M      7 B     a").child.send("q")
    assert b.end() == (0, None)


def test_a_dumb_terminal_gets_the_list(image):
    b = Browser(image, term="dumb")
    assert b.end() == (0, None) and b"LAYER 1" in b.sent and b"\x1b[" not in b.sent
    b = Browser(image, "--plain")
    assert b.end() == (0, None) and b"\x1b[?1049h" not in b.sent


def test_a_name_does_nothing_to_the_terminal(tmp_path):
    docker_archive(tmp_path / "image.tar", [tar_of([("a\x1b]0;owned\x07b\x1b[2J", "x"), ("c\u202ed", "y"), ("e\nf", "")])], CONFIG)
    b = Browser(tmp_path).wait_for("RUN step 0").wait_for("\\x1b]0;owned\\x07b")
    b.press("/", "/_").press("owned", "1 rows").press("\x1b", "q quit").child.send("q")
    assert b.end() == (0, None)
    assert b"\x1b]0;" not in b.sent and b"\xe2\x80\xae" not in b.sent and b.sent.count(b"\x1b[2J") == 1


def test_every_byte_value_typed_is_taken(image):
    b = Browser(image).wait_for("RUN step 0")
    for value in range(256):
        if value not in (0x03, 0x1a, 0x1c, 0x71):  # those that end or stop it
            b.child.send(bytes([value]))
    b.child.send(b"\x1b[999;999;999~\x1b[<0;1;1M\x1bOz" + b"\x1b[" + b"1" * 5000 + b"x\x1b\x1b\x1b")
    time.sleep(0.3)
    b.child.send("\x03")
    assert b.end() in ((0, None), (None, signal.SIGINT))


def test_a_hundred_thousand_files_move_without_delay(tmp_path, capsys):
    files = [(f"usr/share/d{i // 1000:03}/s{i // 100 % 10}/file-{i:06}", "") for i in range(100000)]
    docker_archive(tmp_path / "image.tar", [tar_of(files), tar_of([("usr/share/d000/s0/file-000001", "new")])], CONFIG)
    b = Browser(tmp_path).wait_for("RUN step 0")
    b.press("\t", "files  layer 1").press("+", "file-000000")

    def timed(keys):
        start = time.perf_counter()
        b.child.send(keys)
        b.take()
        end = time.perf_counter()
        try:
            while True:  # the rest of what is drawn, if it comes in pieces
                b.take(0.02)
                end = time.perf_counter()
        except pexpect.TIMEOUT:
            return (end - start) * 1000

    figures = {"down": sorted(timed(DOWN) for _ in range(100)), "page": sorted(timed(PAGE_DOWN) for _ in range(50)),
               "end": [timed(END)], "fold": sorted(timed("-" if i % 2 else "+") for i in range(1, 6)), "layer": []}
    time.sleep(0.2)
    b.press("g", "usr").press("/", "/_")
    figures["filter"] = sorted(timed(c) for c in "file-09")
    b.wait_for("file-09")
    b.press("\x1b", "q quit").press("\t", "layer 1:")
    figures["layer"] = sorted(timed(key) for key in (DOWN, UP, DOWN, UP))
    figures["all"] = [timed("a")]
    size = len(b.sent)
    b.child.send("q")
    assert b.end() == (0, None)
    with capsys.disabled():
        print("\n100,000 files, ms a key: " + ", ".join(f"{name} {times[len(times) // 2]:.1f}" for name, times in figures.items()) + f"; {size:,} bytes sent")
    assert figures["down"][50] < 50 and figures["page"][25] < 50
    assert all(times[len(times) // 2] < 500 for times in figures.values())


def test_without_a_terminal_it_is_a_list(image):
    env = {**environment(image), "TERM": "xterm", "PLIMSOLL_DB": ""}
    done = subprocess.run([PLIMSOLL, "layers", "image.tar"], cwd=image, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode in (0, 2) and "\x1b" not in done.stdout
