"""A published client that we did not write goes the whole way on our emulator: it judges the wire, not us."""

from __future__ import annotations

import base64
import datetime
import hashlib
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import RunningEmulator
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID, ObjectIdentifier
from ksef_client import KsefClient, KsefClientOptions, KsefHttpError
from ksef_client.openapi_models import FormCode
from ksef_client.services.workflows import AuthCoordinator, OnlineSessionWorkflow
from lxml import etree
from signxml import XMLVerifier

NIP = "5265877635"
FA3 = FormCode(system_code="FA (3)", schema_version="1-0E", value="FA")
UPO = {"u": "http://upo.schematy.mf.gov.pl/KSeF/v4-3"}
INVOICE = Path(__file__).with_name("invoice.xml")


@pytest.fixture(scope="module")
def client(emulator: RunningEmulator) -> KsefClient:
    return KsefClient(
        KsefClientOptions(base_url=emulator.base_url, strict_presigned_url_validation=False)
    )


def seal_certificate(key: Any) -> x509.Certificate:
    """A company seal as PROTOCOL §3.5 describes it, made by pyca/cryptography."""
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Zażółć Gęślą Jaźń Sp. z o.o."),
            x509.NameAttribute(ObjectIdentifier("2.5.4.97"), f"VATPL-{NIP}"),
            x509.NameAttribute(NameOID.COMMON_NAME, "Zażółć"),
            x509.NameAttribute(NameOID.COUNTRY_NAME, "PL"),
        ]
    )
    now = datetime.datetime.now(datetime.timezone.utc)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=30))
        .sign(key, hashes.SHA256())
    )


def pem_pair(key: Any) -> tuple[str, str]:
    return (
        seal_certificate(key).public_bytes(serialization.Encoding.PEM).decode(),
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).decode(),
    )


def log_in_with_xades(client: KsefClient, key: Any) -> str:
    certificate, private_key = pem_pair(key)
    result = AuthCoordinator(client.auth).authenticate_with_xades(
        context_identifier_type="Nip",
        context_identifier_value=NIP,
        subject_identifier_type="certificateSubject",
        certificate_pem=certificate,
        private_key_pem=private_key,
        enforce_xades_compliance=True,
        poll_interval_seconds=0.05,
    )
    return result.access_token


def log_in_with_token(emulator: RunningEmulator, client: KsefClient) -> str:
    token = emulator.manage(
        "POST", "/tokens", {"nip": NIP, "permissions": ["InvoiceRead", "InvoiceWrite"]}
    )["token"]
    key = client.security.get_public_key_certificate("KsefTokenEncryption")
    result = AuthCoordinator(client.auth).authenticate_with_ksef_token(
        token=token,
        public_certificate=key.certificate,
        public_key_id=key.public_key_id,
        context_identifier_type="nip",
        context_identifier_value=NIP,
        poll_interval_seconds=0.05,
    )
    return result.access_token


def invoice(number: str) -> bytes:
    return INVOICE.read_bytes().replace(b"@NUMBER@", number.encode())


def wait_for(read: Callable[[], Any], done: Callable[[Any], bool]) -> Any:
    deadline = time.monotonic() + 20
    while True:
        value = read()
        if done(value):
            return value
        assert time.monotonic() < deadline, f"still {value}"
        time.sleep(0.05)


def check_upo(content: bytes, ksef_number: str, invoice_bytes: bytes) -> None:
    document = etree.fromstring(content)
    assert document.findtext(".//u:NumerKSeFDokumentu", namespaces=UPO) == ksef_number
    digest = base64.b64encode(hashlib.sha256(invoice_bytes).digest()).decode()
    assert document.findtext(".//u:SkrotDokumentu", namespaces=UPO) == digest
    pem = document.findtext(".//{http://www.w3.org/2000/09/xmldsig#}X509Certificate")
    assert pem is not None
    verified = XMLVerifier().verify(
        content,
        x509_cert=x509.load_der_x509_certificate(base64.b64decode(pem)),
        expect_references=2,
    )
    assert verified[0].signed_xml is not None


def send_and_fetch_upo(client: KsefClient, access_token: str) -> None:
    key = client.security.get_public_key_certificate("SymmetricKeyEncryption")
    workflow = OnlineSessionWorkflow(client.sessions)
    session = workflow.open_session(
        form_code=FA3,
        public_certificate=key.certificate,
        public_key_id=key.public_key_id,
        access_token=access_token,
    )
    content = invoice(f"ksef-client/{uuid.uuid4()}")
    sent = workflow.send_invoice(
        session_reference_number=session.reference_number,
        invoice_xml=content,
        encryption_data=session.encryption_data,
        access_token=access_token,
    )
    status = wait_for(
        lambda: client.sessions.get_session_invoice_status(
            session.reference_number, sent.reference_number, access_token=access_token
        ),
        lambda answer: answer.status.code >= 200,
    )
    assert status.status.code == 200, status
    by_reference = client.sessions.get_session_invoice_upo_by_ref(
        session.reference_number, sent.reference_number, access_token=access_token
    )
    by_number = client.sessions.get_session_invoice_upo_by_ksef(
        session.reference_number, status.ksef_number, access_token=access_token
    )
    check_upo(by_reference, status.ksef_number, content)
    assert by_reference == by_number

    workflow.close_session(session.reference_number, access_token)
    closed = wait_for(
        lambda: client.sessions.get_session_status(session.reference_number, access_token=access_token),
        lambda answer: answer.status.code >= 200,
    )
    assert closed.status.code == 200
    assert closed.successful_invoice_count == 1
    page = closed.upo.pages[0]
    collective = client.sessions.get_session_upo(
        session.reference_number, page.reference_number, access_token=access_token
    )
    check_upo(collective, status.ksef_number, content)
    assert client.invoices.download_package_part(page.download_url) == collective
    stored = wait_for(
        lambda: _stored(client, status.ksef_number, access_token), lambda found: found is not None
    )
    assert stored == content


def _stored(client: KsefClient, ksef_number: str, access_token: str) -> bytes | None:
    try:
        return client.invoices.get_invoice_bytes(ksef_number, access_token=access_token).content
    except KsefHttpError:
        return None


@pytest.mark.parametrize(
    "key",
    [
        pytest.param(lambda: rsa.generate_private_key(65537, 2048), id="rsa-2048"),
        pytest.param(lambda: ec.generate_private_key(ec.SECP256R1()), id="p-256"),
    ],
)
def test_logs_in_by_xades_sends_and_fetches_upo(client: KsefClient, key: Callable[[], Any]) -> None:
    send_and_fetch_upo(client, log_in_with_xades(client, key()))


def test_logs_in_by_token_sends_and_fetches_upo(
    emulator: RunningEmulator, client: KsefClient
) -> None:
    send_and_fetch_upo(client, log_in_with_token(emulator, client))


def test_wrong_token_is_refused(client: KsefClient) -> None:
    key = client.security.get_public_key_certificate("KsefTokenEncryption")
    with pytest.raises(RuntimeError, match="450"):
        AuthCoordinator(client.auth).authenticate_with_ksef_token(
            token="20260101-EC-0000000000-0000000000-00|nip-5265877635|" + "0" * 64,
            public_certificate=key.certificate,
            public_key_id=key.public_key_id,
            context_identifier_type="nip",
            context_identifier_value=NIP,
            poll_interval_seconds=0.05,
        )


def test_refreshes_and_closes_the_login(emulator: RunningEmulator, client: KsefClient) -> None:
    token = log_in_with_token(emulator, client)
    sessions = client.auth.get_active_sessions(access_token=token)
    assert any(item.is_current for item in sessions.items)
