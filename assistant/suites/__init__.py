"""What is asked, and what is right: question files, suites, and public data sets made into them."""

from assistant.suites.suite import Suite, read_suite

__all__ = ["Suite", "read_suite"]
