"""The blocking client. Ctrl-C ends a call at once; the work behind it is cancelled, not abandoned."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self, TypeVar

from . import _convert as convert
from . import _generated as generated
from ._base import ClientBase, SessionBase
from ._tools import CancelToken
from .types import (
    AuthSession,
    Document,
    Duration,
    InvoiceStatus,
    SendOutcome,
    SessionStatus,
    Upo,
)

T = TypeVar("T")

#: Where a lock cannot be interrupted (Windows), Ctrl-C is heard this often, in seconds.
_HEARING = 0.1


def _run(work: Callable[[Any], T], timeout: Duration | None, cancel: CancelToken | None) -> T:
    """Does the work with limits. In the main thread it waits for a worker, because only Python code hears Ctrl-C."""
    token = cancel or CancelToken()
    limits = convert.limits(timeout, token._native)
    if threading.current_thread() is not threading.main_thread():
        return convert.call(work, limits)
    answer: list[T] = []
    failure: list[BaseException] = []
    done = threading.Event()

    def worker() -> None:
        try:
            answer.append(convert.call(work, limits))
        except BaseException as raised:
            failure.append(raised)
        finally:
            done.set()

    threading.Thread(target=worker, name="libksef-call", daemon=True).start()
    try:
        while not done.wait(_HEARING):
            pass
    except BaseException:
        token.cancel()
        done.wait()
        raise
    if failure:
        raise failure[0]
    return answer[0]


class Client(ClientBase):
    """One login, any number of sessions. Thread-safe: threads share the login.

    Making a client sends nothing; the first call that needs a login logs in. ``timeout`` (seconds, or a ``timedelta``)
    bounds a whole call, retries and waits included; ``cancel`` ends it from another thread. Ctrl-C cancels the call that
    the main thread waits for, with its token.
    """

    _make = generated.BlockingClient

    def log_in(self, *, timeout: Duration | None = None, cancel: CancelToken | None = None) -> None:
        """Log in now instead of with the first call; does nothing while the login is good."""
        _run(self._native.log_in, timeout, cancel)

    def log_out(self, *, timeout: Duration | None = None, cancel: CancelToken | None = None) -> None:
        """End the login at KSeF. A later call logs in again."""
        _run(self._native.log_out, timeout, cancel)

    def auth_sessions(
        self, *, timeout: Duration | None = None, cancel: CancelToken | None = None
    ) -> list[AuthSession]:
        """All active logins of the context."""
        items = _run(self._native.auth_sessions, timeout, cancel)
        return [convert.auth_session(item) for item in items]

    def revoke_auth_session(
        self,
        reference_number: str | None = None,
        *,
        timeout: Duration | None = None,
        cancel: CancelToken | None = None,
    ) -> None:
        """Revoke one login by its reference number, or the client's own."""
        native = self._native
        _run(lambda limits: native.revoke_auth_session(reference_number, limits), timeout, cancel)

    def open_online_session(
        self, form: str = "FA (3)", *, timeout: Duration | None = None, cancel: CancelToken | None = None
    ) -> OnlineSession:
        """Open an interactive session for one form of invoice. It lives 12 hours at most."""
        native = self._native
        return OnlineSession(
            _run(lambda limits: native.open_online_session(form, limits), timeout, cancel)
        )

    def resume(
        self,
        resume_token: str,
        *,
        wait: Duration | None = None,
        with_upo: bool = True,
        timeout: Duration | None = None,
        cancel: CancelToken | None = None,
    ) -> SendOutcome:
        """Find out what became of an invoice whose outcome was pending or unknown. Never sends it again.

        ``wait`` is as in ``OnlineSession.send``. A ``JournalError`` with the number 7001 says that KSeF does not have the
        invoice, so that it can be sent again.
        """
        native, patience = self._native, convert.patience(wait)
        return convert.outcome(
            _run(lambda limits: native.resume(resume_token, patience, with_upo, limits), timeout, cancel)
        )

    def call(
        self,
        operation: str,
        /,
        *,
        timeout: Duration | None = None,
        cancel: CancelToken | None = None,
        **inputs: object,
    ) -> Any:
        """Call any operation of the API by its name: ``call("tokens.list", pageSize=10)``.

        Path and query parameters go by their API names, ``body`` is the request as a dictionary, ``continuationToken``
        asks for the next page. The answer is parsed JSON, the bytes of a document, or ``None``.
        ``libksef.operations()`` lists names and parameters.
        """
        native, arguments = self._native, convert.arguments(inputs or None)
        return convert.answer(
            _run(lambda limits: native.call(operation, arguments, limits), timeout, cancel)
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        """The login stays valid at KSeF; use ``log_out`` to end it."""


class OnlineSession(SessionBase):
    """An open interactive session. As a context manager it closes itself at KSeF.

    An interruption (Ctrl-C) leaves it open; KSeF then closes it after 12 hours.
    """

    def send(
        self,
        invoice: Document,
        *,
        offline: bool = False,
        corrected_hash: str | None = None,
        check: bool = True,
        wait: Duration | None = None,
        with_upo: bool = True,
        timeout: Duration | None = None,
        cancel: CancelToken | None = None,
    ) -> SendOutcome:
        """Send one invoice: its exact bytes, or the path of its file.

        The bytes are checked first: what KSeF would refuse unread raises ``DocumentError`` and does not leave
        (``check=False`` leaves the judgement to KSeF). Once the request may have left, no network error is raised: the
        outcome is ``Pending`` or ``Unknown`` with a resume token.

        ``wait`` bounds the wait for the verdict: two minutes by default, 0 does not wait, ``math.inf`` waits until it is
        there. ``corrected_hash`` makes a technical correction of an ``offline`` invoice that was refused. After Ctrl-C,
        ``Client.unsettled`` has the resume token.
        """
        native, content = self._native, convert.content(invoice)
        settings = convert.send_settings(offline, corrected_hash, check, wait, with_upo)
        return convert.outcome(
            _run(lambda limits: native.send(content, settings, limits), timeout, cancel)
        )

    def status(
        self, *, timeout: Duration | None = None, cancel: CancelToken | None = None
    ) -> SessionStatus:
        """The state of the session."""
        return convert.session_status(_run(self._native.status, timeout, cancel))

    def invoice(
        self, reference_number: str, *, timeout: Duration | None = None, cancel: CancelToken | None = None
    ) -> InvoiceStatus:
        """The state of one invoice of the session."""
        native = self._native
        return convert.invoice_status(
            _run(lambda limits: native.invoice(reference_number, limits), timeout, cancel)
        )

    def invoices(
        self, *, timeout: Duration | None = None, cancel: CancelToken | None = None
    ) -> list[InvoiceStatus]:
        """All invoices of the session."""
        items = _run(self._native.invoices, timeout, cancel)
        return [convert.invoice_status(item) for item in items]

    def failed_invoices(
        self, *, timeout: Duration | None = None, cancel: CancelToken | None = None
    ) -> list[InvoiceStatus]:
        """The refused invoices of the session."""
        items = _run(self._native.failed_invoices, timeout, cancel)
        return [convert.invoice_status(item) for item in items]

    def close(self, *, timeout: Duration | None = None, cancel: CancelToken | None = None) -> None:
        """Close the session at KSeF, which then makes its collective UPO. Closing twice is no error."""
        _run(self._native.close, timeout, cancel)

    def wait_until_processed(
        self,
        *,
        wait: Duration | None = None,
        timeout: Duration | None = None,
        cancel: CancelToken | None = None,
    ) -> SessionStatus:
        """Wait until KSeF has processed the closed session. When the wait ends earlier, the code is below 200."""
        native, patience = self._native, convert.patience(wait)
        return convert.session_status(
            _run(lambda limits: native.wait_until_processed(patience, limits), timeout, cancel)
        )

    def upo_by_ksef_number(
        self, ksef_number: str, *, timeout: Duration | None = None, cancel: CancelToken | None = None
    ) -> Upo:
        """The UPO of one invoice by its KSeF number, compared with the digest that KSeF sends along."""
        native = self._native
        return convert.upo(
            _run(lambda limits: native.upo_by_ksef_number(ksef_number, limits), timeout, cancel)
        )

    def upo_by_invoice(
        self, reference_number: str, *, timeout: Duration | None = None, cancel: CancelToken | None = None
    ) -> Upo:
        """The UPO of one invoice by its reference number."""
        native = self._native
        return convert.upo(
            _run(lambda limits: native.upo_by_invoice(reference_number, limits), timeout, cancel)
        )

    def upos(self, *, timeout: Duration | None = None, cancel: CancelToken | None = None) -> list[Upo]:
        """The pages of the collective UPO of a closed session; waits until KSeF has made them."""
        return [convert.upo(page) for page in _run(self._native.upos, timeout, cancel)]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        if raised is None or isinstance(raised, Exception):
            self.close()
