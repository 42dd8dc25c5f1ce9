"""Wrong input gives an exception of the right kind with a stable number, before anything is sent."""

from __future__ import annotations

import copy
import datetime
import pickle
from pathlib import Path
from typing import Any

import pytest

import libksef
from libksef import _convert, _generated, errors

TOKEN = "20251010-EC-1DCE3E3000-12ECB5B36E-45|nip-5265877635|919f704466624ce29cd5ac7b65ded5e7"
NOWHERE = libksef.Environment.custom("http://127.0.0.1:1/v2")
INVOICE = b'<?xml version="1.0" encoding="UTF-8"?><Faktura/>'


def failure(**arguments: Any) -> libksef.KsefError:
    environment = arguments.pop("environment", NOWHERE)
    with pytest.raises(libksef.KsefError) as raised:
        libksef.Client(environment, **arguments)
    return raised.value


@pytest.mark.parametrize(
    ("arguments", "number", "kind"),
    [
        ({"nip": "5265877636"}, 1002, libksef.MisuseError),
        ({"nip": "526-587-76-35"}, 1002, libksef.MisuseError),
        ({"context": ("InternalId", "5265877635")}, 1003, libksef.MisuseError),
        ({"context": ("Regon", "1")}, 1001, libksef.MisuseError),
        ({"token": ""}, 1010, libksef.MisuseError),
        ({"token": "zażółć"}, 1012, libksef.MisuseError),
        ({"proxy": "ftp://proxy"}, 1016, libksef.MisuseError),
        ({"extra_ca": "no PEM"}, 1017, libksef.MisuseError),
        ({"user_agent": "a\nb"}, 1018, libksef.MisuseError),
        ({"environment": libksef.Environment.custom("example.test")}, 1015, libksef.MisuseError),
        ({"certificate": "no PEM", "key": "no PEM"}, 5005, libksef.CryptoError),
    ],
)
def test_values_that_cannot_work(
    arguments: dict[str, Any], number: int, kind: type[libksef.KsefError]
) -> None:
    error = failure(**arguments)
    assert type(error) is kind
    assert error.number == number
    assert not error.was_sent and not error.is_retryable
    assert error.kind == kind.kind
    assert error.english and error.polish and error.english != error.polish
    assert error.english_advice and error.polish_advice
    assert str(error) == f"[{number}] {error.english}"
    for value in arguments.values():
        assert not (isinstance(value, str) and value.isdigit() and value in str(error))


def test_a_key_of_another_certificate() -> None:
    certificate, _ = libksef.test_seal("5265877635")
    _, key = libksef.test_seal("5265877635")
    error = failure(nip="5265877635", certificate=certificate, key=key)
    assert isinstance(error, libksef.CryptoError)
    assert error.number == 5004
    assert "PRIVATE KEY" not in str(error)


def test_certificates_may_be_files(tmp_path: Path) -> None:
    certificate, key = libksef.test_seal("5265877635", "Zażółć gęślą jaźń", rsa=True)
    (tmp_path / "cert.pem").write_text(certificate)
    (tmp_path / "key.pem").write_text(key)
    libksef.Client(
        NOWHERE, nip="5265877635", certificate=tmp_path / "cert.pem", key=tmp_path / "key.pem"
    )


@pytest.mark.parametrize(
    "arguments",
    [
        {"nip": "5265877635", "context": ("Nip", "5265877635")},
        {"token": TOKEN, "certificate": "a", "key": "b"},
        {"certificate": "a"},
        {"key": "b"},
        {"connect_timeout": -1},
        {"request_timeout": float("nan")},
    ],
)
def test_arguments_that_contradict(arguments: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        libksef.Client(NOWHERE, **arguments)


def test_environments_are_data() -> None:
    assert [libksef.Environment.test().name, libksef.Environment.demo().name] == ["test", "demo"]
    for environment in (
        libksef.Environment.test(),
        libksef.Environment.demo(),
        libksef.Environment.production(),
        libksef.Environment.custom("https://a.test/v2", qr="https://b.test", latarnia="https://c.test"),
    ):
        assert libksef.Client(environment).environment == environment
        assert pickle.loads(pickle.dumps(environment)) == environment
    with pytest.raises(ValueError):
        libksef.Client(libksef.Environment("moon"))


def test_nothing_secret_is_shown() -> None:
    client = libksef.Client(NOWHERE, nip="5265877635", token=TOKEN)
    shown = repr(client) + repr(libksef.SymmetricKey(b"k" * 32, b"v" * 16))
    assert "919f" not in shown and "5265877635" not in shown and "kkk" not in shown


@pytest.mark.parametrize(
    ("content", "number"),
    [
        (b"", 6001),
        (b"\xef\xbb\xbf" + INVOICE, 6002),
        (INVOICE.replace(b"<Faktura/>", b"<Faktura>\xb3</Faktura>"), 6003),
        (INVOICE.replace(b"UTF-8", b"ISO-8859-2"), 6004),
        (INVOICE + b"<?target?>", 6005),
        (INVOICE.replace(b"<Faktura/>", b"<Faktura>\x01</Faktura>"), 6006),
        (INVOICE.replace(b"/>", b">"), 6007),
    ],
)
def test_documents_that_ksef_would_refuse_unread(content: bytes, number: int, tmp_path: Path) -> None:
    path = tmp_path / "invoice.xml"
    path.write_bytes(content)
    for document in (content, bytearray(content), memoryview(content), path):
        with pytest.raises(libksef.DocumentError) as raised:
            libksef.check_invoice(document)
        assert raised.value.number == number


def test_a_good_document_passes_and_text_is_not_taken() -> None:
    libksef.check_invoice(INVOICE)
    with pytest.raises(TypeError):
        libksef.check_invoice(INVOICE.decode())  # type: ignore[arg-type]


def test_what_is_no_upo() -> None:
    with pytest.raises(libksef.DocumentError) as raised:
        libksef.verify_upo(INVOICE)
    assert raised.value.number == 6009


def test_nobody_listens() -> None:
    client = libksef.Client(NOWHERE, nip="5265877635", token=TOKEN)
    with pytest.raises(libksef.TransportError) as raised:
        client.log_in(timeout=10)
    assert not raised.value.was_sent
    assert raised.value.is_retryable
    assert raised.value.operation is not None


def test_exceptions_survive_pickling_and_copying() -> None:
    error = failure(nip="5265877636")
    error.retry_after = datetime.timedelta(seconds=3)
    error.details = ("one", "two")
    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert type(twin) is libksef.MisuseError
        assert str(twin) == str(error) and twin.args == error.args
        assert vars(twin) == vars(error)


def test_kinds_are_the_thousands_of_numbers() -> None:
    kinds = {1: "misuse", 2: "transport", 3: "authentication", 4: "refused"}
    kinds |= {5: "crypto", 6: "document", 7: "journal", 9: "internal"}
    seen = set()
    for number in range(1000, 10_000):
        text = libksef.error_text(number)
        if text is None:
            continue
        kind = errors._BY_THOUSAND.get(number // 1000, libksef.InternalError)
        assert kind.kind == kinds[number // 1000]
        assert text.number == number and text.name.isidentifier()
        assert "\n" not in text.english + text.polish
        seen.add(number // 1000)
    assert seen == set(kinds)


def test_a_panic_is_an_internal_error() -> None:
    error = _convert.error(_generated.InternalError("index out of bounds"))
    assert type(error) is libksef.InternalError
    assert error.number == 9001 and error.was_sent
    assert "index out of bounds" in str(error)
