"""Numbers that look random and are always the same for the same seed: nothing is kept, everything is computed."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from functools import cache
from typing import TypeVar

T = TypeVar("T")
_MASK = (1 << 64) - 1


def mix(*parts: int) -> int:
    """A 64-bit hash of integers: multiply and shift, the same in every process and Python version."""
    state = 0x9E3779B97F4A7C15
    for part in parts:
        state = (state ^ part) * 0xBF58476D1CE4E5B9 & _MASK
        state ^= state >> 32
    state = state * 0x94D049BB133111EB & _MASK
    return state ^ state >> 29


def pick(options: Sequence[T], *parts: int) -> T:
    return options[mix(*parts) % len(options)]


def chance(share: float, *parts: int) -> bool:
    return mix(*parts) % 1_000_000 < share * 1_000_000


@cache
def shuffles(seed: int, size: int) -> tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]:
    """Sixteen shuffles of range(size), each with its inverse."""
    made = []
    for number in range(16):
        order = list(range(size))
        random.Random(mix(seed, size, number)).shuffle(order)
        inverse = [0] * size
        for place, value in enumerate(order):
            inverse[value] = place
        made.append((tuple(order), tuple(inverse)))
    return tuple(made)


class Affine:
    """A bijection of range(size) and its inverse: x -> (a x + b) mod size, scattering neighbours."""

    def __init__(self, seed: int, size: int) -> None:
        self.size = max(1, size)
        step = int(self.size * 0.6180339887) + mix(seed, 1) % max(1, self.size // 7 + 1)
        while math.gcd(step, self.size) != 1:
            step += 1
        self._step = step % self.size if self.size > 1 else 0
        self._shift = mix(seed, 2) % self.size
        self._back = pow(self._step, -1, self.size) if self.size > 1 else 0

    def __call__(self, value: int) -> int:
        return (self._step * value + self._shift) % self.size

    def inverse(self, value: int) -> int:
        return (value - self._shift) * self._back % self.size
