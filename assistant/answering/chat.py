"""Chat models, by LangChain, behind one small door."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from assistant.errors import ModelFailed, ModelMissing, SettingsError
from assistant.models import count_tokens

_REFUSED = (401, 403)  # HTTP: no later call will fare better


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


class LangChainModel:
    """A chat model that ``langchain.chat_models.init_chat_model`` knows."""

    def __init__(self, name: str, timeout: float) -> None:
        """Wire the model; nothing is sent yet.

        Args:
            name: ``provider:model``, such as ``openai:gpt-4.1-mini``.
            timeout: seconds that a reply may take.

        Raises:
            ModelMissing: the provider's package is not installed; the hint names it.
            SettingsError: there is no such provider, or it lacks its key.
        """
        from langchain.chat_models import init_chat_model

        self.name = name
        try:
            self._model: Any = init_chat_model(name, temperature=0, timeout=timeout, max_retries=2)
        except ImportError as error:
            raise ModelMissing(
                f"The chat model {name!r} needs a package that is not installed.", str(error)
            ) from error
        except Exception as error:  # noqa: BLE001 - each provider has errors of its own
            reason = str(error).strip().split("\n")[0][:200]
            raise SettingsError(
                f"The chat model {name!r} cannot be used: {reason}",
                "Name it as provider:model, and set its key in the environment.",
            ) from None

    def ask(self, prompt: str) -> Reply:
        """The model's reply.

        Raises:
            ModelFailed: it did not answer, or not in time.
            SettingsError: it refuses the key.
        """
        try:
            message = self._model.invoke(prompt)
        except Exception as error:  # noqa: BLE001 - each provider has errors of its own
            kind = type(error).__name__
            if getattr(error, "status_code", None) in _REFUSED:
                raise SettingsError(
                    f"The chat model {self.name!r} refuses the key ({kind}).",
                    "Set the provider's key in the environment.",
                ) from None
            raise ModelFailed(f"The chat model {self.name!r} did not answer ({kind}).") from None
        text = str(message.text)
        used = message.usage_metadata or {}
        return Reply(
            text,
            used.get("input_tokens") or count_tokens([prompt])[0],
            used.get("output_tokens") or count_tokens([text])[0],
        )
