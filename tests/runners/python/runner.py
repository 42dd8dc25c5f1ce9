"""The scenario runner of the blocking Python client (protocol: tests/README.md)."""

from __future__ import annotations

from commands import Commands, Json, Unsupported, failure, read, say

import libksef


def answer(commands: Commands, command: Json) -> Json:
    try:
        call, render = commands.step(command)
        return render(call())
    except libksef.KsefError as error:
        return failure(error)
    except Unsupported as why:
        return {"unsupported": str(why)}


def main() -> None:
    say({"runner": "python", "protocol": 1})
    commands = Commands(libksef.Client)
    while (command := read()) is not None:
        say(answer(commands, command))
        if command.get("do") == "bye":
            break


if __name__ == "__main__":
    main()
