"""Data that goes in and comes out. Everything is immutable."""

from __future__ import annotations

import datetime
import os
from dataclasses import dataclass, field

from .errors import KsefError

__all__ = [
    "Accepted",
    "AuthSession",
    "Document",
    "Duration",
    "Environment",
    "Explanation",
    "ErrorText",
    "InvoiceStatus",
    "Pending",
    "Rejected",
    "SendOutcome",
    "SessionStatus",
    "SystemWarning",
    "Unknown",
    "Upo",
    "UpoDocument",
    "VerifiedUpo",
]

#: A length of time: seconds, or a ``timedelta``.
Duration = float | datetime.timedelta

#: The exact bytes of a document, or the path of the file that holds them.
Document = bytes | bytearray | memoryview | os.PathLike[str]


@dataclass(frozen=True)
class Environment:
    """Where KSeF is. Take one of ``test()``, ``demo()``, ``production()``, or name other hosts with ``custom()``."""

    name: str
    api: str | None = None
    qr: str | None = None
    latarnia: str | None = None

    @classmethod
    def test(cls) -> Environment:
        """The Ministry's Test environment: self-signed certificates, made-up companies."""
        return cls("test")

    @classmethod
    def demo(cls) -> Environment:
        """The Ministry's Demo environment: production rules, no legal effect."""
        return cls("demo")

    @classmethod
    def production(cls) -> Environment:
        """The real thing: what is accepted there is an issued invoice."""
        return cls("production")

    @classmethod
    def custom(cls, api: str, *, qr: str | None = None, latarnia: str | None = None) -> Environment:
        """Other hosts, such as an emulator. ``api`` is the base address with ``/v2``."""
        return cls("custom", api, qr, latarnia)


@dataclass(frozen=True)
class Upo:
    """An official confirmation of receipt (PROTOCOL §8.2)."""

    #: The exact XML bytes, as KSeF signed them. They are the legal document: keep them as they are.
    content: bytes = field(repr=False)
    #: Whether KSeF sent a digest beside the document; it was then found equal.
    hash_verified: bool
    #: The reference number of the session that it confirms.
    session_reference: str
    #: The KSeF numbers of the invoices that it confirms.
    ksef_numbers: tuple[str, ...]

    def __bytes__(self) -> bytes:
        return self.content


@dataclass(frozen=True)
class UpoDocument:
    """One invoice that a UPO confirms."""

    ksef_number: str
    #: The NIP of the seller and the number that the seller gave.
    seller_nip: str = field(repr=False)
    invoice_number: str = field(repr=False)
    #: The date of issue, in Poland.
    issue_date: datetime.date
    #: When KSeF received the invoice, and when it gave the number.
    sent_at: datetime.datetime
    numbered_at: datetime.datetime
    #: SHA-256 of the invoice bytes, Base64.
    invoice_hash: str
    #: ``Online`` or ``Offline``; not in old documents.
    mode: str | None


@dataclass(frozen=True)
class VerifiedUpo:
    """What a UPO says whose signature was found valid."""

    #: The reference number of the session that it confirms.
    session_reference: str
    #: The receiving authority, which tells the environment.
    receiver: str
    #: The form of the invoices, such as ``FA (3)``.
    form_code: str
    #: The owner of the certificate that signed it. Whether that is the Ministry is for you to judge: the chain of
    #: certificates is not checked.
    signer: str
    #: The certificate that signed it, PEM text.
    signer_certificate: str = field(repr=False)
    #: The time of signing that the signature claims.
    signing_time: datetime.datetime | None
    documents: tuple[UpoDocument, ...] = field(repr=False)


@dataclass(frozen=True)
class Accepted:
    """KSeF took the invoice: it is issued."""

    #: The number that KSeF gave.
    ksef_number: str
    #: The reference numbers of the invoice and of its session.
    invoice_reference: str
    session_reference: str
    #: SHA-256 of the invoice bytes, Base64.
    invoice_hash: str
    #: The number that the seller gave, as KSeF read it.
    invoice_number: str | None = field(repr=False)
    #: When KSeF took it, and from when it can be downloaded (often not yet known).
    acquisition_date: datetime.datetime | None
    permanent_storage_date: datetime.datetime | None
    #: ``Online`` or ``Offline``, as KSeF qualified it.
    invoicing_mode: str | None
    #: Whether the same bytes had been accepted before, by an earlier call.
    already_sent: bool
    #: The confirmation, if it was asked for and could be fetched; otherwise why it could not.
    upo: Upo | None = field(repr=False)
    upo_error: KsefError | None


@dataclass(frozen=True)
class Rejected:
    """KSeF refused the invoice."""

    #: KSeF's status code, such as 450 (the document) or 440 (a duplicate).
    code: int
    #: KSeF's own words, in Polish.
    description: str
    #: KSeF's reasons. They may name companies and people: show them, do not log them.
    details: tuple[str, ...] = field(repr=False)
    #: What the code means, and what to do about it, in English and in Polish: one line each.
    english: str
    polish: str = field(repr=False)
    english_advice: str = field(repr=False)
    polish_advice: str = field(repr=False)
    #: Whether sending the same bytes again can succeed.
    is_retryable: bool
    #: The reference numbers of the invoice and of its session.
    invoice_reference: str | None
    session_reference: str
    #: SHA-256 of the invoice bytes, Base64.
    invoice_hash: str
    #: The number that the seller gave, as KSeF read it.
    invoice_number: str | None = field(repr=False)
    #: For a duplicate: the invoice that was there before, and its session.
    original_ksef_number: str | None
    original_session_reference: str | None
    #: For a duplicate: ``different_content``, or ``original_unreadable`` when the contents could not be compared.
    conflict: str | None


@dataclass(frozen=True)
class Pending:
    """KSeF has the invoice and has not decided yet. Do not send it again; call ``Client.resume`` later."""

    #: The text to keep. It holds nothing secret.
    resume_token: str
    #: SHA-256 of the invoice bytes, Base64.
    invoice_hash: str
    #: The reference numbers of the session and of the invoice.
    session_reference: str
    invoice_reference: str | None


@dataclass(frozen=True)
class Unknown:
    """It is not known whether KSeF has the invoice. Do not send it again; call ``Client.resume``."""

    #: The text to keep. It holds nothing secret.
    resume_token: str
    #: SHA-256 of the invoice bytes, Base64.
    invoice_hash: str
    #: The reference numbers of the session, and of the invoice if KSeF is known to have it.
    session_reference: str
    invoice_reference: str | None
    #: Why it is not known.
    cause: KsefError | None


SendOutcome = Accepted | Rejected | Pending | Unknown


@dataclass(frozen=True)
class SessionStatus:
    """The state of a session (PROTOCOL §2.8). Codes from 200 on are final; 200 does not mean all were accepted."""

    code: int
    description: str
    details: tuple[str, ...]
    invoice_count: int
    successful_invoice_count: int
    failed_invoice_count: int
    #: The reference numbers of the pages of the collective UPO; empty until it is made.
    upo_references: tuple[str, ...]


@dataclass(frozen=True)
class InvoiceStatus:
    """The state of one invoice in a session (PROTOCOL §2.9). Codes from 200 on are final."""

    reference_number: str
    #: Its place in the session, from 1.
    ordinal_number: int
    code: int
    description: str
    #: KSeF's reasons. They may name companies and people: show them, do not log them.
    details: tuple[str, ...] = field(repr=False)
    #: SHA-256 of the invoice bytes, Base64.
    invoice_hash: str | None
    invoice_number: str | None = field(repr=False)
    ksef_number: str | None
    #: ``Online`` or ``Offline``, as KSeF qualified it.
    invoicing_mode: str | None


@dataclass(frozen=True)
class AuthSession:
    """One login of the context."""

    reference_number: str
    #: Whether it is the one that asks.
    is_current: bool
    start_date: datetime.datetime
    code: int
    description: str


@dataclass(frozen=True)
class SystemWarning:
    """A warning that KSeF attached to an answer. It announces what will be refused later."""

    #: KSeF's code, such as ``sig-001``, and its words.
    code: str
    message: str
    #: The operation whose answer carried it last, when that was, and how many answers carried it.
    operation: str
    seen_at: datetime.datetime
    count: int


@dataclass(frozen=True)
class ErrorText:
    """What is known about an error number without an error at hand."""

    number: int
    #: The stable name, in snake case.
    name: str
    #: What happened, and what to do about it, in English and in Polish.
    english: str
    polish: str
    english_advice: str
    polish_advice: str


@dataclass(frozen=True)
class Explanation:
    """What one code means in one place, for a person."""

    code: int
    #: The operations that give the code this meaning; empty for any operation.
    operations: tuple[str, ...]
    #: KSeF's fixed text, in Polish; empty for numbers of this library and codes that it does not know.
    ksef_text: str
    english: str
    english_advice: str
    polish: str
    polish_advice: str
    #: Whether the same call or document can succeed later without any change.
    is_retryable: bool
