import pytest

from tests.maps import need_village, village


@pytest.fixture(scope="session")
def outcome():
    return village.outcome()


@pytest.fixture(scope="session")
def internal_outcome():
    return village.outcome(privacy={"profile": "internal"})


@pytest.fixture(scope="session")
def forecast():
    return need_village.forecast()
