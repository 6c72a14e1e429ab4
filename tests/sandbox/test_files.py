"""Attachments are real files; the help centre is a real tree."""

import csv
from collections import defaultdict
from io import BytesIO, StringIO

import pytest
from PIL import Image, ImageOps
from PIL.ExifTags import IFD, Base

from runtime.clock import ManualClock
from sandbox.desk import Desk
from sandbox.records import Attachment, NoSuchRecord
from sandbox.texts import inline_numbers, with_links
from sandbox.world import World
from tests.sandbox.conftest import NOW

SUFFIXES = {
    "image/jpeg": ".jpg", "image/png": ".png", "image/gif": ".gif", "image/webp": ".webp",
    "text/csv": ".csv", "application/pdf": ".pdf",
}  # fmt: skip


@pytest.fixture(scope="module")
def many() -> Desk:
    return World(11, {"first": 900}, ManualClock(NOW)).desk("first")


@pytest.fixture(scope="module")
def found(many: Desk) -> dict[str, list[Attachment]]:
    kinds: dict[str, list[Attachment]] = defaultdict(list)
    for ticket in range(1, 400):
        for message in many.messages.of(ticket):
            assert inline_numbers(message.html) == list(message.inline)
            for number in (*message.attachments, *message.inline):
                attachment = many.files.get(number)
                assert attachment and (attachment.ticket, attachment.message) == (ticket, message.number)
                assert attachment.inline == (number in message.inline)
                kinds[attachment.content_type].append(attachment)
    return kinds


def test_every_kind_is_there_under_its_own_suffix(found: dict[str, list[Attachment]]) -> None:
    assert set(found) == {*SUFFIXES, "text/plain"}
    for kind, suffix in SUFFIXES.items():
        assert all(attachment.name.endswith(suffix) for attachment in found[kind])
    numbers = [attachment.number for kind in found.values() for attachment in kind]
    assert len(set(numbers)) == len(numbers)


def test_pictures_are_pictures_of_the_size_they_say(many: Desk, found: dict[str, list[Attachment]]) -> None:
    for kind in ("image/jpeg", "image/png", "image/gif", "image/webp"):
        for attachment in found[kind][:8]:
            data = many.files.data(attachment.number)
            picture = Image.open(BytesIO(data))
            picture.load()
            assert picture.get_format_mimetype() == kind
            assert picture.size == (attachment.width, attachment.height)
            assert len(data) == many.files.size(attachment.number) and data == many.files.data(attachment.number)


def test_photos_carry_exif_with_orientation_and_some_with_the_place(
    many: Desk, found: dict[str, list[Attachment]]
) -> None:
    exifs = [Image.open(BytesIO(many.files.data(photo.number))).getexif() for photo in found["image/jpeg"][:40]]
    assert {1, 6, 8} <= {exif.get(Base.Orientation) for exif in exifs}
    places = [exif.get_ifd(IFD.GPSInfo) for exif in exifs]
    assert any(places) and not all(places)
    turned = next(photo for photo in found["image/jpeg"] if _orientation(many, photo) == 6)
    picture = Image.open(BytesIO(many.files.data(turned.number)))
    assert ImageOps.exif_transpose(picture).size == picture.size[::-1]


def _orientation(desk: Desk, photo: Attachment) -> int | None:
    return Image.open(BytesIO(desk.files.data(photo.number))).getexif().get(Base.Orientation)


def test_documents_can_be_read(many: Desk, found: dict[str, list[Attachment]]) -> None:
    table = many.files.data(found["text/csv"][0].number).decode("utf-8-sig")
    rows = list(csv.reader(StringIO(table), delimiter=";"))
    assert rows[0] == ["position", "article", "quantity", "price"] and all(len(row) == 4 for row in rows)
    assert "device-" in many.files.data(found["text/plain"][0].number).decode()
    paper = many.files.data(found["application/pdf"][0].number)
    start = int(paper.rsplit(b"startxref\n", 1)[1].split()[0])
    assert paper.startswith(b"%PDF-1.4") and paper.endswith(b"%%EOF\n") and paper[start:].startswith(b"xref")
    places = [int(line[:10]) for line in paper[start:].splitlines()[3:8]]
    assert [paper[place:].split(b" ", 1)[0] for place in places] == [b"1", b"2", b"3", b"4", b"5"]


def test_uploads_are_kept_and_portraits_belong_to_people(desk: Desk) -> None:
    made = desk.files.add("a.bin", "application/octet-stream", b"\x00\x01")
    assert desk.files.data(made.number) == b"\x00\x01" and desk.files.size(made.number) == 2
    assert desk.files.assign(made.number, ticket=4).ticket == 4
    assert desk.files.add("b", "text/plain", b"").number != made.number
    person = next(person for person in desk.people.page(limit=200) if person.photo)
    assert person.photo is not None and desk.files.get(person.photo).person == person.number
    assert Image.open(BytesIO(desk.files.data(person.photo))).size == (160, 160)
    desk.files.delete(made.number)
    for gone in (made.number, 4, 10**15 + 3, 2):
        assert desk.files.get(gone) is None
        with pytest.raises(NoSuchRecord):
            desk.files.data(gone)


def test_inline_pictures_are_pointed_where_a_face_serves_them() -> None:
    html = '<p><img src="sandbox-file:8"><img src="sandbox-file:12"></p>'
    assert with_links(html, {8: "http://x/?a=1&b=2"}) == (
        '<p><img src="http://x/?a=1&amp;b=2"><img src="sandbox-file:12"></p>'
    )


def test_the_tree_is_deep_and_translated(desk: Desk) -> None:
    book = desk.knowledge
    categories = book.children(None)
    assert all(folder.category == folder.number and folder.depth == 0 for folder in categories)
    walked: list[int] = []
    queue = list(categories)
    while queue:
        folder = queue.pop(0)
        walked.append(folder.number)
        queue.extend(book.children(folder.number))
        assert book.path(folder.number)[0].number == folder.category
        assert len(book.path(folder.number)) == folder.depth + 1
    assert sorted(walked) == [folder.number for folder in book.folders()]
    assert max(folder.depth for folder in book.folders()) >= 4
    assert {folder.visibility for folder in book.folders()} == {"everyone", "signed_in", "agents", "organizations"}
    articles = book.articles()
    assert len(articles) == sum(len(book.articles(number)) for number in walked) >= 25
    assert {locale for article in articles for locale in article.translations} == set(book.locales)
    assert any(told.draft for article in articles for told in article.translations.values())
    assert any(article.promoted for article in articles) and any(article.attachments for article in articles)
    for article in articles:
        assert article.source_locale in article.translations
        for number in (*article.attachments, *article.inline):
            assert desk.files.get(number).article == article.number and desk.files.data(number)


def test_articles_are_written_translated_and_taken_away(desk: Desk, clock: ManualClock) -> None:
    book = desk.knowledge
    clock.advance(60)
    folder = book.create_folder("New", parent=4)
    made = book.create_article(folder.number, title="Hi", html="<p>Hello</p>", author=1, labels=("x",))
    assert made.translations["en"].draft and made.category == folder.category == 1 and folder.depth == 2
    told = book.put_translation(made.number, "de", title="Hallo", html="<p>Tag</p>", draft=False, author=2)
    assert told.text == "Tag" and book.article(made.number).translations["de"] == told
    assert book.put_translation(made.number, "de", title="Servus", author=2).html == "<p>Tag</p>"
    assert made.number in [article.number for article in book.articles(locale="de")]
    assert "de" not in book.remove_translation(made.number, "de").translations
    voted, before = book.vote(made.number, up=True), book.article(made.number)
    assert voted.up_votes == 1 and voted == before
    assert book.update_article(made.number, folder=2).category == 2
    book.delete_article(made.number)
    assert book.article(made.number).deleted and made.number not in [article.number for article in book.articles()]
    with pytest.raises(NoSuchRecord):
        book.create_article(10**6, title="x", html="", author=1)
