"""What a sentence says word by word: its grammar, its names, its terms."""

from assistant.language.language import NOT_READ, Language, english, language_of
from assistant.language.names import Names, named, same_name
from assistant.language.parsing import Entity, Parse, Parser, SpacyParser, Token
from assistant.language.terms import stem, terms

__all__ = [
    "NOT_READ",
    "Entity",
    "Language",
    "Names",
    "Parse",
    "Parser",
    "SpacyParser",
    "Token",
    "english",
    "language_of",
    "named",
    "same_name",
    "stem",
    "terms",
]
