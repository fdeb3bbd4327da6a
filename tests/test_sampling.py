"""Resampling: what is the same is never found different, what is worse is, chance is not."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.evaluation.metrics.scores import Numbers, auroc, ratio
from assistant.evaluation.sampling import (
    clusters,
    holm,
    interval,
    paired_interval,
    randomisation_p,
    value_of,
)


def rows(values: np.ndarray) -> Numbers:
    return np.column_stack([values, np.ones(len(values))]).astype(np.float64)


def test_questions_that_share_an_article_are_a_cluster() -> None:
    articles = [["a"], ["b", "c"], [], ["c"], ["a", "d"], []]
    found = clusters(articles).tolist()
    assert found[0] == found[4]
    assert found[1] == found[3]
    assert len(set(found)) == 4  # a question without an article stands alone


def test_multi_hop_questions_do_not_become_one_cluster() -> None:
    """Linked by way of each other's articles, they would all be one, and nothing could be found."""
    generator = np.random.default_rng(1)
    articles = [[f"a{n}" for n in generator.choice(100, 2, replace=False)] for _ in range(200)]
    groups = clusters(articles)
    assert len(set(groups.tolist())) > 40
    before = np.ones(200)
    after = before.copy()
    after[:20] = 0.0
    p = randomisation_p(rows(before), rows(after), groups, ratio, seed=1)
    assert p * 15 < 0.05


def test_the_same_run_twice_is_no_difference() -> None:
    values = rows(np.random.default_rng(1).random(60))
    groups = np.arange(60)
    assert randomisation_p(values, values, groups, ratio, seed=1) == 1.0
    assert paired_interval(values, values, groups, ratio, seed=1) == (0.0, 0.0)


@pytest.mark.parametrize("seed", range(5))
def test_a_planted_drop_of_ten_points_is_found(seed: int) -> None:
    generator = np.random.default_rng(seed)
    before = (generator.random(200) < 0.7).astype(float)
    after = before.copy()
    after[generator.choice(np.flatnonzero(before), 20, replace=False)] = 0.0
    groups = np.arange(200) // 2
    p = randomisation_p(rows(before), rows(after), groups, ratio, seed=1)
    assert p * 15 < 0.05  # the hardest that Holm asks of the fifteen usual figures
    low, high = paired_interval(rows(before), rows(after), groups, ratio, seed=1)
    assert low < -0.1 < high < 0


@pytest.mark.slow
@pytest.mark.parametrize("share", [1, 3])
def test_chance_alone_raises_at_most_six_alarms_in_a_hundred(share: int) -> None:
    """A thousand pairs of runs of one distribution, in clusters of ``share`` questions."""
    alarms = 0
    for seed in range(1000):
        generator = np.random.default_rng(seed)
        groups = np.arange(120) // share
        hard = generator.random(120 // share)[groups]  # questions of a cluster succeed together
        one, two = ((generator.random(120) < hard).astype(float) for _ in range(2))
        alarms += randomisation_p(rows(one), rows(two), groups, ratio, seed, resamples=1000) < 0.05
    assert alarms <= 60


def test_swaps_go_by_cluster() -> None:
    """Six questions of one article that all got worse are one observation, not six."""
    one, two = rows(np.ones(6)), rows(np.zeros(6))
    apart = randomisation_p(one, two, np.arange(6), ratio, seed=1)
    together = randomisation_p(one, two, np.zeros(6, np.int64), ratio, seed=1)
    assert apart < 0.05
    assert together == 1.0


def test_a_figure_of_all_questions_can_be_compared_too() -> None:
    generator = np.random.default_rng(3)
    truth = np.arange(100) % 2
    good = np.column_stack([truth * 0.5 + generator.random(100) * 0.5, truth])
    bad = np.column_stack([generator.random(100), truth])
    assert value_of(good, auroc) == pytest.approx(1.0)
    assert randomisation_p(good, bad, np.arange(100), auroc, seed=1, resamples=500) < 0.01
    low, high = interval(bad, np.arange(100), auroc, seed=1)
    assert low < value_of(bad, auroc) < high


def test_what_cannot_be_made_is_none() -> None:
    nothing = np.zeros((0, 2))
    assert value_of(nothing, ratio) is None
    assert value_of(rows(np.ones(3)), auroc) is None
    assert interval(rows(np.ones(3)), np.zeros(3, np.int64), ratio, seed=1) is None


def test_holms_adjustment() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.5, 0.9]) == [1.0, 1.0]
    assert holm([]) == []
