"""The words of On Record: frozen, slotted dataclasses, shared by every room.

Offsets are positions in Python characters (code points) of the cleaned text that the archive
stores, so that ``article.text[start:end]`` is always the quote itself. Dict forms come from
pydantic's ``TypeAdapter`` (``to_dict`` and ``from_dict``): dates become ISO strings, tuples lists.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, TypeVar

if TYPE_CHECKING:
    from pydantic import TypeAdapter

Support = Literal["quoted", "supported", "unsupported"]
"""The gate's verdict on a claim."""

RefusalReason = Literal["no_evidence", "off_topic", "empty_archive", "model_declined"]
"""Why there is no answer."""

SearchMethod = Literal["dense", "keyword"]
"""How a passage was found."""

AnswerKind = Literal[
    "person", "place", "date", "duration", "number", "money", "reason", "statement"
]
"""What a part of a question wants to know."""

Order = Literal["use", "date", "latest"]
"""By use to the reader; by date, for a course of events; or the newest article first."""

Word = TypeVar("Word")


@dataclass(frozen=True, slots=True)
class Source:
    """What a citation keeps of an article: enough to name it and to find it again."""

    id: str
    """The article's id; its versions share it."""
    version: int = 1
    """Counts the texts kept under this id, from 1."""
    title: str = ""
    """Headline, or the opening words where the article has none."""
    outlet: str | None = None
    """Who published it."""
    byline: str | None = None
    """Who wrote it, as printed."""
    published: date | None = None
    """Day of publication."""
    updated: date | None = None
    """Day of the last change, where the outlet states one."""
    url: str | None = None
    """The publisher's page."""
    license: str | None = None
    """Terms under which the text may be shown."""
    correction: str | None = None
    """The outlet's own note on what it corrected."""


@dataclass(frozen=True, slots=True)
class Article:
    """One version of a published text."""

    id: str
    """Given, else the canonical url, else a hash of outlet, title and date, else of the text."""
    text: str
    """The cleaned text; every offset refers to it."""
    version: int = 1
    """Counts the texts kept under this id, from 1; set by the archive."""
    title: str = ""
    """Headline, or the opening words where the article has none."""
    outlet: str | None = None
    """Who published it."""
    byline: str | None = None
    """Who wrote it, as printed."""
    published: date | None = None
    """Day of publication."""
    updated: date | None = None
    """Day of the last change, where the outlet states one."""
    correction: str | None = None
    """The outlet's own note on what it corrected."""
    url: str | None = None
    """The publisher's page."""
    license: str | None = None
    """Terms under which the text may be shown."""
    language: str | None = None
    """ISO 639-1 code; detected on reading where it is not given."""
    fictional: bool = False
    """True for invented sample articles."""
    extra: dict[str, str] = field(default_factory=dict)
    """What else the file said, as text."""

    @property
    def source(self) -> Source:
        """The part of the article that a citation keeps."""
        return Source(**{f.name: getattr(self, f.name) for f in fields(Source)})


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file, or a line of one, that was not read."""

    path: str
    """Which file; ``file.jsonl:17`` for a line."""
    reason: str
    """What is wrong with it, in words a journalist understands."""


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What became of everything handed to ``add``."""

    added: int = 0
    """Articles new to the archive."""
    updated: int = 0
    """Articles that became a new version of a known id."""
    unchanged: int = 0
    """Articles that the archive held already."""
    skipped: tuple[Skipped, ...] = ()
    """What could not be read, and why."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of an article's text."""

    start: int
    """First character."""
    end: int
    """One past the last character."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A contiguous span of one article version, cut at sentence ends."""

    article: Source
    """The article version it is cut from."""
    ordinal: int
    """Its place in the article, from 0."""
    start: int
    """First character in the article's text."""
    end: int
    """One past its last character."""
    text: str
    """``article.text[start:end]``."""
    key: int = 0
    """The catalog's number for it; 0 before it is stored."""


@dataclass(frozen=True, slots=True)
class Statement:
    """Somebody's words or claim in an article."""

    article: str
    """The article's id."""
    version: int
    """The article's version."""
    speaker: str
    """Fullest name of the speaker in the article."""
    cue: str
    """The word that reports: said, denied, according to."""
    content: str
    """What was said; the parts of a split quote joined by a space."""
    direct: bool
    """True for words in quotation marks."""
    speaker_span: Span
    """Where the speaker is named."""
    cue_span: Span
    """Where the cue stands."""
    content_spans: tuple[Span, ...]
    """Where the words stand; more than one for a split quote."""
    in_title: bool = False
    """True where the spans are of the headline instead of the text."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What a question is limited to. Empty means no limit."""

    since: date | None = None
    """First day of publication, included; undated articles are left out."""
    until: date | None = None
    """Last day of publication, included; undated articles are left out."""
    outlets: tuple[str, ...] = ()
    """Outlets to keep; case does not count."""
    speakers: tuple[str, ...] = ()
    """Speakers to keep."""
    articles: tuple[str, ...] = ()
    """Article ids to keep."""
    exclude: tuple[str, ...] = ()
    """Article ids to leave out."""


EVERYTHING = Filters()
"""No limit."""


@dataclass(frozen=True, slots=True)
class PastTurn:
    """An earlier question of the conversation, and what was answered."""

    question: str
    """The question as asked."""
    answer: str
    """The text of the answer."""


@dataclass(frozen=True, slots=True)
class Part:
    """One of the things that a question asks."""

    text: str
    """As it stands in the question."""
    query: str
    """As it is searched for: with the names that it leans on."""
    kinds: tuple[AnswerKind, ...] = ()
    """The kinds of answer it wants; none where anything may do."""
    role: str | None = None
    """What somebody is whose name it asks for: "captain"."""
    speakers: tuple[str, ...] = ()
    """Whose words it asks for, as it names them: "Naqvi", "India's foreign minister"."""
    since: date | None = None
    """First of the days that it names."""
    until: date | None = None
    """Last of the days that it names."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, with what it leans on."""

    text: str
    """The question as asked."""
    history: tuple[PastTurn, ...] = ()
    """The turns before it, oldest first."""
    filters: Filters = EVERYTHING
    """What the search is limited to."""
    asked: date | None = None
    """The day it is asked, which "last week" is counted from; today where it is None."""
    standalone: str = ""
    """The question as it reads without its history; set by understanding."""
    parts: tuple[Part, ...] = ()
    """The things it asks; set by understanding."""
    infer: bool = True
    """Whether filters may be taken from its own words, where the caller sets none."""
    inferred: tuple[str, ...] = ()
    """The filters that understanding took from the question: ``since``, ``until``."""
    order: Order = "use"
    """How the answer is ordered; set by understanding."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that a search found."""

    passage: Passage
    """The passage."""
    score: float
    """The reranker's logit where one is on, else the fused reciprocal ranks; higher is better."""
    found: tuple[SearchMethod, ...] = ()
    """The searches that found it."""
    copies: tuple[Source, ...] = ()
    """Other articles that print the same story."""
    part: int = 0
    """The part of the question that it was found for, from 0."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A numbered source handed to a writer."""

    number: int
    """Its number, from 1, in the order of the hits."""
    hit: Hit
    """The passage, with its article and copies."""


@dataclass(frozen=True, slots=True)
class Citation:
    """The exact characters that say so."""

    number: int
    """The number shown in the answer, from 1."""
    article: Source
    """The article version that holds the quote."""
    quote: str
    """``article.text[start:end]``, verified."""
    start: int
    """First character in the article's text."""
    end: int
    """One past its last character."""
    speaker: str | None = None
    """Who says it, where it is reported speech."""
    copies: tuple[Source, ...] = ()
    """Other articles that print the same story: one source, not a confirmation."""
    cue: str | None = None
    """The word that reports, where somebody says it: said, denied, according to."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence of an answer."""

    text: str
    """The sentence, without citation marks."""
    citations: tuple[int, ...] = ()
    """Numbers of the citations that it rests on."""
    support: Support = "unsupported"
    """The gate's verdict."""
    speaker: str | None = None
    """Who says it, where it is reported speech."""
    reason: str | None = None
    """Why it is not supported; None where it is."""

    @property
    def marked(self) -> str:
        """The sentence with its citation marks: ``… [1][2]``, without the space."""
        return self.text + "".join(f"[{number}]" for number in self.citations)


@dataclass(frozen=True, slots=True)
class Side:
    """One party of a dispute."""

    who: str
    """The party."""
    claims: tuple[Claim, ...] = ()
    """What it says."""
    answers: tuple[str, ...] = ()
    """The parties that it contradicts or answers."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why there is no answer. A value, not an error."""

    reason: RefusalReason
    """The kind of refusal."""
    message: str
    """The same for the reader, with what was searched."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """What was searched, counted after the filters."""

    articles: int = 0
    """How many articles."""
    since: date | None = None
    """Earliest day of publication among them."""
    until: date | None = None
    """Latest day of publication among them."""


@dataclass(frozen=True, slots=True)
class Trace:
    """How an answer came about."""

    writer: str = "quoting"
    """The writer that drafted it."""
    models: dict[str, str] = field(default_factory=dict)
    """Names of the models used, by role."""
    prompts: dict[str, str] = field(default_factory=dict)
    """Fingerprints of the prompts used, by name."""
    settings: str = ""
    """Fingerprint of the settings in force."""
    tokens: dict[str, int] = field(default_factory=dict)
    """Tokens that a chat model read (``input``) and wrote (``output``); empty without one."""
    seconds: dict[str, float] = field(default_factory=dict)
    """Time spent, by stage."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the reader gets: claims with citations, or a refusal."""

    question: str
    """The question as asked."""
    standalone: str = ""
    """The question as it was searched."""
    text: str = ""
    """The quoted and supported claims with their numbers, or the refusal's message."""
    refusal: Refusal | None = None
    """Why there is no answer; None where there is one."""
    claims: tuple[Claim, ...] = ()
    """Every claim of the draft, with the gate's verdict."""
    citations: tuple[Citation, ...] = ()
    """The verified quotes, in order of use."""
    sides: tuple[Side, ...] = ()
    """The parties of a dispute."""
    missing: tuple[str, ...] = ()
    """Parts of the question left unanswered."""
    confidence: float = 0.0
    """From 0 to 1: how likely the evidence answers the question."""
    nearest: tuple[Citation, ...] = ()
    """On a refusal: the nearest passages, which do not answer."""
    read: tuple[Citation, ...] = ()
    """Passages that the writer read and the answer does not cite."""
    history: tuple[PastTurn, ...] = ()
    """The turns before the question."""
    filters: Filters = EVERYTHING
    """What the search was limited to, by the caller or by the question's own words."""
    inferred: tuple[str, ...] = ()
    """Which of the filters come from the question's words; a caller's own filter overrides them."""
    coverage: Coverage = Coverage()
    """What was searched."""
    notice: str | None = None
    """What the reader must know of how it was written: that the chat model failed."""
    trace: Trace = field(default_factory=Trace)
    """How the answer came about."""

    @property
    def shown(self) -> tuple[Claim, ...]:
        """The claims that the text is made of: those that the gate let pass."""
        return tuple(claim for claim in self.claims if claim.support != "unsupported")

    def to_dict(self) -> dict[str, Any]:
        """The answer as JSON-ready dicts, lists, strings and numbers."""
        return to_dict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Answer:
        """The inverse of ``to_dict``."""
        return from_dict(cls, data)


@dataclass(frozen=True, slots=True)
class StageEvent:
    """A step of answering that is done."""

    stage: str
    """wait (where a line is kept), understand, retrieve, rerank, period, write or ground."""
    message: str
    """What it found, for the reader."""
    seconds: float
    """How long it took."""


@dataclass(frozen=True, slots=True)
class TokenEvent:
    """A piece of the answer as a chat model writes it; not checked yet."""

    text: str
    """The words, without citation marks."""
    citations: tuple[int, ...] = ()
    """Numbers of the sources that the model cites here, as it was given them."""


@dataclass(frozen=True, slots=True)
class ClaimEvent:
    """A sentence that the gate has seen whole."""

    claim: Claim
    """The claim with its verdict; its citations are numbered as in the answer so far."""
    citations: tuple[Citation, ...] = ()
    """What it cites."""


@dataclass(frozen=True, slots=True)
class AnswerEvent:
    """The last event of a stream."""

    answer: Answer
    """The finished answer."""


Event = StageEvent | TokenEvent | ClaimEvent | AnswerEvent
"""What ``Assistant.stream`` yields."""


@cache
def _adapter(word: str) -> TypeAdapter[Any]:
    from pydantic import TypeAdapter  # 0.1 s that `assistant --help` need not pay

    return TypeAdapter(globals()[word])


def to_dict(value: Any) -> dict[str, Any]:
    """The JSON-ready dict form of any word of this module."""
    result: dict[str, Any] = _adapter(type(value).__name__).dump_python(value, mode="json")
    return result


def from_dict(word: type[Word], data: dict[str, Any]) -> Word:
    """The inverse of ``to_dict``.

    Raises:
        pydantic.ValidationError: the dict has not the shape of ``word``.
    """
    value: Word = _adapter(word.__name__).validate_python(data)
    return value
