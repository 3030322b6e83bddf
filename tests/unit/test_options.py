"""How the values of options are read: what is accepted is exact, what is not gets half a sentence that says why."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifespan_cli.options import count, share, size

HERE = Path("/here")
WHOLE = st.integers(1, 999_999)
BYTES = {"B": 1, "kB": 1000, "KB": 1000, "MB": 1000**2, "GB": 1000**3}
BYTES |= {"kiB": 1024, "KiB": 1024, "MiB": 1024**2, "GiB": 1024**3}


def refused(kind, raw):
    with pytest.raises(ValueError, match=r".") as caught:
        kind.read(raw, HERE)
    says = str(caught.value)
    assert says.startswith(f"{raw!r} is no ")
    assert "\n" not in says
    return says


# counts


@given(WHOLE)
def test_a_count_is_read_from_a_flag_and_from_a_file(number):
    assert count().read(f"{number}", HERE) == count().read(f" {number} ", HERE) == count().read(number, HERE) == number


@pytest.mark.parametrize("raw", ["0", "-1", "1.0", "1e3", "five", "", "1 000", "+3", "0x10", "٣", "²", "1000000"])
def test_what_is_no_count(raw):
    assert refused(count(), raw) == f"{raw!r} is no whole number from 1 to 999999"


@pytest.mark.parametrize("raw", [0, -1, 1.0, True, None, [3], 1_000_000, 10**400, float("nan")])
def test_what_is_no_count_in_a_file(raw):
    assert refused(count(), raw) == f"{raw!r} is no whole number from 1 to 999999"


def test_none_may_be_a_count_where_that_makes_sense():
    assert count(least=0).read("0", HERE) == 0
    assert refused(count(least=0), -1) == "-1 is no whole number from 0 to 999999"


# amounts of memory


@given(WHOLE, st.sampled_from(sorted(BYTES)), st.sampled_from(["", " "]))
def test_an_amount_of_memory_is_exact_in_every_unit(number, unit, blank):
    assert size().read(f"{number % 1000 + 1}{blank}{unit}", HERE) == (number % 1000 + 1) * BYTES[unit]


def test_amounts_of_memory():
    assert size().read("1.5GB", HERE) == 1_500_000_000
    assert size().read("0.5 MiB", HERE) == 524_288
    assert size().read("1.B", HERE) == 1


@pytest.mark.parametrize(
    "raw",
    [
        "20",
        "300000000",
        "0",
        "0MB",
        "-1MB",
        "200M",
        "200 mb",
        "mb",
        "",
        "1e9",
        "nan",
        "inf",
        "1,5GB",
        "0.1",
        "1000000GB",
        "٣MB",
    ],
)
def test_what_is_no_amount_of_memory(raw):
    says = "is no amount of memory; write a number with its unit: 500kB, 200MB, 1GB"
    assert refused(size(), raw) == f"{raw!r} {says}"


@pytest.mark.parametrize(
    "raw", [20, 300_000_000, 3e8, 0, -5, 0.4, True, None, [200], float("nan"), float("inf"), 10**400]
)
def test_what_is_no_amount_of_memory_in_a_file(raw):
    assert "is no amount of memory" in refused(size(), raw)


# shares


@given(WHOLE)
def test_a_share_is_a_percentage_or_a_fraction(number):
    assert share().read(f"{number / 100:.2f}%", HERE) == pytest.approx(number / 10_000)
    assert share().read(f"{number / 1_000_000:.6f}", HERE) == share().read(number / 1_000_000, HERE)


def test_shares():
    assert share().read("30%", HERE) == share().read("30 %", HERE) == share().read("0.3", HERE) == 0.3
    assert share().read("250%", HERE) == 2.5
    assert share().read(1, HERE) == share().read("1", HERE) == share().read("100%", HERE) == 1


@pytest.mark.parametrize(
    "raw",
    ["0", "0%", "-5%", "30", "1.5", "%", "", "ten", "nan", "inf", "1e-2", "10001%", 30, 0, -0.1, True, None, [0.3]],
)
def test_what_is_no_share(raw):
    assert refused(share(), raw) == f"{raw!r} is no share; write a percentage, 30%, or a fraction of 1, 0.3"
