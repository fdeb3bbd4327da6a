"""Serves an archive, for the browser tests: as it is, or with hostile articles in every field."""

from __future__ import annotations

import argparse
from pathlib import Path

from assistant import Article, Assistant
from assistant.settings import load
from assistant.testing import HashEmbeddings, sample_articles
from assistant.web.app import create_app
from assistant.web.server import listening, run
from assistant.web.users import Users

HOSTILE = (
    "The lantern {where}<script>fetch('{beacon}script')</script>"
    "<img src=x onerror=\"fetch('{beacon}onerror')\"><img src='{beacon}img'>"
    "<svg onload=\"fetch('{beacon}svg')\"><form action='{beacon}form'><button>b</button></form>"
    "![m]({beacon}markdown) [l](javascript:fetch('{beacon}link'))"
    "<a href='javascript:alert(1)'>a</a>"
    "<a href='data:text/html,<script>alert(2)</script>'>d</a><!-- {beacon}comment -->"
    "<style>body{{background:url({beacon}css)}}</style><iframe src='{beacon}frame'></iframe>"
    "<link rel=stylesheet href='{beacon}sheet'><base href='{beacon}'>\u202eevil\u202c"
    "<meta http-equiv=refresh content='0;url={beacon}meta'>{{{{ 7*7 }}}} ${{7*7}} $$x$$ burns."
)


def hostile_articles(beacon: str) -> list[Article]:
    """Articles with all of it in one field each, and one with it in all of them."""
    bad = HOSTILE.format(where="of the harbour ", beacon=beacon)
    lines = " ".join(bad.split())
    fields = {
        "title": {"title": lines},
        "byline": {"byline": lines},
        "outlet": {"outlet": lines},
        "correction": {"correction": lines},
        "license": {"license": lines},
        "url": {"url": f"javascript:fetch('{beacon}url')"},
        "data": {"url": f"data:text/html,<script>fetch('{beacon}data')</script>"},
        "text": {},
    }
    whole = {key: value for one in fields.values() for key, value in one.items()}
    plain = "The lantern of the harbour {0} burns, said Ada {0} on Monday."
    made = [
        Article(
            name, bad if name == "text" else plain.format(name.title()), **{"title": name, **one}
        )
        for name, one in fields.items()
    ]
    return [*made, Article(f"all<{lines[:40]}>", bad, **whole), Article("all", bad, **whole)]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("archive", type=Path)
    parser.add_argument("--beacon")
    parser.add_argument("--users", type=Path)
    parser.add_argument("--root-path", default="")
    given = parser.parse_args()
    none = {"reranker": "off", "reader": "off", "verifier": "off"}
    settings = load(models=none if given.beacon else {})
    embedder = HashEmbeddings() if given.beacon else None
    users = Users(given.users) if given.users else None
    with Assistant.open(given.archive, settings=settings, embedder=embedder) as assistant:
        if given.beacon:
            assistant.add([*sample_articles(5), *hostile_articles(given.beacon)])
        app = create_app(assistant, users, given.root_path)
        with listening("127.0.0.1", 0) as listener:
            run(app, listener, settings.serve, False, lambda at: print(at, flush=True))


if __name__ == "__main__":
    main()
