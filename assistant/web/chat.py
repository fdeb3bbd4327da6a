"""The conversation: a Gradio page that streams the stages and shows numbered citations."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # read when gradio is imported

import gradio as gr
import nh3

from assistant.answering import described
from assistant.assistant import Assistant
from assistant.errors import OnRecordError
from assistant.rendering import escaped, to_html
from assistant.types import AnswerEvent, Coverage

_TAGS = {"p", "sup", "a", "ol", "ul", "li", "br", "details", "summary", "em"}
_ATTRIBUTES = {"a": {"href", "title"}, "details": {"open"}}
_PLACEHOLDER = "Ask what the articles say, for example: what did the MEA say about Naqvi's claims"

Messages = list[dict[str, Any]]
Turns = list[dict[str, str]]


def conversation(assistant: Assistant) -> gr.Blocks:
    """The page. Its state keeps the turns of one conversation, for follow-up questions."""
    with gr.Blocks(title="On Record", analytics_enabled=False, fill_height=True) as page:
        gr.Markdown("# On Record\nEvery sentence of an answer cites the words that say so.")
        covered = gr.Markdown(elem_id="coverage")
        chat = gr.Chatbot(
            label="Conversation",
            height="65vh",
            latex_delimiters=[],
            buttons=["copy"],
            feedback_options=None,
            allow_file_downloads=False,
        )
        with gr.Row():
            box = gr.Textbox(
                label="Question", placeholder=_PLACEHOLDER, autofocus=True, scale=8, max_lines=4
            )
            button = gr.Button("Ask", variant="primary", scale=1)
        turns = gr.State([])

        def respond(question: str, shown: Messages, past: Turns) -> Iterator[Any]:
            yield from _respond(assistant, question, shown, past)

        gr.on(
            [box.submit, button.click],
            respond,
            [box, chat, turns],
            [box, chat, turns],
            show_progress="hidden",
            api_visibility="private",
        )
        chat.clear(list, outputs=turns, api_visibility="private")
        page.load(
            lambda: _covered(assistant.archive.coverage()),
            outputs=covered,
            api_visibility="private",
        )
    return page


def _respond(
    assistant: Assistant, question: str, shown: Messages, past: Turns
) -> Iterator[tuple[str, Messages, Turns]]:
    shown = [*shown, _message("user", f"<p>{escaped(question)}</p>")]
    stages: list[str] = []
    try:
        for event in assistant.stream(question, past):
            if isinstance(event, AnswerEvent):
                answer = event.answer
                turn = {"question": answer.question, "answer": answer.text}
                yield "", [*shown, _message("assistant", to_html(answer))], [*past, turn]
            else:
                stages.append(f"<li>{escaped(event.message)}</li>")
                text = f"<ul>{''.join(stages)}</ul>"
                yield "", [*shown, _message("assistant", text)], past
    except OnRecordError as error:
        yield question, [*shown, _message("assistant", f"<p>{escaped(str(error))}</p>")], past


def _message(role: str, html: str) -> dict[str, Any]:
    """A message of the chat.

    What an article or a question says has been escaped before; nh3 lets only the few elements
    through that an answer is made of, should that ever fail.
    """
    return {"role": role, "content": nh3.clean(html, tags=_TAGS, attributes=_ATTRIBUTES)}


def _covered(coverage: Coverage) -> str:
    if not coverage.articles:
        return "The archive is empty: add articles with `assistant ingest`."
    return described(coverage)
