"""Random streams, one a subject, and the small tables that the sample is made from."""

from __future__ import annotations

import zlib
from importlib.resources import files

import numpy as np
import pandas as pd

__all__ = ["packaged_table", "published_table", "random_stream"]


def random_stream(seed: int, subject: str) -> np.random.Generator:
    """Return the stream of one subject, so that a change to one leaves the others as they were."""
    return np.random.default_rng([seed, zlib.crc32(subject.encode())])


def packaged_table(name: str) -> pd.DataFrame:
    """Return one of the package's own tables of invented places and schools."""
    with files("placement_planner.sample").joinpath(f"{name}.csv").open(encoding="utf-8") as handle:
        return pd.read_csv(handle)


def published_table(name: str) -> pd.DataFrame:
    """Return a small published table that rates follow; sources in `published/README.md`."""
    return packaged_table(f"published/{name}")
