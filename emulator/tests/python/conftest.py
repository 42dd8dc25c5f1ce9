"""Starts the emulator as a user would: the binary, a free port, one JSON line when it is ready."""

from __future__ import annotations

import json
import socket
import subprocess
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]
BINARY = ROOT / "target" / "debug" / "ksef-emulator"

#: A host name for links, because published clients refuse loopback addresses in them. Resolved in this process only.
PUBLIC_HOST = "ksef-emulator.test"


@dataclass(frozen=True)
class RunningEmulator:
    api: str
    management: str

    @property
    def base_url(self) -> str:
        return self.api.removesuffix("/v2")

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


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session", autouse=True)
def public_host_resolves_to_loopback() -> Iterator[None]:
    original = socket.getaddrinfo

    def resolve(host: Any, *arguments: Any, **named: Any) -> Any:
        return original("127.0.0.1" if host == PUBLIC_HOST else host, *arguments, **named)

    socket.getaddrinfo = resolve  # type: ignore[assignment]
    yield
    socket.getaddrinfo = original


@pytest.fixture(scope="module")
def emulator() -> Iterator[RunningEmulator]:
    port = free_port()
    process = subprocess.Popen(
        [BINARY, "--profile", "test", "--port", str(port), "--public-url", f"http://{PUBLIC_HOST}:{port}"],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    ready = json.loads(process.stdout.readline())
    assert ready["ready"] is True
    yield RunningEmulator(ready["api"], ready["management"])
    process.terminate()
    assert process.wait(timeout=10) == 0
    assert process.stdout.read() == "", "stdout carries exactly one line"
