"""What does evaluating add to asking?

    python benchmarks/evaluation.py sample --archive build/sample

Runs a suite, its twins among the questions, with the reranker and without, compares the run with
itself, and prints the time of all that is not asking (metrics, figures, report, comparison) as a
share of the time of asking. The target: under 0.10 with the default settings.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from assistant import Assistant
from assistant.evaluation import compare, gate, read_run, run_suite
from assistant.evaluation.asking import read_journal
from assistant.settings import load
from assistant.suites import read_suite


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("suite")
    parser.add_argument("--archive", type=Path)
    arguments = parser.parse_args()
    suite = read_suite(arguments.suite)
    with tempfile.TemporaryDirectory() as folder:
        archive = arguments.archive or Path(folder) / "archive"
        for models in ("packaged", "off"):
            settings = load(models={"reranker": models, "reader": models})
            with Assistant.open(archive, settings=settings) as assistant:
                if suite.corpus:
                    assistant.add(suite.corpus)
                assistant.ask(suite.questions[0].question)  # loads the models
                start = time.perf_counter()
                run = run_suite(suite, assistant, Path(folder) / models)
                compare(run, read_run(run.folder))
                gate(run)
                spent = time.perf_counter() - start
            asking = sum(sum(record.seconds.values()) for record in read_journal(run.folder))
            print(
                f"models {models}: asking {asking:.1f} s, the rest {spent - asking:.2f} s,"
                f" a share of {(spent - asking) / asking:.3f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
