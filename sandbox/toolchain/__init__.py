"""The programs that the sandbox runs: found, else built once from pinned modules."""

from sandbox.toolchain.ensuring import Tools, ensure

__all__ = ["Tools", "ensure"]
