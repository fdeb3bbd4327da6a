"""What the conversation's page says of earlier conversations, in Markdown."""

from __future__ import annotations

from assistant.rendering import escaped
from assistant.web.site import Site

_LISTED = 30  # conversations


def conversations(site: Site, who: str) -> str:
    """Links to somebody's last conversations."""
    found = site.conversations.of(who)
    links = [f"- [{escaped(one.title)}]({site.root}/c/{one.id})" for one in found[:_LISTED]]
    more = [f"- [All conversations]({site.root}/conversations)"] if len(found) > _LISTED else []
    return "\n".join([*links, *more])
