"""What the conversation's page says of the archive, and of earlier conversations, in Markdown."""

from __future__ import annotations

from assistant.answering import described
from assistant.rendering import escaped
from assistant.web.site import Site

_LISTED = 30  # conversations


def coverage(site: Site) -> str:
    """What is in the archive, or where to add something."""
    held = site.assistant.archive.coverage()
    if held.articles:
        return described(held)
    where = "" if site.read_only else f" [Add some]({site.root}/library/add)."
    return f"The archive holds no articles yet.{where}"


def conversations(site: Site, who: str) -> str:
    """Links to somebody's last conversations."""
    found = site.conversations.of(who)
    links = [f"- [{escaped(one.title)}]({site.root}/c/{one.id})" for one in found[:_LISTED]]
    more = [f"- [All conversations]({site.root}/conversations)"] if len(found) > _LISTED else []
    return "\n".join([*links, *more])
