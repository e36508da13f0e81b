"""A cluster that is not there is told at once; Ray need not be installed for it."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from ganbench.core.errors import UserError
from ganbench.running.backends.ray_address import (
    VARIABLE,
    ClusterGone,
    require_head,
    require_listening,
)


@pytest.fixture
def listening() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


@pytest.fixture
def deserted() -> str:
    """An address that was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"127.0.0.1:{server.getsockname()[1]}"


@pytest.mark.parametrize("scheme", ["", "ray://"])
def test_an_address_is_tried(listening: str, deserted: str, scheme: str) -> None:
    require_listening(scheme + listening)
    with pytest.raises(UserError, match="no cluster of Ray can be reached") as caught:
        require_listening(scheme + deserted)
    assert caught.value.where == f"--on-set address={scheme}{deserted}"


def test_so_is_that_of_the_variable(deserted: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    require_listening("auto")
    monkeypatch.setenv(VARIABLE, deserted)
    with pytest.raises(UserError, match=deserted) as caught:
        require_listening("auto")
    assert caught.value.where == f"{VARIABLE}={deserted}"


def test_a_head_that_has_died_ends_the_run(listening: str, deserted: str) -> None:
    require_head(listening)
    with pytest.raises(ClusterGone, match="the cluster of Ray is gone") as caught:
        require_head(deserted)
    assert caught.value.where == deserted and caught.value.exit_code == 1


@pytest.mark.parametrize("other", ["here", "auto", "local", "", "host:", ":6379", "host:port"])
def test_other_forms_are_left_to_ray(other: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    require_listening(other)
