"""The whole public API: its words, and which resolver answers each of them. No I/O in here.

A GraphQL type shows a plain model: a field without a resolver is the attribute of that name, and `@shows` tells which
model a type stands for. Types name each other through schema/refs.py, so that no file here needs another family's.
"""

from schema import words

__all__ = ["words"]
