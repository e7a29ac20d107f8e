"""Arrays side by side give what the same arrays as one would give."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from creditlang.columnar.side_by_side import SideBySide


@given(st.lists(st.lists(st.integers(0, 9), max_size=4), min_size=1, max_size=4), st.data())
def test_they_are_taken_from_as_one(parts, data):
    arrays = SideBySide([np.array(part, np.int64) for part in parts])
    whole = np.concatenate(arrays.parts)
    places = st.integers(0, len(whole) - 1)
    assert len(arrays) == len(whole)
    assert arrays.whole.tolist() == whole.tolist()
    start = data.draw(st.integers(0, len(whole)))
    stop = data.draw(st.integers(start, len(whole)))
    assert arrays[start:stop].tolist() == whole[start:stop].tolist()
    some = np.array(data.draw(st.lists(places, max_size=5) if len(whole) else st.just([])), np.int64)
    assert arrays[some].tolist() == whole[some].tolist()
    assert arrays[whole > 4].tolist() == whole[whole > 4].tolist()
    if len(whole):
        place = data.draw(places)
        assert arrays[place] == whole[place]
