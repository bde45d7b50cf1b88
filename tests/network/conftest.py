"""The house of the network tests, and what the whole-daemon tests have."""
import pathlib
import sys

import pytest

sys.path[:0] = [str(pathlib.Path(__file__).parent), str(pathlib.Path(__file__).parents[1] / "daemon")]


@pytest.fixture
def make_house(tmp_path):
    """`make_house()` is a house with router, bridge and internet; taken down at the end."""
    from house import House

    houses = []

    def make(**options):
        houses.append(House(tmp_path))
        houses[-1].build(**options)
        return houses[-1]

    yield make
    for house in houses:
        house.end()
