"""A mark for what must hold of every region drawn by chance."""

import pytest


def numbers(few, many):
    """Run a test on the first regions, and on many more where time does not matter."""
    slow = [pytest.param(number, marks=pytest.mark.slow) for number in range(few, many)]
    return pytest.mark.parametrize("number", [*range(few), *slow])
