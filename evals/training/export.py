"""Write a trained reader as one int8 ONNX file, with its labels and its digest.

    python evals/training/export.py build/reader/model build/reader/onnx

writes ``model.onnx`` and ``config.json``. Weights of matrices are 8-bit integers, a scale each;
activations are quantised as they come, so each pair is scored alone. ``--float`` leaves the weights
as they are, to measure what the integers cost.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import tempfile
from pathlib import Path

import torch
from network import LABELS, middle, tensors, tokenizer
from onnxruntime.quantization import QuantType, quantize_dynamic
from safetensors.torch import load_file
from transformers import BertForSequenceClassification

_INPUTS = ("input_ids", "attention_mask", "token_type_ids")
_OPSET = 17

Head = dict[str, torch.Tensor]
"""Weight and bias of a linear head."""


class _Logits(torch.nn.Module):
    """The network with its inputs by place: the logits of a pair, and of each word piece."""

    def __init__(self, network: BertForSequenceClassification, forms: Head, marks: Head) -> None:
        super().__init__()
        self._network = network
        self._forms, self._marks = forms, marks

    def forward(
        self, ids: torch.Tensor, mask: torch.Tensor, types: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        found = self._network(
            input_ids=ids, attention_mask=mask, token_type_ids=types, output_hidden_states=True
        )
        seen = _applied(self._forms, middle(found.hidden_states, mask))
        marks = _applied(self._marks, found.hidden_states[-1])
        return torch.cat([found.logits, seen], 1), marks.squeeze(-1)


def _applied(head: Head, states: torch.Tensor) -> torch.Tensor:
    """A linear head, in a form that is not made coarser with the rest."""
    return (states[..., None, :] * head["weight"]).sum(-1) + head["bias"]


def write_onnx(
    network: BertForSequenceClassification, forms: Head, marks: Head, file: Path
) -> None:
    """The network with 32-bit weights.

    Args:
        network: the trained network.
        forms: weight and bias of the head for forms (forms.py).
        marks: the same for the words that answer (train.py).
        file: where to.
    """
    example = tensors(tokenizer(), ["Who sank?"], ["Two boats sink\nTwo boats sank on Monday."])
    torch.onnx.export(
        _Logits(network, forms, marks).eval(),
        tuple(example[name] for name in _INPUTS),
        str(file),
        input_names=list(_INPUTS),
        output_names=["logits", "marks"],
        dynamic_axes={name: {0: "pairs", 1: "pieces"} for name in (*_INPUTS, "marks")},
        opset_version=_OPSET,
        dynamo=False,
    )


def main() -> None:
    """Export, and print the file's size and digest."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path, help="folder that train.py wrote")
    parser.add_argument("out", type=Path)
    parser.add_argument("--float", action="store_true", help="do not quantise")
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    file = asked.out / "model.onnx"
    network = BertForSequenceClassification.from_pretrained(
        asked.model, attn_implementation="eager"
    )
    with tempfile.TemporaryDirectory() as folder:
        whole = file if asked.float else Path(folder) / "model.onnx"
        heads = [load_file(asked.model / f"{name}.safetensors") for name in ("forms", "marks")]
        write_onnx(network, *heads, whole)
        if not asked.float:
            quantize_dynamic(whole, file, weight_type=QuantType.QUInt8)
    labels = {"id2label": dict(enumerate(LABELS))}
    (asked.out / "config.json").write_text(json.dumps(labels, indent=2) + "\n", encoding="utf-8")
    print(f"{file}: {file.stat().st_size:,} bytes, sha256", end=" ")
    print(hashlib.sha256(file.read_bytes()).hexdigest())


if __name__ == "__main__":
    main()
