"""The tables, by subject. All of SQL's names are here; statements over them are in the files above."""

from storage.tables import conversation, directory, knowledge, people, searching, syncing, tickets
from storage.tables.base import metadata

__all__ = ["conversation", "directory", "knowledge", "metadata", "people", "searching", "syncing", "tickets"]
