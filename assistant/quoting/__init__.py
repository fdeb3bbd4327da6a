"""The default writer: an answer in the articles' own sentences."""

from assistant.quoting.candidates import leads, widen
from assistant.quoting.confidence import Confidence, fitted
from assistant.quoting.scoring import Scorer
from assistant.quoting.writer import QuotingWriter, quoting_writer

__all__ = ["Confidence", "QuotingWriter", "Scorer", "fitted", "leads", "quoting_writer", "widen"]
