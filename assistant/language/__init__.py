"""What the sentences of an article name, and who says what in them."""

from assistant.language.names import Names, named, same_name
from assistant.language.orders import is_order, without_orders
from assistant.language.parsing import Entity, Parse, Parser, SpacyParser, Token
from assistant.language.statements import find_statements

__all__ = [
    "Entity",
    "Names",
    "Parse",
    "Parser",
    "SpacyParser",
    "Token",
    "find_statements",
    "is_order",
    "named",
    "same_name",
    "without_orders",
]
