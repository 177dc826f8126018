"""Write the sample study: ``python -m placement_planner.sample FOLDER [--seed N]``."""

from __future__ import annotations

import argparse
from pathlib import Path

from placement_planner.sample.study import write_sample


def main(arguments: list[str] | None = None) -> None:
    """Read the command line and write the study."""
    parser = argparse.ArgumentParser(prog="python -m placement_planner.sample")
    parser.add_argument("folder", type=Path, help="study folder to write")
    parser.add_argument("--seed", type=int, default=0, help="the same seed gives the same region")
    chosen = parser.parse_args(arguments)
    write_sample(chosen.folder, chosen.seed)


if __name__ == "__main__":
    main()
