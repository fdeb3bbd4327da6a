"""Refusals: what was searched, and why nothing of it answers."""

from __future__ import annotations

from assistant.answering.evidence import Draft
from assistant.archive import Archive, near
from assistant.text import spelt_day
from assistant.types import Coverage, Question, Refusal, RefusalReason

_LANGUAGES = {
    "ar": "Arabic",
    "de": "German",
    "el": "Greek",
    "es": "Spanish",
    "fa": "Persian",
    "fr": "French",
    "hi": "Hindi",
    "it": "Italian",
    "ja": "Japanese",
    "ko": "Korean",
    "nl": "Dutch",
    "pl": "Polish",
    "pt": "Portuguese",
    "ru": "Russian",
    "tr": "Turkish",
    "uk": "Ukrainian",
    "ur": "Urdu",
    "zh": "Chinese",
}


def refusal_of(question: Question, draft: Draft, archive: Archive) -> Refusal:
    """Why a question is not answered, with what was searched."""
    coverage = archive.coverage(question.filters)
    searched = as_they_stood(question, described(coverage)) or described(coverage)
    if not coverage.articles:
        if archive.coverage().articles:
            unknown = _unknown(question, archive)
            return Refusal(
                "no_evidence", f"No article of the archive is within these filters.{unknown}"
            )
        return Refusal("empty_archive", "The archive holds no articles yet. Add some first.")
    if draft.declined:
        return Refusal(
            "model_declined",
            f"I searched {searched}. The chat model found no answer in the nearest passages.",
        )
    reason: RefusalReason = "no_evidence" if draft.related else "off_topic"
    found = (
        "I found no sure answer in them; the nearest sentences may be related only."
        if draft.related
        else "None of them is about this."
    )
    return Refusal(reason, f"I searched {searched}. {found}{_language_note(question, archive)}")


def _unknown(question: Question, archive: Archive) -> str:
    """Which outlets and authors of the filters the archive does not have, and what is near."""
    known = archive.outlets() if question.filters.outlets else []
    folded = {one.casefold() for one in known}
    told = ""
    for outlet in question.filters.outlets:
        if outlet.casefold() not in folded:
            like = " or ".join(f"“{one}”" for one in near(outlet, known))
            told += f" There is no outlet “{outlet}”" + (f"; {like}?" if like else ".")
    if "articles" in question.inferred:
        authors = [name for name, read in question.read_as if read == f"the author {name}"]
        told += "".join(f" No article here is signed by {name}." for name in authors)
    return told


def described(coverage: Coverage) -> str:
    """The coverage in words: how many articles, and from when to when."""
    count = f"{coverage.articles:,} article{'' if coverage.articles == 1 else 's'}"
    if coverage.since is None or coverage.until is None:
        return count
    return f"{count}, published from {coverage.since} to {coverage.until}"


def as_they_stood(question: Question, articles: str) -> str:
    """Some articles, as of the day that the question asks for; "" where it asks for now."""
    day = question.filters.as_of
    return f"{articles} as they stood on {spelt_day(day)}" if day else ""


def _language_note(question: Question, archive: Archive) -> str:
    """A note that the question is in another language than the articles; never causes a refusal."""
    from py3langid import classify

    held = archive.languages()
    asked = str(classify(question.text)[0])
    if not held or asked in held or asked not in _LANGUAGES:
        return ""
    names = sorted(_LANGUAGES.get(code, "English" if code == "en" else code) for code in held)
    return (
        f" The question seems to be in {_LANGUAGES[asked]}; the articles are in {', '.join(names)}."
    )
