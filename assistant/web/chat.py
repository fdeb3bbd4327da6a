"""The conversation: a Gradio page that streams the stages, and answers with numbered citations.

The page keeps the id of its conversation and nothing else: what was said is read from what is kept,
so that a reopened conversation is the same one, and a removed article is gone from it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # read when gradio is imported

import gradio as gr

from assistant.answering import described
from assistant.types import Answer, Event, Filters
from assistant.web.asking import Asked, Given, Talk, answering, field_of, last_turn, messages
from assistant.web.filters import FieldFault, filters
from assistant.web.site import Site
from assistant.web.stopping import Stoppable
from assistant.web.suggesting import examples, following

THEME = gr.themes.Base(
    primary_hue=gr.themes.colors.teal,
    neutral_hue=gr.themes.colors.stone,
    font=["Source Sans Pro", "sans-serif"],
    font_mono=["monospace"],
    text_size=gr.themes.sizes.text_md,
)
_SUGGESTIONS = 3
_EMPTY = "Every sentence of an answer cites the exact words that say so."
_SPEAKERS = 200  # that the list offers; others can be written
_DAY = "2010-03-31"

Update = dict[Any, Any]


class _Page:
    """The components, and what happens to them."""

    def __init__(self, site: Site, page: gr.Blocks) -> None:
        self._site = site
        self._examples: tuple[str, list[str]] = ("", [])  # and of which archive
        self._ways: list[tuple[str | None, Stoppable[Event]]] = []  # under way, of which page
        self._lay_out()
        self._connect(page)

    # Layout

    def _lay_out(self) -> None:
        root = self._site.root
        gr.Markdown(
            f"# On Record\n[Conversations]({root}/conversations) [Library]({root}/library)",
            elem_id="head",
        )
        self.covered = gr.Markdown(elem_id="coverage")
        self.chat = gr.Chatbot(
            label="Conversation",
            elem_id="conversation",
            placeholder=_EMPTY,
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
        with gr.Row(elem_id="asking"):
            self.box = gr.Textbox(
                label="Question",
                placeholder="Ask what the articles say",
                autofocus=True,
                scale=8,
                max_lines=4,
                elem_id="question",
            )
            self.ask = gr.Button("Ask", variant="primary", scale=1, min_width=90)
            self.stop = gr.Button(
                "Stop", variant="stop", scale=1, min_width=90, visible=False, elem_id="stop"
            )
        with gr.Row(elem_id="turns"):
            self.again = gr.Button("Ask again", size="sm")
            self.edit = gr.Button("Edit the question", size="sm")
            self.new = gr.Button("New conversation", size="sm")
        self._lay_out_filters()
        self.talk = gr.State(Talk())

    def _lay_out_filters(self) -> None:
        with gr.Group(elem_classes="limits"):
            gr.Markdown("Limit the search", elem_classes="limits-title")
            with gr.Row():
                self.since = gr.Textbox(
                    label="From", placeholder=_DAY, max_length=10, min_width=130
                )
                self.until = gr.Textbox(label="To", placeholder=_DAY, max_length=10, min_width=130)
                self.outlets, self.speakers = (
                    gr.Dropdown(
                        label=label,
                        multiselect=True,
                        allow_custom_value=True,  # the choices come with the page
                        min_width=180,
                    )
                    for label in ("Outlets", "Speakers")
                )
            self.inferred = gr.Markdown(elem_id="inferred", visible=False)
            self.widen = gr.Button("Remove what was inferred", size="sm", visible=False)

    @property
    def _fields(self) -> list[Any]:
        return [self.since, self.until, self.outlets, self.speakers]

    # Events

    def _connect(self, page: gr.Blocks) -> None:
        given = [self.box, *self._fields, self.talk]
        loaded = [self.chat, self.talk, self.outlets, self.speakers, self.covered]
        outputs = [*given, self.chat, self.inferred, self.widen, self.ask, self.stop,
                   *self.suggested]  # fmt: skip
        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        shared = {"outputs": outputs, **quiet}
        begun = page.load(self._loaded, None, loaded, **quiet)
        filtered = [self.since.submit, self.until.submit, self.outlets.input, self.speakers.input]
        asked = [
            gr.on([self.box.submit, self.ask.click], self._handler(self._asked), given,
                  # "once" is deaf until the page has heard that the last one is over.
                  validator=self._checked, trigger_mode="multiple", **shared),
            gr.on(filtered, self._handler(self._refiltered), given,
                  validator=_checked_fields, **shared),
            self.widen.click(self._handler(self._widened), given, **shared),
            self.again.click(self._handler(self._repeated), given, **shared),
        ]  # fmt: skip
        asked += [  # its words take the place of what stands in the box
            one.click(self._handler(self._asked), [one, *given[1:]], **shared)
            for one in self.suggested
        ]
        for event in (begun, *asked):
            event.then(self._suggest, self.talk, self.suggested, **quiet)
        self.stop.click(self._stop, None, None, **quiet)
        self.edit.click(self._edited, self.talk, **shared)
        self.new.click(self._stop, None, None, **quiet).then(self._emptied, None, **shared)

    def _handler(self, answer: Callable[[Given], Iterator[Update]]) -> Callable[..., Any]:
        """The function as Gradio calls it, with the values of the components one by one."""

        def handle(
            question: str, since: str, until: str, outlets: list[str], speakers: list[str],
            talk: Talk, request: gr.Request,
        ) -> Iterator[Update]:  # fmt: skip
            fields = {"since": since, "until": until, "outlets": outlets, "speakers": speakers}
            with self._under_way(request.session_hash) as way:
                yield from answer(Given(question, fields, talk, _who(request), way))

        return handle

    @contextmanager
    def _under_way(self, page: str | None) -> Iterator[Stoppable[Event]]:
        """A question of one page, which that page can stop until the block ends."""
        entry = (page, Stoppable[Event]())
        self._ways.append(entry)
        try:
            yield entry[1]
        finally:
            self._ways.remove(entry)

    def _stop(self, request: gr.Request) -> None:
        """End what is under way; the last step of each says so."""
        for page, way in list(self._ways):
            if page == request.session_hash:
                way.stop()

    def _asked(self, given: Given) -> Iterator[Update]:
        """Answer what stands in the box, limited to what the reader set."""
        yield from self._answer(given, given.question, given.own, given.talk.after)

    def _repeated(self, given: Given) -> Iterator[Update]:
        """Answer the last question once more."""
        yield from self._again(given, given.own)

    def _widened(self, given: Given) -> Iterator[Update]:
        """Answer the last question again, without what its words were taken to say."""
        yield from self._again(given, given.own, infer=False)

    def _refiltered(self, given: Given) -> Iterator[Update]:
        """Answer the last question again, limited to exactly what stands in the fields."""
        whole = replace(given, talk=replace(given.talk, inferred={}))
        yield from self._again(whole, whole.own, infer=False)

    def _again(self, given: Given, limits: Filters, infer: bool = True) -> Iterator[Update]:
        last = last_turn(self._site, given.who, given.talk)
        if last is None:
            yield {self.talk: given.talk}
            return
        after = last.number - 1
        yield from self._answer(given, last.answer.question, limits, after, infer)

    def _answer(
        self, given: Given, question: str, limits: Filters, after: int | None, infer: bool = True
    ) -> Iterator[Update]:
        asked = Asked(given.who, given.talk, question, limits, after, infer, given.way)
        yield {self.box: question, **self._busy(True), **self._suggestions([])}
        for step in answering(self._site, asked):
            update: Update = {self.chat: step.messages}
            if step.answer:
                update |= {self.box: "", **self._limits(step.answer, given.talk.inferred)}
            if step.over:
                update |= {self.talk: step.talk, **self._busy(False)}
            yield update

    def _limits(self, answer: Answer, before: Collection[str]) -> Update:
        """The filter fields after an answer: what was inferred stands there, and is called so."""
        names = {"since": "From", "until": "To", "outlets": "Outlets"}
        updates: Update = {}
        for name, label in names.items():
            inferred = name in answer.inferred
            changed = {"value": field_of(answer, name)} if inferred or name in before else {}
            label = f"{label} (inferred)" if inferred else label
            updates[getattr(self, name)] = gr.update(label=label, **changed)
        note = "What is marked as inferred was read from the question. Change it to answer again."
        shown = bool(answer.inferred)
        updates[self.inferred] = gr.update(value=note if shown else "", visible=shown)
        updates[self.widen] = gr.update(visible=shown)
        return updates

    def _busy(self, busy: bool) -> Update:
        return {self.ask: gr.update(visible=not busy), self.stop: gr.update(visible=busy)}

    def _suggestions(self, texts: Sequence[str]) -> Update:
        padded = [*texts, *[""] * len(self.suggested)]
        return {
            button: gr.update(value=text, visible=bool(text))
            for button, text in zip(self.suggested, padded, strict=False)
        }

    def _suggest(self, talk: Talk, request: gr.Request) -> Update:
        """Questions that the archive can answer: to begin with, or to go on."""
        turns = self._site.shown(_who(request), talk.conversation)
        asked = following(self._site, turns) if turns else self._first_questions()
        busy = any(page == request.session_hash for page, _ in self._ways)
        return self._suggestions([] if busy else asked)  # more follow after an answer

    def _first_questions(self) -> list[str]:
        """Examples; found once for each state of the archive, since finding them takes seconds."""
        state = self._site.assistant.archive.fingerprint()
        if self._examples[0] != state and (found := examples(self._site)):
            self._examples = (state, found)
        return self._examples[1] if self._examples[0] == state else []

    def _edited(self, talk: Talk, request: gr.Request) -> Update:
        last = last_turn(self._site, _who(request), talk)
        if last is None:
            return {self.talk: talk}
        edited = replace(talk, after=last.number - 1)
        return {self.box: last.answer.question, self.talk: edited}

    def _emptied(self) -> Update:
        """A new conversation, with nothing set."""
        fields = {self.since: "", self.until: "", self.outlets: [], self.speakers: []}
        limits = self._limits(Answer(""), ("since", "until", "outlets"))
        return {self.chat: [], self.talk: Talk(), self.box: "", **fields, **limits,
                **self._busy(False), **self._suggestions([])}  # fmt: skip

    def _loaded(self, request: gr.Request) -> Update:
        """The page as it is opened: empty, or with the conversation that its address names."""
        archive = self._site.assistant.archive
        talk = Talk(request.query_params.get("conversation", ""))
        past = messages(self._site, _who(request), talk)
        outlets = sorted({source.outlet for source in archive.articles() if source.outlet})
        return {
            self.chat: past,
            self.talk: talk if past else Talk(),
            self.covered: self._coverage(),
            self.outlets: gr.update(choices=outlets),
            self.speakers: gr.update(choices=archive.speakers(_SPEAKERS)),
        }

    def _coverage(self) -> str:
        coverage = self._site.assistant.archive.coverage()
        if coverage.articles:
            return described(coverage)
        where = "" if self._site.read_only else f" [Add some]({self._site.root}/library/add)."
        return f"The archive holds no articles yet.{where}"

    def _checked(
        self, question: str, since: str, until: str, outlets: list[str], speakers: list[str],
        talk: Talk,
    ) -> list[Any]:  # fmt: skip
        """What is wrong with the question and the fields, each beside its own."""
        most = self._site.assistant.settings.answer.max_question
        fault = "" if question.strip() else "The question is empty: ask what the articles say."
        if len(question) > most:
            fault = f"The question has {len(question):,} characters; {most:,} is the most."
        rest = _checked_fields(question, since, until, outlets, speakers, talk)
        return [gr.validate(not fault, fault), *rest[1:]]


def conversation(site: Site) -> gr.Blocks:
    """The page."""
    with gr.Blocks(title="On Record", analytics_enabled=False, fill_height=True) as page:
        _Page(site, page)
    return page


def _checked_fields(
    question: str, since: str, until: str, outlets: list[str], speakers: list[str], talk: Talk
) -> list[Any]:
    """What is wrong with the filter fields, each beside its own."""
    fault: FieldFault | None = None
    try:
        filters(since, until, outlets, speakers)
    except FieldFault as found:
        fault = found
    names = ["question", "since", "until", "outlets", "speakers", "talk"]
    wrong = fault.field if fault else ""
    return [gr.validate(name != wrong, str(fault or "")) for name in names]


def _who(request: gr.Request) -> str:
    return request.username or ""
