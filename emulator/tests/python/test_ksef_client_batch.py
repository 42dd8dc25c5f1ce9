"""A published client that we did not write sends batches to our emulator: it judges the wire, not us."""

from __future__ import annotations

import base64
import hashlib
import uuid
from collections.abc import Callable

import pytest
from conftest import RunningEmulator
from ksef_client import KsefClient, KsefHttpError
from ksef_client.services.workflows import BatchSessionWorkflow
from ksef_client.utils.zip_utils import build_tar_gz, build_zip
from test_ksef_client import FA3, check_upo, client, invoice, log_in_with_token, wait_for

__all__ = ["client"]


def digest(content: bytes) -> str:
    return base64.b64encode(hashlib.sha256(content).digest()).decode()


@pytest.mark.parametrize(
    ("compression", "build"), [("Zip", build_zip), ("TarGz", build_tar_gz)]
)
def test_sends_a_batch_and_gets_its_results(
    emulator: RunningEmulator,
    client: KsefClient,
    compression: str,
    build: Callable[[dict[str, bytes]], bytes],
) -> None:
    access_token = log_in_with_token(emulator, client)
    key = client.security.get_public_key_certificate("SymmetricKeyEncryption")
    series = uuid.uuid4()
    files = {f"{index}.xml": invoice(f"{series}/{index}") for index in range(1, 6)}
    files["bad.xml"] = b"<x/>"
    reference = BatchSessionWorkflow(client.sessions, client._http).open_upload_and_close(
        form_code=FA3,
        archive_bytes=build(files),
        compression_type=compression,
        public_certificate=key.certificate,
        public_key_id=key.public_key_id,
        access_token=access_token,
    )
    status = wait_for(
        lambda: client.sessions.get_session_status(reference, access_token=access_token),
        lambda answer: answer.status.code >= 200,
    )
    assert status.status.code == 200, status
    assert (status.invoice_count, status.successful_invoice_count, status.failed_invoice_count) == (
        6,
        5,
        1,
    )
    listed = client.sessions.get_session_invoices(
        reference, page_size=10, access_token=access_token
    ).invoices
    results = {item.invoice_file_name: item for item in listed}
    assert set(results) == set(files)
    for name, content in files.items():
        assert results[name].invoice_hash == digest(content)
        assert results[name].status.code == (450 if name == "bad.xml" else 200), results[name]
    first = results["1.xml"]
    check_upo(
        client.sessions.get_session_invoice_upo_by_ksef(
            reference, first.ksef_number, access_token=access_token
        ),
        first.ksef_number,
        files["1.xml"],
    )
    assert len(status.upo.pages) == 1


def test_a_package_declared_in_another_format_fails(
    emulator: RunningEmulator, client: KsefClient
) -> None:
    access_token = log_in_with_token(emulator, client)
    key = client.security.get_public_key_certificate("SymmetricKeyEncryption")
    reference = BatchSessionWorkflow(client.sessions, client._http).open_upload_and_close(
        form_code=FA3,
        archive_bytes=build_tar_gz({"1.xml": invoice(str(uuid.uuid4()))}),
        compression_type="Zip",
        public_certificate=key.certificate,
        public_key_id=key.public_key_id,
        access_token=access_token,
    )
    status = wait_for(
        lambda: client.sessions.get_session_status(reference, access_token=access_token),
        lambda answer: answer.status.code >= 200,
    )
    assert status.status.code == 430


def test_a_batch_is_not_closed_without_its_parts(
    emulator: RunningEmulator, client: KsefClient
) -> None:
    access_token = log_in_with_token(emulator, client)
    key = client.security.get_public_key_certificate("SymmetricKeyEncryption")
    session = BatchSessionWorkflow(client.sessions, client._http).open_session(
        form_code=FA3,
        archive_bytes=build_zip({"1.xml": invoice(str(uuid.uuid4()))}),
        public_certificate=key.certificate,
        public_key_id=key.public_key_id,
        access_token=access_token,
    )
    with pytest.raises(KsefHttpError) as refused:
        session.close(access_token=access_token)
    assert "21205" in str(refused.value.response_body)
