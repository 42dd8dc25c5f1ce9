"""The published client queries metadata, exports and decrypts from our emulator; Python's own readers open the packages."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import tarfile
import time
import uuid
import zipfile
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from conftest import RunningEmulator
from ksef_client import KsefClient, KsefClientOptions, KsefHttpError
from ksef_client.models import (
    CompressionType,
    InvoiceExportRequest,
    InvoiceQueryDateRange,
    InvoiceQueryDateType,
    InvoiceQueryFilters,
    InvoiceQuerySubjectType,
)
from ksef_client.services.crypto import EncryptionData, build_encryption_data, decrypt_aes_cbc_pkcs7
from ksef_client.services.workflows import AuthCoordinator, ExportWorkflow

BUYER = "1111111111"


@pytest.fixture(scope="module")
def client(emulator: RunningEmulator) -> KsefClient:
    return KsefClient(
        KsefClientOptions(base_url=emulator.base_url, strict_presigned_url_validation=False)
    )


@pytest.fixture
def seller() -> str:
    """A NIP of its own for each test: a profile test does not look at checksums."""
    return "5" + str(uuid.uuid4().int)[:9]


def log_in(emulator: RunningEmulator, client: KsefClient, nip: str) -> str:
    token = emulator.manage("POST", "/tokens", {"nip": nip, "permissions": ["InvoiceRead"]})["token"]
    key = client.security.get_public_key_certificate("KsefTokenEncryption")
    result = AuthCoordinator(client.auth).authenticate_with_ksef_token(
        token=token,
        public_certificate=key.certificate,
        public_key_id=key.public_key_id,
        context_identifier_type="nip",
        context_identifier_value=nip,
        poll_interval_seconds=0.05,
    )
    return str(result.access_token)


def deposit(emulator: RunningEmulator, **body: Any) -> list[str]:
    return list(emulator.manage("POST", "/invoices", body)["ksefNumbers"])


def filters(days: int = 30, subject: str = "Subject1") -> InvoiceQueryFilters:
    start = datetime.now(timezone.utc) - timedelta(days=days)
    return InvoiceQueryFilters(
        subject_type=InvoiceQuerySubjectType(subject),
        date_range=InvoiceQueryDateRange(
            date_type=InvoiceQueryDateType.PERMANENTSTORAGE, from_=start.isoformat()
        ),
    )


def export(
    client: KsefClient, access_token: str, encryption: EncryptionData, **named: Any
) -> Any:
    request = InvoiceExportRequest(
        encryption=encryption.encryption_info, filters=filters(), **named
    )
    started = client.invoices.export_invoices(request, access_token=access_token)
    deadline = time.monotonic() + 60
    while True:
        status = client.invoices.get_export_status(
            started.reference_number, access_token=access_token
        )
        if status.status.code != 100:
            return status
        assert time.monotonic() < deadline, "the export stays at 100"
        time.sleep(0.05)


def encryption_data(client: KsefClient) -> EncryptionData:
    key = client.security.get_public_key_certificate("SymmetricKeyEncryption")
    return build_encryption_data(key.certificate, public_key_id=key.public_key_id)


def archive_of(client: KsefClient, package: Any, encryption: EncryptionData) -> bytes:
    parts = []
    for part in package.parts:
        content = client.invoices.download_export_part_with_hash(part.url)
        digest = base64.b64encode(hashlib.sha256(content.content).digest()).decode()
        assert digest == content.sha256_base64 == part.encrypted_part_hash
        plain = decrypt_aes_cbc_pkcs7(content.content, encryption.key, encryption.iv)
        assert base64.b64encode(hashlib.sha256(plain).digest()).decode() == part.part_hash
        parts.append(plain)
    return b"".join(parts)


def test_iterates_over_all_metadata(
    emulator: RunningEmulator, client: KsefClient, seller: str
) -> None:
    numbers = deposit(emulator, seller=seller, buyer=BUYER, count=57)
    token = log_in(emulator, client, seller)
    pages = list(
        client.invoices.iter_invoice_metadata_pages(filters(), access_token=token, page_size=25)
    )
    found = [invoice for page in pages for invoice in page.invoices]
    assert len(pages) == 3
    assert sorted(invoice.ksef_number for invoice in found) == sorted(numbers)
    assert found[0].buyer.identifier.value == BUYER
    assert found[0].gross_amount == 123
    assert pages[0].permanent_storage_hwm_date == pages[2].permanent_storage_hwm_date
    one = found[0]
    content = client.invoices.get_invoice_bytes(one.ksef_number, access_token=token)
    assert base64.b64encode(hashlib.sha256(content.content).digest()).decode() == one.invoice_hash


@pytest.mark.parametrize("compression", [CompressionType.ZIP, CompressionType.TARGZ])
def test_exports_and_decrypts_a_package_of_many_parts(
    emulator: RunningEmulator, client: KsefClient, seller: str, compression: CompressionType
) -> None:
    numbers = deposit(emulator, seller=seller, count=60)
    emulator.manage("POST", "/download", {"partBytes": 3000})
    token = log_in(emulator, client, seller)
    encryption = encryption_data(client)
    status = export(client, token, encryption, compression_type=compression)
    emulator.manage("POST", "/download", {"partBytes": 50_000_000})
    assert status.status.code == 200
    assert len(status.package.parts) > 1
    result = ExportWorkflow(client.invoices, client.http_client).download_and_process_package(
        status.package, encryption
    )
    assert sorted(result.invoice_xml_files) == sorted(f"{number}.xml" for number in numbers)
    hashes = {row["ksefNumber"]: row["invoiceHash"] for row in result.metadata_summaries}
    for name, text in result.invoice_xml_files.items():
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert digest == hashes[name.removesuffix(".xml")]

    archive = archive_of(client, status.package, encryption)
    assert len(archive) == status.package.size
    if compression is CompressionType.ZIP:
        with zipfile.ZipFile(io.BytesIO(archive)) as reader:
            assert reader.testzip() is None
            names = reader.namelist()
            metadata = json.loads(reader.read("_metadata.json"))
    else:
        with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as tar:
            names = tar.getnames()
            file = tar.extractfile("_metadata.json")
            assert file is not None
            metadata = json.load(file)
    assert names == [f"{row['ksefNumber']}.xml" for row in metadata["invoices"]] + ["_metadata.json"]


def test_a_streamed_zip_is_a_zip(
    emulator: RunningEmulator, client: KsefClient, seller: str
) -> None:
    deposit(emulator, seller=seller, count=5)
    token = log_in(emulator, client, seller)
    encryption = encryption_data(client)
    emulator.manage("POST", "/download", {"streamedZip": True})
    status = export(client, token, encryption)
    emulator.manage("POST", "/download", {"streamedZip": False})
    with zipfile.ZipFile(io.BytesIO(archive_of(client, status.package, encryption))) as reader:
        assert reader.testzip() is None
        assert len(reader.namelist()) == 6
        assert all(entry.flag_bits & 0x08 for entry in reader.infolist())


def test_damaged_parts_are_noticed(
    emulator: RunningEmulator, client: KsefClient, seller: str
) -> None:
    deposit(emulator, seller=seller, count=2)
    token = log_in(emulator, client, seller)
    encryption = encryption_data(client)
    status = export(client, token, encryption)
    workflow = ExportWorkflow(client.invoices, client.http_client)
    for kind in ["damage", "wrong_hash"]:
        emulator.manage("POST", "/faults", {"operation": "storage.export_part", "kind": kind})
        with pytest.raises(ValueError, match="hash mismatch"):
            workflow.download_and_process_package(status.package, encryption)
    result = workflow.download_and_process_package(status.package, encryption)
    assert len(result.invoice_xml_files) == 2


def test_climbing_names_and_bombs_are_refused_by_the_client(
    emulator: RunningEmulator, client: KsefClient, seller: str
) -> None:
    deposit(emulator, seller=seller)
    token = log_in(emulator, client, seller)
    encryption = encryption_data(client)
    workflow = ExportWorkflow(client.invoices, client.http_client)
    for entry in [{"name": "../evil.xml", "content": "<x/>"}, {"name": "b.xml", "zeros": 60_000_000}]:
        emulator.manage("POST", "/exports", {"extraEntries": [entry]})
        status = export(client, token, encryption)
        with pytest.raises(ValueError):
            workflow.download_and_process_package(status.package, encryption)
    emulator.manage("POST", "/exports", {"extraEntries": []})


def test_a_wrong_key_shows_later(
    emulator: RunningEmulator, client: KsefClient, seller: str
) -> None:
    token = log_in(emulator, client, seller)
    encryption = encryption_data(client)
    assert encryption.encryption_info is not None
    garbage = base64.b64encode(bytes(256)).decode()
    wrong = replace(
        encryption,
        encryption_info=replace(encryption.encryption_info, encrypted_symmetric_key=garbage),
    )
    assert export(client, token, wrong).status.code == 415


def test_a_range_that_is_too_long_is_refused(
    emulator: RunningEmulator, client: KsefClient, seller: str
) -> None:
    token = log_in(emulator, client, seller)
    # To the client, a hundred days end with the day; the limit is a hundred days to the instant.
    now = datetime.now(timezone.utc).replace(hour=12)
    wanted = InvoiceQueryFilters(
        subject_type=InvoiceQuerySubjectType.SUBJECT1,
        date_range=InvoiceQueryDateRange(
            date_type=InvoiceQueryDateType.ISSUE,
            from_=(now - timedelta(days=100, hours=1)).isoformat(),
            to=now.isoformat(),
        ),
    )
    with pytest.raises(KsefHttpError, match="HTTP 400") as raised:
        client.invoices.query_invoice_metadata(wanted, access_token=token)
    assert "21405" in str(raised.value.response_body)
