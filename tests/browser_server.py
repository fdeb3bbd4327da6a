"""Serves an archive of sample articles with hash embeddings, for the browser tests."""

from __future__ import annotations

import sys

from assistant import Article, Assistant
from assistant.settings import load
from assistant.testing import HashEmbeddings, sample_articles
from assistant.web.app import run

HOSTILE = (
    "The lantern {0}<script>fetch('{1}script')</script><img src=x onerror=\"fetch('{1}onerror')\">"
    "<svg onload=\"fetch('{1}svg')\"><form action='{1}form'></form>![m]({1}markdown)"
    "<style>body{{background:url({1}css)}}</style><iframe src='{1}frame'></iframe> burns."
)


def main() -> None:
    path, beacon = sys.argv[1], sys.argv[2]
    settings = load(models={"reranker": "off"})
    hostile = HOSTILE.format("of the harbour ", beacon)
    with Assistant.open(path, settings=settings, embedder=HashEmbeddings()) as assistant:
        assistant.add(sample_articles(5))
        assistant.add(Article("hostile", hostile, title=hostile, outlet=hostile, byline=hostile))
        run(assistant, "127.0.0.1", 0, False, lambda address: print(address, flush=True))


if __name__ == "__main__":
    main()
