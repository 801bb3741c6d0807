"""Fitted blends as one ONNX graph: inputs `row` and, for an LSTM, `window`; `day_open` picks the horizon."""

import logging
import tempfile
import warnings
from pathlib import Path

import numpy as np
import onnx
import onnxmltools
import onnxruntime as ort
import torch
from onnx import TensorProto, compose, helper, numpy_helper
from onnxmltools.convert.common.data_types import FloatTensorType
from torch import Tensor, nn

from common.compute.forecasts.model_inputs import FAMILIES, Metric, row_columns
from common.compute.series.rows import Floats
from model_export.data.datasets import Samples
from model_export.fit.blend import Blend, Blends
from model_export.fit.linear import INPUT_LIMIT

TREE_PREFIX = "trees_"
PARITY = 1e-5


class ScaledMembers(nn.Module):
    """The scaler and the members that need it on raw inputs: (N, F) and (N, days, C) -> (N, members)."""

    mean: Tensor
    spread: Tensor
    weights: Tensor
    bias: Tensor

    def __init__(self, blend: Blend, first_family: int) -> None:
        super().__init__()
        self.nets = blend.nets
        self.first_family = first_family
        for name, value in (
            ("mean", blend.scaler.mean),
            ("spread", blend.scaler.spread),
            ("weights", blend.linear.weights),
            ("bias", blend.linear.bias),
        ):
            self.register_buffer(name, torch.tensor(value, dtype=torch.float32))

    def forward(self, row: Tensor, window: Tensor | None = None) -> Tensor:
        scaled = (row - self.mean) / self.spread
        scaled = torch.where(torch.isnan(scaled), torch.zeros_like(scaled), scaled)
        scaled = torch.clamp(scaled, -INPUT_LIMIT, INPUT_LIMIT)
        flags = row[:, self.first_family : self.first_family + len(FAMILIES)]
        flags = torch.where(torch.isnan(flags), torch.zeros_like(flags), flags)
        linear = ((scaled @ self.weights + self.bias) * flags).sum(dim=1, keepdim=True)
        return linear if self.nets is None else torch.cat([self.nets(window, scaled), linear], dim=1)


def forget_origin(model: onnx.ModelProto) -> None:
    """Take out what the exporter notes of the machine it ran on: source paths and stack traces."""
    graph = model.graph
    for part in (
        *graph.node,
        *graph.input,
        *graph.output,
        *graph.value_info,
        *graph.initializer,
        graph,
        model,
    ):
        part.ClearField("doc_string")
        part.ClearField("metadata_props")


def build_graph(blends: Blends, metric: Metric, samples: Samples) -> bytes:
    """One self-contained ONNX file. Raises ValueError if it differs from the members on `samples`."""
    columns = list(row_columns(metric))
    width = len(blends.names)
    parts = {
        "closed": _horizon_graph(blends.closed, columns, samples),
        "open": _horizon_graph(blends.open, columns, samples),
    }
    graph = helper.make_graph([], "forecast", [], [])
    graph.input.extend(parts["closed"].graph.input)
    for horizon, part in parts.items():
        named = compose.add_prefix(part, f"{horizon}_")
        inputs = {f"{horizon}_{i.name}": i.name for i in part.graph.input}
        for node in named.graph.node:
            node.input[:] = [inputs.get(name, name) for name in node.input]
        graph.node.extend(named.graph.node)
        graph.initializer.extend(named.graph.initializer)
    for name, value in (
        ("day_open_column", np.array([columns.index("day_open")], np.int64)),
        ("half", np.array([0.5], np.float32)),
        ("second_axis", np.array([1], np.int64)),
    ):
        graph.initializer.append(numpy_helper.from_array(value, name))
    graph.node.extend(
        [
            helper.make_node("Gather", ["row", "day_open_column"], ["day_open"], axis=1),
            helper.make_node("Greater", ["day_open", "half"], ["is_open"]),
            helper.make_node("Where", ["is_open", "open_members", "closed_members"], ["members"]),
            helper.make_node("ReduceMean", ["members", "second_axis"], ["deviation"], keepdims=1),
        ]
    )
    for name, size in (("deviation", 1), ("members", width)):
        graph.output.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", size]))
    opsets = {o.domain: o.version for part in parts.values() for o in part.opset_import}
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid(*pair) for pair in opsets.items()], ir_version=10
    )
    forget_origin(model)
    onnx.checker.check_model(model, full_check=True)
    content: bytes = model.SerializeToString(deterministic=True)
    check_parity(content, blends, samples)
    return content


def _horizon_graph(blend: Blend, columns: list[str], samples: Samples) -> onnx.ModelProto:
    """Its last node gives `members`; outputs and opset of the default domain are torch's."""
    model = _scaled_graph(blend, columns.index(f"family_{FAMILIES[0]}"), samples)
    trees = _tree_graph(blend, len(columns))
    graph = model.graph
    graph.node.extend(trees.graph.node)
    graph.initializer.extend(trees.graph.initializer)
    outputs = [graph.output[0].name, trees.graph.output[0].name]
    graph.node.append(helper.make_node("Concat", outputs, ["members"], axis=1))
    del graph.output[:]
    del graph.value_info[:]
    model.opset_import.extend(o for o in trees.opset_import if o.domain)
    return model


def check_parity(content: bytes, blends: Blends, samples: Samples) -> None:
    """Compare the file with the frameworks on a batch and one by one, unknown values included."""
    expected = blends.members(samples)
    session = ort.InferenceSession(content, providers=["CPUExecutionProvider"])
    found = run(session, samples)
    single = np.concatenate([run(session, samples.where(np.arange(len(samples)) == i)) for i in range(8)])
    worst = max(np.abs(found - expected).max(), np.abs(single - expected[:8]).max())
    if not worst <= PARITY:
        raise ValueError(f"the exported graph differs from the members by {worst:.2e}")


def run(session: ort.InferenceSession, samples: Samples) -> Floats:
    """(N, members) deviations."""
    arrays = {"row": samples.row, "window": samples.window}
    feeds = {i.name: arrays[i.name].astype(np.float32) for i in session.get_inputs()}
    members: Floats = np.asarray(session.run(["members"], feeds)[0], np.float64)
    return members


def _scaled_graph(blend: Blend, first_family: int, samples: Samples) -> onnx.ModelProto:
    arrays = {"row": samples.row[:4]} | ({} if blend.nets is None else {"window": samples.window[:4]})
    inputs = {name: torch.tensor(values, dtype=torch.float32) for name, values in arrays.items()}
    batch = torch.export.Dim("n", min=1)
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)  # it warns of the absence of torchvision
    with warnings.catch_warnings(), tempfile.TemporaryDirectory() as directory:
        warnings.simplefilter("ignore")  # of the exporter about itself
        path = Path(directory) / "scaled.onnx"
        program = torch.onnx.export(
            ScaledMembers(blend, first_family).eval(),
            tuple(inputs.values()),
            input_names=list(inputs),
            output_names=["scaled_members"],
            dynamic_shapes={name: {0: batch} for name in inputs},
            dynamo=True,
            external_data=False,
            verbose=False,
        )
        if program is None:
            raise ValueError("torch exported nothing")
        program.save(path)
        return onnx.load(path, load_external_data=False)


def _tree_graph(blend: Blend, columns: int) -> onnx.ModelProto:
    types = [("row", FloatTensorType([None, columns]))]
    model = onnxmltools.convert_xgboost(blend.trees, initial_types=types, target_opset=15)
    model = compose.add_prefix(model, TREE_PREFIX)
    for node in model.graph.node:
        node.input[:] = ["row" if name == TREE_PREFIX + "row" else name for name in node.input]
    return model
