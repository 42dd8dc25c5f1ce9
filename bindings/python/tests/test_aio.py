"""The asynchronous client against the emulator."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable
from typing import TypeVar

import pytest
from emulation import NIP, Emulator, invoice, wait_for

import libksef
from libksef import aio

T = TypeVar("T")


def run(work: Awaitable[T]) -> T:
    async def bounded() -> T:
        return await asyncio.wait_for(work, 60)

    return asyncio.run(bounded())


def test_the_whole_way(aio_client: aio.Client) -> None:
    async def story() -> None:
        async with aio_client as client, await client.open_online_session() as session:
            outcomes = await asyncio.gather(*(session.send(invoice(f"aio/{n}")) for n in range(5)))
            numbers = {outcome.ksef_number for outcome in outcomes if isinstance(outcome, libksef.Accepted)}
            assert len(numbers) == 5
            rejected = await session.send(invoice("future", date="2999-01-01"))
            assert isinstance(rejected, libksef.Rejected) and rejected.code == 450
            assert len(await session.invoices()) == 6
            assert len(await session.failed_invoices()) == 1
        status = await session.wait_until_processed()
        assert (status.code, status.successful_invoice_count) == (200, 5)
        (page,) = await session.upos()
        assert set(page.ksef_numbers) == numbers and page.hash_verified
        assert len(libksef.verify_upo(page).documents) == 5
        await client.log_out()

    run(story())


def test_a_certificate_logs_in(emulator: Emulator) -> None:
    certificate, key = libksef.test_seal(NIP)
    client = aio.Client(emulator.environment, nip=NIP, certificate=certificate, key=key)

    async def story() -> None:
        await client.log_in()
        (login,) = await client.auth_sessions()
        assert login.is_current

    run(story())


def test_a_hundred_tasks_cause_one_login(emulator: Emulator, aio_client: aio.Client) -> None:
    async def story() -> None:
        await asyncio.gather(*(aio_client.log_in() for _ in range(100)))

    run(story())
    assert emulator.calls("auth.challenge") == 1


def test_failures_have_the_same_kinds(emulator: Emulator) -> None:
    with pytest.raises(libksef.MisuseError):
        aio.Client(emulator.environment, nip="5265877636")

    async def story() -> None:
        session = await aio.Client(
            emulator.environment, nip=NIP, token=emulator.token()
        ).open_online_session()
        with pytest.raises(libksef.DocumentError) as raised:
            await session.send(b"")
        assert raised.value.number == 6001
        await session.close()
        with pytest.raises(libksef.MisuseError) as closed:
            await session.send(invoice("late"))
        assert closed.value.number == 1021

    run(story())


def test_a_cancelled_task_ends_at_once(emulator: Emulator, aio_client: aio.Client) -> None:
    async def story() -> float:
        session = await aio_client.open_online_session()
        emulator.delay("sessions.status")
        task = asyncio.create_task(session.status())
        await asyncio.to_thread(emulator.await_call, "sessions.status")
        began = time.monotonic()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(session.status(), 0.2)
        assert await session.invoices() == []
        return time.monotonic() - began

    assert run(story()) < 5


def test_a_cancelled_send_can_be_resumed(emulator: Emulator, aio_client: aio.Client) -> None:
    async def story() -> None:
        emulator.hold(True)
        session = await aio_client.open_online_session()
        task = asyncio.create_task(session.send(invoice("cancelled")))
        await asyncio.to_thread(emulator.await_call, "sessions.invoice_status")
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.to_thread(wait_for, lambda: len(aio_client.unsettled()) == 1)
        emulator.hold(False)
        (token,) = aio_client.unsettled()
        assert isinstance(await aio_client.resume(token), libksef.Accepted)
        assert aio_client.unsettled() == []

    run(story())
    assert len(emulator.manage("GET", "/invoices")) == 1


def test_deadlines_and_tokens(emulator: Emulator, aio_client: aio.Client) -> None:
    async def story() -> None:
        session = await aio_client.open_online_session()
        emulator.delay("sessions.status")
        with pytest.raises(libksef.TransportError) as late:
            await session.status(timeout=0.2)
        assert late.value.number == 2009 and late.value.was_sent
        token = libksef.CancelToken()
        asyncio.get_running_loop().call_later(0.1, token.cancel)
        with pytest.raises(libksef.TransportError) as cancelled:
            await session.status(cancel=token)
        assert cancelled.value.number == 2010

    run(story())


def test_a_cancelled_task_leaves_the_session_open(aio_client: aio.Client) -> None:
    async def story() -> None:
        session = await aio_client.open_online_session()
        with pytest.raises(asyncio.CancelledError):
            async with session:
                raise asyncio.CancelledError
        assert (await session.status()).code == 100
        with pytest.raises(ZeroDivisionError):
            async with session:
                await session.send(invoice("closed"))
                raise ZeroDivisionError
        assert (await session.wait_until_processed()).code == 200

    run(story())


def test_the_event_loop_is_not_held_up(aio_client: aio.Client) -> None:
    """Logging in and sending work with keys for a long time in this slow build; the loop must not notice."""

    async def story() -> float:
        longest, stop = 0.0, asyncio.Event()

        async def pulse() -> None:
            nonlocal longest
            while not stop.is_set():
                began = time.monotonic()
                await asyncio.sleep(0.005)
                longest = max(longest, time.monotonic() - began - 0.005)

        heart = asyncio.create_task(pulse())
        async with await aio_client.open_online_session() as session:
            await asyncio.gather(*(session.send(invoice(f"pulse/{n}")) for n in range(3)))
        stop.set()
        await heart
        return longest

    assert run(story()) < 0.5
