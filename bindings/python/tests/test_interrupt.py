"""Ctrl-C while the main thread waits for KSeF: the call ends at once, and nothing is lost."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from typing import Any

import pytest
from emulation import NIP, Emulator, invoice

import libksef

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="sends a POSIX signal")

SCRIPT = """
import json, signal, sys, libksef
# A test run in the background of a shell without job control hands down an ignored SIGINT; a terminal does not.
signal.signal(signal.SIGINT, signal.default_int_handler)
api, token, nip, call = sys.argv[1:]
client = libksef.Client(libksef.Environment.custom(api), nip=nip, token=token)
if call != "log_in":
    session = client.open_online_session()
content = sys.stdin.buffer.read()
try:
    if call == "log_in":
        client.log_in()
    elif call == "status":
        session.status()
    elif call == "send":
        session.send(content, wait=float("inf"))
except KeyboardInterrupt:
    print(json.dumps({"interrupted": True, "unsettled": client.unsettled()}))
"""


def interrupt(emulator: Emulator, call: str, operation: str, content: bytes = b"") -> dict[str, Any]:
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, emulator.api, emulator.token(), NIP, call],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(content)
        process.stdin.close()
        emulator.await_call(operation)
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=20) == 0
        assert time.monotonic() - began < 2
        answer: dict[str, Any] = json.loads(process.stdout.read())
        return answer
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize(("call", "operation"), [("log_in", "auth.challenge"), ("status", "sessions.status")])
def test_a_waiting_call_ends(emulator: Emulator, call: str, operation: str) -> None:
    emulator.delay(operation)
    assert interrupt(emulator, call, operation) == {"interrupted": True, "unsettled": []}


def test_an_interrupted_send_can_be_resumed(emulator: Emulator, client: libksef.Client) -> None:
    emulator.hold(True)
    answer = interrupt(emulator, "send", "sessions.invoice_status", invoice("interrupted"))
    assert answer["interrupted"]
    (token,) = answer["unsettled"]
    emulator.hold(False)
    assert isinstance(client.resume(token, timeout=30), libksef.Accepted)
    assert len(emulator.manage("GET", "/invoices")) == 1
