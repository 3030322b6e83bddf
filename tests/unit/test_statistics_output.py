"""What several runs took, phase by phase, by exact text."""

from msgspec.structs import replace
from rendering import render
from reports import MS, ROOT, SEVERAL_RUNS
from rich.cells import cell_len

from lifespan_cli.model import PhaseName, Statistics
from lifespan_cli.output import Style
from lifespan_cli.output.statistics import summary_lines


def took(runs: int, *milliseconds: float) -> Statistics:
    """The shortest, the median, the longest and the deviation of so many runs."""
    shortest, median, longest, deviation = (int(value * MS) for value in milliseconds)
    return Statistics(runs, shortest, median, median, longest, deviation)


FIVE: dict[PhaseName, Statistics] = {
    "import": took(5, 1020, 1040, 1075, 12),
    "startup": took(5, 119_000, 125_000, 130_000, 4200),
    "shutdown": took(3, 0.2, 0.3, 0.35, 0.061),
}


def test_a_phase_is_told_as_hyperfine_does():
    assert summary_lines(FIVE) == [
        "phase       median ± deviation  (min … max, runs)",
        "import      1.04 s ± 12.0 ms    (1.02 s … 1.07 s, 5 runs)",
        "startup 2 min 05 s ± 4.20 s     (1 min 59 s … 2 min 10 s, 5 runs)",
        "shutdown    300 µs ± 61 µs      (200 µs … 350 µs, 3 runs)",
    ]


def test_one_run_has_neither_a_deviation_nor_a_range():
    assert summary_lines({"startup": took(1, 7, 7, 7, 0)})[1] == "startup    7.00 ms              (1 run)"


def test_it_can_be_written_in_ascii():
    lines = summary_lines(FIVE, unicode=False)
    assert all(line.isascii() for line in lines)
    assert lines[3] == "shutdown    300 us +- 61 us      (200 us ... 350 us, 3 runs)"


def test_no_phase_has_no_row():
    assert summary_lines({}) == ["phase       median ± deviation  (min … max, runs)"]


def test_it_keeps_to_the_page():
    target = replace(SEVERAL_RUNS.targets[0], statistics=FIVE)
    shown = render("text", replace(SEVERAL_RUNS, targets=(target,)), Style(width=60, root=ROOT))
    assert max(map(cell_len, shown.splitlines())) <= 60
    assert "  import      1.04 s ± 12.0 ms    (1.02 s … 1.07 s, 5 runs)\n" in shown
    assert "  startup 2 min 05 s ± 4.20 s     (1 min 59 s … 2 min 10 s,\n         5 runs)\n" in shown
