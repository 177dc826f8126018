"""Finished files read again: small cells, personal fields, schools that may not be named."""

from placement_planner.privacy.finished.check import Leak, Verdict, check_file
from placement_planner.privacy.finished.unnamed import NotToBeNamed, not_to_be_named

__all__ = ["Leak", "NotToBeNamed", "Verdict", "check_file", "not_to_be_named"]
