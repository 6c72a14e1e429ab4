"""A base order with records taken out and others sorted in is the list one would have written down."""

from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.merged import Key, Listed, Merged

keys = st.lists(st.tuples(st.integers(0, 12), st.integers(1, 60)), unique_by=lambda key: key[1], max_size=40)


@settings(max_examples=200, deadline=None)
@given(every=keys, moved=st.dictionaries(st.integers(1, 60), st.none() | st.integers(0, 12)), limit=st.integers(1, 9))
def test_pages_ranks_and_length(every: list[Key], moved: dict[int, int | None], limit: int) -> None:
    base = sorted(every)
    members = {number for _, number in base}
    added = [(key, number) for number, key in moved.items() if key is not None]
    merged = Merged(Listed(base), [number for number in moved if number in members], added)
    wanted = sorted([key for key in base if key[1] not in moved] + added)
    numbers = [number for _, number in wanted]
    assert merged.total == len(wanted)
    for first in range(len(wanted) + 1):
        assert merged.slice(first, first + limit) == numbers[first : first + limit]
        assert merged.page(offset=first, limit=limit, descending=True) == numbers[::-1][first : first + limit]
    for key in [*wanted, (5, 30), (-1, 0), (99, 0)]:
        assert merged.rank(key) == sum(other < key for other in wanted)
        assert merged.page(after=key, limit=limit) == [other[1] for other in wanted if other > key][:limit]
        back = [other[1] for other in wanted[::-1] if other < key]
        assert merged.page(after=key, limit=limit, descending=True) == back[:limit]
        assert merged.page(after=key, offset=2, limit=limit, descending=True) == back[2 : 2 + limit]
