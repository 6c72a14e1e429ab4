"""What is written down is what the code says: settings and the schema's text."""

from __future__ import annotations

from pathlib import Path

from runtime.settings import Settings, table
from schema.build import sdl

ROOT = Path(__file__).parents[2]


def test_every_setting_is_in_the_docs_and_the_example() -> None:
    docs = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    for name, default, help, secret in table():
        row = f"| `{name}` | {f'`{default}`' if default else ''} | {help}{' **Secret.**' if secret else ''} |"
        assert row in docs, f"docs/settings.md lacks or differs in: {row}"
        assert f"\n# {name}=" in example or f"\n{name}=" in example, f".env.example lacks {name}"
    assert len(table()) > 20 and Settings().secrets() == ["sqlite+aiosqlite:///deskgraph.db"]


def test_the_schemas_text_is_current() -> None:
    assert (ROOT / "schema" / "schema.graphql").read_text(encoding="utf-8") == sdl(), "run `make sdl`"
