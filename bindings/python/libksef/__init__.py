"""libksef: client library for KSeF 2.0, the Polish national e-invoicing system.

``Client`` is the blocking client; ``libksef.aio.Client`` has the same methods for asyncio.

>>> import libksef
>>> libksef.Environment.custom("http://127.0.0.1:8080/v2").name
'custom'
"""

from __future__ import annotations

from ._sync import Client, OnlineSession
from ._tools import (
    CancelToken,
    SymmetricKey,
    check_invoice,
    error_text,
    explain,
    operations,
    test_seal,
    verify_upo,
    version,
)
from .errors import (
    AuthenticationError,
    CryptoError,
    DocumentError,
    InternalError,
    JournalError,
    KsefError,
    MisuseError,
    RefusedError,
    TransportError,
)
from .types import (
    Accepted,
    AuthSession,
    Document,
    Duration,
    Environment,
    ErrorText,
    Explanation,
    InvoiceStatus,
    Pending,
    Rejected,
    SendOutcome,
    SessionStatus,
    SystemWarning,
    Unknown,
    Upo,
    UpoDocument,
    VerifiedUpo,
)

__version__ = version()

__all__ = [
    "Accepted",
    "AuthSession",
    "AuthenticationError",
    "CancelToken",
    "Client",
    "CryptoError",
    "Document",
    "DocumentError",
    "Duration",
    "Environment",
    "ErrorText",
    "Explanation",
    "InternalError",
    "InvoiceStatus",
    "JournalError",
    "KsefError",
    "MisuseError",
    "OnlineSession",
    "Pending",
    "RefusedError",
    "Rejected",
    "SendOutcome",
    "SessionStatus",
    "SymmetricKey",
    "SystemWarning",
    "TransportError",
    "Unknown",
    "Upo",
    "UpoDocument",
    "VerifiedUpo",
    "check_invoice",
    "error_text",
    "explain",
    "operations",
    "test_seal",
    "verify_upo",
    "version",
]
