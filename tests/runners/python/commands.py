"""What both Python runners share (protocol: tests/README.md): commands as calls of the library, its values as JSON.

The blocking and the asynchronous client have the same methods. A command therefore becomes a call and a function that
renders its result; the runner only decides whether to await in between.
"""

from __future__ import annotations

import base64
import hashlib
import json
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import libksef

Json = dict[str, Any]
Step = tuple[Callable[[], Any], Callable[[Any], Json]]


class Unsupported(Exception):
    """The command makes no sense to this runner."""


def field(command: Json, name: str) -> Any:
    value = command.get(name)
    if value is None:
        raise Unsupported(f"field {name} is missing")
    return value


class Commands:
    """The clients and sessions that a scenario names, each with the client's time limit, and what can be done with them."""

    def __init__(self, make_client: Callable[..., Any]) -> None:
        self._make_client = make_client
        self._clients: dict[str, tuple[Any, float | None]] = {}
        self._sessions: dict[str, tuple[Any, float | None]] = {}

    def step(self, command: Json) -> Step:
        name = command.get("do")
        if name == "client":
            return lambda: self._client(command), nothing
        if name == "bye":
            return lambda: None, nothing
        known: dict[Any, Callable[[Json], Step]] = {
            "log_in": self._log_in,
            "log_out": self._log_out,
            "auth_sessions": self._auth_sessions,
            "revoke_auth_session": self._revoke_auth_session,
            "open_session": self._open_session,
            "send": self._send,
            "resume": self._resume,
            "session_status": self._session_status,
            "invoices": self._invoices,
            "failed_invoices": self._failed_invoices,
            "close_session": self._close_session,
            "upo": self._upo,
            "warnings": self._warnings,
        }
        if name not in known:
            raise Unsupported(f"command {name!r}")
        return known[name](command)

    def _client(self, command: Json) -> None:
        context, credentials = field(command, "context"), field(command, "credentials")
        if not credentials.keys() <= {"token", "certificate_pem", "key_pem", "key_password"}:
            raise Unsupported("credentials are a token or a certificate with its key")
        client = self._make_client(
            libksef.Environment.custom(field(command, "api")),
            context=(context["type"], context["value"]),
            token=credentials.get("token"),
            certificate=credentials.get("certificate_pem"),
            key=credentials.get("key_pem"),
            key_password=credentials.get("key_password"),
        )
        self._clients[field(command, "client")] = (client, seconds(command, "timeout_ms"))

    def _of(self, command: Json, kind: str) -> tuple[Any, Json]:
        """The client or session of a command, and the limits of its call."""
        table = self._clients if kind == "client" else self._sessions
        name = field(command, kind)
        if name not in table:
            raise Unsupported(f"no {kind} {name}")
        target, fallback = table[name]
        limits: Json = {}
        own = seconds(command, "timeout_ms")
        if own is not None or fallback is not None:
            limits["timeout"] = own if own is not None else fallback
        after = seconds(command, "cancel_after_ms")
        if after is not None:
            limits["cancel"] = libksef.CancelToken()
            timer = threading.Timer(after, limits["cancel"].cancel)
            timer.daemon = True
            timer.start()
        return target, limits

    def _log_in(self, command: Json) -> Step:
        client, limits = self._of(command, "client")
        return lambda: client.log_in(**limits), nothing

    def _log_out(self, command: Json) -> Step:
        client, limits = self._of(command, "client")
        return lambda: client.log_out(**limits), nothing

    def _auth_sessions(self, command: Json) -> Step:
        client, limits = self._of(command, "client")
        return lambda: client.auth_sessions(**limits), lambda sessions: {
            "sessions": [
                {"reference_number": item.reference_number, "is_current": item.is_current} for item in sessions
            ]
        }

    def _revoke_auth_session(self, command: Json) -> Step:
        client, limits = self._of(command, "client")
        number = field(command, "reference_number")
        number = None if number == "current" else number
        return lambda: client.revoke_auth_session(number, **limits), nothing

    def _open_session(self, command: Json) -> Step:
        client, limits = self._of(command, "client")
        form = [command["form"]] if "form" in command else []

        def opened(session: Any) -> Json:
            self._sessions[field(command, "session")] = (session, self._clients[command["client"]][1])
            return {
                "reference_number": session.reference_number,
                "valid_until": session.valid_until.isoformat(),
            }

        return lambda: client.open_online_session(*form, **limits), opened

    def _send(self, command: Json) -> Step:
        session, options = self._of(command, "session")
        for name in ("offline", "corrected_hash"):
            if command.get(name) is not None:
                options[name] = command[name]
        options |= patience(command)
        return lambda: session.send(Path(field(command, "invoice")), **options), outcome

    def _resume(self, command: Json) -> Step:
        client, options = self._of(command, "client")
        options |= patience(command)
        return lambda: client.resume(field(command, "token"), **options), outcome

    def _session_status(self, command: Json) -> Step:
        session, limits = self._of(command, "session")
        return lambda: session.status(**limits), lambda status: {
            "code": status.code,
            "description": status.description,
            "invoice_count": status.invoice_count,
            "successful_invoice_count": status.successful_invoice_count,
            "failed_invoice_count": status.failed_invoice_count,
        }

    def _invoices(self, command: Json) -> Step:
        session, limits = self._of(command, "session")
        return lambda: session.invoices(**limits), invoices

    def _failed_invoices(self, command: Json) -> Step:
        session, limits = self._of(command, "session")
        return lambda: session.failed_invoices(**limits), invoices

    def _close_session(self, command: Json) -> Step:
        session, limits = self._of(command, "session")
        return lambda: session.close(**limits), nothing

    def _upo(self, command: Json) -> Step:
        session, limits = self._of(command, "session")
        by = field(command, "by")
        if by == "session":
            return lambda: session.upos(**limits), upos
        if by not in ("ksef_number", "invoice"):
            raise Unsupported(f"upo by {by}")
        fetch = getattr(session, f"upo_by_{by}")
        return lambda: fetch(field(command, "value"), **limits), lambda upo: upos([upo])

    def _warnings(self, command: Json) -> Step:
        client, _ = self._of(command, "client")
        return client.warnings, lambda warnings: {
            "warnings": [{"code": warning.code, "message": warning.message} for warning in warnings]
        }


def nothing(_: None) -> Json:
    return {}


def seconds(command: Json, name: str) -> float | None:
    value = command.get(name)
    return None if value is None else value / 1000


def patience(command: Json) -> Json:
    return {} if command.get("wait_ms") is None else {"wait": command["wait_ms"] / 1000}


def outcome(value: libksef.SendOutcome) -> Json:
    common = {"invoice_hash": value.invoice_hash, "invoice_reference": value.invoice_reference}
    match value:
        case libksef.Accepted():
            return common | {
                "outcome": "accepted",
                "ksef_number": value.ksef_number,
                "already_sent": value.already_sent,
            }
        case libksef.Rejected():
            return common | {
                "outcome": "rejected",
                "code": value.code,
                "description": value.description,
                "details": list(value.details),
                "original_ksef_number": value.original_ksef_number,
            }
        case libksef.Pending():
            return common | {"outcome": "pending", "resume_token": value.resume_token}
        case libksef.Unknown():
            return common | {"outcome": "unknown", "resume_token": value.resume_token}


def invoices(items: list[libksef.InvoiceStatus]) -> Json:
    return {
        "invoices": [
            {
                "reference_number": item.reference_number,
                "ordinal_number": item.ordinal_number,
                "ksef_number": item.ksef_number,
                "invoice_hash": item.invoice_hash,
                "code": item.code,
            }
            for item in items
        ]
    }


def upos(items: list[libksef.Upo]) -> Json:
    return {
        "upos": [
            {
                "sha256": base64.b64encode(hashlib.sha256(item.content).digest()).decode(),
                "ksef_numbers": list(item.ksef_numbers),
                "hash_verified": item.hash_verified,
                "signature_valid": signature_is_valid(item),
            }
            for item in items
        ]
    }


def signature_is_valid(upo: libksef.Upo) -> bool:
    try:
        libksef.verify_upo(upo)
    except libksef.CryptoError:
        return False
    return True


def failure(error: libksef.KsefError) -> Json:
    return {
        "error": {
            "number": error.number,
            "kind": error.kind,
            "ksef_code": error.ksef_code,
            "http_status": error.http_status,
            "was_sent": error.was_sent,
            "retryable": error.is_retryable,
            "operation": error.operation,
            "message_en": error.english,
            "message_pl": error.polish,
        }
    }


def say(value: Json) -> None:
    """Prints one line and flushes it."""
    sys.stdout.buffer.write(json.dumps(value, ensure_ascii=False).encode() + b"\n")
    sys.stdout.buffer.flush()


def read() -> Json | None:
    """The next command; nothing at the end of the input."""
    line = sys.stdin.buffer.readline()
    return json.loads(line) if line else None
