"""The published client enrols, logs in, queries and revokes certificates, and lives with limits, on our emulator."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from dataclasses import asdict, fields

import pytest
from conftest import RunningEmulator
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from ksef_client import KsefClient, KsefClientOptions
from ksef_client.exceptions import KsefApiError, KsefRateLimitError
from ksef_client.openapi_models import (
    ApiRateLimitsOverride,
    ApiRateLimitValuesOverride,
    CertificateRevocationReason,
    CertificateSubjectLimitsOverride,
    EnrollCertificateRequest,
    KsefCertificateType,
    QueryCertificatesRequest,
    RetrieveCertificatesRequest,
    RevokeCertificateRequest,
    SetRateLimitsRequest,
    SetSubjectLimitsRequest,
)
from ksef_client.services.csr import CsrResult, generate_csr_ec, generate_csr_rsa
from ksef_client.services.workflows import AuthCoordinator

NIP = "5265877635"


@pytest.fixture(scope="module")
def client(emulator: RunningEmulator) -> KsefClient:
    return KsefClient(KsefClientOptions(base_url=emulator.base_url))


def log_in(client: KsefClient, certificate: str, key: str) -> str:
    result = AuthCoordinator(client.auth).authenticate_with_xades(
        context_identifier_type="Nip",
        context_identifier_value=NIP,
        subject_identifier_type="certificateSubject",
        certificate_pem=certificate,
        private_key_pem=key,
        enforce_xades_compliance=True,
        poll_interval_seconds=0.05,
    )
    return result.access_token


@pytest.fixture(scope="module")
def access_token(emulator: RunningEmulator, client: KsefClient) -> str:
    made = emulator.manage("POST", "/certificates", {"nip": NIP, "name": "Zażółć Gęślą Jaźń"})
    return log_in(client, made["certificatePem"], made["keyPem"])


def enroll(client: KsefClient, access_token: str, csr: CsrResult, name: str) -> str:
    request = EnrollCertificateRequest(
        certificate_name=name, certificate_type=KsefCertificateType.AUTHENTICATION, csr=csr.csr_base64
    )
    reference = client.certificates.send_enrollment(request, access_token=access_token).reference_number
    deadline = time.monotonic() + 20
    while True:
        status = client.certificates.get_enrollment_status(reference, access_token=access_token)
        if status.status.code != 100:
            assert status.status.code == 200, status
            assert status.certificate_serial_number is not None
            return status.certificate_serial_number
        assert time.monotonic() < deadline, "the enrolment does not end"
        time.sleep(0.05)


@pytest.mark.parametrize("generate", [generate_csr_ec, generate_csr_rsa])
def test_enrols_logs_in_and_revokes(
    client: KsefClient, access_token: str, generate: Callable[..., CsrResult]
) -> None:
    before = client.certificates.get_limits(access_token)
    csr = generate(asdict(client.certificates.get_enrollment_data(access_token)))
    serial = enroll(client, access_token, csr, generate.__name__)
    found = client.certificates.retrieve_certificate(
        RetrieveCertificatesRequest(certificate_serial_numbers=[serial]), access_token=access_token
    )
    certificate = x509.load_der_x509_certificate(base64.b64decode(found.certificates[0].certificate))
    assert f"{certificate.serial_number:016X}" == serial
    key = serialization.load_der_private_key(base64.b64decode(csr.private_key_base64), None)
    key_pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    certificate_pem = certificate.public_bytes(serialization.Encoding.PEM).decode()
    assert log_in(client, certificate_pem, key_pem.decode())

    after = client.certificates.get_limits(access_token)
    assert after.certificate.remaining == before.certificate.remaining - 1
    client.certificates.revoke_certificate(
        serial,
        RevokeCertificateRequest(revocation_reason=CertificateRevocationReason.SUPERSEDED),
        access_token=access_token,
    )
    listed = client.certificates.query_certificates(
        QueryCertificatesRequest(certificate_serial_number=serial), access_token=access_token
    )
    assert listed.certificates[0].status.value in ("Blocked", "Revoked")
    with pytest.raises(RuntimeError, match="460"):
        log_in(client, certificate_pem, key_pem.decode())


def test_limits_of_the_subject_are_obeyed(client: KsefClient, access_token: str) -> None:
    limits = SetSubjectLimitsRequest(certificate=CertificateSubjectLimitsOverride(max_certificates=0))
    client.testdata.change_certificate_limits(limits, access_token=access_token)
    assert client.limits.get_subject_limits(access_token).certificate.max_certificates == 0
    assert not client.certificates.get_limits(access_token).can_request
    csr = generate_csr_ec(asdict(client.certificates.get_enrollment_data(access_token)))
    with pytest.raises(KsefApiError) as refused:
        enroll(client, access_token, csr, "Za dużo")
    assert "25007" in str(refused.value.response_body)
    client.testdata.reset_certificate_limits(access_token=access_token)
    assert client.limits.get_subject_limits(access_token).certificate.max_certificates == 100


def test_context_limits_are_those_of_the_contract(client: KsefClient, access_token: str) -> None:
    limits = client.limits.get_context_limits(access_token)
    assert limits.online_session.max_invoices == 10_000
    assert limits.collective_identifier.max_invoices == 500


def test_rate_limits_stop_the_client(client: KsefClient, access_token: str) -> None:
    assert client.rate_limits.get_rate_limits(access_token).other.per_hour == -1
    one_an_hour = ApiRateLimitValuesOverride(per_second=1, per_minute=1, per_hour=1)
    groups = {group.name: one_an_hour for group in fields(ApiRateLimitsOverride)}
    request = SetRateLimitsRequest(rate_limits=ApiRateLimitsOverride(**groups))
    client.testdata.set_rate_limits(request, access_token=access_token)
    assert client.rate_limits.get_rate_limits(access_token).other.per_hour == 1
    with pytest.raises(KsefRateLimitError) as refused:
        client.rate_limits.get_rate_limits(access_token)
    # The client cuts long waits short; what the server said is kept as it was.
    assert 3_500 < int(refused.value.retry_after_raw) <= 3_600
    client.testdata.reset_rate_limits(access_token=access_token)
    assert client.rate_limits.get_rate_limits(access_token).other.per_hour == -1
