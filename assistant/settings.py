"""Settings, read once at a door: arguments > environment > assistant.toml > defaults.

Environment variables begin with ``ASSISTANT_`` and name a section and a setting, joined by two
underscores: ``ASSISTANT_MODELS__RERANKER=off``. Unknown names are refused, wherever they stand.
"""

from __future__ import annotations

import hashlib
import os
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from assistant.errors import SettingsError

FILE = "assistant.toml"
_PREFIX = "ASSISTANT_"
Count = Annotated[int, Field(ge=1, le=1_000_000)]


class Section(BaseModel):
    """The settings of one part of the program."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ArchiveSettings(Section):
    """Where the articles live."""

    path: Path = Path("archive")
    """The archive's folder."""
    statements: bool = True
    """Whether who says what is found in articles as they are added."""


class VectorSettings(Section):
    """Where the index of vectors is."""

    url: Annotated[str, Field(pattern=r"^https?://")] | None = None
    """Address of a Chroma server (``chroma run``), ``http://127.0.0.1:8000``; without one the index
    is in the archive's folder. It gets vectors and their numbers, no text."""


class ReadingSettings(Section):
    """What is read."""

    max_characters: Annotated[int, Field(ge=1, le=1_000_000_000)] = 2_000_000
    """A longer article is skipped: it is no article, and would hold the index up for minutes."""
    columns: dict[str, str] = {}
    """Names of a table's columns, and the fields that they are: ``{Schlagzeile = "title"}``."""
    fetch: bool = True
    """Whether pages and feeds are fetched that somebody names on the command line or in Python; the
    newsroom never fetches."""
    private_hosts: tuple[str, ...] = ()
    """Hosts that may be fetched from although they are on a private network."""


class ModelSettings(Section):
    """Which models are used. A name with a slash is fetched from the model hub."""

    embedder: str = "packaged"
    """``packaged`` (all-MiniLM-L6-v2), or a sentence-transformers model on the hub."""
    reranker: str = "packaged"
    """``packaged`` (ms-marco-MiniLM-L-12-v2), ``off``, or a cross-encoder on the hub."""
    reader: str = "packaged"
    """What tells which sentences answer: ``packaged`` (our own, trained by evals/training), ``off``
    (the question's words alone), or a model on the hub for sequence classification, whose logits
    evals/fit_confidence.py fits the confidence to."""
    verifier: str = "packaged"
    """What tells whether sources support a claim: ``packaged``, ``off``, or a model on the hub,
    such as one of natural language inference."""
    parser: str = "packaged"
    """``packaged`` (en_core_web_sm), or another English spaCy pipeline that is installed."""
    precision: Literal["auto", "float32", "bfloat16"] = "auto"
    """What passages are encoded in; ``auto`` takes bfloat16 where the processor has it."""
    device: Literal["cpu", "cuda"] = "cpu"
    """What passages are encoded on; ``cuda`` is a GPU that the installed torch can use. Questions
    are encoded on the processor."""
    threads: Annotated[int, Field(ge=0, le=1024)] = 0
    """Processor threads a model may use; 0 lets it take all."""


class PassageSettings(Section):
    """How articles are cut."""

    tokens: Annotated[int, Field(ge=20, le=400)] = 150
    """Size of a passage, in tiktoken tokens (cl100k_base)."""


class RetrievalSettings(Section):
    """How passages are found."""

    candidates: Count = 40
    """How many passages each search, dense and keyword, brings."""
    rerank: Count = 12
    """How many of the fused candidates the reranker reads."""
    hits: Count = 8
    """How many passages are handed on."""
    copy_similarity: Annotated[float, Field(gt=0, le=1)] = 0.5
    """Share of word trigrams that two articles must have in common to be near-duplicates."""


class AnswerSettings(Section):
    """How answers are written."""

    model: str = "quoting"
    """The writer: ``quoting``, or a chat model as ``provider:model``: ``openai:…``,
    ``anthropic:…``, ``ollama:…``."""
    base_url: str | None = None
    """Address of an OpenAI-compatible server, for a model named ``openai:…``."""
    key: SecretStr | None = None
    """The model's key, from the environment only; else the provider's own variable is read, but
    never where ``base_url`` names a server."""
    timeout: Annotated[float, Field(gt=0, le=86_400)] = 60.0
    """Seconds that a chat model's reply may take, from first to last."""
    retries: Annotated[int, Field(ge=0, le=100)] = 2
    """How often a chat model is asked again before its first word; waits grow from 0.5 s."""
    tokens: Count = 800
    """How many tokens a chat model may write."""
    fallback: bool = True
    """Whether the quoting writer answers where a chat model fails; the answer says so."""
    unsupported: Literal["apart", "drop", "retry"] = "apart"
    """What becomes of a claim that no source supports: shown ``apart``, dropped (``drop``), or sent
    back to the model once with the reason (``retry``)."""
    judge: str | None = None
    """A chat model that tells in the verifier's place which claims are supported, within the rules.
    ``key`` and ``base_url`` are for it, too, if its provider is the writer's."""
    at_once: Count = 8
    """How many questions are answered at once where a chat model writes."""
    budget: Count = 2000
    """Evidence handed to the writer, in tiktoken tokens; thrice that for a story or a list."""
    sentences: Count = 5
    """How many sentences an answer quotes at most; one more for each further part asked, two more
    where two things or the sides of a dispute are asked for, three where persons or things are, and
    one that begins with a pronoun brings the one before it."""
    words: Count = 104
    """How many words an answer quotes at most, and as many more as it has more sentences; the first
    for a part may go a third over."""
    max_question: Count = 2000
    """A longer question is refused, in characters."""


class ServeSettings(Section):
    """How the web app serves."""

    at_once: Count = 1
    """How many questions are answered at once, where no chat model writes (``answer.at_once``). One
    keeps every core busy that it may use."""
    waiting: Annotated[int, Field(ge=0, le=30)] = 24  # each may hold one of the server's 40 threads
    """How many more may wait, at most 30; whoever comes after them is told that it is busy."""
    max_upload: Count = 20
    """Megabytes that one upload may have, all its files together."""
    max_files: Count = 200
    """Files that one upload may have."""
    proxies: str | None = None
    """Reverse proxies whose word counts for where a request comes from (``X-Forwarded-For`` and
    ``X-Forwarded-Proto``): addresses or networks, with commas between. Nobody's by default."""

    @field_validator("proxies")
    @classmethod
    def _are_networks(cls, value: str | None) -> str | None:
        parts = [part.strip() for part in (value or "").split(",") if part.strip()]
        return ",".join(str(ip_network(part, strict=False)) for part in parts) or None


class Settings(BaseSettings):
    """Every setting, by section."""

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX, env_nested_delimiter="__", toml_file=FILE, extra="forbid", frozen=True
    )

    archive: ArchiveSettings = ArchiveSettings()
    vectors: VectorSettings = VectorSettings()
    reading: ReadingSettings = ReadingSettings()
    models: ModelSettings = ModelSettings()
    passages: PassageSettings = PassageSettings()
    retrieval: RetrievalSettings = RetrievalSettings()
    answer: AnswerSettings = AnswerSettings()
    serve: ServeSettings = ServeSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then the environment, then assistant.toml of the working directory."""
        return init_settings, env_settings, _File(settings_cls)

    @property
    def fingerprint(self) -> str:
        """Twelve hex digits that change with any setting that an answer can depend on."""
        text = self.model_dump_json(exclude={"archive": {"path"}, "serve": True})
        return hashlib.sha256(text.encode()).hexdigest()[:12]


class _File(TomlConfigSettingsSource):
    """assistant.toml, which may hold everything but a key: files are copied and committed."""

    def __call__(self) -> dict[str, Any]:
        found = super().__call__()
        answer = found.get("answer")
        if isinstance(answer, dict) and "key" in answer:
            raise SettingsError(
                f"{FILE} holds a key.", f"Set it in the environment: {_PREFIX}ANSWER__KEY."
            )
        if isinstance(answer, dict) and "base_url" in answer and _sends_a_key():
            raise SettingsError(
                f"{FILE} names an address, and the environment has a key that would go there.",
                f"Name the address in the environment, too: {_PREFIX}ANSWER__BASE_URL.",
            )
        return found


def _sends_a_key() -> bool:
    """Whether the environment has a key, and no address of its own for it.

    Whoever can write a file into the working directory must not get the key of whoever works there.
    """
    given = {name.upper(): value for name, value in os.environ.items()}
    whole = given.get(f"{_PREFIX}ANSWER", "")
    has_key = f"{_PREFIX}ANSWER__KEY" in given or '"key"' in whole
    return has_key and f"{_PREFIX}ANSWER__BASE_URL" not in given and '"base_url"' not in whole


def load(**sections: Any) -> Settings:
    """The settings in force; ``sections`` are arguments: ``load(models={"reranker": "off"})``.

    Raises:
        SettingsError: a name is unknown or a value is wrong; the message names it.
    """
    _refuse_unknown_variables()
    try:
        return Settings(**sections)
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors()
        )
        raise SettingsError(f"Settings: {faults}.", _hint()) from None
    except ValueError as error:  # not TOML, or a variable of a whole section that is not JSON
        raise SettingsError(f"The settings cannot be read: {error}.", _hint()) from None


def _refuse_unknown_variables() -> None:
    known = {
        f"{_PREFIX}{section}__{name}".upper()
        for section, info in Settings.model_fields.items()
        for name in getattr(info.annotation, "model_fields", {})
    } | {f"{_PREFIX}{section}".upper() for section in Settings.model_fields}
    unknown = [
        name
        for name in os.environ
        if name.upper().startswith(_PREFIX) and name.upper() not in known
    ]
    if unknown:
        raise SettingsError(f"Unknown environment variable {', '.join(sorted(unknown))}.", _hint())


def _hint() -> str:
    return f"Settings come from arguments, {_PREFIX}SECTION__NAME and {FILE}; see docs/settings.md."
