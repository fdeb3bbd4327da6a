"""An answer as text, for a terminal; and the names and addresses that every form shares."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from assistant.answering.verdicts import reason
from assistant.text import spelt_day, without_direction
from assistant.types import Answer, Citation, Claim, Hit, Side, Source, Statement

APART = "Written by the model, but not supported by the sources"
_WEB = re.compile(r"https?://[^\s<>\"'`\\\x00-\x1f]+")
_FRAGMENT = 8  # words that begin a text fragment, and as many that end it


@dataclass(frozen=True, slots=True)
class Place:
    """Where an answer is shown."""

    root: str = ""
    """What goes before the path of every page."""
    conversation: str = ""
    """The conversation that it is kept in; "" where it is not."""
    turn: int = 0
    """Its number there."""

    def article(self, citation: Citation, cited: bool = True) -> str:
        """The address of the article's page, the quote marked; with those cited beside it."""
        path = article_path(citation.article, citation.start, citation.end)
        if not self.conversation or not cited:
            return self.root + path
        query = urlencode({"answer": f"{self.conversation}.{self.turn}", "n": citation.number})
        return self.root + path.replace("#", f"&{query}#")

    @property
    def page(self) -> str:
        """The address of the answer's own page; "" where it is not kept."""
        kept = f"{self.root}/conversations/{self.conversation}/{self.turn}"
        return kept if self.conversation else ""

    @property
    def link(self) -> str:
        """The address at which others read it once it is shared; "" where it is not kept."""
        return f"{self.root}/shared/{self.conversation}/{self.turn}" if self.conversation else ""


def article_path(source: Source, start: int | None = None, end: int | None = None) -> str:
    """The path of an article's page, with a sentence of it marked."""
    query = {"version": source.version}
    if start is not None and end is not None:
        query |= {"start": start, "end": end}
    fragment = "" if start is None else "#quote"
    return f"/article/{quote(source.id, safe='')}?{urlencode(query)}{fragment}"


def web_url(url: str | None) -> str:
    """The publisher's address; "" where it is none that may safely become a link anywhere."""
    return url if url and _WEB.fullmatch(url) else ""


def passage_url(citation: Citation) -> str:
    """The publisher's page, scrolled to the quote (a text fragment); "" where there is none."""
    url = web_url(citation.article.url)
    if not url:
        return ""
    said = without_direction(citation.quote).split()
    ends = [said] if len(said) <= 2 * _FRAGMENT else [said[:_FRAGMENT], said[-_FRAGMENT:]]
    text = ",".join(quote(" ".join(one), safe="").replace("-", "%2D") for one in ends)
    return f"{url.split('#')[0]}#:~:text={text}"


def attributed(citation: Citation) -> str:
    """A quote with its attribution, fit to be pasted into a story.

    The words are the article's: where somebody speaks in them, the outlet is named as reporting it,
    so that its own words never pass for the speaker's.
    """
    said = " ".join(citation.quote.split())
    source = citation.article
    outlet = source.outlet or "an article"
    by = f"{citation.speaker}, as reported by {outlet}" if citation.speaker else source.outlet
    facts = [by, source.title, source.published, web_url(source.url)]
    return without_direction(f"{said} — {', '.join(str(fact) for fact in facts if fact)}")


def described(source: Source) -> str:
    """Headline, outlet and date in one line."""
    facts = [source.title or source.id, source.outlet, source.published and str(source.published)]
    return without_direction(" · ".join(fact for fact in facts if fact))


def to_text(answer: Answer) -> str:
    """The answer for a terminal: its claims and their sources, or what is nearest."""
    lines = [line for claim in answer.shown for line in _claim_lines(answer, claim)]
    if answer.refusal or not lines:
        lines = [answer.refusal.message if answer.refusal else answer.text]
    lines = [*opening(answer), *lines]
    lines += [f"Not answered: {part}" for part in answer.missing]
    lines += [answer.notice] if answer.notice else []
    lines += understood(answer)
    if answer.sides:
        lines += ["", "Sides:", *map(_side_line, answer.sides)]
    if doubtful := apart(answer):
        lines += ["", f"{APART}:", *(f"- {one.text} ({reason(one)})" for one in doubtful)]
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


def _claim_lines(answer: Answer, claim: Claim) -> list[str]:
    """A claim under the part of the question that it is the first to answer, with its source."""
    first = next(one for one in answer.shown if one.part == claim.part)
    part = [f"{claim.part}:"] if claim.part and first is claim else []
    facts = whence(answer, claim)
    return [*part, f"{claim.text} {_numbers(claim)}", *([f"    {facts}"] if facts else [])]


def whence(answer: Answer, claim: Claim, named: bool = True) -> str:
    """Who says it, in which outlet and on which day: "Ada Brandt · Harbour Wire · 3 May 2026".

    In a list the headline, and who else printed it. Without the speaker if it is not ``named``.
    """
    cited = next((one for one in answer.citations if one.number in claim.citations), None)
    source = cited.article if cited else None
    day = source.published if source else None
    speaker = claim.speaker if named else None
    facts = [speaker, source and source.outlet, day and spelt_day(day)]
    if answer.form == "list" and cited:
        others = dict.fromkeys(copy.outlet for copy in cited.copies if copy.outlet)
        facts = [cited.article.title, *facts[1:], "also in " + ", ".join(others) if others else ""]
    return " · ".join(fact for fact in facts if fact)


def _numbers(claim: Claim) -> str:
    return "".join(f"[{number}]" for number in claim.citations)


def _side_line(side: Side) -> str:
    answers = f", answering {' and '.join(side.answers)}" if side.answers else ""
    return f"  {side.who}{answers}: {''.join(map(_numbers, side.claims))}"


def opening(answer: Answer) -> list[str]:
    """What stands before the claims: whether they may not answer, and how many a list has."""
    told = ["Not sure that this answers the question:"] if answer.doubtful else []
    if answer.form == "list" and answer.shown:
        count = len(answer.shown)
        told.append(f"{count} article{'' if count == 1 else 's'}, the newest first:")
    return told


def understood(answer: Answer) -> list[str]:
    """What the question was taken to say: names read as the archive's, and its days."""
    names = [f"Read “{typed}” as “{name}”." for typed, name in answer.read_as]
    return [*names, *filter(None, (searched_days(answer), limited(answer)))]


def limited(answer: Answer) -> str:
    """What the asker limited the search to; "" where nothing was."""
    own, taken = answer.filters, answer.inferred
    days = [f"{word} {day}" for name, word in (("since", "from"), ("until", "to"))
            if name not in taken and (day := getattr(own, name))]  # fmt: skip
    told = [f"published {' '.join(days)}"] if days else []
    told += [f"in {' or '.join(own.outlets)}"] if own.outlets and "outlets" not in taken else []
    told += [f"with words of {' or '.join(own.speakers)}"] if own.speakers else []
    return f"Limited to articles {', '.join(told)}." if told else ""


def searched_days(answer: Answer) -> str:
    """The days that the question was understood to be limited to."""
    since = answer.filters.since if "since" in answer.inferred else None
    until = answer.filters.until if "until" in answer.inferred else None
    if not (since or until):
        return ""
    stretch = [f"from {since}" if since else "", f"to {until}" if until else ""]
    days = " ".join(filter(None, stretch))
    return f"Searched only what was published {days}, as the question was understood."


def apart(answer: Answer) -> list[Claim]:
    """What the gate could not support, each with the reason."""
    return [one for one in answer.claims if one.support == "unsupported" and one.rule]


def corrected(source: Source) -> str:
    """The outlet's note on what it corrected; "" where there is none."""
    return f"corrected by the outlet: {source.correction}" if source.correction else ""


def _source_line(citation: Citation, quoted: bool) -> str:
    """A source; with its quote where no claim has shown it."""
    place = f"{citation.article.id}, characters {citation.start}–{citation.end}"
    lines = [f"[{citation.number}] {described(citation.article)}", f"    {place}"]
    if citation.article.url:
        lines.append(f"    {citation.article.url}")
    if note := corrected(citation.article):
        lines.append(f"    {note}")
    lines += [f"    also printed in {described(copy)}" for copy in citation.copies]
    if quoted:
        lines.append(f"    {' '.join(citation.quote.split())}")
    return "\n".join(lines)
