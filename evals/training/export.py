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


class _Logits(torch.nn.Module):
    """The network with its inputs by place, and nothing but the logits of all heads."""

    def __init__(
        self, network: BertForSequenceClassification, forms: dict[str, torch.Tensor]
    ) -> None:
        super().__init__()
        self._network = network
        self._weight, self._bias = forms["weight"], forms["bias"]

    def forward(self, ids: torch.Tensor, mask: torch.Tensor, types: torch.Tensor) -> torch.Tensor:
        found = self._network(
            input_ids=ids, attention_mask=mask, token_type_ids=types, output_hidden_states=True
        )
        seen = (middle(found.hidden_states, mask)[:, None, :] * self._weight).sum(-1)
        return torch.cat([found.logits, seen + self._bias], 1)


def write_onnx(
    network: BertForSequenceClassification, forms: dict[str, torch.Tensor], file: Path
) -> None:
    """The network with 32-bit weights.

    Args:
        network: the trained network.
        forms: weight and bias of the head for forms (forms.py).
        file: where to.
    """
    example = tensors(tokenizer(), ["Who sank?"], ["Two boats sink\nTwo boats sank on Monday."])
    torch.onnx.export(
        _Logits(network.eval(), forms),
        tuple(example[name] for name in _INPUTS),
        str(file),
        input_names=list(_INPUTS),
        output_names=["logits"],
        dynamic_axes={name: {0: "pairs", 1: "pieces"} for name in _INPUTS},
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
        write_onnx(network, load_file(asked.model / "forms.safetensors"), whole)
        if not asked.float:
            quantize_dynamic(whole, file, weight_type=QuantType.QUInt8)
    labels = {"id2label": dict(enumerate(LABELS))}
    (asked.out / "config.json").write_text(json.dumps(labels, indent=2) + "\n", encoding="utf-8")
    print(f"{file}: {file.stat().st_size:,} bytes, sha256", end=" ")
    print(hashlib.sha256(file.read_bytes()).hexdigest())


if __name__ == "__main__":
    main()
