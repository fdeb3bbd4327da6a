"""An answer as text or HTML; every door shows it through here."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import quote, urlencode

from assistant.text import without_direction
from assistant.types import Answer, Citation, Claim, Hit, Side, Source, Statement

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
    lines += [f"Not answered: {part}" for part in answer.missing]
    if days := _days(answer):
        lines.append(days)
    if answer.sides:
        lines += ["", "Sides:", *map(_side_line, answer.sides)]
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


def statement_text(statement: Statement) -> str:
    """A statement for a terminal: who, how, what, and where it stands."""
    how = "direct" if statement.direct else "indirect"
    where = ", ".join(f"{span.start}–{span.end}" for span in statement.content_spans)
    place = f"{how}, {'headline' if statement.in_title else 'characters'} {where}"
    words = " ".join(statement.content.split())
    return without_direction(f"{statement.speaker} [{statement.cue}] ({place})\n  {words}")


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
            f"<p>{escaped(claim.text)}{_marks(claim, by_number, link)}{_said(claim)}</p>"
            for claim in answer.shown
        )
    notes = [f"Not answered: {part}" for part in answer.missing]
    notes += [_days(answer)] if answer.inferred else []
    body += "".join(f"<p><em>{escaped(note)}</em></p>" for note in notes)
    if answer.sides:
        lines = "".join(f"<li>{escaped(_side_line(side).strip())}</li>" for side in answer.sides)
        body += f"<p>Sides</p><ul>{lines}</ul>"
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
    said = f" ({claim.speaker})" if claim.speaker else ""
    return claim.text + " " + _numbers(claim) + said


def _numbers(claim: Claim) -> str:
    return "".join(f"[{number}]" for number in claim.citations)


def _side_line(side: Side) -> str:
    answers = f", answering {' and '.join(side.answers)}" if side.answers else ""
    return f"  {side.who}{answers}: {''.join(map(_numbers, side.claims))}"


def _days(answer: Answer) -> str:
    """The days that the question's own words limited the search to."""
    if not answer.inferred:
        return ""
    since, until = answer.filters.since, answer.filters.until
    stretch = [f"from {since}" if since else "", f"to {until}" if until else ""]
    return f"Searched only what was published {' '.join(filter(None, stretch))}, as asked."


def _corrected(source: Source) -> str:
    return f"corrected by the outlet: {source.correction}" if source.correction else ""


def _source_line(citation: Citation, quoted: bool) -> str:
    """A source; with its quote where no claim has shown it."""
    place = f"{citation.article.id}, characters {citation.start}–{citation.end}"
    lines = [f"[{citation.number}] {described(citation.article)}", f"    {place}"]
    if citation.article.url:
        lines.append(f"    {citation.article.url}")
    if note := _corrected(citation.article):
        lines.append(f"    {note}")
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


def _said(claim: Claim) -> str:
    return f" <em>({escaped(claim.speaker)})</em>" if claim.speaker else ""


def _source_item(citation: Citation, href: str) -> str:
    copies = "".join(f"<br>also printed in {escaped(described(c))}" for c in citation.copies)
    if note := _corrected(citation.article):
        copies = f"<br>{escaped(note)}{copies}"
    return (
        f'<li><a href="{escaped_url(href)}">{escaped(described(citation.article))}</a>'
        f"<br>{escaped(' '.join(citation.quote.split()))}{copies}</li>"
    )


def escaped_url(url: str) -> str:
    """A url of our own making, fit for an attribute."""
    return url.replace("&", "&amp;").replace('"', "%22")
