"""What the blocking and the asynchronous client have in common: everything that does not wait."""

from __future__ import annotations

import datetime
from typing import Any, ClassVar

from . import _convert as convert
from ._convert import Pem
from .types import Duration, Environment, SystemWarning


class ClientBase:
    """Making a client, and what it knows without asking KSeF."""

    _make: ClassVar[Any]

    def __init__(
        self,
        environment: Environment,
        *,
        nip: str | None = None,
        context: tuple[str, str] | None = None,
        token: str | None = None,
        certificate: Pem | None = None,
        key: Pem | None = None,
        key_password: str | None = None,
        proxy: str | None = None,
        extra_ca: Pem | None = None,
        user_agent: str | None = None,
        connect_timeout: Duration | None = None,
        request_timeout: Duration | None = None,
    ) -> None:
        """Name the company by ``nip``, or another context by ``context=("InternalId", "...")``.

        Log in with a KSeF ``token``, or with ``certificate`` and ``key`` (PEM text, or the path of a PEM file as a
        ``pathlib.Path``; ``key_password`` opens an encrypted key). ``proxy`` is an address, or the word
        ``"environment"`` for what ``HTTPS_PROXY`` and its relatives say; ``extra_ca`` adds certificate authorities to
        trust (PEM). ``connect_timeout`` (10 seconds) and ``request_timeout`` (100 seconds) bound single exchanges.

        Raises ``MisuseError`` or ``CryptoError`` for values that cannot work. Nothing is sent.
        """
        self._environment = environment
        self._native = convert.call(
            self._make,
            convert.config(
                environment,
                nip=nip,
                context=context,
                token=token,
                certificate=certificate,
                key=key,
                key_password=key_password,
                proxy=proxy,
                extra_ca=extra_ca,
                user_agent=user_agent,
                connect_timeout=connect_timeout,
                request_timeout=request_timeout,
            ),
        )

    @property
    def environment(self) -> Environment:
        """Where KSeF is for this client."""
        return self._environment

    def warnings(self) -> list[SystemWarning]:
        """The warnings that KSeF attached to its answers since the client was made, the same one once."""
        return [convert.warning(item) for item in self._native.warnings()]

    def unsettled(self) -> list[str]:
        """Resume tokens of invoices that were sent through this client and whose fate was not learned.

        Calls that still run are among them, and calls that were interrupted or abandoned. Kept in memory only.
        """
        tokens: list[str] = self._native.unsettled()
        return tokens

    def __repr__(self) -> str:
        return f"<{type(self).__module__}.{type(self).__name__} {self._environment.name}>"


class SessionBase:
    """What an open session knows without asking KSeF."""

    def __init__(self, native: Any) -> None:
        self._native = native

    @property
    def reference_number(self) -> str:
        """The session's reference number.

        It changes when KSeF could not read the session's key and the session had to be replaced.
        """
        number: str = self._native.reference_number()
        return number

    @property
    def valid_until(self) -> datetime.datetime:
        """When KSeF closes the session by itself."""
        return convert.moment(self._native.valid_until())

    def __repr__(self) -> str:
        return f"<{type(self).__module__}.{type(self).__name__} {self.reference_number}>"
