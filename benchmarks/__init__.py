"""Benchmarks: what is measured on this machine, and the textbook models it is measured on."""
