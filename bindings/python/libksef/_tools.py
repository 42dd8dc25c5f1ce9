"""Small things that need no client."""

from __future__ import annotations

import json
from typing import Any, Self

from . import _convert as convert
from . import _generated as generated
from . import _native
from .types import Document, ErrorText, Explanation, Upo, VerifiedUpo

__all__ = [
    "CancelToken",
    "SymmetricKey",
    "check_invoice",
    "error_text",
    "explain",
    "operations",
    "test_seal",
    "verify_upo",
    "version",
]


class CancelToken:
    """Ends calls early. Any number of calls and threads may share one."""

    def __init__(self) -> None:
        self._native = generated.CancelToken()

    def cancel(self) -> None:
        """End every call that carries the token, now and later."""
        self._native.cancel()

    @property
    def is_cancelled(self) -> bool:
        """Whether the token was cancelled."""
        answer: bool = self._native.is_cancelled()
        return answer


class SymmetricKey:
    """An AES-256 key with its initialisation vector, as KSeF uses one per session or package (PROTOCOL §5).

    Buffers of any size are read where they are: nothing is copied on the way in, and the result is written once. Other
    threads run meanwhile and must not change the buffer.

    >>> key = SymmetricKey.generate()
    >>> key.decrypt(key.encrypt(b"invoice"))
    b'invoice'
    """

    def __init__(self, key: bytes, iv: bytes) -> None:
        """``key`` has 32 bytes and ``iv`` 16, as in a request or a stored journal."""
        self._native = _native.SymmetricKey(key, iv)

    @classmethod
    def generate(cls) -> Self:
        """A fresh random key."""
        this = cls.__new__(cls)
        this._native = _native.SymmetricKey.generate()
        return this

    @property
    def key(self) -> bytes:
        """The 32 bytes of the key. Secret."""
        return self._native.key

    @property
    def iv(self) -> bytes:
        """The 16 bytes of the initialisation vector."""
        return self._native.iv

    def encrypt(self, content: bytes | bytearray | memoryview) -> bytes:
        """AES-256-CBC with PKCS#7 padding; the vector is not put in front."""
        return self._native.encrypt(content)

    def decrypt(self, content: bytes | bytearray | memoryview) -> bytes:
        """The inverse of ``encrypt``. Raises ``ValueError`` if the content does not belong to the key."""
        return self._native.decrypt(content)

    def __repr__(self) -> str:
        return "SymmetricKey(…)"


def check_invoice(invoice: Document) -> None:
    """Check the bytes of an invoice as ``send`` does (PROTOCOL §19, rules 1 to 5). Raises ``DocumentError``.

    >>> check_invoice(b"<Faktura/>")
    >>> check_invoice(b"")
    Traceback (most recent call last):
    ...
    libksef.errors.DocumentError: [6001] the document is empty...
    """
    convert.call(generated.check_invoice, convert.content(invoice))


def test_seal(nip: str, name: str = "Test", *, rsa: bool = False) -> tuple[str, str]:
    """A self-signed company seal for the Test environment and the emulator: certificate and key, PEM text.

    The key is on the curve P-256, or RSA with 2048 bits. No other environment accepts it.
    """
    identity = convert.call(generated.test_seal, nip, name, rsa)
    return identity.certificate_pem, identity.key_pem


def verify_upo(upo: Upo | Document) -> VerifiedUpo:
    """Check the signature of a UPO and tell what it confirms. Works on stored files.

    Raises ``CryptoError`` if the signature does not hold, ``DocumentError`` if the file is no UPO.
    """
    content = upo.content if isinstance(upo, Upo) else convert.content(upo)
    return convert.verified_upo(convert.call(generated.verify_upo, content))


def error_text(number: int) -> ErrorText | None:
    """The texts of an error number; nothing for a number that is not in use.

    >>> error_text(1010).english
    'the KSeF token is empty'
    """
    row = generated.error_text(number)
    if row is None:
        return None
    return ErrorText(
        number=row.number,
        name=row.name,
        english=row.english,
        polish=row.polish,
        english_advice=row.english_advice,
        polish_advice=row.polish_advice,
    )


def version() -> str:
    """The version of the library."""
    text: str = generated.library_version()
    return text


def explain(code: int, operation: str | None = None) -> list[Explanation]:
    """What a code of KSeF, or a number of this library, means; an operation such as ``sessions.send_invoice`` narrows it.

    >>> explain(440, "sessions.invoice_status")[0].ksef_text
    'Duplikat faktury'
    """
    return [
        Explanation(
            code=one.code,
            operations=tuple(one.operations),
            ksef_text=one.ksef_text,
            english=one.english,
            english_advice=one.english_advice,
            polish=one.polish,
            polish_advice=one.polish_advice,
            is_retryable=one.is_retryable,
        )
        for one in generated.explain(code, operation)
    ]


def operations() -> list[dict[str, Any]]:
    """All operations of the API: id, summary, method, path, inputs, request and response types, permissions.

    >>> len(operations())
    83
    """
    listed: list[dict[str, Any]] = json.loads(convert.call(generated.operations))
    return listed
