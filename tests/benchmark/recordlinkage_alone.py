"""recordlinkage used alone: its Index, Compare and ECM on one yes-or-no level a field, connected components for clusters.

For small tables only: its string distances run value by value. Task: `data` (people, febrl), `tables`, `out`.
"""

from __future__ import annotations

import json
import platform
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import recordlinkage
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from tests.benchmark.measure import Clock, leave

IDS = {"people": "id", "febrl": "rec_id"}
PASSES = {
    "people": [["birth_date"], ["name"], ["phone"], ["address"], ["surname", "month", "sex"]],
    "febrl": [
        ["soc_sec_id"],
        ["date_of_birth"],
        ["given_name", "surname"],
        ["surname", "postcode"],
        ["address_1", "street_number"],
    ],
}
SIMILAR = {  # field: method, least similarity
    "people": {
        "name": ("damerau_levenshtein", 0.5),  # one edit of two to four characters
        "birth_date": ("damerau_levenshtein", 0.87),
        "address": ("jarowinkler", 0.9),
        "phone": ("damerau_levenshtein", 0.9),
    },
    "febrl": {
        "given_name": ("jarowinkler", 0.85),
        "surname": ("jarowinkler", 0.85),
        "date_of_birth": ("damerau_levenshtein", 0.87),
        "soc_sec_id": ("damerau_levenshtein", 0.85),
        "address_1": ("jarowinkler", 0.85),
        "suburb": ("jarowinkler", 0.85),
        "postcode": ("damerau_levenshtein", 0.75),
    },
}
EXACT = {"people": ["sex"], "febrl": ["state", "street_number"]}


def main(task: dict[str, Any]) -> None:
    clock, out, data = Clock(), Path(task["out"]), task["data"]
    with clock.phase("read"):
        tables = [_read(data, file) for file in task["tables"]]
    with clock.phase("score"):
        pairs, vectors = _compare(data, tables)
    with clock.phase("train"):
        np.random.seed(task["seed"])  # its start obeys nothing else
        classifier = recordlinkage.ECMClassifier(init="jaro", atol=1e-6)
        found = classifier.fit_predict(vectors)
    with clock.phase("cluster"):
        clusters = _components(pd.concat(tables).index, found)
    with clock.phase("write"):
        left, right = (found.get_level_values(side) for side in (0, 1))
        pd.DataFrame({"left": left, "right": right, "probability": 1.0}).to_parquet(out / "pairs.parquet")  # it says yes or no
        clusters.to_parquet(out / "clusters.parquet")
    versions = f"python {platform.python_version()}, recordlinkage {version('recordlinkage')}, pandas {pd.__version__}"
    leave(task, clock, pairs=len(pairs), cut=0.5, versions=versions)


def _read(data: str, file: str) -> pd.DataFrame:
    table = pd.read_parquet(file).set_index(IDS[data])
    if data == "people":
        return table.assign(surname=table["name"].str[0], month=table["birth_date"].str[:6])
    return table


def _compare(data: str, tables: list[pd.DataFrame]) -> tuple[pd.MultiIndex, pd.DataFrame]:
    indexer = recordlinkage.Index()
    for key in PASSES[data]:
        indexer.block(left_on=key, right_on=key)
    pairs = indexer.index(*tables)
    compare = recordlinkage.Compare(n_jobs=1)
    for column, (method, least) in SIMILAR[data].items():
        compare.string(column, column, method=method, threshold=least, label=column)
    for column in EXACT[data]:
        compare.exact(column, column, label=column)
    return pairs, compare.compute(pairs, *tables).astype(int)


def _components(ids: pd.Index, found: pd.MultiIndex) -> pd.DataFrame:
    left, right = (ids.get_indexer(found.get_level_values(side)) for side in (0, 1))
    graph = coo_array((np.ones(len(left), bool), (left, right)), shape=(len(ids), len(ids)))
    label = connected_components(graph, directed=False)[1]
    return pd.DataFrame({"id": ids, "cluster_id": label})


if __name__ == "__main__":
    main(json.loads(Path(sys.argv[1]).read_text()))
