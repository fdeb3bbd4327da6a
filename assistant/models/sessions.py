"""Networks in ONNX files, run by onnxruntime, each with its tokenizer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

_WEIGHTS = "session.model_external_initializers_file_folder_path"


@dataclass(frozen=True, slots=True)
class Network:
    """A network that is ready to be run, and what makes word pieces for it."""

    tokenizer: Tokenizer
    session: InferenceSession

    def run(self, output: str, inputs: Mapping[str, Any]) -> Any:
        """An output for some inputs."""
        return self.session.run([output], dict(inputs))[0]


def load_network(
    network: Path | bytes,
    pieces: Path,
    most: int,
    threads: int = 1,
    weights: Path | None = None,
) -> Network:
    """Load a network.

    Args:
        network: an ONNX file, or what it holds.
        pieces: the tokenizer's file (JSON).
        most: word pieces that it reads; the rest is cut off.
        threads: processor threads for one run; 0 for as many as there are processors.
        weights: the folder of the file that a network without weights reads them from.
    """
    from onnxruntime import InferenceSession, SessionOptions

    options = SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    # Threads that wait by spinning take the processor from whatever else runs.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    if weights:
        options.add_session_config_entry(_WEIGHTS, str(weights))
    source = network if isinstance(network, bytes) else str(network)
    session = InferenceSession(source, options, providers=["CPUExecutionProvider"])
    return Network(tokenizer(pieces, most), session)


def tokenizer(pieces: Path, most: int | None = None) -> Tokenizer:
    """A tokenizer that pads nothing, and cuts what has more than ``most`` word pieces."""
    from tokenizers import Tokenizer

    made: Tokenizer = Tokenizer.from_file(str(pieces))
    made.no_padding()
    if most:
        made.enable_truncation(most)
    else:
        made.no_truncation()
    return made
