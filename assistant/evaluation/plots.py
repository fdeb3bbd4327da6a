"""The report's plots, as SVG."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from io import StringIO
from typing import TYPE_CHECKING, Any

import numpy as np

from assistant.evaluation.asking import Record
from assistant.evaluation.metrics.retrieval import recall_at
from assistant.evaluation.metrics.scores import Case, bin_of
from assistant.evaluation.runs import Run, as_numbers

if TYPE_CHECKING:
    from matplotlib.axes import Axes

RANKS = (1, 2, 3, 5, 8, 12, 20, 40)
_SIZE = (4.2, 3.0)
_MARGINS = {"left": 0.25, "bottom": 0.17, "right": 0.97, "top": 0.95}
_STYLE: Any = {
    "svg.hashsalt": "onrecord",  # names inside the drawing are the same at every run
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "axes.spines.top": False,
    "axes.spines.right": False,
}


def reliability(run: Run) -> str:
    """Confidence against how often the evidence held the answer, in ten bins."""
    with _drawing("confidence", "evidence held a gold quote") as (axes, svg):
        axes.plot([0, 1], [0, 1], ":", color="grey", label="calibrated")
        for name, label in (
            ("calibration_error", "questions"),
            ("twin_calibration_error", "with twins"),
        ):
            scores = [r.scores[name] for r in run.results if name in r.scores]
            rows = as_numbers(score for score in scores if not score.unscored)
            if len(rows):
                bins = bin_of(rows[:, 0])
                points = [rows[bins == held].mean(axis=0) for held in np.unique(bins)]
                axes.plot(*zip(*points, strict=True), "o-", label=label)
        axes.set(xlim=(0, 1), ylim=(0, 1))
        axes.legend(frameon=False)
        return svg()


def recall_by_rank(cases: Sequence[Case]) -> str:
    """Share of the gold found up to each rank, before reranking and after."""
    with _drawing("rank", "recall") as (axes, svg):
        for unit in ("article", "passage"):
            for stage, line in (("candidates", "--"), ("read", "-")):
                recalls = recall_at(cases, unit, stage, RANKS)
                if recalls:
                    kept = len(max((getattr(c.record, stage) for c in cases), key=len))
                    shown = [rank for rank in RANKS if rank <= max(kept, 1)]
                    axes.plot(
                        shown, recalls[: len(shown)], line, marker=".", label=f"{unit}, {stage}"
                    )
        axes.set(ylim=(0, 1.02), xscale="log", xticks=RANKS, xticklabels=map(str, RANKS))
        axes.minorticks_off()
        if axes.lines:  # no gold, no curve
            axes.legend(frameon=False)
        return svg()


def seconds(records: Sequence[Record]) -> str:
    """Seconds a question, by stage."""
    stages = list(dict.fromkeys(stage for record in records for stage in record.seconds))
    with _drawing("seconds a question", "") as (axes, svg):
        if stages:
            spent = [[r.seconds[s] for r in records if s in r.seconds] for s in stages]
            axes.boxplot(spent, orientation="horizontal", tick_labels=stages, sym=".")
            axes.set_xscale("symlog", linthresh=0.01)  # a stage may take no time that a clock sees
            axes.invert_yaxis()
        return svg()


@contextmanager
def _drawing(x: str, y: str) -> Iterator[tuple[Axes, Callable[[], str]]]:
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context(_STYLE):
        figure = Figure(_SIZE)
        axes = figure.subplots(gridspec_kw=_MARGINS)
        axes.set(xlabel=x, ylabel=y)

        def svg() -> str:
            file = StringIO()
            figure.savefig(file, format="svg", metadata={"Date": None}, transparent=True)
            text = file.getvalue()
            return text[text.index("<svg") :]

        yield axes, svg
