"""What the conversation's page says of earlier conversations, in Markdown."""

from __future__ import annotations

from datetime import tzinfo

from assistant.rendering import escaped
from assistant.web.clock import by_day
from assistant.web.site import Site

_LISTED = 30  # conversations


def conversations(site: Site, who: str, zone: tzinfo) -> str:
    """Links to somebody's last conversations, under the days of their time zone."""
    found = site.conversations.of(who)
    lines = []
    for day, own in by_day(found[:_LISTED], zone):
        links = [f"- [{escaped(one.title)}]({site.root}/c/{one.id})" for one in own]
        lines += [f"**{day}**", "", *links, ""]
    more = [f"- [All conversations]({site.root}/conversations)"] if len(found) > _LISTED else []
    return "\n".join([*lines, *more])
