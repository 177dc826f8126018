"""What every section of a scenario is: frozen, and without unknown keys."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

__all__ = ["Choices"]


class Choices(BaseModel):
    """A section of a scenario."""

    model_config = ConfigDict(frozen=True, extra="forbid")
