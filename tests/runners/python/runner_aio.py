"""The scenario runner of the asynchronous Python client (protocol: tests/README.md)."""

from __future__ import annotations

import asyncio
import inspect

from commands import Commands, Json, Unsupported, failure, read, say

import libksef
from libksef import aio


async def answer(commands: Commands, command: Json) -> Json:
    try:
        call, render = commands.step(command)
        result = call()
        return render(await result if inspect.isawaitable(result) else result)
    except libksef.KsefError as error:
        return failure(error)
    except Unsupported as why:
        return {"unsupported": str(why)}


async def main() -> None:
    say({"runner": "python-aio", "protocol": 1})
    commands = Commands(aio.Client)
    while (command := await asyncio.to_thread(read)) is not None:
        say(await answer(commands, command))
        if command.get("do") == "bye":
            break


if __name__ == "__main__":
    asyncio.run(main())
