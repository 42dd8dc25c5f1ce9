"""Exceptions, one class per kind. Every one carries the same details; numbers are stable, texts are for people.

The thousands of ``number`` tell the kind: 1xxx misuse, 2xxx transport, 3xxx authentication, 4xxx refused by KSeF,
5xxx crypto and XAdES, 6xxx documents, 7xxx journal and resuming, 9xxx internal.
"""

from __future__ import annotations

import datetime
from typing import Any, ClassVar

__all__ = [
    "AuthenticationError",
    "CryptoError",
    "DocumentError",
    "InternalError",
    "JournalError",
    "KsefError",
    "MisuseError",
    "RefusedError",
    "TransportError",
]

_PLAIN = (
    "number",
    "name",
    "english",
    "polish",
    "english_advice",
    "polish_advice",
    "ksef_code",
    "reason_code",
    "http_status",
    "trace_id",
    "operation",
    "was_sent",
    "is_retryable",
)


class KsefError(Exception):
    """The base of all exceptions of libksef."""

    #: The kind, in lower case, as in the names of the subclasses.
    kind: ClassVar[str] = "internal"

    #: The stable number.
    number: int
    #: The stable name of the number, in snake case.
    name: str
    #: What happened, in English and in Polish: one line each.
    english: str
    polish: str
    #: What to do about it, in English and in Polish.
    english_advice: str
    polish_advice: str
    #: KSeF's own code, such as 21405 or 450.
    ksef_code: int | None
    #: The reason of a refusal with HTTP 403, such as ``missing-permissions``.
    reason_code: str | None
    #: KSeF's own explanations. They may name companies and invoices: show them, do not log them.
    details: tuple[str, ...]
    #: The HTTP status, if there was an answer.
    http_status: int | None
    #: The identifier that KSeF's support asks for.
    trace_id: str | None
    #: The operation under way, such as ``sessions.send_invoice``.
    operation: str | None
    #: Whether the request may have reached KSeF.
    was_sent: bool
    #: Whether the same call may succeed later without any change.
    is_retryable: bool
    #: How long KSeF asks to wait before the next try.
    retry_after: datetime.timedelta | None

    def __init__(self, info: Any) -> None:
        super().__init__(info.english)
        for field in _PLAIN:
            setattr(self, field, getattr(info, field))
        self.details = tuple(info.details)
        wait = info.retry_after_ms
        self.retry_after = None if wait is None else datetime.timedelta(milliseconds=wait)

    def __str__(self) -> str:
        return f"[{self.number}] {self.english}"

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (type(self), self.args, self.__dict__)


def _restore(kind: type[KsefError], args: tuple[Any, ...], state: dict[str, Any]) -> KsefError:
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(state)
    return error


class MisuseError(KsefError):
    """The program calls the library wrongly, or a value is not valid. Nothing was sent."""

    kind = "misuse"


class TransportError(KsefError):
    """The request or its answer did not get through, the time was over, or the call was cancelled."""

    kind = "transport"


class AuthenticationError(KsefError):
    """Logging in failed, or the login was revoked."""

    kind = "authentication"


class RefusedError(KsefError):
    """KSeF received the request and refused it."""

    kind = "refused"


class CryptoError(KsefError):
    """Keys, certificates, encryption, signatures."""

    kind = "crypto"


class DocumentError(KsefError):
    """Invoice and UPO documents."""

    kind = "document"


class JournalError(KsefError):
    """Journal, resuming and synchronisation."""

    kind = "journal"


class InternalError(KsefError):
    """A fault of the library itself."""

    kind = "internal"


_BY_THOUSAND: dict[int, type[KsefError]] = {
    1: MisuseError,
    2: TransportError,
    3: AuthenticationError,
    4: RefusedError,
    5: CryptoError,
    6: DocumentError,
    7: JournalError,
}


def _of(info: Any) -> KsefError:
    return _BY_THOUSAND.get(info.number // 1000, InternalError)(info)
