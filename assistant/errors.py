"""Every error that On Record raises on purpose.

::

    OnRecordError
    ├── SettingsError        a setting is unknown or has a wrong value
    ├── QuestionError        the question is empty or too long
    ├── Busy                 too many questions at once (retryable)
    ├── Cancelled            the reader has stopped the answer (retryable)
    ├── TooManyAttempts      too many wrong passwords (retryable)
    ├── NoSuchPage           an address leads to nothing, or to nothing for whom asks
    ├── ModelError           a model cannot be used
    │   ├── ModelMissing     its package is not installed
    │   ├── ModelDamaged     its weights are not the tested ones
    │   ├── ModelUnsuited    its labels are not those that its role needs
    │   ├── HubUnreachable   its hub cannot be reached (retryable)
    │   └── ModelFailed      a chat model did not answer (retryable)
    ├── ClusterError         a cluster for ingest cannot be used
    ├── ArchiveError         the archive cannot do what was asked
    │   ├── ArchiveBusy      another process is writing to it (retryable)
    │   ├── ArchiveDamaged   its catalog cannot be read, or holds less than it did
    │   ├── IndexUnreachable a Chroma server does not answer (retryable)
    │   ├── ArchiveMismatch  it was made with another embedder or a newer version
    │   └── ArticleUnknown   it holds no such article
    └── EvaluationError      an evaluation cannot be judged
        ├── SuiteBroken      its questions or settings are wrong
        └── RunsDiffer       two runs cannot be compared

A refusal to answer is no error, and neither is a file that cannot be read: see ``Answer.refusal``
and ``IngestReport.skipped``.
"""

from __future__ import annotations


class OnRecordError(Exception):
    """An error with a way out.

    Attributes:
        hint: what the user can do about it.
        retryable: whether the same call can succeed later.
    """

    retryable = False

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.args[0]} {self.hint}".strip()


class SettingsError(OnRecordError):
    """A setting is unknown or has a wrong value."""


class QuestionError(OnRecordError):
    """The question is empty or too long."""


class Busy(OnRecordError):
    """Too many questions are being answered and waiting."""

    retryable = True


class Cancelled(OnRecordError):
    """The answer was stopped by who asked for it."""

    retryable = True

    def __init__(self) -> None:
        super().__init__("Stopped.", "The question is still in its field.")


class TooManyAttempts(OnRecordError):
    """Too many wrong passwords were tried, for one name or from one address."""

    retryable = True


class NoSuchPage(OnRecordError):
    """An address leads to nothing, or to nothing for whom asks."""


class ModelError(OnRecordError):
    """A model cannot be used."""


class ModelMissing(ModelError):
    """The package that carries the model is not installed."""


class ModelDamaged(ModelError):
    """The weights on disk are not the ones that were tested."""


class ModelUnsuited(ModelError):
    """A model's labels are not those that its role needs."""


class HubUnreachable(ModelError):
    """The hub that a setting names cannot be reached, or has no such model."""

    retryable = True


class ModelFailed(ModelError):
    """A chat model did not answer, or not in time."""

    retryable = True


class ClusterError(OnRecordError):
    """A cluster for ingest cannot be used."""


class ArchiveError(OnRecordError):
    """The archive cannot do what was asked."""


def no_room() -> ArchiveError:
    """The error that says that a disk is full."""
    return ArchiveError("There is no room left on the archive's disk.", "Make some first.")


class ArchiveBusy(ArchiveError):
    """Another process is writing to the archive."""

    retryable = True


class ArchiveDamaged(ArchiveError):
    """The catalog cannot be read, or holds less than it held when it was last written."""


class IndexUnreachable(ArchiveError):
    """The Chroma server with the index does not answer."""

    retryable = True


class ArchiveMismatch(ArchiveError):
    """The archive was made with another embedder, or by a newer version."""


class ArticleUnknown(ArchiveError):
    """The archive holds no such article."""


class EvaluationError(OnRecordError):
    """An evaluation cannot be judged."""


class SuiteBroken(EvaluationError):
    """A suite's questions or settings are wrong; the message names file and line."""


class RunsDiffer(EvaluationError):
    """Two runs cannot be compared: they did not ask the same."""
