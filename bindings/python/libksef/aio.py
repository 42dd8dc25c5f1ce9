"""The client for asyncio. The event loop is never blocked: work runs on the engine's own threads.

Cancelling a task cancels the work behind it.
"""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self

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

__all__ = ["Client", "OnlineSession"]


def _limits(timeout: Duration | None, cancel: CancelToken | None) -> Any:
    return convert.limits(timeout, None if cancel is None else cancel._native)


class Client(ClientBase):
    """One login, any number of sessions. Tasks share the login.

    Making a client sends nothing; the first call that needs a login logs in. ``timeout`` (seconds, or a ``timedelta``)
    bounds a whole call, retries and waits included; ``cancel`` ends it from anywhere. Cancelling a task
    cancels the call that it waits for.
    """

    _make = generated.Client

    async def log_in(self, *, timeout: Duration | None = None, cancel: CancelToken | None = None) -> None:
        """Log in now instead of with the first call; does nothing while the login is good."""
        await convert.wait(self._native.log_in(_limits(timeout, cancel)))

    async def log_out(self, *, timeout: Duration | None = None, cancel: CancelToken | None = None) -> None:
        """End the login at KSeF. A later call logs in again."""
        await convert.wait(self._native.log_out(_limits(timeout, cancel)))

    async def auth_sessions(
        self, *, timeout: Duration | None = None, cancel: CancelToken | None = None
    ) -> list[AuthSession]:
        """All active logins of the context."""
        items = await convert.wait(self._native.auth_sessions(_limits(timeout, cancel)))
        return [convert.auth_session(item) for item in items]

    async def revoke_auth_session(
        self,
        reference_number: str | None = None,
        *,
        timeout: Duration | None = None,
        cancel: CancelToken | None = None,
    ) -> None:
        """Revoke one login by its reference number, or the client's own."""
        await convert.wait(self._native.revoke_auth_session(reference_number, _limits(timeout, cancel)))

    async def open_online_session(
        self, form: str = "FA (3)", *, timeout: Duration | None = None, cancel: CancelToken | None = None
    ) -> OnlineSession:
        """Open an interactive session for one form of invoice. It lives 12 hours at most."""
        return OnlineSession(
            await convert.wait(self._native.open_online_session(form, _limits(timeout, cancel)))
        )

    async def resume(
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
        patience = convert.patience(wait)
        return convert.outcome(
            await convert.wait(self._native.resume(resume_token, patience, with_upo, _limits(timeout, cancel)))
        )

    async def call(
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
            await convert.wait(native.call(operation, arguments, _limits(timeout, cancel)))
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        """The login stays valid at KSeF; use ``log_out`` to end it."""


class OnlineSession(SessionBase):
    """An open interactive session. As a context manager it closes itself at KSeF.

    A cancelled task leaves it open; KSeF then closes it after 12 hours.
    """

    async def send(
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
        there. ``corrected_hash`` makes a technical correction of an ``offline`` invoice that was refused. After a
        cancellation, ``Client.unsettled`` has the resume token.
        """
        content = convert.content(invoice)
        settings = convert.send_settings(offline, corrected_hash, check, wait, with_upo)
        return convert.outcome(
            await convert.wait(self._native.send(content, settings, _limits(timeout, cancel)))
        )

    async def status(
        self, *, timeout: Duration | None = None, cancel: CancelToken | None = None
    ) -> SessionStatus:
        """The state of the session."""
        return convert.session_status(await convert.wait(self._native.status(_limits(timeout, cancel))))

    async def invoice(
        self, reference_number: str, *, timeout: Duration | None = None, cancel: CancelToken | None = None
    ) -> InvoiceStatus:
        """The state of one invoice of the session."""
        return convert.invoice_status(
            await convert.wait(self._native.invoice(reference_number, _limits(timeout, cancel)))
        )

    async def invoices(
        self, *, timeout: Duration | None = None, cancel: CancelToken | None = None
    ) -> list[InvoiceStatus]:
        """All invoices of the session."""
        items = await convert.wait(self._native.invoices(_limits(timeout, cancel)))
        return [convert.invoice_status(item) for item in items]

    async def failed_invoices(
        self, *, timeout: Duration | None = None, cancel: CancelToken | None = None
    ) -> list[InvoiceStatus]:
        """The refused invoices of the session."""
        items = await convert.wait(self._native.failed_invoices(_limits(timeout, cancel)))
        return [convert.invoice_status(item) for item in items]

    async def close(self, *, timeout: Duration | None = None, cancel: CancelToken | None = None) -> None:
        """Close the session at KSeF, which then makes its collective UPO. Closing twice is no error."""
        await convert.wait(self._native.close(_limits(timeout, cancel)))

    async def wait_until_processed(
        self,
        *,
        wait: Duration | None = None,
        timeout: Duration | None = None,
        cancel: CancelToken | None = None,
    ) -> SessionStatus:
        """Wait until KSeF has processed the closed session. When the wait ends earlier, the code is below 200."""
        patience = convert.patience(wait)
        return convert.session_status(
            await convert.wait(self._native.wait_until_processed(patience, _limits(timeout, cancel)))
        )

    async def upo_by_ksef_number(
        self, ksef_number: str, *, timeout: Duration | None = None, cancel: CancelToken | None = None
    ) -> Upo:
        """The UPO of one invoice by its KSeF number, compared with the digest that KSeF sends along."""
        return convert.upo(
            await convert.wait(self._native.upo_by_ksef_number(ksef_number, _limits(timeout, cancel)))
        )

    async def upo_by_invoice(
        self, reference_number: str, *, timeout: Duration | None = None, cancel: CancelToken | None = None
    ) -> Upo:
        """The UPO of one invoice by its reference number."""
        return convert.upo(
            await convert.wait(self._native.upo_by_invoice(reference_number, _limits(timeout, cancel)))
        )

    async def upos(self, *, timeout: Duration | None = None, cancel: CancelToken | None = None) -> list[Upo]:
        """The pages of the collective UPO of a closed session; waits until KSeF has made them."""
        return [convert.upo(page) for page in await convert.wait(self._native.upos(_limits(timeout, cancel)))]

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        if raised is None or isinstance(raised, Exception):
            await self.close()
