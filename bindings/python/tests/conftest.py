"""Each test that talks to KSeF has an emulator of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from emulation import NIP, Emulator, running

import libksef
from libksef import aio


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with running() as emulator:
        yield emulator


@pytest.fixture
def client(emulator: Emulator) -> libksef.Client:
    return libksef.Client(emulator.environment, nip=NIP, token=emulator.token())


@pytest.fixture
def aio_client(emulator: Emulator) -> aio.Client:
    return aio.Client(emulator.environment, nip=NIP, token=emulator.token())
