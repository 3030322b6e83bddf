"""A browser that is driven as a user drives it: pages opened, the mouse moved, keys pressed, over DevTools' pipe.

The protocol (https://chromedevtools.github.io/devtools-protocol/) is JSON; on a pipe each message ends with a NUL.
"""

import json
import os
import select
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

_LONGEST_S = 60
_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--remote-debugging-pipe",
)
# the browser reads commands from descriptor 3 and writes answers to 4
_START = """
import fcntl, os, sys
commands, answers = (fcntl.fcntl(int(number), fcntl.F_DUPFD, 10) for number in sys.argv[1:3])
os.dup2(commands, 3)
os.dup2(answers, 4)
os.execvp(sys.argv[3], sys.argv[3:])
"""


class Browser:
    """A browser with one page. `complaints` is what stands on the page's console, and what its script raised."""

    def __init__(self, program: str, profile: Path) -> None:
        reading, commands = os.pipe()
        answers, writing = os.pipe()
        words = [sys.executable, "-c", _START, str(reading), str(writing), program, *_FLAGS]
        words += [f"--user-data-dir={profile}", "about:blank"]
        silent = subprocess.DEVNULL
        self.process = subprocess.Popen(words, pass_fds=(reading, writing), stdout=silent, stderr=silent)
        os.close(reading)
        os.close(writing)
        self.commands, self.answers = commands, answers
        self.read, self.number, self.session = b"", 0, ""
        self.events: list[dict[str, Any]] = []
        self.complaints: list[str] = []
        (target,) = (one for one in self.send("Target.getTargets")["targetInfos"] if one["type"] == "page")
        attached = self.send("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        self.session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self.send(f"{domain}.enable")

    def close(self) -> None:
        """The browser, ended."""
        os.close(self.commands)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        os.close(self.answers)

    def send(self, method: str, **parameters: Any) -> dict[str, Any]:
        """The answer to a command."""
        self.number += 1
        message: dict[str, Any] = {"id": self.number, "method": method, "params": parameters}
        message |= {"sessionId": self.session} if self.session else {}
        os.write(self.commands, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self.number:
                assert "error" not in answer, answer
                return answer["result"]
            self._hear(answer)

    def open(self, file: Path, width: int = 1280, height: int = 1000, dark: bool = False) -> None:
        """A page in a window of that size, for a reader who prefers it light or dark."""
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.send("Emulation.setEmulatedMedia", features=[scheme])
        self.events.clear()
        self.send("Page.navigate", url=file.as_uri())
        while not any(event["method"] == "Page.loadEventFired" for event in self.events):
            self._hear(self._next())

    def value(self, expression: str) -> Any:
        """What an expression of JavaScript is on the page, after what it was asked to draw is drawn."""
        drawn = f"new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done({expression}))))"
        found = self.send("Runtime.evaluate", expression=drawn, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def middle(self, expression: str) -> tuple[float, float]:
        """The middle of what is seen of an element, after it was scrolled into sight."""
        self.value(f"{expression}.scrollIntoView({{block: 'center'}})")
        middle = "(box => [box.x + box.width / 2, box.y + box.height / 2])"
        x, y = self.value(f"{middle}({expression}.getBoundingClientRect())")
        return x, y

    def mouse(self, kind: str, x: float, y: float) -> None:
        """mouseMoved, mousePressed or mouseReleased at a point of the window."""
        button = {} if kind == "mouseMoved" else {"button": "left", "clickCount": 1}
        self.send("Input.dispatchMouseEvent", type=kind, x=x, y=y, **button)

    def hover(self, expression: str) -> None:
        """The mouse over an element."""
        self.mouse("mouseMoved", *self.middle(expression))

    def click(self, expression: str) -> None:
        """A click on an element."""
        x, y = self.middle(expression)
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            self.mouse(kind, x, y)

    def key(self, name: str) -> None:
        """A key, pressed and released."""
        text = {"text": "\r"} if name == "Enter" else {}
        code = {"Enter": 13, "Tab": 9, "Escape": 27, "ArrowDown": 40, "ArrowRight": 39}[name]
        for kind in ("keyDown", "keyUp"):
            self.send("Input.dispatchKeyEvent", type=kind, key=name, code=name, windowsVirtualKeyCode=code, **text)

    def _next(self) -> dict[str, Any]:
        until = time.monotonic() + _LONGEST_S
        while b"\0" not in self.read:
            ready, _, _ = select.select([self.answers], [], [], max(until - time.monotonic(), 0))
            assert ready, "the browser does not answer"
            more = os.read(self.answers, 1 << 16)
            assert more, "the browser has ended"
            self.read += more
        message, _, self.read = self.read.partition(b"\0")
        return json.loads(message)

    def _hear(self, event: dict[str, Any]) -> None:
        self.events.append(event)
        match event["method"]:
            case "Runtime.exceptionThrown":
                self.complaints.append(json.dumps(event["params"]["exceptionDetails"]))
            case "Runtime.consoleAPICalled" | "Log.entryAdded":
                self.complaints.append(json.dumps(event["params"]))
