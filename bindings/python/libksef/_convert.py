"""The one place where generated shapes become the public ones, and generated errors the public exceptions."""

from __future__ import annotations

import datetime
import decimal
import json
import math
import os
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any, TypeVar

from . import _generated as generated
from . import errors, types

T = TypeVar("T")

#: PEM text, or the path of the file that holds it.
Pem = str | os.PathLike[str]

_PANIC = 9001


def error(raised: Any) -> errors.KsefError:
    """The public exception for one that the generated module raised."""
    if not isinstance(raised, generated.InternalError):
        return errors._of(raised.info)
    known = generated.error_text(_PANIC)
    return errors._of(
        generated.ErrorInfo(
            number=_PANIC,
            name=known.name,
            english=f"{known.english}: {raised}",
            polish=f"{known.polish}: {raised}",
            english_advice=known.english_advice,
            polish_advice=known.polish_advice,
            ksef_code=None,
            reason_code=None,
            details=[],
            http_status=None,
            trace_id=None,
            operation=None,
            was_sent=True,
            is_retryable=False,
            retry_after_ms=None,
        )
    )


def call(function: Callable[..., T], *arguments: Any) -> T:
    try:
        return function(*arguments)
    except (generated.KsefError, generated.InternalError) as raised:
        raise error(raised) from None


async def wait(coroutine: Coroutine[Any, Any, T]) -> T:
    try:
        return await coroutine
    except (generated.KsefError, generated.InternalError) as raised:
        raise error(raised) from None


_process: int | None = None


def limits(timeout: types.Duration | None, cancel: Any) -> Any:
    """The limits of a call that is about to be made; every call with work behind it passes here."""
    global _process
    if _process is None:
        _process = os.getpid()
    elif _process != os.getpid():
        raise RuntimeError(
            "libksef was used before this process was forked, and its threads did not come along; "
            "use the start method 'spawn', or make the first call after forking"
        )
    return generated.CallLimits(timeout_ms=milliseconds(timeout), cancel=cancel)


def content(document: types.Document) -> bytes:
    """The exact bytes. Text is not taken: its encoding would be a guess, and the hash must be that of the file."""
    if isinstance(document, os.PathLike):
        return Path(document).read_bytes()
    if isinstance(document, str):
        raise TypeError("pass the document as bytes or as a pathlib.Path, not as text")
    return bytes(document)


def pem(value: Pem | None) -> str | None:
    return Path(value).read_text("ascii") if isinstance(value, os.PathLike) else value


def moment(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text)


def moment_if(text: str | None) -> datetime.datetime | None:
    return None if text is None else moment(text)


def milliseconds(duration: types.Duration | None) -> int | None:
    if duration is None:
        return None
    seconds = duration.total_seconds() if isinstance(duration, datetime.timedelta) else duration
    if seconds == math.inf:
        return None
    if not seconds >= 0:
        raise ValueError("a length of time must not be negative")
    return max(1, round(seconds * 1000))


def patience(wait: types.Duration | None) -> Any:
    """How long to wait for a verdict: nothing is the engine's default, 0 is not at all, infinity is until it is there."""
    if wait is None:
        return None
    if not wait:
        return generated.Wait.DO_NOT_WAIT()
    at_most = milliseconds(wait)
    return generated.Wait.UNTIL_SETTLED() if at_most is None else generated.Wait.AT_MOST(at_most)


def environment(value: types.Environment) -> Any:
    if value.name == "custom":
        return generated.Environment.CUSTOM(value.api, value.qr, value.latarnia)
    known = {
        "test": generated.Environment.TEST,
        "demo": generated.Environment.DEMO,
        "production": generated.Environment.PRODUCTION,
    }
    if value.name not in known:
        raise ValueError(f"unknown environment: {value.name!r}")
    return known[value.name]()


def config(
    env: types.Environment,
    *,
    nip: str | None,
    context: tuple[str, str] | None,
    token: str | None,
    certificate: Pem | None,
    key: Pem | None,
    key_password: str | None,
    proxy: str | None,
    extra_ca: Pem | None,
    user_agent: str | None,
    connect_timeout: types.Duration | None,
    request_timeout: types.Duration | None,
) -> Any:
    if nip is not None and context is not None:
        raise ValueError("give either nip or context")
    if token is not None and certificate is not None:
        raise ValueError("give either token, or certificate and key")
    if (certificate is None) != (key is None):
        raise ValueError("certificate and key belong together")
    if nip is not None:
        context = ("Nip", nip)
    login = None
    if token is not None:
        login = generated.Login.TOKEN(token)
    elif certificate is not None:
        login = generated.Login.CERTIFICATE(pem(certificate), pem(key), key_password)
    return generated.ClientConfig(
        environment=environment(env),
        context=None if context is None else generated.Context(kind=context[0], value=context[1]),
        login=login,
        proxy=proxy,
        extra_ca_pem=pem(extra_ca),
        user_agent=user_agent,
        connect_timeout_ms=milliseconds(connect_timeout),
        request_timeout_ms=milliseconds(request_timeout),
    )


def send_settings(
    offline: bool, corrected_hash: str | None, check: bool, wait: types.Duration | None, with_upo: bool
) -> Any:
    return generated.SendSettings(
        offline=offline,
        hash_of_corrected_invoice=corrected_hash,
        check=check,
        wait=patience(wait),
        fetch_upo=with_upo,
    )


def outcome(value: Any) -> types.SendOutcome:
    cause = None if value.cause is None else errors._of(value.cause)
    if value.kind == generated.OutcomeKind.ACCEPTED:
        return types.Accepted(
            ksef_number=value.ksef_number,
            invoice_reference=value.invoice_reference,
            session_reference=value.session_reference,
            invoice_hash=value.invoice_hash,
            invoice_number=value.invoice_number,
            acquisition_date=moment_if(value.acquisition_date),
            permanent_storage_date=moment_if(value.permanent_storage_date),
            invoicing_mode=value.invoicing_mode,
            already_sent=value.already_sent,
            upo=None if value.upo is None else upo(value.upo),
            upo_error=cause,
        )
    if value.kind == generated.OutcomeKind.REJECTED:
        return types.Rejected(
            code=value.code,
            description=value.description,
            details=tuple(value.details),
            english=value.english,
            polish=value.polish,
            english_advice=value.english_advice,
            polish_advice=value.polish_advice,
            is_retryable=value.is_retryable,
            invoice_reference=value.invoice_reference,
            session_reference=value.session_reference,
            invoice_hash=value.invoice_hash,
            invoice_number=value.invoice_number,
            original_ksef_number=value.original_ksef_number,
            original_session_reference=value.original_session_reference,
            conflict=value.conflict,
        )
    if value.kind == generated.OutcomeKind.PENDING:
        return types.Pending(
            resume_token=value.resume_token,
            invoice_hash=value.invoice_hash,
            session_reference=value.session_reference,
            invoice_reference=value.invoice_reference,
        )
    return types.Unknown(
        resume_token=value.resume_token,
        invoice_hash=value.invoice_hash,
        session_reference=value.session_reference,
        invoice_reference=value.invoice_reference,
        cause=cause,
    )


def upo(value: Any) -> types.Upo:
    return types.Upo(
        content=value.content,
        hash_verified=value.hash_verified,
        session_reference=value.session_reference,
        ksef_numbers=tuple(value.ksef_numbers),
    )


def verified_upo(value: Any) -> types.VerifiedUpo:
    documents = (
        types.UpoDocument(
            ksef_number=document.ksef_number,
            seller_nip=document.seller_nip,
            invoice_number=document.invoice_number,
            issue_date=datetime.date.fromisoformat(document.issue_date),
            sent_at=moment(document.sent_at),
            numbered_at=moment(document.numbered_at),
            invoice_hash=document.invoice_hash,
            mode=document.mode,
        )
        for document in value.documents
    )
    return types.VerifiedUpo(
        session_reference=value.session_reference,
        receiver=value.receiver,
        form_code=value.form_code,
        signer=value.signer,
        signer_certificate=value.signer_certificate_pem,
        signing_time=moment_if(value.signing_time),
        documents=tuple(documents),
    )


def session_status(value: Any) -> types.SessionStatus:
    return types.SessionStatus(
        code=value.code,
        description=value.description,
        details=tuple(value.details),
        invoice_count=value.invoice_count,
        successful_invoice_count=value.successful_invoice_count,
        failed_invoice_count=value.failed_invoice_count,
        upo_references=tuple(value.upo_references),
    )


def invoice_status(value: Any) -> types.InvoiceStatus:
    return types.InvoiceStatus(
        reference_number=value.reference_number,
        ordinal_number=value.ordinal_number,
        code=value.code,
        description=value.description,
        details=tuple(value.details),
        invoice_hash=value.invoice_hash,
        invoice_number=value.invoice_number,
        ksef_number=value.ksef_number,
        invoicing_mode=value.invoicing_mode,
    )


def auth_session(value: Any) -> types.AuthSession:
    return types.AuthSession(
        reference_number=value.reference_number,
        is_current=value.is_current,
        start_date=moment(value.start_date),
        code=value.code,
        description=value.description,
    )


def warning(value: Any) -> types.SystemWarning:
    return types.SystemWarning(
        code=value.code,
        message=value.message,
        operation=value.operation,
        seen_at=moment(value.seen_at),
        count=value.count,
    )


def arguments(inputs: Mapping[str, object] | None) -> str | None:
    """The arguments of an operation as the JSON text that the native side reads."""
    return None if inputs is None else json.dumps(inputs, default=_json_value)


def _json_value(value: object) -> str:
    if isinstance(value, datetime.datetime):
        if value.tzinfo is None:
            raise TypeError("give dates of operations with a time zone")
        return value.isoformat()
    if isinstance(value, datetime.date | decimal.Decimal):
        return str(value)
    raise TypeError(f"an operation cannot take {type(value).__name__}")


def answer(value: Any) -> Any:
    """Parsed JSON, the bytes of a document, or nothing. Amounts are decimals, never floats."""
    if value.document is not None:
        return value.document
    return None if value.json is None else json.loads(value.json, parse_float=decimal.Decimal)
