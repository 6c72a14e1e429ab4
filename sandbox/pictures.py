"""Real pictures, painted with Pillow from a number: photos with EXIF, screenshots, portraits, a small film.

There are forty of each form; a number stands for one of them.
"""

from __future__ import annotations

import random
from functools import cache, lru_cache
from io import BytesIO
from typing import Literal, NamedTuple

from PIL import Image, ImageDraw, ImageFilter
from PIL.ExifTags import GPS, IFD, Base
from PIL.TiffImagePlugin import IFDRational

from sandbox.rng import mix

Form = Literal["photo", "screenshot", "portrait", "film", "webp"]
VARIETY = 40
_ORIENTATIONS = (1, 1, 6, 8, 3)
_PLACES = ((52, 31, 12), (48, 51, 24), (40, 25, 0), (35, 41, 22))


class Look(NamedTuple):
    """What is known of a picture before it is painted; the size is the stored one, before its orientation is
    applied."""

    content_type: str
    suffix: str
    width: int
    height: int


_FORMATS: dict[Form, tuple[str, str]] = {
    "photo": ("image/jpeg", ".jpg"),
    "screenshot": ("image/png", ".png"),
    "portrait": ("image/jpeg", ".jpg"),
    "film": ("image/gif", ".gif"),
    "webp": ("image/webp", ".webp"),
}


def look(form: Form, number: int) -> Look:
    seed = number % VARIETY
    width, height = {
        "photo": ((800, 600), (600, 800), (1024, 768))[mix(seed, 1) % 3],
        "screenshot": ((1280, 720), (390, 844))[mix(seed, 1) % 2],
        "portrait": (160, 160),
        "film": (96, 64),
        "webp": (480, 320),
    }[form]
    return Look(*_FORMATS[form], width, height)


def paint(form: Form, number: int) -> bytes:
    return _painted(form, number % VARIETY)


def weight(form: Form, number: int) -> int:
    return _weight(form, number % VARIETY)


@cache
def _weight(form: Form, seed: int) -> int:
    return len(_painted(form, seed))


@lru_cache(maxsize=128)
def _painted(form: Form, seed: int) -> bytes:
    shape = look(form, seed)
    luck, out = random.Random(mix(seed, 2)), BytesIO()
    size = (shape.width, shape.height)
    if form == "film":
        frames = [_scene(size, random.Random(mix(seed, 3)), step) for step in range(4)]
        frames[0].save(out, "GIF", save_all=True, append_images=frames[1:], duration=120, loop=0)
    elif form == "screenshot":
        _screen(size, luck).save(out, "PNG", optimize=False)
    elif form == "portrait":
        _face(size, luck).save(out, "JPEG", quality=85)
    elif form == "webp":
        _scene(size, luck, 0).save(out, "WEBP", quality=70)
    else:
        _scene(size, luck, 0).save(out, "JPEG", quality=80, exif=_exif(seed, luck))
    return out.getvalue()


def _colour(luck: random.Random, low: int = 40, high: int = 230) -> tuple[int, int, int]:
    return luck.randint(low, high), luck.randint(low, high), luck.randint(low, high)


def _scene(size: tuple[int, int], luck: random.Random, step: int) -> Image.Image:
    """A thing on a table, in soft light."""
    width, height = size
    base = Image.linear_gradient("L").resize(size)
    image = Image.merge(
        "RGB", [base.point([(level * shade) // 255 for level in range(256)]) for shade in _colour(luck)]
    )
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, height * 2 // 3, width, height), fill=_colour(luck, 60, 140))
    for _ in range(luck.randint(2, 5)):
        x, y = luck.randint(0, width * 3 // 4) + step * width // 24, luck.randint(height // 4, height * 2 // 3)
        box = (x, y, x + luck.randint(width // 10, width // 3), y + luck.randint(height // 8, height // 3))
        draw.ellipse(box, fill=_colour(luck), outline=(20, 20, 20))
    draw.text((width // 20, height * 9 // 10), f"SN{luck.randint(10**6, 10**7)}", fill=(250, 250, 250))
    return image.filter(ImageFilter.GaussianBlur(0.6))


def _screen(size: tuple[int, int], luck: random.Random) -> Image.Image:
    width, height = size
    image = Image.new("RGB", size, (246, 247, 249))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, width, 44), fill=_colour(luck, 20, 120))
    for row in range(luck.randint(5, 12)):
        top = 70 + row * 46
        draw.rectangle((24, top, 24 + luck.randint(width // 3, width - 60), top + 18), fill=(210, 214, 220))
    draw.rounded_rectangle(
        (width // 5, height // 3, width * 4 // 5, height // 2), 12, fill=(255, 255, 255), outline=(200, 60, 60), width=3
    )
    draw.text(
        (width // 5 + 20, height // 3 + 20),
        f"Something went wrong (code {luck.randint(1000, 9999)})",
        fill=(160, 30, 30),
    )
    return image


def _face(size: tuple[int, int], luck: random.Random) -> Image.Image:
    width, height = size
    image = Image.new("RGB", size, _colour(luck, 120, 230))
    draw = ImageDraw.Draw(image)
    skin, hair = _colour(luck, 90, 220), _colour(luck, 10, 120)
    draw.ellipse((width // 4, height // 8, width * 3 // 4, height * 5 // 8), fill=hair)
    draw.ellipse((width // 4 + 8, height // 5, width * 3 // 4 - 8, height * 3 // 4), fill=skin)
    draw.pieslice((width // 8, height * 2 // 3, width * 7 // 8, height * 4 // 3), 180, 360, fill=_colour(luck))
    for eye in (width * 2 // 5, width * 3 // 5):
        draw.ellipse((eye - 4, height * 2 // 5, eye + 4, height * 2 // 5 + 8), fill=(20, 20, 20))
    return image


def _exif(seed: int, luck: random.Random) -> Image.Exif:
    """A phone's EXIF: make, model, time, an orientation to be applied, and for some the place where it was taken."""
    exif = Image.Exif()
    exif[Base.Make], exif[Base.Model] = "Lumen", f"L{luck.randint(3, 12)} Pro"
    exif[Base.Orientation] = _ORIENTATIONS[mix(seed, 4) % len(_ORIENTATIONS)]
    exif[Base.DateTime] = f"2025:{luck.randint(1, 12):02d}:{luck.randint(1, 28):02d} 10:{luck.randint(10, 59)}:00"
    if mix(seed, 5) % 2:
        gps = exif.get_ifd(IFD.GPSInfo)
        gps[GPS.GPSLatitudeRef], gps[GPS.GPSLongitudeRef] = "N", "E"
        gps[GPS.GPSLatitude] = tuple(IFDRational(part) for part in _PLACES[mix(seed, 6) % 4])
        gps[GPS.GPSLongitude] = (IFDRational(13), IFDRational(24), IFDRational(luck.randint(0, 59)))
    return exif
