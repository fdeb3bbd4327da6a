"""Runs, comparisons and gates, on articles made for the test."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import OpenAssistant
from filelock import FileLock
from playwright.sync_api import sync_playwright
from typer.testing import CliRunner

from assistant import Assistant, Question, cli
from assistant.errors import EvaluationError, RunsDiffer
from assistant.evaluation import compare, differences, gate, read_run, run_suite
from assistant.evaluation.metrics.scores import Score
from assistant.evaluation.running import with_twins
from assistant.evaluation.runs import Result
from assistant.evaluation.storing import write_json, write_results
from assistant.suites import Suite, read_suite
from assistant.testing import sample_articles

pytestmark = pytest.mark.slow

COUNT = 12
DETERMINISTIC = ("run.json", "answers.jsonl", "results.jsonl", "summary.json")


@pytest.fixture
def suite(tmp_path: Path) -> Suite:
    path = tmp_path / "harbours.jsonl"
    path.write_text("\n".join(json.dumps(line) for line in lines()), encoding="utf-8")
    return with_twins(read_suite(path))


def lines() -> list[dict[str, Any]]:
    asked = [
        {
            "id": f"h-{n}",
            "question": f"When did harbour{n} reopen?",
            "kind": "even" if n % 2 == 0 else "odd",
            "articles": [f"sample-{n}"],
            "evidence": [
                {
                    "article": f"sample-{n}",
                    "quote": f"The harbour harbour{n} reopened on Monday after repairs.",
                }
            ],
            "answer": f"The harbour harbour{n} reopened on Monday.",
            "must_include": ["Monday", "zebra"] if n == COUNT - 1 else ["Monday"],
        }
        for n in range(COUNT)
    ]
    return [*asked, {"id": "u-1", "question": "Who won the zebra cup?", "answerable": False}]


@pytest.fixture
def assistant(open_assistant: OpenAssistant) -> Assistant:
    assistant = open_assistant()
    assistant.add(sample_articles(COUNT))
    return assistant


Run = Callable[..., Path]


@pytest.fixture
def run(suite: Suite, assistant: Assistant, tmp_path: Path) -> Run:
    def run(name: str, **changes: Any) -> Path:
        run_suite(replace(suite, **changes), assistant, tmp_path / name)
        return tmp_path / name

    return run


def test_two_runs_are_the_same_to_the_byte_but_for_times(run: Run) -> None:
    one, two = run("one"), run("two")
    for name in DETERMINISTIC:
        assert (one / name).read_bytes() == (two / name).read_bytes(), name
    reports = [without_times((folder / "report.html").read_text()) for folder in (one, two)]
    assert reports[0] == reports[1]


def without_times(report: str) -> str:
    start = report.rindex("<figure>")  # the plot of seconds is the last, with its caption
    return report[:start] + report[report.index("</figure>", start) :]


def test_no_result_holds_a_time(run: Run) -> None:
    folder = run("one")
    for line in (folder / "answers.jsonl").read_text().splitlines():
        assert json.loads(line)["answer"]["trace"]["seconds"] == {}
    spent = json.loads((folder / "times.json").read_text())
    assert set(spent) == {"understand", "retrieve", "rerank", "period", "write", "ground", "all"}
    assert spent["all"]["asked"] == 2 * COUNT + 1


def test_a_run_shows_what_was_right_and_what_was_lost(run: Run) -> None:
    summary = json.loads((run("one") / "summary.json").read_text())
    figures = summary["figures"]
    assert figures["exact_quotes"]["value"] == 1.0
    assert figures["complete"]["scored"] == COUNT
    assert figures["complete"]["reasons"] == {"the question is not answerable": 1}
    assert figures["judged_correct"]["value"] is None
    assert figures["judged_correct"]["unscored_because"]
    assert sum(part["asked"] for part in summary["slices"]["kind"].values()) == COUNT + 1
    assert summary["slices"]["outlet"]["The Sample Gazette"]["asked"] == COUNT // 2
    assert "NaN" not in json.dumps(summary)


def test_a_killed_run_goes_on_to_the_same_results(
    run: Run, suite: Suite, assistant: Assistant, tmp_path: Path
) -> None:
    whole = run("whole", twins=False)
    assistant.close()
    folder = tmp_path / "killed"
    command = [sys.executable, str(Path(__file__).with_name("eval_worker.py"))]
    given = [str(tmp_path / "archive"), str(suite.path), str(folder)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    for after, held in ((5, 5), (9, 9)):
        done = subprocess.run([*command, *given, str(after)], env=environment, check=False)
        assert done.returncode == -9
        assert len((folder / "answers.jsonl").read_text().splitlines()) == held
    journal = folder / "answers.jsonl"
    journal.write_bytes(journal.read_bytes()[:-30])  # as a power cut would leave it
    done = subprocess.run([*command, *given, "0"], env=environment, check=False)
    assert done.returncode == 0
    for name in DETERMINISTIC:
        assert (folder / name).read_bytes() == (whole / name).read_bytes(), name


def test_what_only_scores_can_be_changed_without_asking_again(run: Run) -> None:
    folder = run("one")
    (before,) = {path.read_bytes() for path in [folder / "answers.jsonl"]}
    run("one", thresholds={"token_f1": 1.0}, seed=7, slices=("kind",), cutoffs=(2,))
    assert (folder / "answers.jsonl").read_bytes() == before
    again = read_run(folder)
    assert again.manifest.seed == 7
    assert "article_recall@2" in again.figures
    assert [short.metric.name for short in again.fell_short] == ["token_f1"]


def test_a_folder_of_another_run_is_not_written_to(run: Run, suite: Suite, tmp_path: Path) -> None:
    run("one")
    with pytest.raises(EvaluationError, match=r"holds a run with other questions\."):
        run("one", questions=suite.questions[1:])
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("…")
    with pytest.raises(EvaluationError, match="holds something else"):
        run("mine")


def test_two_processes_do_not_write_one_run(run: Run, tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    with (
        FileLock(tmp_path / "one" / ".lock"),
        pytest.raises(EvaluationError, match="Another process is running a suite into"),
    ):
        run("one")
    run("one")


@pytest.mark.parametrize("line", ["{}", "[1]", '{"id": "h-0", "twin": false}', "NaN"])
@pytest.mark.parametrize("name", ["answers.jsonl", "times.jsonl"])
def test_a_damaged_journal_is_named(run: Run, name: str, line: str) -> None:
    folder = run("one", twins=False)
    with (folder / name).open("a") as file:
        file.write(line + "\n")
    with pytest.raises(EvaluationError, match="is damaged"):
        run("one", twins=False)


def test_a_file_is_no_folder_for_a_run(run: Run, tmp_path: Path) -> None:
    (tmp_path / "one").write_text("…")
    with pytest.raises(EvaluationError, match="cannot be written to"):
        run("one")


def test_a_question_that_cannot_be_asked_is_named(
    suite: Suite, open_assistant: OpenAssistant, tmp_path: Path
) -> None:
    strict = open_assistant(answer={"max_question": 24})
    strict.add(sample_articles(COUNT))
    with pytest.raises(EvaluationError, match=r"Question h-0 \(line 1\) could not be asked"):
        run_suite(suite, strict, tmp_path / "run")


def test_the_manifest_says_what_made_the_run(run: Run, assistant: Assistant) -> None:
    folder = run("one")
    made = read_run(folder).manifest
    for name in ("questions", "archive", "settings_fingerprint", "code"):
        assert re.fullmatch(r"[0-9a-f]{12,16}", getattr(made, name)), name
    off = dict.fromkeys(["reranker", "reader", "verifier"], "off")
    assert made.models == {"embedder": "hash-embeddings"} | off
    assert made.seed == 1
    assert {"python", "onrecord", "torch", "chromadb"} <= set(made.versions)
    assistant.add(sample_articles(1, edition=2))
    assert assistant.archive.fingerprint() != made.archive


# Comparing


def rewritten(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change the results of a run as a worse assistant would have."""
    path = folder / "results.jsonl"
    results = [json.loads(line) for line in path.read_text().splitlines()]
    for result in results:
        change(result)
    path.write_text("".join(json.dumps(result) + "\n" for result in results))


def fail_complete(result: dict[str, Any]) -> None:
    if "complete" in result["scores"]:
        result["scores"]["complete"] = [0.0, 1.0]


def test_the_same_run_twice_is_no_difference(run: Run) -> None:
    one = read_run(run("one"))
    for comparison in compare(one, read_run(run("two"))):
        if comparison.p is not None:
            assert comparison.p == comparison.p_adjusted == 1.0
            assert comparison.difference == 0.0
        assert (comparison.worse, comparison.won, comparison.lost) == (False, (), ())
    assert gate(one, one).failures == ()


def test_a_worse_run_is_found_with_the_questions_it_lost(run: Run) -> None:
    one = read_run(run("one", metrics=("complete", "exact_quotes")))
    rewritten(run("two", metrics=("complete", "exact_quotes")), fail_complete)
    two = read_run(one.folder.parent / "two")
    found = {comparison.metric: comparison for comparison in compare(one, two)}
    right = [r.id for r in one.results if "complete" in r.scores and r.scores["complete"].value]
    assert len(right) > 8
    assert found["complete"].worse
    assert found["complete"].lost == tuple(right)
    assert found["complete"].interval[1] < 0
    assert not found["exact_quotes"].worse
    assert not any(comparison.worse for comparison in compare(two, one))
    (failure,) = gate(two, one).failures
    assert str(failure).startswith("complete: 0 after ")


def test_a_planted_drop_of_ten_points_fails_the_gate(run: Run, tmp_path: Path) -> None:
    """Two hundred questions, two an article; twenty of the hundred and forty right ones fail."""
    made = read_run(run("one", twins=False)).manifest.model_copy(update={"asked": 200})
    for name, fails in (("before", 60), ("after", 80)):
        results = [
            Result(
                f"q{n}", False, (f"a{n // 2}",), {}, None, {"complete": Score(float(n >= fails))}
            )
            for n in range(200)
        ]
        (tmp_path / name).mkdir()
        write_json(tmp_path / name / "run.json", made.model_dump(mode="json"))
        write_results(tmp_path / name / "results.jsonl", results)
    done = invoke("gate", tmp_path / "after", "--baseline", tmp_path / "before")
    assert done.exit_code == 1
    assert "worse: complete: 0.6 after 0.7 in the baseline" in done.stdout
    (found,) = [
        c for c in compare(*map(read_run, (tmp_path / "before", tmp_path / "after"))) if c.p
    ]
    assert found.p_adjusted < 0.01
    assert len(found.lost) == 20


def test_one_lapse_of_what_must_never_be_wrong_is_news(run: Run) -> None:
    """Whatever figures the suite compares, and however small the difference."""
    one = read_run(run("one", metrics=("complete",)))
    done: list[str] = []

    def once(result: dict[str, Any]) -> None:
        if not done and "citation_recall" in result["scores"]:
            result["scores"]["citation_recall"] = [0.0, 1.0]
            done.append(result["id"])

    rewritten(run("two", metrics=("complete",)), once)
    two = read_run(one.folder.parent / "two")
    assert [failure.metric for failure in gate(two, one).failures] == ["citation_recall"]
    rewritten(two.folder, lambda result: go_dark(result, "citation_recall"))
    dark = gate(read_run(two.folder), one)
    assert [finding.metric for finding in dark.unjudged] == ["citation_recall"]
    assert "scored in the baseline" in dark.unjudged[0].text


def test_a_fall_over_too_few_articles_cannot_be_judged(run: Run, suite: Suite) -> None:
    few = suite.questions[:4]
    one = read_run(run("one", questions=few, twins=False))
    rewritten(run("two", questions=few, twins=False), fail_complete)
    verdict = gate(read_run(one.folder.parent / "two"), one)
    assert verdict.failures == ()
    assert "over too few articles" in next(
        finding.text for finding in verdict.unjudged if finding.metric == "complete"
    )
    assert gate(one, one).passed


def go_dark(result: dict[str, Any], metric: str) -> None:
    if result["scores"].pop(metric, None) is not None:
        result["unscored"][metric] = "the model is not installed"


def test_runs_of_other_questions_are_not_compared(run: Run, suite: Suite) -> None:
    one = read_run(run("one"))
    fewer = read_run(run("fewer", questions=suite.questions[1:]))
    without = read_run(run("without", twins=False))
    for other in (fewer, without):
        with pytest.raises(RunsDiffer, match="asked different questions"):
            compare(one, other)
        (finding,) = gate(one, other).unjudged
        assert "asked different questions" in finding.text


def test_a_baseline_of_other_articles_is_no_baseline(run: Run, assistant: Assistant) -> None:
    one = read_run(run("one"))
    assistant.add(sample_articles(COUNT + 1))
    two = read_run(run("two"))
    assert differences(one, two) == ["archive"]
    (finding,) = gate(two, one).unjudged
    assert "asked an archive of other articles" in finding.text
    short = read_run(run("two", thresholds={"token_f1": 1.0}))
    assert [failure.metric for failure in gate(short, one).failures] == ["token_f1"]


def test_thresholds_are_held_and_unscored_ones_are_not_passed(run: Run) -> None:
    verdict = gate(read_run(run("one", thresholds={"exact_quotes": 1.0, "over_refusal": 1.0})))
    assert (verdict.failures, verdict.unjudged) == ((), ())
    verdict = gate(read_run(run("two", thresholds={"token_f1": 1.0, "over_refusal": -1.0})))
    assert [failure.metric for failure in verdict.failures] == ["token_f1", "over_refusal"]
    verdict = gate(read_run(run("three", thresholds={"judged_correct": 0.5})))
    (finding,) = verdict.unjudged
    assert str(finding).startswith(
        "judged_correct: unscored, because the suite names no chat model as judge"
    )


# The command line


def invoke(*arguments: object) -> Any:
    return CliRunner().invoke(cli.app, ["eval", *map(str, arguments)])


def test_gate_exits_by_its_verdict(run: Run) -> None:
    good = run("good", thresholds={"exact_quotes": 1.0})
    assert invoke("gate", good).exit_code == 0
    assert invoke("gate", good, "--baseline", good).exit_code == 0
    short = run("short", thresholds={"token_f1": 1.0})
    done = invoke("gate", short)
    assert done.exit_code == 1
    assert done.stdout.startswith("worse: token_f1: ")
    worse = run("worse")
    rewritten(worse, fail_complete)
    done = invoke("gate", worse, "--baseline", good, "--json")
    assert done.exit_code == 1
    assert json.loads(done.stdout)["failures"][0]["metric"] == "complete"
    assert invoke("gate", run("dark", thresholds={"judged_correct": 0.5})).exit_code == 3


@pytest.mark.parametrize(
    "breakage", ["missing", "torn", "cut", "empty", "nan", "share", "count", "foreign", "old"]
)
def test_a_broken_run_cannot_be_judged(
    run: Run, breakage: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = run("one")
    results = folder / "results.jsonl"
    if breakage == "missing":
        results.unlink()
    elif breakage == "torn":
        results.write_bytes(results.read_bytes()[:-40])
    elif breakage == "cut":
        results.write_text("".join(results.read_text().splitlines(keepends=True)[:-14]))
    elif breakage == "empty":
        results.write_text("")
    elif breakage == "nan":
        results.write_text(results.read_text().replace("[1.0, 1.0]", "[NaN, 1.0]"))
    elif breakage in ("share", "count"):
        wrong = {"share": "[1000.0, 1.0]", "count": "[1.0, -5.0]"}[breakage]
        results.write_text(results.read_text().replace("[1.0, 1.0]", wrong))
    elif breakage == "old":
        made = json.loads((folder / "run.json").read_text())
        made["thresholds"] = {"renamed_since": 1.0}
        (folder / "run.json").write_text(json.dumps(made))
    else:
        (folder / "run.json").write_text('{"format": 99}')
    monkeypatch.setattr(sys, "argv", ["assistant", "eval", "gate", str(folder)])
    with pytest.raises(SystemExit) as exit_:
        cli.main()
    assert exit_.value.code == 3
    assert str(folder) in capsys.readouterr().err


def test_compare_prints_wins_losses_and_what_differs(run: Run) -> None:
    one, two = run("one"), run("two", seed=2)
    rewritten(two, fail_complete)
    done = invoke("compare", one, two)
    assert done.exit_code == 0
    assert "They differ in: seed" in done.stdout
    assert re.search(r"^complete .* WORSE$", done.stdout, re.MULTILINE)
    assert "lost by complete: h-" in done.stdout
    table = json.loads(invoke("compare", one, two, "--json").stdout)
    assert {row["metric"] for row in table["comparisons"]} >= {"complete", "exact_quotes"}


def test_run_wants_an_archive_and_suites_of_different_names(suite: Suite, tmp_path: Path) -> None:
    assert invoke("run", suite.path).exit_code == 2
    assert "--archive" in invoke("run", suite.path).output
    assert invoke("run", suite.path, "--archive", tmp_path / "none").exit_code == 2
    done = invoke("run", suite.path, suite.path, "--corpus", tmp_path)
    assert "Two suites are called" in done.output


# The report


def test_the_report_opens_on_what_fell_short_and_needs_nothing_else(run: Run) -> None:
    page = (run("one", thresholds={"token_f1": 1.0}) / "report.html").read_text()
    first = page[page.index("<h2") :]
    assert first.startswith('<h2 id="short">What fell short</h2>')
    assert first.index("token_f1") < first.index("Figures")
    assert not re.search(r'(?:src|href|action)="(?!#)', page)
    assert "<script" not in page
    assert not re.search(r"url\((?!#)|@import", page)


@pytest.mark.parametrize("width", [390, 1100])
def test_the_report_reads_in_a_browser(run: Run, width: int) -> None:
    page_path = run("one") / "report.html"
    with sync_playwright() as playwright:
        chromium = shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": width, "height": 800})
        asked: list[str] = []
        faults: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: faults.append(message.text))
        page.goto(page_path.as_uri())
        assert page.get_by_role("heading", name="What fell short").is_visible()
        link = page.locator("table a[href^='#q']").first
        link.click()
        question = page.locator(str(link.get_attribute("href")))
        question.locator("summary").first.click()
        assert question.locator("mark").first.is_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        browser.close()
    assert (asked, faults) == ([page_path.as_uri()], [])


def test_text_of_articles_and_questions_runs_nothing(
    suite: Suite, open_assistant: OpenAssistant, tmp_path: Path
) -> None:
    attack = "<img src=x onerror=alert(1)>\"'</script><script>alert(2)</script>{{ 7 * 7 }}"
    assistant = open_assistant()
    first, *others = sample_articles(COUNT)
    assistant.add([replace(first, title=attack, text=f"{first.text} {attack}"), *others])
    asked = replace(suite.questions[0], question=f"harbour0 {attack}?", answer=attack, kind=attack)
    run_suite(replace(suite, questions=(asked,)), assistant, tmp_path / "run")
    page = (tmp_path / "run" / "report.html").read_text()
    assert "&lt;img src=x" in page
    assert "<img" not in page
    assert "<script" not in page
    assert "{{ 7 * 7 }}" in page


def test_each_stage_is_recorded(suite: Suite, assistant: Assistant, tmp_path: Path) -> None:
    run_suite(suite, assistant, tmp_path / "run")
    record = json.loads((tmp_path / "run" / "answers.jsonl").read_text().splitlines()[0])
    answer = assistant.ask(Question(suite.questions[0].question))
    assert record["answer"]["text"] == answer.text
    hits = assistant.search(suite.questions[0].question)
    assert [item["start"] for item in record["read"]] == [hit.passage.start for hit in hits]
    assert len(record["candidates"]) > len(record["read"])
    assert record["cited"][0]["exact"]
    twin = json.loads((tmp_path / "run" / "answers.jsonl").read_text().splitlines()[COUNT + 1])
    assert twin["twin"]
    assert twin["answer"]["filters"]["exclude"] == ["sample-0"]
