"""The generated module is private and untyped here: ``_convert`` gives its values their public types."""

from typing import Any

def __getattr__(name: str) -> Any: ...
