"""What a runner of jobs tells Prometheus."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import Histogram

if TYPE_CHECKING:
    from talkoot.kernel.job_runner import JobRunner
    from talkoot.kernel.metrics import Metrics

_SECONDS = (0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300, 900)
_OUTCOMES = ("done", "failed", "dead", "lost", "handed_back")


def watch_jobs(metrics: Metrics, runner: JobRunner) -> None:
    """Show what this process does of the jobs."""
    metrics.watch("talkoot_jobs_here", "Jobs that run in this process.", lambda: runner.running)
    metrics.watch(
        "talkoot_jobs_woken", "Times this process was told of new jobs.", lambda: runner.woken, kind="counter"
    )
    metrics.watch(
        "talkoot_jobs_ended",
        "Attempts of this process at jobs, by what came of them.",
        lambda: {outcome: runner.outcomes[outcome] for outcome in _OUTCOMES},
        kind="counter",
        label="outcome",
    )
    seconds = Histogram(
        "talkoot_job_seconds",
        "Time that one attempt at a job took.",
        ["kind"],
        buckets=_SECONDS,
        registry=metrics.registry,
    )
    runner.on_ended = lambda kind, taken: seconds.labels(kind).observe(taken)
