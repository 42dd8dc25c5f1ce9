"""The blocking client against the emulator."""

from __future__ import annotations

import base64
import datetime
import hashlib
import math
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from emulation import NIP, ROOT, Emulator, invoice, running

import libksef


def sha256(content: bytes) -> str:
    return base64.b64encode(hashlib.sha256(content).digest()).decode()


def test_login_by_token(client: libksef.Client) -> None:
    client.log_in()
    (login,) = client.auth_sessions()
    assert login.is_current and login.code == 200
    assert abs(login.start_date - datetime.datetime.now(datetime.UTC)) < datetime.timedelta(minutes=5)


@pytest.mark.parametrize("rsa", [False, True])
def test_login_by_certificate(emulator: Emulator, rsa: bool) -> None:
    certificate, key = libksef.test_seal(NIP, "Zażółć Gęślą Jaźń Sp. z o.o.", rsa=rsa)
    client = libksef.Client(emulator.environment, nip=NIP, certificate=certificate, key=key)
    client.log_in()
    with client.open_online_session() as session:
        assert isinstance(session.send(invoice("certificate")), libksef.Accepted)


def test_a_token_that_ksef_does_not_know(emulator: Emulator) -> None:
    token = emulator.token()
    wrong = token[:-1] + ("0" if token[-1] != "0" else "1")
    with pytest.raises(libksef.AuthenticationError) as raised:
        libksef.Client(emulator.environment, nip=NIP, token=wrong).log_in()
    assert raised.value.was_sent
    assert raised.value.ksef_code == 450


def test_logging_out_and_revoking(emulator: Emulator, client: libksef.Client) -> None:
    other = libksef.Client(emulator.environment, nip=NIP, token=emulator.token())
    client.log_in()
    other.log_in()
    (foreign,) = (login for login in client.auth_sessions() if not login.is_current)
    client.revoke_auth_session(foreign.reference_number)
    assert [login.is_current for login in client.auth_sessions()] == [True]
    client.revoke_auth_session()
    client.log_out()


def test_threads_share_one_login(emulator: Emulator, client: libksef.Client) -> None:
    with ThreadPoolExecutor(20) as pool:
        counts = list(pool.map(lambda _: len(client.auth_sessions()), range(20)))
    assert counts == [1] * 20
    assert emulator.calls("auth.challenge") == 1


def test_an_accepted_invoice_and_its_confirmations(client: libksef.Client) -> None:
    content = invoice("accepted/1")
    with client.open_online_session("FA (3)") as session:
        assert session.valid_until > datetime.datetime.now(datetime.UTC)
        accepted = session.send(content)
        assert isinstance(accepted, libksef.Accepted)
        assert accepted.ksef_number.startswith(NIP)
        assert accepted.invoice_hash == sha256(content)
        assert accepted.invoice_number == "accepted/1"
        assert accepted.session_reference == session.reference_number
        assert accepted.acquisition_date is not None and not accepted.already_sent
        assert accepted.upo is not None and accepted.upo_error is None
        by_number = session.upo_by_ksef_number(accepted.ksef_number)
        by_invoice = session.upo_by_invoice(accepted.invoice_reference)
        assert by_number == by_invoice == accepted.upo
        assert session.invoice(accepted.invoice_reference).ksef_number == accepted.ksef_number
        assert [item.code for item in session.invoices()] == [200]
        assert session.status().code == 100

    assert session.wait_until_processed().successful_invoice_count == 1
    (page,) = session.upos()
    for upo in (accepted.upo, page):
        assert upo.hash_verified
        assert upo.ksef_numbers == (accepted.ksef_number,)
        verified = libksef.verify_upo(upo)
        (document,) = verified.documents
        assert verified.session_reference == session.reference_number
        assert document.ksef_number == accepted.ksef_number
        assert document.invoice_hash == sha256(content)
        assert (document.invoice_number, document.seller_nip) == ("accepted/1", NIP)
        assert document.issue_date == datetime.date(2026, 2, 2)
        assert verified.signer and "BEGIN CERTIFICATE" in verified.signer_certificate


def test_a_stored_confirmation_is_verified_and_a_changed_one_is_not(
    client: libksef.Client, tmp_path: Path
) -> None:
    with client.open_online_session() as session:
        accepted = session.send(invoice("stored"))
    assert isinstance(accepted, libksef.Accepted) and accepted.upo is not None
    path = tmp_path / "upo.xml"
    path.write_bytes(bytes(accepted.upo))
    assert libksef.verify_upo(path).documents[0].ksef_number == accepted.ksef_number
    changed = path.read_bytes().replace(b"<NumerFaktury>stored<", b"<NumerFaktury>stolen<")
    assert changed != path.read_bytes()
    with pytest.raises(libksef.CryptoError) as raised:
        libksef.verify_upo(changed)
    assert raised.value.number == 5009


def test_a_rejected_invoice_says_why(client: libksef.Client) -> None:
    tomorrow = (datetime.date.today() + datetime.timedelta(days=2)).isoformat()
    with client.open_online_session() as session:
        rejected = session.send(invoice("rejected", date=tomorrow))
        assert isinstance(rejected, libksef.Rejected)
        assert rejected.code == 450
        assert rejected.description and rejected.details
        assert rejected.english and rejected.polish_advice and not rejected.is_retryable
        (failed,) = session.failed_invoices()
        assert (failed.code, failed.reference_number) == (450, rejected.invoice_reference)
        assert failed.details == rejected.details


def test_duplicates(client: libksef.Client) -> None:
    with client.open_online_session() as session:
        first = session.send(invoice("one"))
        again = session.send(invoice("one"))
        other = session.send(invoice("one").replace(b"Doradztwo", b"Szkolenie"))
    assert isinstance(first, libksef.Accepted) and isinstance(again, libksef.Accepted)
    assert (first.already_sent, again.already_sent) == (False, True)
    assert again.ksef_number == first.ksef_number
    assert isinstance(other, libksef.Rejected)
    assert (other.code, other.original_ksef_number) == (440, first.ksef_number)
    assert other.conflict == "different_content"


def test_pending_invoices_are_resumed(emulator: Emulator, client: libksef.Client) -> None:
    emulator.hold(True)
    session = client.open_online_session()
    pending = session.send(invoice("pending"), wait=0)
    assert isinstance(pending, libksef.Pending)
    assert client.unsettled() == [pending.resume_token]
    assert isinstance(client.resume(pending.resume_token, wait=0.05), libksef.Pending)
    emulator.hold(False)
    elsewhere = libksef.Client(emulator.environment, nip=NIP, token=emulator.token())
    for settler in (elsewhere, client):
        settled = settler.resume(pending.resume_token, wait=math.inf, with_upo=False, timeout=30)
        assert isinstance(settled, libksef.Accepted)
        assert settled.invoice_hash == pending.invoice_hash and settled.upo is None
    assert client.unsettled() == []
    session.close()


def test_a_lost_answer_leaves_one_invoice(emulator: Emulator, client: libksef.Client) -> None:
    session = client.open_online_session()
    emulator.manage(
        "POST", "/faults", {"operation": "sessions.send_invoice", "kind": "drop_after", "times": 1}
    )
    assert isinstance(session.send(invoice("lost")), libksef.Accepted)
    assert len(emulator.manage("GET", "/invoices")) == 1


def test_what_breaks_a_rule_does_not_leave(emulator: Emulator, client: libksef.Client) -> None:
    session = client.open_online_session()
    with pytest.raises(libksef.DocumentError):
        session.send(b"\xef\xbb\xbf" + invoice("bom"))
    with pytest.raises(libksef.MisuseError):
        session.send(invoice("correction"), corrected_hash=sha256(b""))
    with pytest.raises(libksef.MisuseError):
        session.send(invoice("correction"), offline=True, corrected_hash="no hash")
    with pytest.raises(TypeError):
        session.send("<Faktura/>")  # type: ignore[arg-type]
    with pytest.raises(FileNotFoundError):
        session.send(Path("/nowhere/invoice.xml"))
    assert emulator.calls("sessions.send_invoice") == 0


def test_ksef_may_be_the_only_judge(emulator: Emulator, client: libksef.Client) -> None:
    with client.open_online_session() as session:
        rejected = session.send(b"\xef\xbb\xbf" + invoice("bom"), check=False)
    assert isinstance(rejected, libksef.Rejected)
    assert emulator.calls("sessions.send_invoice") == 1


def test_unknown_forms_and_identifiers(client: libksef.Client) -> None:
    with pytest.raises(libksef.MisuseError, match="form"):
        client.open_online_session("FA (1)")
    session = client.open_online_session()
    for wrong in (session.upo_by_invoice, session.upo_by_ksef_number, session.invoice, client.resume):
        with pytest.raises(libksef.MisuseError):
            wrong("nonsense")


def test_a_session_closes_itself(client: libksef.Client) -> None:
    with client.open_online_session() as session:
        session.send(invoice("closed"))
    session.close()
    with pytest.raises(libksef.MisuseError) as raised:
        session.send(invoice("late"))
    assert raised.value.number == 1021

    with pytest.raises(ZeroDivisionError), client.open_online_session() as session:
        session.send(invoice("failed"))
        raise ZeroDivisionError
    assert session.wait_until_processed().code == 200

    with pytest.raises(KeyboardInterrupt), client.open_online_session() as session:
        raise KeyboardInterrupt
    assert session.status().code == 100


def test_warnings_reach_the_caller(emulator: Emulator, client: libksef.Client) -> None:
    emulator.manage("POST", "/warnings", {"text": "[xml-002]: Forbidden characters"})
    client.log_in()
    client.auth_sessions()
    (warning,) = client.warnings()
    assert (warning.code, warning.message) == ("xml-002", "Forbidden characters")
    assert warning.count >= 1 and warning.seen_at.tzinfo is not None


@pytest.mark.parametrize("timeout", [0.2, datetime.timedelta(milliseconds=200)])
def test_a_call_ends_at_its_deadline(
    emulator: Emulator, client: libksef.Client, timeout: libksef.Duration
) -> None:
    session = client.open_online_session()
    emulator.delay("sessions.status")
    began = time.monotonic()
    with pytest.raises(libksef.TransportError) as raised:
        session.status(timeout=timeout)
    assert time.monotonic() - began < 5
    assert raised.value.number == 2009 and raised.value.was_sent
    # The limit was that of one call.
    assert session.invoices() == []


@pytest.mark.parametrize("in_main_thread", [True, False])
def test_a_call_is_cancelled_from_another_thread(
    emulator: Emulator, client: libksef.Client, in_main_thread: bool
) -> None:
    session = client.open_online_session()
    emulator.delay("sessions.status")
    token = libksef.CancelToken()

    def call() -> libksef.KsefError:
        with pytest.raises(libksef.TransportError) as raised:
            session.status(cancel=token)
        return raised.value

    def cancel() -> None:
        emulator.await_call("sessions.status")
        token.cancel()

    if in_main_thread:
        canceller = threading.Thread(target=cancel)
        canceller.start()
        error = call()
        canceller.join()
    else:
        with ThreadPoolExecutor(1) as pool:
            future = pool.submit(call)
            cancel()
            error = future.result(timeout=5)
    assert error.number == 2010
    assert token.is_cancelled
    with pytest.raises(libksef.TransportError):
        client.auth_sessions(cancel=token)


def test_any_operation_is_called_by_its_name(emulator: Emulator) -> None:
    certificate, key = libksef.test_seal(NIP)
    client = libksef.Client(emulator.environment, nip=NIP, certificate=certificate, key=key)
    made = client.call(
        "tokens.generate", body={"permissions": ["InvoiceRead"], "description": "by name"}
    )
    listed = client.call("tokens.list", pageSize=10)
    assert made["referenceNumber"] in [token["referenceNumber"] for token in listed["tokens"]]
    assert client.call("tokens.revoke", referenceNumber=made["referenceNumber"]) is None
    with pytest.raises(libksef.MisuseError, match="tokens.liszt"):
        client.call("tokens.liszt")
    with pytest.raises(libksef.MisuseError, match="description"):
        client.call("tokens.generate", body={"permissions": [], "description": "x"})
    with pytest.raises(libksef.RefusedError) as raised:
        client.call("sessions.status", referenceNumber="20260101-SO-0000000000-0000000000-00")
    assert raised.value.ksef_code == 21173


def test_tls_with_an_authority_of_its_own() -> None:
    with running("--tls") as emulator:
        token = emulator.token()
        assert emulator.api.startswith("https://")
        libksef.Client(emulator.environment, nip=NIP, token=token, extra_ca=emulator.authority).log_in()
        with pytest.raises(libksef.TransportError) as raised:
            libksef.Client(emulator.environment, nip=NIP, token=token).log_in()
        assert not raised.value.was_sent


def test_the_example_runs(emulator: Emulator, tmp_path: Path) -> None:
    (tmp_path / "invoice.xml").write_bytes(invoice("example"))
    run = subprocess.run(
        [sys.executable, ROOT / "examples" / "python" / "quickstart.py"],
        cwd=tmp_path,
        env={"KSEF_URL": emulator.api, "KSEF_TOKEN": emulator.token()},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert run.returncode == 0, run.stderr
    (held,) = emulator.manage("GET", "/invoices")
    assert run.stdout.strip() == held["ksefNumber"]
