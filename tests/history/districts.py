"""Districts drawn at random whose truth is known: residents of a few cells, doubles, wrong townships, and a drift of their own."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

TOWNSHIPS = ("330110001", "330110002", "330110003")
SHARES = (0.6, 0.3, 0.1)
CELLS: dict[tuple[str, str], tuple[int, float]] = {
    ("11", "high"): (3000, 0.97), ("11", "low"): (400, 0.8), ("23", "high"): (2500, 0.93), ("23", "low"): (700, 0.6),
    ("31", "high"): (500, 0.4), ("53", "none"): (2500, 0.04),
}  # fmt: skip
"""Code and band: residents, and the share of them that lives here in an average district."""
DRIFT, MISPLACED, DOUBLES, UNSEEN = 0.01, 0.02, 0.3, 0.01


class District:
    """One draw. `truly` usual residents by township and in all (`Σ`); what a night sees of it in `cells` and `provisional`."""

    def __init__(self, seed: int, drift: float = DRIFT) -> None:
        chance = np.random.default_rng(seed)
        factor = 1 + drift * chance.standard_normal()
        self.truly = dict.fromkeys((*TOWNSHIPS, "Σ"), 0)
        self.misplaced = [0, 0]
        self.told: dict[str, dict[str, list[int]]] = {}
        rows: list[dict[str, Any]] = []
        for (code, band), (size, rate) in CELLS.items():
            self.told.setdefault(code, {})[band] = [0, 0]
            for township, n in zip(TOWNSHIPS, chance.multinomial(size, SHARES), strict=True):
                doubled = chance.binomial(n // 20, DOUBLES)  # a twentieth have no number
                lone = int(n) - int(doubled)
                usual = int(chance.binomial(lone, min(rate * factor, 1.0)))
                self._live(chance, usual, township, code in ("11", "23"))
                self.told[code][band] = [self.told[code][band][0] + lone, self.told[code][band][1] + usual]
                rows.append(_cell(township, code, band, int(n)))
        self.unseen = [self.truly["Σ"], 0]
        self._hide(chance)
        self.cells = pl.DataFrame(rows)
        self.provisional = self._doubt(chance)

    def _live(self, chance: np.random.Generator, usual: int, township: str, placed: bool) -> None:
        """Some of those told of this township live in another, as many there as live there."""
        away = int(chance.binomial(usual, MISPLACED))
        self.truly["Σ"] += usual
        for other, n in zip(TOWNSHIPS, chance.multinomial(away, SHARES), strict=True):
            self.truly[other] += int(n)
        self.truly[township] += usual - away
        if placed:
            self.misplaced = [self.misplaced[0] + usual, self.misplaced[1] + away]

    def _hide(self, chance: np.random.Generator) -> None:
        """Some live here whom no department delivers."""
        for township in TOWNSHIPS:
            n = int(chance.poisson(self.truly[township] * UNSEEN))
            self.truly[township] += n
            self.truly["Σ"] += n
            self.unseen = [self.unseen[0] + n, self.unseen[1] + n]

    def _doubt(self, chance: np.random.Generator) -> pl.DataFrame:
        """Three hundred provisional residents, each somebody else with the probability said of it."""
        p = chance.uniform(0.5, 1.0, 300)
        place = chance.choice(TOWNSHIPS, 300, p=SHARES)
        lives = (chance.random(300) > p) & (chance.random(300) < CELLS[("23", "low")][1])
        for township in place[lives]:
            self.truly[str(township)] += 1
            self.truly["Σ"] += 1
        rows = pl.DataFrame({"township": place, "alone": 1 - p, "spread": p * (1 - p)})
        sums = rows.group_by("township").agg(pl.col("alone", "spread").sum()).sort("township")
        return sums.with_columns(code=pl.lit("23"), band=pl.lit("low"))

    @property
    def sample(self) -> dict[str, Any]:
        """What measuring this district tells."""
        return {"rules": "test", "cells": self.told, "misplaced": self.misplaced, "unseen": self.unseen}


def _cell(township: str, code: str, band: str, n: int) -> dict[str, Any]:
    return {
        "township": township, "code": code, "band": band, "residents": n, "numberless": n // 20,
        "counted": n if code in ("11", "23") else 0,
    }  # fmt: skip
