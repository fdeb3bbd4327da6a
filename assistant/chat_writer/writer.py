"""The chat writer: evidence goes to a chat model, and its reply comes back sentence by sentence."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterator, Sequence

from assistant.answering.evidence import DraftClaim
from assistant.chat_writer.markers import Composer
from assistant.models.chat_model import ChatModel, Reply
from assistant.prompts import load_prompt
from assistant.text import visible, without_direction
from assistant.types import Evidence, Question, Statement

NOT_FOUND = "NOT IN THE SOURCES"
"""What a model is asked to say where the sources do not answer."""

_MARK = re.compile(r"\[(\s*\d[\d\s,;–-]*)\]|【([^】]*)】")
_TAG = re.compile(r"<(?=\s*/?\s*[a-z])", re.IGNORECASE)
_NOT_FOUND = re.compile(r"not\W+in\W+the\W+sources", re.IGNORECASE)

Statements = Callable[[str, int], Sequence[Statement]]
Piece = tuple[str, tuple[int, ...]] | DraftClaim
"""Words with the sources cited after them, or a whole sentence with all that it cites."""


class ChatWriter:
    """Asks a chat model; trusts nothing that it says."""

    def __init__(self, model: ChatModel, statements: Statements) -> None:
        """Make a writer.

        Args:
            model: writes.
            statements: who says what in an article's version.
        """
        self.model = model
        self._prompt = load_prompt("answer")
        self._statements = statements

    @property
    def prompts(self) -> dict[str, str]:
        """Fingerprints of the prompts in use, by name."""
        return {self._prompt.name: self._prompt.fingerprint}

    def write(
        self, question: Question, evidence: Sequence[Evidence], faults: Sequence[str] = ()
    ) -> Generator[Piece, None, Reply]:
        """The pieces of the model's reply, and then the whole of it.

        Args:
            question: as it was understood.
            evidence: the sources, numbered.
            faults: what was wrong with the answer before, where it is asked for once more.

        Raises:
            ModelError: it did not answer.
            SettingsError: it refuses the key, or knows no such model.
        """
        prompt = self._prompt.render(
            question=question.standalone,
            sources="\n\n".join(self._source(one) for one in evidence),
            not_found=NOT_FOUND,
            faults="\n".join(faults),
        )
        composer = Composer()
        reply = yield from _composed(self.model.stream(prompt), composer)
        yield from _claims(composer.finish())
        return reply

    def _source(self, item: Evidence) -> str:
        """A source for the prompt; tags and citation marks in its text are made harmless."""
        passage = item.hit.passage
        article = passage.article
        said = self._statements(article.id, article.version)
        inside = [s for s in said if passage.start <= s.cue_span.start < passage.end]
        speakers = list(dict.fromkeys(s.speaker for s in inside if not s.in_title))
        facts = {
            "outlet": article.outlet or "unknown",
            "date": str(article.published or "unknown"),
            "headline": article.title,
            "speakers": "; ".join(speakers) or "none",
        }
        attributes = " ".join(f'{name}="{_harmless(v, quotes=True)}"' for name, v in facts.items())
        return f"<source number={item.number} {attributes}>\n{_harmless(passage.text)}"


def declines(text: str) -> bool:
    """True where a sentence says that the sources do not answer."""
    return _NOT_FOUND.search(text) is not None


def _composed(
    reply: Generator[str, None, Reply], composer: Composer
) -> Generator[Piece, None, Reply]:
    try:
        while True:
            yield from _claims(composer.feed(next(reply)))
    except StopIteration as end:
        whole: Reply = end.value
        return whole
    finally:
        reply.close()


def _claims(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """The pieces without the sentence that only says there is no answer."""
    return (one for one in pieces if not (isinstance(one, DraftClaim) and declines(one.text)))


def _harmless(text: str, quotes: bool = False) -> str:
    text = _TAG.sub("< ", visible(without_direction(text)))
    text = _MARK.sub(lambda mark: f"({mark[1] or mark[2]})", text)
    return " ".join(text.replace('"', "'").split()) if quotes else text
