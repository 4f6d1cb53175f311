"""A pytest plugin for `.ci/run`: a test that was skipped, deselected or expected to fail makes the run fail."""

import pytest
from _pytest.terminal import TerminalReporter

NOT_PASSED = ("skipped", "deselected", "xfailed", "xpassed")


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """Say it before the last line, which stays pytest's own."""
    for kind in NOT_PASSED:
        if count := len(terminalreporter.stats.get(kind, [])):
            terminalreporter.write_line(f"{count} {kind}: in continuous integration every test must run", red=True)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None and session.exitstatus == 0 and any(reporter.stats.get(kind) for kind in NOT_PASSED):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
