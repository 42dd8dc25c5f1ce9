"""The verb that encrypts buffers: judged by OpenSSL and pyca/cryptography, and by how much memory it takes."""

from __future__ import annotations

import array
import shutil
import subprocess
import sys
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

import libksef

KEY, IV = bytes(range(32)), bytes(range(100, 116))


@pytest.mark.parametrize("size", [0, 1, 15, 16, 17, 4096, 1_000_003])
def test_pyca_decrypts_what_we_encrypt(size: int) -> None:
    content = bytes(index % 251 for index in range(size))
    encrypted = libksef.SymmetricKey(KEY, IV).encrypt(content)
    decryptor = Cipher(algorithms.AES(KEY), modes.CBC(IV)).decryptor()
    padded = decryptor.update(encrypted) + decryptor.finalize()
    unpadder = padding.PKCS7(128).unpadder()
    assert unpadder.update(padded) + unpadder.finalize() == content


def test_openssl_decrypts_what_we_encrypt_and_the_other_way_round() -> None:
    openssl = shutil.which("openssl")
    assert openssl, "install the Debian package openssl"
    key = libksef.SymmetricKey.generate()
    command = [openssl, "enc", "-aes-256-cbc", "-K", key.key.hex(), "-iv", key.iv.hex()]
    content = "Zażółć gęślą jaźń".encode() * 1000
    ours = key.encrypt(content)
    assert subprocess.run([*command, "-d"], input=ours, capture_output=True, check=True).stdout == content
    theirs = subprocess.run(command, input=content, capture_output=True, check=True).stdout
    assert theirs == ours
    assert key.decrypt(theirs) == content


@pytest.mark.parametrize(
    "view", [bytes, bytearray, memoryview, lambda content: array.array("B", content)]
)
def test_every_buffer_of_bytes_is_read(view: Callable[[bytes], bytes]) -> None:
    key = libksef.SymmetricKey(KEY, IV)
    content = b"invoice" * 100
    assert key.encrypt(view(content)) == key.encrypt(content)
    assert key.decrypt(view(key.encrypt(content))) == content
    part = memoryview(content)[7:70]
    assert key.encrypt(part) == key.encrypt(bytes(part))


def test_what_is_not_a_plain_buffer_is_refused() -> None:
    key = libksef.SymmetricKey(KEY, IV)
    with pytest.raises(ValueError, match="contiguous"):
        key.encrypt(memoryview(b"invoice")[::2])
    for wrong in ("text", 7, None, array.array("d", [1.0])):
        with pytest.raises((TypeError, BufferError)):
            key.encrypt(wrong)  # type: ignore[arg-type]


def test_wrong_keys_and_content() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        libksef.SymmetricKey(b"short", IV)
    with pytest.raises(ValueError, match="16 bytes"):
        libksef.SymmetricKey(KEY, b"short")
    encrypted = libksef.SymmetricKey(KEY, IV).encrypt(b"invoice")
    for wrong in (b"", encrypted[:-1], encrypted + b"\0"):
        with pytest.raises(ValueError):
            libksef.SymmetricKey(KEY, IV).decrypt(wrong)


def test_generated_keys_differ() -> None:
    first, second = libksef.SymmetricKey.generate(), libksef.SymmetricKey.generate()
    assert (len(first.key), len(first.iv)) == (32, 16)
    assert first.key != second.key and first.iv != second.iv


MEASURE = """
import resource, sys, libksef
kind, size = sys.argv[1], 192 << 20
content = {"bytes": bytes, "bytearray": bytearray, "memoryview": lambda size: memoryview(bytes(size))}[kind](size)
key = libksef.SymmetricKey.generate()
before = int(open("/proc/self/statm").read().split()[1]) * resource.getpagesize()
encrypted = key.encrypt(content)
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - before) / size)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="measures memory as Linux reports it")
@pytest.mark.parametrize("kind", ["bytes", "bytearray", "memoryview"])
def test_a_buffer_is_not_copied(kind: str) -> None:
    """Besides the result, which is as large as the buffer, there is no second copy of it."""
    grown = subprocess.run(
        [sys.executable, "-c", MEASURE, kind], capture_output=True, text=True, check=True
    )
    assert 0.9 < float(grown.stdout) < 1.5
