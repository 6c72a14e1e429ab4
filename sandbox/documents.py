"""Real text, CSV and PDF files, made from a number when they are asked for."""

from __future__ import annotations

from sandbox.rng import mix, pick
from sandbox.stories import ITEMS
from sandbox.vocabulary import FIRM_FIRST


def log_text(seed: int) -> bytes:
    lines = []
    for place in range(mix(seed, 1) % 60 + 20):
        luck = mix(seed, 2, place)
        level = pick(("INFO", "INFO", "INFO", "WARN", "ERROR"), luck)
        said = pick(
            ("GET /v2/orders 200", "retry in 2s", "timeout after 30000 ms", "größe=42 ✓", "pairing failed"), luck, 1
        )
        lines.append(f"{place // 60:02d}:{place % 60:02d}.{luck % 1000:03d} {level:5} device-{luck % 7}: {said}")
    return ("\n".join(lines) + "\n").encode()


def order_csv(seed: int) -> bytes:
    rows = ["position;article;quantity;price"]
    for place in range(1, mix(seed, 3) % 30 + 3):
        luck = mix(seed, 4, place)
        rows.append(f'{place};"{pick(ITEMS, luck)}";{luck % 20 + 1};{luck % 90_000 / 100:.2f}')
    return ("\ufeff" + "\r\n".join(rows) + "\r\n").encode()


def invoice_pdf(seed: int) -> bytes:
    """One page of plain PDF 1.4 with a cross-reference table that is right."""
    firm = f"{pick(FIRM_FIRST, seed, 5)} Trading"
    lines = [f"Invoice {seed % 90_000 + 10_000}", firm, "", *_invoice_rows(seed), "", "Thank you for your business."]
    stream = (
        b"BT /F1 14 Tf 60 780 Td 20 TL\n" + b"".join(b"(" + _pdf_text(line) + b") Tj T*\n" for line in lines) + b"ET"
    )
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    made, places = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(made))
    return made + b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table + trailer


def _invoice_rows(seed: int) -> list[str]:
    count = mix(seed, 6) % 8 + 1
    return [
        f"{place + 1} x {pick(ITEMS, seed, 7, place)}   {mix(seed, 8, place) % 9000 / 100:.2f}"
        for place in range(count)
    ]


def _pdf_text(line: str) -> bytes:
    plain = line.encode("cp1252", "replace")
    return plain.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
