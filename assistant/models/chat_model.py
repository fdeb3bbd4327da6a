"""Chat models, by LangChain, behind one small door."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from pydantic import SecretStr
from tenacity import (
    Retrying,
    retry_if_exception,
    stop_after_attempt,
    stop_after_delay,
    wait_random_exponential,
)

from assistant.errors import ModelFailed, ModelMissing, OnRecordError, SettingsError
from assistant.models.tokens import count_tokens
from assistant.settings import AnswerSettings

_REFUSED = (401, 403)  # HTTP: no later call will fare better
_UNKNOWN = 404
_TOO_MANY = 429
_PASSING = (408, 409, 425, 429, 500, 502, 503, 504, 529)
_EXTRAS = ("openai", "anthropic", "ollama")
_NO_KEY = SecretStr("none")  # a self-hosted server needs no key, but the client library does
_FIRST_WAIT, _LONGEST_WAIT = 0.5, 8.0  # seconds between tries


@dataclass(frozen=True, slots=True)
class Reply:
    """What a chat model answered."""

    text: str
    """Its words."""
    input_tokens: int
    """Tokens it read, as it says itself, else counted by tiktoken."""
    output_tokens: int
    """Tokens it wrote, as it says itself, else counted by tiktoken."""


class ChatModel(Protocol):
    """Answers a prompt."""

    @property
    def name(self) -> str:
        """Identifies the model."""

    def ask(self, prompt: str) -> Reply:
        """The model's reply.

        Raises:
            ModelFailed: it did not answer, or not in time.
        """

    def stream(self, prompt: str) -> Generator[str, None, Reply]:
        """The reply as it comes, and then the whole of it.

        Raises:
            ModelFailed: it did not answer, not in time, or broke off.
        """


class LangChainModel:
    """A chat model that ``langchain.chat_models.init_chat_model`` knows."""

    def __init__(
        self,
        name: str,
        timeout: float,
        *,
        retries: int = 2,
        tokens: int | None = None,
        base_url: str | None = None,
        key: SecretStr | None = None,
    ) -> None:
        """Wire the model; nothing is sent yet.

        Args:
            name: ``provider:model``, such as ``openai:gpt-4.1-mini``.
            timeout: seconds that a reply may take, from first to last.
            retries: how often it is asked again before its first word.
            tokens: how many it may write.
            base_url: address of a server of one's own.
            key: its key; else the provider's variable, but never for a server of one's own.

        Raises:
            ModelMissing: the provider's package is not installed; the hint has the command.
            SettingsError: there is no such provider, or it lacks its key.
        """
        self.name = name
        self._timeout = timeout
        self._retries = retries
        provider = name.split(":")[0]
        if base_url and key is None:
            key = _NO_KEY
        options = _options(provider, timeout, tokens, base_url, key)
        self._model = _wired(name, provider, options)

    def ask(self, prompt: str) -> Reply:
        """The model's reply.

        Raises:
            ModelFailed: it did not answer, not in time, or said nothing.
            SettingsError: it refuses the key, or knows no such model.
        """
        message = self._trying(lambda: self._model.invoke(prompt))
        return self._reply(prompt, str(message.text), message.usage_metadata)

    def stream(self, prompt: str) -> Generator[str, None, Reply]:
        """The reply as it comes, and then the whole of it; closing it ends the request.

        Raises:
            ModelFailed: it did not answer, not in time, broke off, or said nothing.
            SettingsError: it refuses the key, or knows no such model.
        """
        deadline = time.monotonic() + self._timeout
        chunks, first = self._trying(lambda: _opened(self._model.stream(prompt)))
        text = ""
        used: Any = None
        try:
            while first is not None:
                used = first.usage_metadata or used
                if piece := str(first.text):
                    text += piece
                    yield piece
                if time.monotonic() > deadline:
                    raise self._failed("took too long")
                first = next(chunks, None)
        except OnRecordError:
            raise
        except Exception as error:  # noqa: BLE001 - each provider has errors of its own
            raise self._error(error, "broke off") from None
        finally:
            chunks.close()
        return self._reply(prompt, text, used)

    def _reply(self, prompt: str, text: str, used: Any) -> Reply:
        if not text.strip():
            raise self._failed("sent an empty reply")
        used = used or {}
        read = used.get("input_tokens") or count_tokens([prompt])[0]
        return Reply(text, read, used.get("output_tokens") or count_tokens([text])[0])

    def _trying(self, call: Callable[[], Any]) -> Any:
        """The call's result; transient failures are retried while attempts and time are left."""
        tries = Retrying(
            stop=stop_after_attempt(self._retries + 1) | stop_after_delay(self._timeout),
            wait=wait_random_exponential(_FIRST_WAIT, _LONGEST_WAIT),
            retry=retry_if_exception(_may_pass),
            reraise=True,
        )
        try:
            return tries(call)
        except Exception as error:  # noqa: BLE001 - each provider has errors of its own
            raise self._error(error, "did not answer") from None

    def _error(self, error: Exception, what: str) -> OnRecordError:
        """What went wrong, in our own words: a provider's may hold a part of the key."""
        status, kind = getattr(error, "status_code", None), type(error).__name__
        if status in _REFUSED:
            return SettingsError(
                f"The chat model {self.name!r} refuses the key ({kind}).",
                "Set the provider's key in the environment.",
            )
        if status == _UNKNOWN:
            return SettingsError(
                f"There is no chat model {self.name!r} there ({kind}).",
                "Check the model's name and answer.base_url.",
            )
        if status == _TOO_MANY:
            return self._failed("is asked too often, or its quota is used up")
        if "timeout" in kind.lower():
            return self._failed("took too long")
        return self._failed(f"{what} ({kind})")

    def _failed(self, what: str) -> ModelFailed:
        return ModelFailed(f"The chat model {self.name!r} {what}.", "Try again later.")


def chat_model(name: str, settings: AnswerSettings) -> LangChainModel:
    """The model of this name, with what the settings say of all.

    Key and address are the writer's: another provider's model gets neither.

    Raises:
        ModelMissing: the provider's package is not installed.
        SettingsError: there is no such provider, or it lacks its key.
    """
    writer = settings.model if settings.model != "quoting" else name
    own = name.split(":")[0] == writer.split(":")[0]
    return LangChainModel(
        name,
        settings.timeout,
        retries=settings.retries,
        tokens=settings.tokens,
        base_url=settings.base_url if own else None,
        key=settings.key if own else None,
    )


def _wired(name: str, provider: str, options: dict[str, Any]) -> Any:
    """LangChain's model of this name."""
    from langchain.chat_models import init_chat_model

    try:
        return init_chat_model(name, temperature=0, **options)
    except ImportError as error:
        hint = f"Run pip install 'onrecord[{provider}]'."
        raise ModelMissing(
            f"The chat model {name!r} needs a package that is not installed.",
            hint if provider in _EXTRAS else str(error),
        ) from None
    except Exception as error:  # noqa: BLE001 - each provider has errors of its own
        raise SettingsError(
            f"The chat model {name!r} cannot be used ({type(error).__name__}).",
            "Name it as provider:model, and set its key in the environment.",
        ) from None


def _options(
    provider: str, timeout: float, tokens: int | None, base_url: str | None, key: SecretStr | None
) -> dict[str, Any]:
    """Keyword arguments for the provider's integration; ``_trying`` does the retries."""
    if provider == "ollama":
        given: dict[str, Any] = {"base_url": base_url, "num_predict": tokens}
        options: dict[str, Any] = {"client_kwargs": {"timeout": timeout}}
    else:
        given = {"base_url": base_url, "api_key": key, "max_tokens": tokens}
        options = {"timeout": timeout, "max_retries": 0}
    if provider == "openai":
        options["stream_usage"] = True
    return options | {name: value for name, value in given.items() if value is not None}


def _opened(chunks: Iterator[Any]) -> tuple[Iterator[Any], Any]:
    """A stream and its first chunk, fetched here so that a failure to connect is retried."""
    return chunks, next(chunks, None)


def _may_pass(error: BaseException) -> bool:
    status = getattr(error, "status_code", None)
    if status is not None:
        return status in _PASSING
    return isinstance(error, (ConnectionError, OSError)) or "Connect" in type(error).__name__


def first_word(reply: str) -> str:
    """The first line of a reply that is to be one word, without marks, in lower case."""
    return reply.strip().split("\n")[0].strip(" \t.!*\"'`").casefold()
