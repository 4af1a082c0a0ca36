"""Try the sweet spot on many seeded companies and print how often it is right, family by family.

python -m tests.pricing.sweet_spot --worlds 200 --seed 1
"""

from __future__ import annotations

import argparse
import time
import zlib
from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from pricing.sweet_spot.estimate import estimate_sweet_spot
from tests.pricing.sweet_spot.worlds import IDENTIFIED, UNIDENTIFIED, World


@dataclass(slots=True)
class Tally:
    """What became of the worlds of one family."""

    family: str
    covered: list[float] = field(default_factory=list)
    covered_at_top: list[bool] = field(default_factory=list)
    covered_throughout: list[float] = field(default_factory=list)
    widths: list[float] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    worlds: int = 0

    def take(self, world: World) -> None:
        self.worlds += 1
        answer = estimate_sweet_spot(world.panel, seed=1)
        if answer.refusal is not None:
            self.refused[answer.refusal.code] += 1
            return
        if world.hidden is None:
            return
        observed = {float(cell.price_per_tonne) for cell in world.panel.cells}
        points = [point for point in answer.response[1:] if point.price_per_tonne in observed]
        right = [p.low <= world.change_share(p.price_per_tonne) <= p.high for p in points]
        self.covered.append(float(np.mean(right)))
        self.covered_at_top.append(right[-1])
        everywhere = answer.response[1:]
        self.covered_throughout.append(
            float(
                np.mean(
                    [p.low <= world.change_share(p.price_per_tonne) <= p.high for p in everywhere]
                )
            )
        )
        self.widths.append(points[-1].high - points[-1].low)

    def line(self) -> str:
        refused = sum(self.refused.values())
        told = f"{refused:4d} refused of {self.worlds}"
        if self.refused:
            told += " (" + ", ".join(f"{c} {n}" for c, n in self.refused.most_common()) + ")"
        if self.covered:
            told = (
                f"observed {np.mean(self.covered):6.1%}  top {np.mean(self.covered_at_top):6.1%}  "
                f"grid {np.mean(self.covered_throughout):6.1%}  "
                f"width {np.median(self.widths):5.2f}  " + told
            )
        return f"{self.family:34} {told}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=200, help="worlds of each family")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="families whose name has this in it")
    arguments = parser.parse_args()
    for family, make in {**IDENTIFIED, **UNIDENTIFIED}.items():
        if arguments.only not in family:
            continue
        tally, began = Tally(family), time.perf_counter()
        for number in range(arguments.worlds):
            seed = [arguments.seed, zlib.crc32(family.encode()), number]
            tally.take(make(seed))
        spent = (time.perf_counter() - began) / max(arguments.worlds, 1)
        print(f"{tally.line()}  {spent:.2f} s", flush=True)


if __name__ == "__main__":
    main()
