"""What a sentence says word by word: its grammar, its names, its terms."""

from assistant.language.names import Names, named, same_name
from assistant.language.parsing import Entity, Parse, Parser, SpacyParser, Token
from assistant.language.terms import stem, terms

__all__ = [
    "Entity",
    "Names",
    "Parse",
    "Parser",
    "SpacyParser",
    "Token",
    "named",
    "same_name",
    "stem",
    "terms",
]
