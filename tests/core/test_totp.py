"""RFC 6238, appendix B: its vectors (SHA-1), cut to six digits; a code counts once, and only about now."""

import pytest

from registry.core.totp import STEP_SECONDS, code_at, matching_step, otpauth_uri

SEED = b"12345678901234567890"


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_the_vectors_of_the_rfc(seconds, code):
    assert code_at(SEED, seconds // STEP_SECONDS) == code[-6:]
    assert matching_step(SEED, code[-6:], seconds) == seconds // STEP_SECONDS


@pytest.mark.parametrize(("late", "is_good"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_a_clock_may_be_half_a_minute_wrong(late, is_good):
    now = 1_111_111_111
    assert (matching_step(SEED, code_at(SEED, now // STEP_SECONDS), now + late) is not None) == is_good


def test_a_code_does_not_count_twice():
    step = 2_000_000_000 // STEP_SECONDS
    assert matching_step(SEED, code_at(SEED, step), 2_000_000_000, after=step - 1) == step
    assert matching_step(SEED, code_at(SEED, step), 2_000_000_000, after=step) is None


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "１２３４５６", "\ud800"])
def test_what_is_no_code_is_refused(code):
    assert matching_step(SEED, code, 59) is None


def test_the_uri_is_what_apps_read():
    uri = otpauth_uri(SEED, issuer="A registry", account="ann@example.org")
    assert uri == "otpauth://totp/A%20registry:ann%40example.org?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=A%20registry"
