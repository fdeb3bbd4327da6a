"""What was found, what an answer says, and what it rests on."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from assistant.types.article import Passage, Source
from assistant.types.dicts import from_dict, to_dict
from assistant.types.question import EVERYTHING, Filters, Form, PastTurn, Question

Support = Literal["quoted", "supported", "unsupported"]
"""The gate's verdict on a claim."""

Rule = Literal[
    "no_citation",  # it cites nothing
    "no_such_source",  # it cites what the writer was not handed
    "no_quotation",  # nothing judges paraphrases here, and it is none of its source's sentences
    "quotation",  # what stands in quotation marks does not stand so in the source
    "nothing_stated",  # no subject, no verb, or only about the source itself
    "unrelated",  # no cited sentence is near it
    "number",
    "unit",
    "date",
    "quantity",  # all for most
    "name",  # one that the article does not have
    "speaker",  # the source gives a quotation as somebody else's
    "verifier",  # the model finds that the source does not say it
    "judge",  # the chat model does
    "neighbour",  # it leans on the sentence before, which is not supported
    "changed",  # the source has changed, or is gone, since it was read
]
"""What finds a claim unsupported. Words for readers: ``assistant.answering.verdicts``."""


RefusalReason = Literal["no_evidence", "off_topic", "empty_archive", "model_declined"]
"""Why there is no answer."""


SearchMethod = Literal["dense", "keyword"]
"""How a passage was found."""


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
    rule: Rule | None = None
    """What found it unsupported; None where it is not."""
    detail: str = ""
    """What the rule objects to in the claim: a name, a quotation, a number in figures."""
    score: float | None = None
    """The verifier's probability, from 0 to 1, that its citations say it; None where the verifier
    was not asked."""
    part: str = ""
    """The part of the question that it answers, where there are several."""
    mark: str = ""
    """The words of the text that answer, which stand in it once; empty where that is not sure."""

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
    doubtful: bool = False
    """Whether it is given though it may not be what was asked for."""
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
    form: Form = "fact"
    """What was asked for, and so what the answer is; "talk" makes no claim."""
    read_as: tuple[tuple[str, str], ...] = ()
    """Words of the question, and the archive's names that they are read as."""

    @property
    def outcome(self) -> str:
        """What came of the question: "answered", "doubtful" or "refused"."""
        return "refused" if self.refusal else "doubtful" if self.doubtful else "answered"

    @property
    def cites(self) -> tuple[str, ...]:
        """Ids of the articles that it cites, in order of use."""
        return tuple(dict.fromkeys(one.article.id for one in self.citations))

    @property
    def shown(self) -> tuple[Claim, ...]:
        """The claims that the text is made of: those that the gate let pass."""
        return tuple(claim for claim in self.claims if claim.support != "unsupported")

    @classmethod
    def begun(cls, question: Question) -> Answer:
        """An answer that holds no more than what was asked, and how it was understood."""
        return cls(
            question=question.text,
            standalone=question.standalone,
            form=question.form,
            history=question.history,
            filters=question.filters,
            inferred=question.inferred,
            read_as=question.read_as,
        )

    def to_dict(self) -> dict[str, Any]:
        """The answer as JSON-ready dicts, lists, strings and numbers."""
        return to_dict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Answer:
        """The inverse of ``to_dict``."""
        return from_dict(cls, data)
