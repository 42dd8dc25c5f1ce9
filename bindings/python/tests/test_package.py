"""The package as it is installed: one native library, types, documentation that runs, two clients with one face."""

from __future__ import annotations

import ast
import doctest
import importlib
import inspect
import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from emulation import ROOT

import libksef
from libksef import _generated, _native, aio

PACKAGE = Path(libksef.__file__).parent


def test_there_is_one_native_library() -> None:
    assert _generated.runtime_id() == _native.runtime_id()
    native = [path for path in PACKAGE.iterdir() if path.suffix in (".so", ".pyd", ".dylib")]
    assert native == [Path(_native.__file__)]


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_it_is_loaded_once() -> None:
    maps = Path("/proc/self/maps").read_text()
    loaded = {line.split()[-1] for line in maps.splitlines() if "libksef" in line or "ksef_uniffi" in line}
    assert loaded == {_native.__file__}


def test_it_is_typed() -> None:
    assert (PACKAGE / "py.typed").exists()
    assert (PACKAGE / "_native.pyi").exists()


def test_the_stub_names_what_the_native_module_has() -> None:
    stub = ast.parse((PACKAGE / "_native.pyi").read_text())
    declared = {node.name for node in stub.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    assert declared == {name for name in dir(_native) if not name.startswith("_")}
    (key,) = (node for node in stub.body if isinstance(node, ast.ClassDef))
    methods = {node.name for node in key.body if isinstance(node, ast.FunctionDef)} - {"__new__"}
    assert methods == {name for name in dir(_native.SymmetricKey) if not name.startswith("_")}


def test_public_names_exist_and_are_documented() -> None:
    for module in (libksef, aio, libksef.errors, libksef.types):
        assert module.__doc__
        for name in module.__all__:
            value = getattr(module, name)
            if inspect.isclass(value) or inspect.isfunction(value):
                assert value.__doc__, f"{module.__name__}.{name}"


def methods(kind: type) -> dict[str, inspect.Signature]:
    return {
        name: inspect.signature(member)
        for name, member in inspect.getmembers(kind, inspect.isfunction)
        if not name.startswith("_")
    }


@pytest.mark.parametrize("name", ["Client", "OnlineSession"])
def test_the_clients_have_the_same_methods(name: str) -> None:
    blocking, asynchronous = getattr(libksef, name), getattr(aio, name)
    assert methods(blocking) == methods(asynchronous)
    assert inspect.signature(blocking.__init__) == inspect.signature(asynchronous.__init__)
    for method, signature in methods(asynchronous).items():
        assert inspect.iscoroutinefunction(getattr(asynchronous, method)) == ("cancel" in signature.parameters)
        assert getattr(blocking, method).__doc__


@pytest.mark.parametrize(
    "module", ["libksef", "libksef._tools", "libksef.types", "libksef.errors", "libksef.aio"]
)
def test_documentation_runs(module: str) -> None:
    results = doctest.testmod(importlib.import_module(module), optionflags=doctest.ELLIPSIS)
    assert results.failed == 0


def test_there_are_examples_in_the_documentation() -> None:
    def examples(module: ModuleType) -> int:
        return sum(len(test.examples) for test in doctest.DocTestFinder().find(module))

    assert examples(libksef) > 0
    assert examples(importlib.import_module("libksef._tools")) > 0


def test_the_readme_shows_the_quickstart_and_valid_python() -> None:
    readme = (ROOT / "bindings" / "python" / "README.md").read_text()
    blocks = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)
    assert blocks[0] == (ROOT / "examples" / "python" / "quickstart.py").read_text()
    for block in blocks:
        compile(block, "README.md", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)


FORK = """
import os, libksef
client = libksef.Client(libksef.Environment.custom("http://127.0.0.1:1/v2"))
def use():
    try:
        client.log_in()
    except libksef.MisuseError:
        return 1
    except RuntimeError as refused:
        return 2 if "forked" in str(refused) else 3
if {used_before}:
    assert use() == 1
child = os.fork()
if child == 0:
    os._exit(use())
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system does not fork")
@pytest.mark.parametrize(("used_before", "expected"), [(False, "1"), (True, "2")])
def test_a_forked_child_is_told_instead_of_hanging(used_before: bool, expected: str) -> None:
    script = FORK.format(used_before=used_before)
    child = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=True
    )
    assert child.stdout.strip() == expected
