"""Prompts: one Markdown file each, with front matter that declares its variables."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from string import Template

import yaml

from assistant.errors import SettingsError
from assistant.resources import folder

_FRONT_MATTER = re.compile(r"\A---\n(.*?)\n---\n(.*)\Z", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt with ``$placeholders``."""

    name: str
    """The file's name without its ending."""
    text: str
    """The text with its placeholders; ``$$`` stands for a dollar sign."""
    variables: frozenset[str]
    """The placeholders, as declared."""

    @property
    def fingerprint(self) -> str:
        """Twelve hex digits that change with the text."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:12]

    def render(self, **values: str) -> str:
        """The text with its placeholders filled in.

        A value cannot close the delimiter that stands around it: ``</`` is spread by a space.

        Raises:
            SettingsError: a variable is missing or unknown.
        """
        if set(values) != self.variables:
            wrong = ", ".join(sorted(self.variables ^ set(values)))
            raise SettingsError(f"The prompt {self.name} was given other variables: {wrong}.")
        harmless = {name: value.replace("</", "< /") for name, value in values.items()}
        return Template(self.text).substitute(harmless)


def load_prompt(name: str) -> Prompt:
    """The prompt of ``prompts/NAME.md``.

    Raises:
        SettingsError: its front matter does not declare the placeholders that it uses.
    """
    path = folder("prompts") / f"{name}.md"
    match = _FRONT_MATTER.match(path.read_text(encoding="utf-8"))
    if match is None:
        raise SettingsError(f"{path} has no front matter.", "Begin it with --- and variables.")
    declared = frozenset((yaml.safe_load(match[1]) or {}).get("variables") or [])
    text = match[2].strip()
    template = Template(text)
    used = frozenset(template.get_identifiers())
    if used != declared or not template.is_valid():
        wrong = ", ".join(sorted(used ^ declared)) or "a lone $"
        raise SettingsError(f"{path} declares other variables than it uses: {wrong}.")
    return Prompt(name, text, declared)
