"""Runs a suite and kills itself in the middle: python eval_worker.py ARCHIVE QUESTIONS OUT AFTER"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from assistant import Assistant
from assistant.evaluation import run_suite
from assistant.settings import load
from assistant.suites import read_suite
from assistant.testing import HashEmbeddings

archive, questions, out, after = sys.argv[1:]


def killed(done: int, _total: int) -> None:
    if done == int(after):
        os.kill(os.getpid(), signal.SIGKILL)


settings = load(models={"reranker": "off", "reader": "off", "verifier": "off"})
with Assistant.open(archive, settings=settings, embedder=HashEmbeddings()) as assistant:
    run_suite(read_suite(questions), assistant, Path(out), killed)
