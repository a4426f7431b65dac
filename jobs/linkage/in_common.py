"""Whether two rows' lists hold a value in common: rows of equal width, empty slots marked."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from jobs.linkage.encoding import Bools

Values = npt.NDArray[Any]


def in_common(left: Values, right: Values, empty: int) -> Bools:
    """For each pair of rows (n × width, both sides). Most lists are short: a slot is looked at only where it is filled."""
    found = np.zeros(len(left), bool)
    for slot in range(left.shape[1]):
        some = np.flatnonzero((left[:, slot] != empty) & ~found)
        if len(some):
            found[some] = among(left[some, slot], right[some])
    return found


def among(values: Values, lists: Values) -> Bools:
    """Whether each value, none empty, is in its list."""
    return np.asarray((lists == values[:, None]).any(axis=1))
