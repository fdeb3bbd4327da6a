"""Write a trained reader as one int8 ONNX file, with its labels and its digest.

    python evals/training/export.py build/reader/model build/reader/onnx

writes ``model.onnx`` and ``config.json``. Weights of matrices are 8-bit integers, a scale each, and
in the head for forms one for each column; activations are quantised as they come, so each pair is
scored alone. That head is trained on the states of the exported file (forms.py), so a model is
exported twice: where there is no head yet, an untrained one stands in. ``--float`` leaves the
weights as they are, to measure what the integers cost. ``--claims`` adds the encoder of another
exported file, which judges claims in the place of this one. ``--forms`` writes the packaged file
with another head for forms, all else as it is:

    python evals/training/export.py packaged build/forms --forms build/forms/forms.safetensors
"""

from __future__ import annotations

import argparse
import hashlib
import json
import tempfile
from pathlib import Path

import onnx
import torch
from network import BRANCH, LABELS, SECOND, FormHead, shipped, tensors, tokenizer
from onnx.compose import add_prefix
from onnxruntime.quantization import QuantType, quantize_dynamic
from safetensors.torch import load_file
from transformers import BertForSequenceClassification

from assistant.models.trained import trained_files

_INPUTS = ("input_ids", "attention_mask", "token_type_ids")
_OPSET = 17
_FORMS = "/_forms/"  # in the names of what the head for forms computes

Head = dict[str, torch.Tensor]
"""Weight and bias of a linear head."""


class _Logits(torch.nn.Module):
    """The network with its inputs by place: logits of a pair, of each word piece, and of forms."""

    def __init__(
        self, network: BertForSequenceClassification, forms: FormHead, marks: Head
    ) -> None:
        super().__init__()
        self._network = network
        self._forms, self._marks = forms, marks

    def forward(
        self, ids: torch.Tensor, mask: torch.Tensor, types: torch.Tensor
    ) -> tuple[torch.Tensor, ...]:
        found = self._network(
            input_ids=ids, attention_mask=mask, token_type_ids=types, output_hidden_states=True
        )
        forms = self._forms(found.hidden_states[BRANCH], mask)
        marks = _applied(self._marks, found.hidden_states[-1])
        return found.logits, marks.squeeze(-1), forms, found.hidden_states[BRANCH]


def _applied(head: Head, states: torch.Tensor) -> torch.Tensor:
    """A linear head, in a form that is not made coarser with the rest."""
    return (states[..., None, :] * head["weight"]).sum(-1) + head["bias"]


def write_onnx(
    network: BertForSequenceClassification, forms: FormHead, marks: Head, file: Path
) -> None:
    """The network with 32-bit weights.

    Args:
        network: the trained network.
        forms: the head for forms (forms.py).
        marks: weight and bias of the head for the words that answer (marks.py).
        file: where to.
    """
    example = tensors(tokenizer(), ["Who sank?"], ["Two boats sink\nTwo boats sank on Monday."])
    torch.onnx.export(
        _Logits(network, forms, marks).eval(),
        tuple(example[name] for name in _INPUTS),
        str(file),
        input_names=list(_INPUTS),
        output_names=["logits", "marks", "forms", "states"],
        dynamic_axes={name: {0: "pairs", 1: "pieces"} for name in (*_INPUTS, "marks", "states")},
        opset_version=_OPSET,
        dynamo=False,
    )


def quantise(whole: Path, file: Path) -> None:
    """Make the weights of a network integers."""
    nodes = onnx.load(str(whole)).graph.node
    own = [one.name for one in nodes if one.op_type in ("MatMul", "Gemm") and _FORMS in one.name]
    half = file.with_suffix(".half")
    quantize_dynamic(whole, half, weight_type=QuantType.QUInt8, nodes_to_exclude=own)
    quantize_dynamic(half, file, weight_type=QuantType.QUInt8, per_channel=True)
    half.unlink()


def join(file: Path, claims: Path) -> None:
    """Add to a file the encoder of another one, for claims: the output ``supports``.

    Args:
        file: the network that judges sentences; it is written again.
        claims: a network that this module wrote, whose second logit judges claims.

    Raises:
        ValueError: it has been joined to another one already.
    """
    with tempfile.TemporaryDirectory() as folder:
        only = str(Path(folder) / "only.onnx")
        outputs = [one.name for one in onnx.load(str(claims)).graph.output]
        if "supports" in outputs:
            raise ValueError(f"{claims} has two encoders: name the file of one that judges claims")
        onnx.utils.extract_model(str(claims), only, list(_INPUTS), ["logits"])
        other = add_prefix(onnx.load(only), SECOND).graph
    own = {f"{SECOND}{name}": name for name in _INPUTS} | {f"{SECOND}logits": "supports"}
    for node in other.node:
        node.input[:] = [own.get(name, name) for name in node.input]
        node.output[:] = [own.get(name, name) for name in node.output]
    other.output[0].name = "supports"
    whole = onnx.load(str(file))
    whole.graph.node.extend(other.node)
    whole.graph.initializer.extend(other.initializer)
    whole.graph.output.append(other.output[0])
    onnx.checker.check_model(whole)
    onnx.save(whole, str(file))


def with_forms(file: Path, other: Path) -> onnx.ModelProto:
    """A network with the head for forms of another one, which has the same layers."""
    whole, theirs = onnx.load(str(file)), onnx.load(str(other)).graph
    nodes = {node.name: node for node in theirs.node}
    held = {one.name: one for one in theirs.initializer}
    own = {one.name: one for one in whole.graph.initializer}
    for node in whole.graph.node:
        if _FORMS in node.name:
            for name, given in zip(node.input, nodes[node.name].input, strict=True):
                if name in own:
                    own[name].CopyFrom(held[given])
                    own[name].name = name
    onnx.checker.check_model(whole)
    return whole


def _exchange_forms(weights: Path, out: Path) -> None:
    """Write the packaged file with another head for forms."""
    network = shipped()
    network.set_attn_implementation("eager")
    forms, size = FormHead(network), network.config.hidden_size
    forms.load_state_dict(load_file(weights))
    no_marks = {"weight": torch.zeros(1, size), "bias": torch.zeros(1)}
    with tempfile.TemporaryDirectory() as folder:
        floats, made = Path(folder) / "floats.onnx", Path(folder) / "made.onnx"
        write_onnx(network, forms, no_marks, floats)
        quantise(floats, made)
        onnx.save(with_forms(trained_files()[0], made), str(out))


def main() -> None:
    """Export, and print the file's size and digest."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", help="folder that train.py wrote, or packaged")
    parser.add_argument("out", type=Path)
    parser.add_argument("--float", action="store_true", help="do not quantise")
    parser.add_argument("--claims", type=Path, help="file whose encoder judges claims")
    parser.add_argument("--forms", type=Path, help="head for forms, in the packaged file")
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    file = asked.out / "model.onnx"
    if asked.forms and (asked.model != "packaged" or asked.float):
        parser.error("--forms is for the packaged file, as it is")
    if asked.forms:
        _exchange_forms(asked.forms, file)
    else:
        _export(Path(asked.model), file, asked.float)
    if asked.claims:
        join(file, asked.claims)
    labels = {"id2label": dict(enumerate(LABELS))}
    (asked.out / "config.json").write_text(json.dumps(labels, indent=2) + "\n", encoding="utf-8")
    print(f"{file}: {file.stat().st_size:,} bytes, sha256", end=" ")
    print(hashlib.sha256(file.read_bytes()).hexdigest())


def _export(model: Path, file: Path, floats: bool) -> None:
    """Write what train.py, marks.py and, if it was run, forms.py made."""
    network = BertForSequenceClassification.from_pretrained(model, attn_implementation="eager")
    with tempfile.TemporaryDirectory() as folder:
        whole = file if floats else Path(folder) / "model.onnx"
        forms = FormHead(network)
        if (trained := model / "forms.safetensors").exists():
            forms.load_state_dict(load_file(trained))
        write_onnx(network, forms, load_file(model / "marks.safetensors"), whole)
        if not floats:
            quantise(whole, file)


if __name__ == "__main__":
    main()
