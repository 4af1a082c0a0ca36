"""Writes. Keeps the engines running for as long as somebody uses them, and not longer.

Every command that needs them holds a lease: a shared lock on `var/lease`, which the kernel takes
back however the command ends. A detached guardian waits to have that lock alone; when it gets it
nobody is left, so it stops both servers and goes. Starting and stopping take turns on
`var/engines.lock`.
"""

import atexit
import contextlib
import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from config.engines import servers
from config.engines.places import ROOT, Engines, here, wanted
from config.engines.programs import EnginesUnavailable

_leases: dict[Engines, int] = {}
_guardians: list[subprocess.Popen[bytes]] = []  # kept: they outlive us


def ensure(engines: Engines | None = None) -> None:
    """Start what isn't running, and keep it running at least as long as this process.

    Does nothing for an engine that DATABASE_URL or BROKER_URL replaces.
    Raises: EnginesUnavailable, with what to do about it.
    """
    if not wanted():
        return
    engines = engines or here()
    try:
        engines.var.mkdir(parents=True, exist_ok=True)
        with _locked(engines.var / "engines.lock"):
            _take_lease(engines)
            _leave_guardian(engines)
            servers.start_missing(engines)
    except PermissionError as error:
        raise EnginesUnavailable(
            f"This account may not use {error.filename}. Run as the account that made it, "
            "or name another folder: CFL_VAR=/some/folder."
        ) from error


def guard(engines: Engines, guard_lock: int) -> None:
    """Wait until nobody holds the lease, then stop the engines."""
    try:
        while not _stopped_unused(engines, guard_lock):
            with _locked(engines.var / "lease"):
                pass  # the last command is gone; now ask again, in turn with those that start
    except FileNotFoundError:  # var/ was deleted under us
        servers.stop(engines)


def _stopped_unused(engines: Engines, guard_lock: int) -> bool:
    """Stop the engines unless a command holds the lease; says whether it did."""
    with _locked(engines.var / "engines.lock"):
        lease = _locked_at_once(engines.var / "lease")
        if lease is None:
            return False
        servers.stop(engines)
        os.close(lease)
        os.close(
            guard_lock
        )  # before the turn ends: the next command must see that it has no guardian
        return True


def _take_lease(engines: Engines) -> None:
    """Hold the lease until this process, and every process forked from it, is gone."""
    path = engines.var / "lease"
    if _is_open(_leases.get(engines), path):
        return
    if engines not in _leases:
        atexit.register(_leave_guarded, engines)
    _leases[engines] = _open(path)
    fcntl.flock(_leases[engines], fcntl.LOCK_SH)


def _is_open(descriptor: int | None, path: Path) -> bool:
    """Whether it is still this file: a forked worker closes it, and var/ may be deleted."""
    with contextlib.suppress(OSError):
        return descriptor is not None and os.path.samestat(os.fstat(descriptor), path.stat())
    return False


def _leave_guarded(engines: Engines) -> None:
    """Replace a guardian that was killed while this process worked."""
    with contextlib.suppress(OSError), _locked(engines.var / "engines.lock"):
        _leave_guardian(engines)


def _leave_guardian(engines: Engines) -> None:
    """Spawn a guardian unless there is one; whoever calls has the turn.

    It inherits the lock that says it exists, so that there is no moment in which nobody holds it.
    """
    descriptor = _locked_at_once(engines.var / "guard.lock")
    if descriptor is None:
        return
    try:
        with servers.open_log(engines, "guardian") as log:
            guardian = subprocess.Popen(
                [sys.executable, "-m", "config.engines", str(engines.var), str(descriptor)],
                cwd=ROOT,
                pass_fds=[descriptor],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        _guardians.append(guardian)
    finally:
        os.close(descriptor)


# Locks: the kernel's, so that kill -9 gives them back


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Have the file's lock alone, waiting for it if need be."""
    descriptor = _open(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _locked_at_once(path: Path) -> int | None:
    """The descriptor of the file locked alone, or None while somebody else has it."""
    descriptor = _open(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor
