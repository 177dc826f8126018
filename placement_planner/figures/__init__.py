"""Figures that may be shown, past `privacy`: of a plan, of a projection, of a back-test."""
