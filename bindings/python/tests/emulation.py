"""The emulator of KSeF as a program: started on a free port, told what to do over its management address."""

from __future__ import annotations

import json
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import libksef

ROOT = Path(__file__).resolve().parents[3]
BINARY = ROOT / "target" / "debug" / "ksef-emulator"
NIP = "5265877635"

_INVOICE = (ROOT / "emulator" / "tests" / "python" / "invoice.xml").read_bytes()


@dataclass(frozen=True)
class Emulator:
    api: str
    management: str
    authority: str

    @property
    def environment(self) -> libksef.Environment:
        return libksef.Environment.custom(self.api)

    def manage(self, method: str, path: str, body: object | None = None) -> Any:
        request = urllib.request.Request(
            self.management + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            content = answer.read()
        return json.loads(content) if content else None

    def token(self, nip: str = NIP) -> str:
        body = {"nip": nip, "permissions": ["InvoiceWrite", "InvoiceRead"]}
        return str(self.manage("POST", "/tokens", body)["token"])

    def delay(self, operation: str) -> None:
        """Makes an operation take longer than any test is ready to wait."""
        body = {"operation": operation, "kind": "delay", "delayMs": 60_000, "times": 100}
        self.manage("POST", "/faults", body)

    def hold(self, on: bool) -> None:
        """Keeps invoices unprocessed."""
        self.manage("POST", "/processing", {"hold": on})

    def calls(self, operation: str) -> int:
        return int(self.manage("GET", "/requests")["operations"].get(operation, 0))

    def await_call(self, operation: str) -> None:
        wait_for(lambda: self.calls(operation) > 0)


@contextmanager
def running(*arguments: str) -> Iterator[Emulator]:
    process = subprocess.Popen(
        [BINARY, "--profile", "test", *arguments], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        yield Emulator(ready["api"], ready["management"], ready.get("authorityPem", ""))
    finally:
        process.kill()
        process.wait()


def wait_for(condition: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


def invoice(number: str, *, date: str = "2026-02-02") -> bytes:
    """An invoice that the emulator accepts; a date in the future makes it refuse it."""
    return _INVOICE.replace(b"@NUMBER@", number.encode()).replace(
        b"<P_1>2026-02-02</P_1>", f"<P_1>{date}</P_1>".encode()
    )
