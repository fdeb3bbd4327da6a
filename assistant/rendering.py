"""An answer as text or HTML; every door shows it through here."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import quote, urlencode

from assistant.text import without_direction
from assistant.types import Answer, Citation, Claim, Hit, Source

_PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")


def article_path(source: Source, start: int | None = None, end: int | None = None) -> str:
    """The path of an article's page, with a sentence of it marked."""
    query = {"version": source.version}
    if start is not None and end is not None:
        query |= {"start": start, "end": end}
    fragment = "" if start is None else "#quote"
    return f"/article/{quote(source.id, safe='')}?{urlencode(query)}{fragment}"


def described(source: Source) -> str:
    """Headline, outlet and date in one line."""
    facts = [source.title or source.id, source.outlet, source.published and str(source.published)]
    return without_direction(" · ".join(fact for fact in facts if fact))


def to_text(answer: Answer) -> str:
    """The answer for a terminal: its claims and their sources, or what is nearest."""
    lines = [answer.refusal.message] if answer.refusal else list(map(_claim_line, answer.shown))
    cited = answer.nearest if answer.refusal else answer.citations
    if cited:
        lines += ["", "Nearest passages (not an answer):" if answer.refusal else "Sources:"]
        lines += [_source_line(citation, answer.refusal is not None) for citation in cited]
    return without_direction("\n".join(lines))


def hit_text(hit: Hit) -> str:
    """A hit for a terminal."""
    how = "+".join(hit.found)
    place = f"{hit.passage.article.id} {hit.passage.start}–{hit.passage.end}"
    head = f"{described(hit.passage.article)}\n  {place}, score {hit.score:.2f}, {how}"
    copies = "".join(f"\n  also in {described(copy)}" for copy in hit.copies)
    return without_direction(f"{head}{copies}\n  {' '.join(hit.passage.text.split())}")


def to_html(answer: Answer, root: str = "") -> str:
    """The answer for a page: escaped, with links to the marked sentences.

    Args:
        answer: the answer.
        root: what goes before the path of an article's page.
    """

    def link(citation: Citation) -> str:
        return root + article_path(citation.article, citation.start, citation.end)

    by_number = {citation.number: citation for citation in answer.citations}
    if answer.refusal:
        body = f"<p>{escaped(answer.refusal.message)}</p>"
    else:
        body = "".join(
            f"<p>{escaped(claim.text)}{_marks(claim, by_number, link)}</p>"
            for claim in answer.shown
        )
    cited = answer.nearest if answer.refusal else answer.citations
    if not cited:
        return body
    title = "Nearest passages (not an answer)" if answer.refusal else "Sources"
    items = "".join(_source_item(citation, link(citation)) for citation in cited)
    return f"{body}<details open><summary>{title}</summary><ol>{items}</ol></details>"


def escaped(text: str) -> str:
    """Text that a page, or a Markdown renderer on its way to one, shows as it stands.

    Every ASCII punctuation mark becomes a character reference: HTML and Markdown both take it for
    the mark itself, and neither takes it for markup.
    """
    return _PUNCTUATION.sub(lambda mark: f"&#{ord(mark[0])};", without_direction(text))


def _claim_line(claim: Claim) -> str:
    return claim.text + " " + "".join(f"[{number}]" for number in claim.citations)


def _source_line(citation: Citation, quoted: bool) -> str:
    """A source; with its quote where no claim has shown it."""
    place = f"{citation.article.id}, characters {citation.start}–{citation.end}"
    lines = [f"[{citation.number}] {described(citation.article)}", f"    {place}"]
    if citation.article.url:
        lines.append(f"    {citation.article.url}")
    lines += [f"    also printed in {described(copy)}" for copy in citation.copies]
    if quoted:
        lines.append(f"    {' '.join(citation.quote.split())}")
    return "\n".join(lines)


def _marks(claim: Claim, by_number: dict[int, Citation], link: Callable[[Citation], str]) -> str:
    marks = (
        f'<a href="{escaped_url(link(by_number[number]))}"'
        f' title="{escaped(described(by_number[number].article))}">[{number}]</a>'
        for number in claim.citations
    )
    return "".join(f"<sup>{mark}</sup>" for mark in marks)


def _source_item(citation: Citation, href: str) -> str:
    copies = "".join(f"<br>also printed in {escaped(described(c))}" for c in citation.copies)
    return (
        f'<li><a href="{escaped_url(href)}">{escaped(described(citation.article))}</a>'
        f"<br>{escaped(' '.join(citation.quote.split()))}{copies}</li>"
    )


def escaped_url(url: str) -> str:
    """A url of our own making, fit for an attribute."""
    return url.replace("&", "&amp;").replace('"', "%22")
