"""Faults are made for real: processes killed, disks filled. `--rounds` says how often."""

import pytest


def pytest_addoption(parser):
    parser.addoption("--rounds", type=int, default=3, help="how often the server is killed under load")


@pytest.fixture
def rounds(request):
    return request.config.getoption("--rounds")
