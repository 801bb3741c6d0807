"""The isolation forest as one ONNX file: its trees as one operator, where a converter makes dozens each."""

from typing import Any

import numpy as np
import onnx
import onnxruntime as ort
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from sklearn.ensemble import IsolationForest
from sklearn.tree._tree import Tree

from common.compute.anomalies import FOREST_INPUTS
from common.compute.series.rows import Floats

OPSETS = {"": 18, "ai.onnx.ml": 3}
PARITY = 1e-6


def score(forest: IsolationForest, nights: Floats) -> Floats:
    scores: Floats = -forest.score_samples(single(nights))
    return scores


def single(nights: Floats) -> NDArray[np.float32]:
    """As the graph compares them: in single precision, an unknown one as usual."""
    return np.nan_to_num(nights).astype(np.float32)


def build_forest_graph(forest: IsolationForest, nights: Floats) -> bytes:
    """One ONNX file. Raises ValueError where it differs from the forest.

    Its trees give minus the mean depth a night is told apart at over the depth usual among as many; 2 to that
    power is the score (Liu, Ting and Zhou 2008, eq. 2).
    """
    width = len(FOREST_INPUTS)
    graph = helper.make_graph(
        [
            helper.make_node(
                "TreeEnsembleRegressor",
                ["nights"],
                ["exponent"],
                domain="ai.onnx.ml",
                aggregate_function="SUM",
                n_targets=1,
                **_tree_attributes(forest),
            ),
            helper.make_node("Pow", ["two", "exponent"], ["rarity"]),
        ],
        "isolation_forest",
        [helper.make_tensor_value_info("nights", TensorProto.FLOAT, ["n", width])],
        [helper.make_tensor_value_info("rarity", TensorProto.FLOAT, ["n", 1])],
        [numpy_helper.from_array(np.array(2, np.float32), "two")],
    )
    opsets = [helper.make_opsetid(*pair) for pair in OPSETS.items()]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=10)
    onnx.checker.check_model(model, full_check=True)
    content: bytes = model.SerializeToString(deterministic=True)
    session = ort.InferenceSession(content, providers=["CPUExecutionProvider"])
    (rarity,) = session.run(["rarity"], {"nights": single(nights)})
    worst = np.abs(np.asarray(rarity)[:, 0] - score(forest, nights)).max()
    if not worst <= PARITY:
        raise ValueError(f"the exported forest differs from the fitted one by {worst:.2e}")
    return content


def _tree_attributes(forest: IsolationForest) -> dict[str, Any]:
    """All trees as ONNX names their parts: nodes in a tree's own order, weights at its leaves."""
    parts: dict[str, list[NDArray[Any]]] = {}

    def add(**arrays: NDArray[Any]) -> None:
        for name, array in arrays.items():
            parts.setdefault(name, []).append(array)

    usual = len(forest.estimators_) * float(_usual_depth(np.array([forest.max_samples_]))[0])
    for number, estimator in enumerate(forest.estimators_):
        tree = estimator.tree_
        leaf = tree.children_left < 0
        add(
            nodes_treeids=np.full(tree.node_count, number),
            nodes_nodeids=np.arange(tree.node_count),
            nodes_featureids=np.where(leaf, 0, tree.feature),
            nodes_values=np.where(leaf, 0.0, _round_down(tree.threshold)),
            nodes_modes=np.where(leaf, "LEAF", "BRANCH_LEQ"),
            nodes_truenodeids=np.where(leaf, 0, tree.children_left),
            nodes_falsenodeids=np.where(leaf, 0, tree.children_right),
            target_treeids=np.full(leaf.sum(), number),
            target_nodeids=np.flatnonzero(leaf),
            target_ids=np.zeros(leaf.sum(), np.int64),
            target_weights=-(_depths(tree) + _usual_depth(tree.n_node_samples))[leaf] / usual,
        )
    return {name: np.concatenate(arrays).tolist() for name, arrays in parts.items()}


def _depths(tree: Tree) -> Floats:
    """(nodes,) steps from the root; a parent comes before its children."""
    depths = np.zeros(tree.node_count)
    for node in np.flatnonzero(tree.children_left >= 0):
        depths[[tree.children_left[node], tree.children_right[node]]] = depths[node] + 1
    return depths


def _usual_depth(nights: NDArray[np.int64]) -> Floats:
    """Mean depth of an unsuccessful search among so many (eq. 1): what telling them apart would take."""
    many = np.maximum(nights, 3)
    depth = 2 * (np.log(many - 1) + np.euler_gamma) - 2 * (many - 1) / many
    return np.where(nights > 2, depth, np.where(nights == 2, 1.0, 0.0))


def _round_down(thresholds: Floats) -> Floats:
    """Return the same comparisons in single precision as in double."""
    single = thresholds.astype(np.float32)
    lower = np.where(single > thresholds, np.nextafter(single, np.float32(-np.inf)), single)
    return lower.astype(np.float64)
