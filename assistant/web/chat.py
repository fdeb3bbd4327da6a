"""The conversation: a Gradio page that streams the stages, and answers with numbered citations.

The page holds no turns, only its conversation's id and how to go on. Turns are read from the store,
so that a reopened conversation is complete and removed articles are gone from it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # read when gradio is imported

import gradio as gr

from assistant.types import Answer, Filters
from assistant.web.answer_steps import (
    ConversationState,
    PendingQuestion,
    Submission,
    answering,
    last_turn,
    messages,
    shown_last,
)
from assistant.web.cancellation import CancellableStream
from assistant.web.clock import zone_of
from assistant.web.composer import filter_fields, set_fields
from assistant.web.filters import (
    FILTERS,
    FieldFault,
    checked,
    labels,
    set_by_reader,
    taken_from,
)
from assistant.web.in_flight import QuestionsInFlight
from assistant.web.overview import conversations
from assistant.web.site import Site
from assistant.web.suggesting import Examples, following

_SUGGESTIONS = 6

Update = dict[Any, Any]
Asking = Callable[[Submission], PendingQuestion | None]
"""Makes a question from what the page holds; None if there is nothing to ask."""


class _Page:
    """The components, and what happens to them."""

    def __init__(self, site: Site, page: gr.Blocks) -> None:
        self._site = site
        self._examples = Examples(site)
        self._in_flight = QuestionsInFlight()
        self._lay_out()
        self._connect(page)

    # Layout

    def _lay_out(self) -> None:
        with gr.Sidebar(open=False, elem_id="rail"):
            gr.Markdown(f"[New conversation]({self._site.root}/)")
            self.rail = gr.Markdown(elem_id="conversations")
        self.chat = gr.Chatbot(
            label="Conversation",
            elem_id="conversation",
            latex_delimiters=[],
            buttons=[],
            autoscroll=False,  # page.js keeps the question in view
            feedback_options=None,
            allow_file_downloads=False,
            sanitize_html=False,  # rendering has cleaned every message, and keeps more of it
            layout="panel",
        )
        with gr.Row(elem_id="suggestions"):
            self.suggested = [
                gr.Button(visible=False, size="sm", elem_classes="suggestion")
                for _ in range(_SUGGESTIONS)
            ]
        with gr.Column(elem_id="composer"):  # which stays at the bottom of the window
            self._lay_out_asking()
            self._lay_out_filters()
        self.talk = gr.State(ConversationState())

    def _lay_out_asking(self) -> None:
        with gr.Row(elem_id="asking"):
            self.box = gr.Textbox(
                label="Question",
                info="",  # where what is wrong will stand, as in the fields below
                placeholder="Ask what the articles say",
                scale=8,
                max_lines=4,
                elem_id="question",
            )
            self.ask = gr.Button("Ask", variant="primary", scale=1, min_width=90)
            self.stop = gr.Button(
                "Stop", variant="stop", scale=1, min_width=90, visible=False, elem_id="stop"
            )
        with gr.Row(elem_id="turns"):  # page.js puts their like beside the last question
            self.again = gr.Button("Ask again")
            self.edit = gr.Button("Edit the question")

    def _lay_out_filters(self) -> None:
        """Chips in a line, which open; and what was understood, which can be removed."""
        with gr.Row(elem_id="limits"):
            self.chips, self.filters = filter_fields(self._site.assistant.archive)
            self.widen = gr.Button("", size="sm", visible=False, elem_id="understood")
            self.new = gr.Button("New conversation", size="sm", elem_id="anew")

    # Events

    def _connect(self, page: gr.Blocks) -> None:
        given = [self.box, *self.filters.values(), self.talk]
        loaded = [self.chat, self.talk, *self.filters.values(), *self.chips, self.widen, self.rail,
                  *self.suggested]  # fmt: skip
        outputs = [*given, self.chat, *self.chips, self.widen, self.ask, self.stop, self.rail,
                   *self.suggested]  # fmt: skip
        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        shared = {"outputs": outputs, **quiet}
        # Not "once": it ignores clicks until the page knows that the last event has ended.
        asks = {"trigger_mode": "multiple", **shared}
        begun = page.load(self._loaded, None, loaded, **quiet)
        filtered = [one.submit if isinstance(one, gr.Textbox) else one.input
                    for one in self.filters.values()]  # fmt: skip
        asked = [
            gr.on([self.box.submit, self.ask.click], self._handler(self._asked), given, **asks),
            gr.on(filtered, self._handler(self._repeated), given, **asks),
            self.widen.click(self._handler(self._widened), given, **asks),
            self.again.click(self._handler(self._repeated), given, **asks),
        ]
        asked += [  # its words take the place of what stands in the box
            one.click(self._handler(self._suggested), [one, *given[1:]], **asks)
            for one in self.suggested
        ]
        # Neither goes through Gradio's queue, where it would wait behind answers.
        self.stop.click(self._stop, None, [self.ask, self.stop], queue=False, **quiet)
        left = self.new.click(self._leave, None, None, queue=False, **quiet)
        emptied = left.then(self._emptied, None, **shared)
        for event in (begun, *asked, emptied):
            event.then(self._suggest, self.talk, self.suggested, **quiet)
        self.edit.click(self._edited, self.talk, **shared)
        page.unload(self._closed)

    def _handler(self, asking: Asking) -> Callable[..., Any]:
        """A Gradio handler that answers the question that ``asking`` makes of the page's values."""

        def handle(
            question: str, since: str, until: str, as_of: str, outlets: list[str],
            speakers: list[str], talk: ConversationState, request: gr.Request,
        ) -> Iterator[Update]:  # fmt: skip
            fields = dict(zip(FILTERS, (since, until, as_of, outlets, speakers), strict=True))
            given = Submission(question, fields, talk, _who(request), _page(request))
            try:
                asked = asking(given)
            except FieldFault as fault:
                yield self._faults({fault.field: str(fault)})
                return
            yield self._faults({}) | self._labels(given.own, fold=asking == self._asked)
            # where there is nothing to answer, that is all
            if asked:
                with self._in_flight.asking(given.page, asked) as fresh:
                    yield from self._answer(asked, given.question, request) if fresh else ()

        return handle

    def _faults(self, found: Mapping[str, str]) -> Update:
        """What is wrong, each beside its field.

        Gradio's own validators show it, too, but only until anything else happens on the page.
        """
        fields = {"question": self.box, **self.filters}
        told = {field: gr.update(info=found.get(name, "")) for name, field in fields.items()}
        days = {"since", "until", "as_of"} & {*found}
        return told | ({self.chips[0]: gr.update(open=True)} if days else {})

    def _labels(self, own: Filters, fold: bool = False) -> Update:
        """The chips, which say what is set."""
        told, closed = zip(self.chips, labels(own), strict=True), {"open": False} if fold else {}
        return {chip: gr.update(label=label, **closed) for chip, label in told}

    def _asked(self, given: Submission) -> PendingQuestion | None:
        """What stands in the box, limited to what the reader set."""
        if not given.question.strip() and self._in_flight.of(given.page):
            return None  # asked twice: the box was emptied the first time
        checked(given.question, self._site.assistant.settings.answer.max_question)
        return PendingQuestion(
            given.who, given.talk, given.question, given.own, given.after, infer=True
        )

    def _suggested(self, given: Submission) -> PendingQuestion | None:
        """A suggested question; it is appended, even if the last question was being edited."""
        return self._asked(replace(given, talk=replace(given.talk, after=None)))

    def _repeated(self, given: Submission) -> PendingQuestion | None:
        """The last question once more, within what is set now."""
        return self._last(given)

    def _widened(self, given: Submission) -> PendingQuestion | None:
        """The last question, without what its words were taken to say."""
        return self._last(given, infer=False)

    def _last(self, given: Submission, infer: bool | None = None) -> PendingQuestion | None:
        """The question that is on its way, or else the one that is shown last.

        Without ``infer`` its words may limit the search if they could before.
        """
        limits = given.own
        if asked := self._in_flight.of(given.page):
            infer = asked.infer if infer is None else infer
            return replace(asked, limits=limits, infer=infer, stream=CancellableStream())
        talk = self._in_flight.settled(given.page, given.talk)
        question, after = shown_last(self._site, given.who, talk)
        infer = talk.infer if infer is None else infer
        return question and PendingQuestion(given.who, talk, question, limits, after, infer)

    def _answer(self, asked: PendingQuestion, typed: str, request: gr.Request) -> Iterator[Update]:
        """The steps to an answer; ``typed`` stood in the box.

        The question leaves the box now: at the end, it would take with it what has been typed
        meanwhile. Other words in it are the reader's and stay.
        """
        own = typed.strip() in ("", asked.question.strip())
        begun = {self.widen: gr.update(visible=False)} | ({self.box: ""} if own else {})
        yield {**begun, **self._busy(True), **self._suggestions([])}
        for step in answering(self._site, asked):
            if asked.stream.left:
                return
            update: Update = {self.chat: step.messages}
            if step.answer:
                update |= self._understood(step.answer)
            elif step.over and own:
                update[self.box] = asked.question  # to be asked again
            yield update
            if step.over:  # apart: Gradio sends the last update twice, over what is typed by then
                self._in_flight.settle(_page(request), step.talk)
                rail = {self.rail: self._rail(request)}
                yield {self.talk: step.talk, **rail, **self._busy(False)}

    def _rail(self, request: gr.Request) -> str:
        """Earlier conversations."""
        return conversations(self._site, _who(request), zone_of(request.cookies))

    def _stop(self, request: gr.Request) -> Update:
        """Cancel the question in flight, whose last step shows it; if none, reset the buttons."""
        if asked := self._in_flight.of(_page(request)):
            asked.stream.stop()
            return dict.fromkeys([self.ask, self.stop], gr.skip())
        return self._busy(False)

    def _leave(self, request: gr.Request) -> None:
        self._in_flight.leave(_page(request))

    def _closed(self, request: gr.Request) -> None:
        self._in_flight.forget(_page(request))

    def _understood(self, answer: Answer) -> Update:
        """What the question's words were taken to say, on a chip that removes it."""
        told = taken_from(answer)
        return {self.widen: gr.update(value=f"Understood: {told} ✕", visible=bool(told))}

    def _busy(self, busy: bool) -> Update:
        return {self.ask: gr.update(visible=not busy), self.stop: gr.update(visible=busy)}

    def _suggestions(self, texts: Sequence[str]) -> Update:
        padded = [*texts, *[""] * len(self.suggested)]
        return {
            button: gr.update(value=text, visible=bool(text))
            for button, text in zip(self.suggested, padded, strict=False)
        }

    def _suggest(self, talk: ConversationState, request: gr.Request) -> Update:
        """Questions that the archive can answer: to begin with, or to go on."""
        page = _page(request)
        moves = self._in_flight.moves(page)
        turns = self._site.shown(_who(request), talk.conversation)
        asked = following(self._site, turns) if turns else self._examples()
        if self._in_flight.of(page) or self._in_flight.moves(page) != moves:
            return dict.fromkeys(self.suggested, gr.skip())  # stale: the page has moved on
        return self._suggestions(asked)

    def _edited(self, talk: ConversationState, request: gr.Request) -> Update:
        if asked := self._in_flight.of(_page(request)):
            asked.stream.stop()
            return {self.talk: talk, self.box: asked.question}
        try:
            talk = self._in_flight.settled(_page(request), talk)
            question, after = shown_last(self._site, _who(request), talk)
        except FieldFault as fault:
            return {self.talk: talk, self.box: gr.update(info=str(fault))}
        return {self.talk: replace(talk, after=after), **({self.box: question} if question else {})}

    def _emptied(self) -> Update:
        """A new conversation, with nothing set."""
        box = {self.box: gr.update(value="", info="")}
        return {**self._steered(Answer("")), **box, self.chat: [], self.talk: ConversationState(),
                **self._busy(False), **self._suggestions([])}  # fmt: skip

    def _loaded(self, request: gr.Request) -> Update:
        """The page as it is opened: empty, or with the conversation that its address names."""
        talk = ConversationState(request.query_params.get("conversation", ""))
        past = messages(self._site, _who(request), talk)
        last = last_turn(self._site, _who(request), talk)
        return {
            **self._steered(last.answer if last else Answer("")),
            self.chat: past,
            self.talk: replace(talk, asked=last.asked) if last else ConversationState(),
            self.rail: self._rail(request),
            **self._suggestions([] if past else self._examples()),
        }

    def _steered(self, answer: Answer) -> Update:
        """The fields and chips as they were for an answer, and what can be chosen."""
        own = set_by_reader(answer)
        return {
            **set_fields(self.filters, own, self._site.assistant.archive),
            **self._labels(own),
            **self._understood(answer),
        }  # fmt: skip


def conversation(site: Site) -> gr.Blocks:
    """The page."""
    with gr.Blocks(title="On Record", analytics_enabled=False, fill_height=True) as page:
        _Page(site, page)
    return page


def _who(request: gr.Request) -> str:
    return request.username or ""


def _page(request: gr.Request) -> str:
    return request.session_hash or ""
