"""Answer -> text, HTML, and what can be taken away: Markdown, DOCX, CSV, CSL-JSON."""

from assistant.answering.verdicts import reason
from assistant.rendering.changes import differences
from assistant.rendering.exports import FORMATS, Check, Sheet, export
from assistant.rendering.html import Progress, clean, escaped, to_html
from assistant.rendering.terminal import (
    Place,
    article_path,
    attributed,
    described,
    hit_text,
    passage_url,
    statement_text,
    to_text,
    web_url,
)

__all__ = [
    "FORMATS",
    "Check",
    "Place",
    "Progress",
    "Sheet",
    "article_path",
    "attributed",
    "clean",
    "described",
    "differences",
    "escaped",
    "export",
    "hit_text",
    "passage_url",
    "reason",
    "statement_text",
    "to_html",
    "to_text",
    "web_url",
]
