import pytest

from tests.maps import village


@pytest.fixture(scope="session")
def outcome():
    return village.outcome()


@pytest.fixture(scope="session")
def internal_outcome():
    return village.outcome(privacy={"profile": "internal"})
