"""Text as it is stored, cut and compared: cleaning, sentences with offsets, lenient matching."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from functools import lru_cache

import regex

from assistant.quotations import LINE, quotations
from assistant.types import Span

_NEWLINES = re.compile("\r\n|[\r\v\f\u0085\u2028\u2029]")
_FORBIDDEN = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufeff]")
_INVISIBLE = re.compile(
    "[\\s\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\u3164"
    "\ufe00-\ufe0f\U000e0000-\U000e01ef]"
)
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
_MARKUP = re.compile(r"\[\[|\]\]|\{\{|\}\}|</?[a-z]+[ />]|&[a-z]+;|\|\||={2,}|'{3,}|\w=\"")
# With combining marks, which are letters of a word in Devanagari, Tamil or Thai.
# \p{N}: what "CO₂", "m²" and "1½" end in.
_WORD = regex.compile(r"[\p{L}\p{N}_][\p{L}\p{M}\p{N}_]*(?:['’][\p{L}\p{N}_][\p{L}\p{M}\p{N}_]*)*")

# The segmenter knows most abbreviations; these are the ends it still takes for the end of a
# sentence: titles that a name follows, initials, and hours that a day follows.
_TITLE_END = regex.compile(
    r"\b(?:Mr|Mrs|Ms|Mx|Messrs|Dr|Prof|Rev|Hon|St|Sr|Fr|Gen|Lt|Col|Maj|Capt|Cmdr|Sgt|Gov|Sen|Rep"
    r"|Pres|Supt|Insp|Adm|Brig|Cpl|Pte|Amb|Atty|Engr|Smt|Shri|Sri|Sta|Sto|Ste|Sra|Srta|Dra|Mme|Mlle"
    r"|No|Nos|vs)\.\s*$|(?:^|\s)(?!I\.)\p{Lu}\.\s*$"
)
_LONGEST_END = 24  # characters that an end can be told by
_STRAY = re.compile(r"^[\s\])}]+")  # what markup leaves before a sentence
_WIDE_SPACE = re.compile(r"[^\S\x00-\x7f]")
_HOUR_END = re.compile(r"\b[ap]\.m\.\s*$")
_DAY_START = regex.compile(
    r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b|(?:\p{Lu}{2,4}|local)\b(?!\s+(?:said|was|is)\b)"
    r"|\p{Lu}\p{Ll}+ (?:(?:standard|daylight|summer) )?time\b"
)

# Quotation marks and dashes are normalised, so that all shapes compare as equal.
_FOLD = str.maketrans(
    {"‘": "'", "’": "'", "‚": "'", "‛": "'", "`": "'", "´": "'", "′": "'", "‹": "'", "›": "'"}
    | {"“": '"', "”": '"', "„": '"', "‟": '"', "«": '"', "»": '"', "″": '"', "＂": '"'}
    | {"\u2010": "-", "\u2011": "-", "\u2012": "-", "–": "-", "—": "-", "\u2212": "-"}
)
# Letters that decompose into none, by those that people type for them.
_TYPED = dict(zip("łøđðħıəɗɖɓƙƴɔɛɣƒŧʼʻ", "loddhiaddbkyoegft''", strict=True)) | {
    "þ": "th",
    "ŋ": "ng",
    "æ": "ae",
    "œ": "oe",
    "ß": "ss",
    "·": "",  # of Catalan: "l·l"
}


def clean(text: str) -> str:
    """The text as the archive stores it.

    NFC, newlines as line feeds, without NUL, other control characters, byte order marks and lone
    surrogates. Idempotent: ``clean(clean(t)) == clean(t)``.
    """
    text = _FORBIDDEN.sub("", _NEWLINES.sub("\n", text))
    return unicodedata.normalize("NFC", text)


def is_damaged(text: str) -> bool:
    """Whether a text holds remains of markup: ``]]``, ``{{``, ``</p``, an unpaired bracket."""
    if _MARKUP.search(text):
        return True
    opened = 0
    for mark in re.findall(r"[\[\]{}]", text):
        opened += 1 if mark in "[{" else -1
        if opened < 0:
            return True
    return opened > 0


def one_line(text: str) -> str:
    """The text cleaned, in one line, with single spaces."""
    return " ".join(clean(text).split())


def is_blank(text: str) -> bool:
    """True where nothing would be seen: white space, zero-width and direction marks only."""
    return not _INVISIBLE.sub("", text)


def visible(text: str) -> str:
    """The text without characters that nobody sees, white space apart."""
    return _INVISIBLE.sub(lambda found: found[0] if found[0].isspace() else "", text)


def without_direction(text: str) -> str:
    """The text for a terminal or a page, without characters that turn the reading direction."""
    return _BIDI.sub("", text)


def words(text: str) -> list[str]:
    """The words, casefolded, with quotes' shape folded."""
    return [word.casefold() for word in _WORD.findall(text.translate(_FOLD))]


def word_spans(text: str) -> list[tuple[str, Span]]:
    """The same words, each with its place."""
    found = _WORD.finditer(text.translate(_FOLD))
    return [(one[0].casefold(), Span(one.start(), one.end())) for one in found]


def folded(text: str) -> str:
    """The text in lower case as people type it: "Łukasz Kjær’s" as "lukasz kjaer's"."""
    return "".join(map(_base, text.casefold().translate(_FOLD)))


def plain(text: str) -> str:
    """The text with Latin letters as in English, one for one, so that offsets stay the same."""
    return "".join(letter if letter.isascii() else _one_base(letter) for letter in text)


@lru_cache(maxsize=10_000)
def _base(letter: str) -> str:
    if letter.isascii():
        return letter
    marks = unicodedata.normalize("NFKD", letter)
    bare = "".join(one for one in marks if not unicodedata.combining(one))
    if bare in _TYPED:
        return _TYPED[bare]
    return bare if bare.isascii() else letter if bare else ""


@lru_cache(maxsize=10_000)
def _one_base(letter: str) -> str:
    base = _base(letter.lower())[:1]
    if not (base.isascii() and base.isalpha()):
        return letter
    return base.upper() if letter.isupper() else base


def spelt_day(day: date) -> str:
    """A day as an article has it: "3 May 2026"."""
    return f"{day.day} {day:%B %Y}"


def opening(text: str, limit: int = 90) -> str:
    """The first line, cut at a word near ``limit`` characters, to stand in for a headline."""
    line = next((line for line in text.split("\n") if not is_blank(line)), "").strip()
    if len(line) <= limit:
        return line
    return line[:limit].rsplit(" ", 1)[0].rstrip(" ,;:–—-") + "…"


def sentences(text: str) -> list[Span]:
    """Sentences, without the white space around them and brackets that close nothing, in order.

    A quotation of several sentences stays one sentence with the words that introduce it, so that
    its speaker is not cut off. A sentence crosses a line end only in hard-wrapped text.
    """
    return [span for line in LINE.finditer(text) for span in _line_sentences(line)]


def _line_sentences(line: re.Match[str]) -> Iterator[Span]:
    start = line.start()
    for piece in _merged(line.group()):
        kept = _STRAY.sub("", piece) or piece.lstrip()
        lead, body = len(piece) - len(kept), kept.rstrip()
        if body:
            yield Span(start + lead, start + lead + len(body))
        start += len(piece)


def _merged(line: str) -> Iterator[str]:
    held = ""
    for piece in _pieces(line):
        if held and not _continues(held[-_LONGEST_END:], piece):
            yield held
            held = ""
        held += piece
    if held:
        yield held


def _pieces(line: str) -> Iterator[str]:
    from sentencex import segment  # its native module loads when first needed

    start = 0
    # It fails on a multi-byte space before a full stop; one-to-one replacement keeps offsets.
    for piece in segment("en", _WIDE_SPACE.sub(" ", _plainly_quoted(line))):
        yield line[start : start + len(piece)]
        start += len(piece)


def _plainly_quoted(line: str) -> str:
    """A line with its quotations in the marks that the segmenter knows, letter for letter.

    It keeps what stands within “ and ” together. A mark that stays open it would take to the end of
    the sentence before; a capital in its place begins a sentence as well.
    """
    letters = list(line)
    for one in quotations(line):
        if one.inside.start - one.span.start == 1:
            letters[one.span.start] = "“" if one.closed else "W"
        if one.span.end - one.inside.end == 1:
            letters[one.inside.end] = "”"
    return "".join(letters)


def _continues(left: str, right: str) -> bool:
    if _HOUR_END.search(left):
        return _DAY_START.match(right) is not None
    return _TITLE_END.search(left) is not None and right[:1].isalnum()


def find(needle: str, text: str, start: int = 0) -> Span | None:
    """Where ``needle`` stands in ``text``, whatever the shape of quotes, dashes and white space.

    Returns:
        The span in ``text`` itself, from ``start`` on, or None. An empty needle is nowhere.
    """
    parts = [re.escape(part) for part in needle.translate(_FOLD).split()]
    if not parts:
        return None
    # Folding maps one character to one, so offsets in the folded text are offsets in the text.
    match = re.compile(r"\s+".join(parts)).search(text.translate(_FOLD), start)
    return Span(match.start(), match.end()) if match else None


def has_lone_surrogate(text: str) -> bool:
    """Whether half of a character stands in a text, which no file or database can hold."""
    return any("\ud800" <= character <= "\udfff" for character in text)
