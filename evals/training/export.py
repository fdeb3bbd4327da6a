"""Write a trained reader: the graphs of its networks and one file of int8 weights.

    python evals/training/export.py build/onnx --sentences build/reader/model

writes ``sentences.onnx`` (answers, and the words that answer), ``claims.onnx``, ``forms.onnx``,
``weights.bin`` and ``config.json``, and prints their digests. Weights of matrices are 8-bit
integers, a scale each, and in the head for forms one for each column; activations are quantised as
they come, so each text is read alone. ``--float`` leaves the weights of what is named as they are,
to measure what the integers cost.

What is not named is the packaged reader's. ``--sentences`` and ``--claims`` name folders that
train.py wrote, the first with what marks.py did, ``--forms`` the file of forms.py. Each network is
a graph of its own, since onnxruntime computes all that a graph holds.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import get_args

import onnx
import torch
from network import (
    FORMS,
    FormHead,
    lower_layers,
    shipped,
    tensors,
    tokenizer,
    trained,
)
from onnx.external_data_helper import set_external_data
from onnxruntime.quantization import QuantType, quantize_dynamic
from safetensors.torch import load_file
from transformers import BertForSequenceClassification, BertModel

from assistant.models.reader_model import Part
from assistant.models.trained import trained_files

WEIGHTS = "weights.bin"
_INPUTS = ("input_ids", "attention_mask", "token_type_ids")
_OPSET = 17
_FORMS = "/_forms/"  # begins the names of what the head for forms computes
_SINGLE = "/_marks/"  # the same, of the head with a single logit
_SMALL = 1024  # bytes of weights that stay in their graph
_PAGE = 4096  # bytes; weights are mapped from where one begins


class _Pairs(torch.nn.Module):
    """A network that judges pairs, its inputs by place; with marks, of each word piece, too."""

    def __init__(
        self, network: BertForSequenceClassification, marks: torch.nn.Linear | None = None
    ) -> None:
        super().__init__()
        self._network, self._marks = network, marks

    def forward(
        self, ids: torch.Tensor, mask: torch.Tensor, types: torch.Tensor
    ) -> tuple[torch.Tensor, ...]:
        found = self._network.bert(input_ids=ids, attention_mask=mask, token_type_ids=types)
        logits = self._network.classifier(found.pooler_output)
        if self._marks is None:
            return (logits,)
        return logits, self._marks(found.last_hidden_state).squeeze(-1)


class _Forms(torch.nn.Module):
    """An encoder's lowest layers with the head for forms, its inputs by place."""

    def __init__(self, network: BertModel, forms: FormHead) -> None:
        super().__init__()
        self._network, self._forms = network, forms

    def forward(
        self, ids: torch.Tensor, mask: torch.Tensor, types: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        found = self._network(input_ids=ids, attention_mask=mask, token_type_ids=types)
        states = found.last_hidden_state
        return self._forms(states, mask), states


def write_pairs(
    network: BertForSequenceClassification, marks: torch.nn.Linear | None, file: Path
) -> None:
    """Write a network that judges pairs, with 32-bit weights.

    Args:
        network: the trained network.
        marks: the head for the words that answer (marks.py), where it has one.
        file: where to.
    """
    example = tensors(tokenizer(), ["Who sank?"], ["Two boats sink\nTwo boats sank on Monday."])
    outputs = ("logits",) if marks is None else ("logits", "marks")
    axes = {} if marks is None else {"marks": {0: "texts", 1: "pieces"}}
    _write(_Pairs(network, marks), example, outputs, axes, file)


def write_forms(network: BertModel, forms: FormHead, file: Path) -> None:
    """Write the head for forms with the layers below it, with 32-bit weights."""
    example = tensors(tokenizer(), ["Who sank?"], [""])
    axes = {"states": {0: "texts", 1: "pieces"}}
    _write(_Forms(network, forms), example, ("forms", "states"), axes, file)


def _write(
    network: torch.nn.Module,
    example: dict[str, torch.Tensor],
    outputs: tuple[str, ...],
    axes: dict[str, dict[int, str]],
    file: Path,
) -> None:
    torch.onnx.export(
        network.eval(),
        tuple(example[name] for name in _INPUTS),
        str(file),
        input_names=list(_INPUTS),
        output_names=list(outputs),
        dynamic_axes={name: {0: "texts", 1: "pieces"} for name in _INPUTS} | axes,
        opset_version=_OPSET,
        dynamo=False,
    )


def quantise(whole: Path, file: Path) -> None:
    """Make the weights of a network integers, but those of the head with a single logit."""
    names = [one.name for one in onnx.load(str(whole)).graph.node]
    single = [name for name in names if name.startswith(_SINGLE)]
    forms = [name for name in names if name.startswith(_FORMS)]
    half, kind = file.with_suffix(".half"), QuantType.QUInt8
    quantize_dynamic(whole, half, weight_type=kind, nodes_to_exclude=[*single, *forms])
    quantize_dynamic(half, file, weight_type=kind, nodes_to_exclude=single, per_channel=True)
    half.unlink()


def pack(networks: Mapping[str, Path], out: Path) -> None:
    """Write the graphs of some networks, and all their weights into one file, equal ones once."""
    weights, places = bytearray(), dict[bytes, int]()
    for name, file in networks.items():
        model = onnx.load(str(file))
        for one in model.graph.initializer:
            values = one.raw_data
            if len(values) < _SMALL:
                continue
            if values not in places:
                weights += bytes(-len(weights) % _PAGE)
                places[values] = len(weights)
                weights += values
            set_external_data(one, WEIGHTS, places[values], len(values))
            one.ClearField("raw_data")
        (out / f"{name}.onnx").write_bytes(model.SerializeToString())
    (out / WEIGHTS).write_bytes(weights)


def export(
    out: Path, floats: bool, sentences: Path | None, claims: Path | None, forms: Path | None
) -> None:
    """Write what train.py, marks.py and forms.py made, and the rest of what is packaged."""
    made: dict[Part, Callable[[Path], None]] = {}
    if sentences:
        marks = torch.nn.Linear(384, 1)
        marks.load_state_dict(load_file(sentences / "marks.safetensors"))
        made["sentences"] = lambda file: write_pairs(trained(sentences), marks, file)
    if claims:
        made["claims"] = lambda file: write_pairs(trained(claims), None, file)
    if forms:
        head, lower = FormHead(shipped()), lower_layers()
        head.load_state_dict(load_file(forms))
        made["forms"] = lambda file: write_forms(lower, head, file)
    with tempfile.TemporaryDirectory() as folder:
        files: dict[str, Path] = {part: trained_files(part)[0] for part in get_args(Part)}
        for part, write in made.items():
            whole, files[part] = Path(folder) / "whole.onnx", Path(folder) / f"{part}.onnx"
            write(files[part] if floats else whole)
            if not floats:
                quantise(whole, files[part])
        pack(files, out)


def _digests(files: Iterable[Path]) -> None:
    for one in files:
        digest = hashlib.sha256(one.read_bytes()).hexdigest()
        print(f"{one}: {one.stat().st_size:,} bytes, sha256 {digest}")


def main() -> None:
    """Export, and print the files' sizes and digests."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--sentences", type=Path, help="folder of a network that judges sentences")
    parser.add_argument("--claims", type=Path, help="folder of a network that judges claims")
    parser.add_argument("--forms", type=Path, help="weights of a head for forms")
    parser.add_argument("--float", action="store_true", help="do not quantise what is named")
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    export(asked.out, asked.float, asked.sentences, asked.claims, asked.forms)
    labels = {"id2label": dict(enumerate(("answers", "supports", *FORMS)))}
    (asked.out / "config.json").write_text(json.dumps(labels, indent=2) + "\n", encoding="utf-8")
    _digests([*sorted(asked.out.glob("*.onnx")), asked.out / WEIGHTS])


if __name__ == "__main__":
    main()
