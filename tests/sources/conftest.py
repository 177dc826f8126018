from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.sources.region import REAL, write_region

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def import_file(tmp_path: Path) -> Path:
    return write_region(tmp_path / "published")


@pytest.fixture(scope="session")
def real_files() -> Path:
    if not REAL.is_dir():
        pytest.skip(f"no published files at {REAL}")
    return REAL
