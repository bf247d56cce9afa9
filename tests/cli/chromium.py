# SPDX-License-Identifier: Apache-2.0
"""A real Chromium without a window, told what to do over its pipe (the DevTools protocol).

    with Chromium(tmp_path) as browser:
        page = browser.open(path, width=1280)
        page.run("document.title")
        page.console, page.requests          what it said and asked for since it was opened

Nothing but the program is needed. It runs with a profile of its own and without a network.
"""
import base64
import json
import os
import select
import shutil
import subprocess
import time

PROGRAM = next((p for p in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if p), None)
WAIT = 60  # seconds for any answer: a busy machine


class Chromium:
    def __init__(self, folder):
        to_read, self.to = os.pipe()
        self.back, to_write = os.pipe()
        self.buffer, self.n, self.pages, self.answers = b"", 0, {}, {}
        words = [PROGRAM, "--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe", "--no-first-run",
                 "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions",
                 "--disable-dev-shm-usage", "--host-resolver-rules=MAP * ~NOTFOUND", "--force-color-profile=srgb",
                 f"--user-data-dir={folder}/chromium", "about:blank"]
        # The browser reads from descriptor 3 and writes to 4.
        moved = f"exec 3<&{to_read} 4>&{to_write} {to_read}<&- {to_write}>&-; exec \"$@\""
        if to_read in (3, 4) or to_write in (3, 4):
            moved = f"exec 13<&{to_read} 14>&{to_write}; exec 3<&13 4>&14 13<&- 14>&-; exec \"$@\""
        with open(f"{folder}/chromium.log", "wb") as log:
            self.process = subprocess.Popen(["bash", "-c", moved, "bash", *words], pass_fds=(to_read, to_write),
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        os.close(to_read)
        os.close(to_write)

    def __enter__(self):
        return self

    def __exit__(self, *what):
        try:
            self.send("Browser.close")
        except (OSError, RuntimeError):
            pass  # it has ended by itself
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        os.close(self.to)
        os.close(self.back)

    def read(self, until):
        while b"\0" not in self.buffer:
            left = until - time.monotonic()
            if left <= 0 or not select.select([self.back], [], [], left)[0]:
                raise RuntimeError("Chromium does not answer")
            more = os.read(self.back, 1 << 20)
            if not more:
                raise RuntimeError("Chromium has ended")
            self.buffer += more
        message, self.buffer = self.buffer.split(b"\0", 1)
        message = json.loads(message)
        if "id" in message:
            self.answers[message["id"]] = message
        elif message.get("sessionId") in self.pages:
            self.pages[message["sessionId"]].event(message["method"], message["params"])

    def send(self, method, session=None, **params):
        self.n += 1
        message = {"id": self.n, "method": method, "params": params, **({"sessionId": session} if session else {})}
        os.write(self.to, json.dumps(message).encode() + b"\0")
        until = time.monotonic() + WAIT
        while self.n not in self.answers:
            self.read(until)
        answer = self.answers.pop(self.n)
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']['message']}")
        return answer["result"]

    def open(self, path, **how):
        return Page(self, path, **how)


class Page:
    def __init__(self, browser, path, width=1280, height=900, dark=False, script=True, phone=False):
        self.browser, self.console, self.requests, self.dialogs, self.loaded = browser, [], [], [], False
        target = browser.send("Target.createTarget", url="about:blank")["targetId"]
        self.session = browser.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        browser.pages[self.session] = self
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.send(domain + ".enable")
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=phone)
        self.media(dark=dark)
        if not script:
            self.send("Emulation.setScriptExecutionDisabled", value=True)
        self.url = f"file://{path}"
        self.send("Page.navigate", url=self.url)
        until = time.monotonic() + WAIT
        while not self.loaded:
            browser.read(until)

    def send(self, method, **params):
        return self.browser.send(method, self.session, **params)

    def event(self, method, params):
        if method == "Runtime.consoleAPICalled":
            self.console.append(" ".join(str(a.get("value", a.get("description"))) for a in params["args"]))
        elif method == "Runtime.exceptionThrown":
            self.console.append(json.dumps(params["exceptionDetails"]))
        elif method == "Log.entryAdded":
            self.console.append(params["entry"]["text"])
        elif method == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])
        elif method == "Page.javascriptDialogOpening":
            self.dialogs.append(params["message"])
        elif method == "Page.loadEventFired":
            self.loaded = True

    def media(self, dark=False, media=""):
        self.send("Emulation.setEmulatedMedia", media=media,
                  features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])

    def run(self, expression):
        """The value of an expression, waited for if it is a promise."""
        answer = self.send("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(json.dumps(answer["exceptionDetails"]))
        return answer["result"].get("value")

    def settle(self):
        """Waits until what was asked for has been drawn."""
        self.run("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(1))))")

    def press(self, key, text=None):
        for kind in ("keyDown", "keyUp"):
            self.send("Input.dispatchKeyEvent", type=kind, key=key, **({"text": text} if text and kind == "keyDown" else {}))

    def shot(self, path, whole=False):
        data = self.send("Page.captureScreenshot", format="png", captureBeyondViewport=whole)["data"]
        with open(path, "wb") as out:
            out.write(base64.b64decode(data))

    def pdf(self):
        return base64.b64decode(self.send("Page.printToPDF", preferCSSPageSize=True, printBackground=True)["data"])
