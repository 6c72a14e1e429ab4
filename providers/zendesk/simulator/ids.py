"""Vendor ids for sandbox numbers and back. Thirteen and fourteen digits, ascending with the number, gaps between."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ids:
    base: int
    step: int

    def id(self, number: int) -> int:
        return self.base + number * self.step + number * 37 % self.step

    def maybe(self, number: int | None) -> int | None:
        return None if number is None else self.id(number)

    def number(self, id: int) -> int | None:
        """None for an id that names nothing of this kind."""
        number = (id - self.base) // self.step
        return number if number > 0 and self.id(number) == id else None


BRAND = Ids(1_900_000_100_000, 1_009)
FORM = Ids(1_900_000_400_000, 1_013)
FIELD = Ids(1_900_001_000_000, 1_019)
STATUS = Ids(1_900_003_000_000, 1_021)
GROUP = Ids(1_900_004_000_000, 1_031)
CUSTOM_ROLE = Ids(1_900_005_000_000, 1_033)
OPTION = Ids(1_900_006_000_000, 1_039)
USER = Ids(26_100_000_000_000, 8_597)
ORGANIZATION = Ids(26_900_000_000_000, 8_599)
IDENTITY = Ids(27_100_000_000_000, 811)
ORGANIZATION_MEMBERSHIP = Ids(27_300_000_000_000, 821)
GROUP_MEMBERSHIP = Ids(27_500_000_000_000, 823)
COMMENT = Ids(28_000_000_000_000, 3)
AUDIT = Ids(28_100_000_000_000, 3)
EVENT = Ids(28_200_000_000_000, 5)
METRIC = Ids(28_400_000_000_000, 7)
RATING = Ids(28_500_000_000_000, 11)
ATTACHMENT = Ids(35_000_000_000_000, 13)
OAUTH_TOKEN = Ids(29_500_000_000_000, 827)
OAUTH_CLIENT = Ids(29_600_000_000_000, 829)
FOLDER = Ids(30_000_000_000_000, 839)
ARTICLE = Ids(30_200_000_000_000, 853)
TRANSLATION = Ids(30_400_000_000_000, 857)
ARTICLE_ATTACHMENT = Ids(40_000_000_000_000, 17)
SEGMENT = Ids(30_800_000_000_000, 859)
PERMISSION_GROUP = Ids(30_900_000_000_000, 863)
