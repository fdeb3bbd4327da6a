"""Who may sign in: a file of names and hashed passwords, and the sessions of this process.

A line of the file is ``name:scrypt$N$r$p$salt$key``, the last two in hexadecimal digits. Passwords
are hashed with scrypt (RFC 7914) by the parameters that OWASP names for it.
"""

from __future__ import annotations

import errno
import hashlib
import hmac
import os
import re
import secrets
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from filelock import FileLock, Timeout
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from assistant.errors import SettingsError, TooManyAttempts
from assistant.text import has_lone_surrogate

LIFETIME = 12 * 3600
"""Seconds that a session lasts."""

_N, _R, _P = 2**15, 8, 3
_MEMORY = 128 * _R * (_N + _P + 2)
_NAME = re.compile(r"[\w.@-]{1,64}")
_SHORTEST = 8  # of a password
_LOCK_SECONDS = 30.0
_MOST_KEPT = 10_000  # names and addresses whose attempts are remembered
_MINUTES = 15  # in which wrong passwords are counted, by a moving window
_FROM_ONE, _FROM_ADDRESS, _FOR_NAME = (
    RateLimitItemPerMinute(most, _MINUTES) for most in (5, 20, 50)
)  # for one name from one address; in all from an address; in all for a name


def hashed(password: str) -> str:
    """A password as the file holds it.

    Raises:
        SettingsError: it is too short.
    """
    if len(password) < _SHORTEST:
        raise SettingsError(f"A password has at least {_SHORTEST} characters.")
    if has_lone_surrogate(password):  # how bytes that are no UTF-8 arrive from a pipe
        raise SettingsError("The password is not UTF-8.")
    salt = secrets.token_bytes(16)
    return f"scrypt${_N}${_R}${_P}${salt.hex()}${_key(password, salt).hex()}"


def set_password(path: Path, name: str, password: str) -> None:
    """Add somebody to the file, or give them another password.

    Raises:
        SettingsError: the name or the password will not do, or the file cannot be read.
    """
    if not _NAME.fullmatch(name):
        raise SettingsError("A name has letters, digits and . @ - _ only, 64 at most.")
    line = f"{name}:{hashed(password)}"
    try:
        if not path.parent.is_dir():  # which the lock would make
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        with FileLock(path.with_name(path.name + ".lock"), _LOCK_SECONDS, mode=0o600):
            _write(path, _with_line(path, name, line))
    except Timeout:
        raise SettingsError(f"{path} is being written by somebody else.", "Try again.") from None
    except OSError as error:
        raise SettingsError(f"{path} cannot be written: {error.strerror}.") from None


def _with_line(path: Path, name: str, line: str) -> list[str]:
    """The lines of the file with somebody's own in its place; comments stay."""
    if not path.exists():
        return [line]
    _read(path)
    lines = path.read_text(encoding="utf-8").removesuffix("\n").split("\n")
    places = [n for n, one in enumerate(lines) if one.strip().startswith(f"{name}:")]
    for place in places:
        lines[place] = line
    return lines if places else [*lines, line]


def _write(path: Path, lines: Sequence[str]) -> None:
    new = path.with_name(path.name + ".new")
    with os.fdopen(
        os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8"
    ) as file:
        file.write("".join(f"{one}\n" for one in lines))
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


class Users:
    """The people of a file. Safe to use from several threads."""

    def __init__(self, path: Path) -> None:
        """Read the file.

        Raises:
            SettingsError: it cannot be read, is not made of such lines, or names nobody.
        """
        self._hashes = _read(path)
        if not self._hashes:
            raise SettingsError(f"{path} names nobody.", "Add somebody: assistant user NAME.")
        self._nobody = hashed(secrets.token_urlsafe())
        self._lock = threading.Lock()
        self._checking = threading.Lock()
        self._secret = secrets.token_bytes(32)
        self._seen: dict[str, bytes] = {}  # what matched, by name, keyed with the secret
        self._attempts = MemoryStorage()
        self._wrong = MovingWindowRateLimiter(self._attempts)
        self._sessions: dict[str, tuple[str, float]] = {}

    def sign_in(self, name: str, password: str, address: str) -> str | None:
        """A new session's token; None where name and password do not match.

        Raises:
            TooManyAttempts: for this name or from this address.
        """
        if not self.is_known(name, password, address):
            return None
        token = secrets.token_urlsafe(32)
        with self._lock:
            now = time.monotonic()
            self._sessions = {t: held for t, held in self._sessions.items() if held[1] > now}
            self._sessions[token] = (name, now + LIFETIME)
        return token

    def is_known(self, name: str, password: str, address: str) -> bool:
        """True where name and password match; unknown names take as long (no timing attack).

        A match is cached, since programs authenticate with each request.

        Raises:
            TooManyAttempts: for this name or from this address.
        """
        name = name[:64]
        seen = hmac.digest(self._secret, f"{name}\0{password}".encode(errors="replace"), "sha256")
        if hmac.compare_digest(self._seen.get(name, b""), seen):
            return True
        with self._checking:  # serialised: parallel attempts must not evade the rate limit
            right = self._is_right(name, password, address)
        if right:
            self._seen[name] = seen
        return right

    def _is_right(self, name: str, password: str, address: str) -> bool:
        counters = {
            f"{name} from {address}": _FROM_ONE,
            f"from {address}": _FROM_ADDRESS,
            f"{name}": _FOR_NAME,
        }
        if not all(self._wrong.test(limit, counter) for counter, limit in counters.items()):
            raise TooManyAttempts(
                "Too many attempts went wrong.", f"Try again in {_MINUTES} minutes."
            )
        right = _matches(self._hashes.get(name, self._nobody), password) and name in self._hashes
        for counter, limit in counters.items():
            if right:
                self._wrong.clear(limit, counter)
            else:
                self._wrong.hit(limit, counter)
        self._forget_expired()
        return right

    def _forget_expired(self) -> None:
        """Names and addresses without a recent attempt, which the storage would keep for ever."""
        events = self._attempts.events
        if len(events) > _MOST_KEPT:
            for counter in [name for name, recent in list(events.items()) if not recent]:
                events.pop(counter, None)

    def of_session(self, token: str) -> str | None:
        """Whose session it is; None where there is no such session any more."""
        with self._lock:
            name, until = self._sessions.get(token, ("", 0.0))
        return name if until > time.monotonic() else None

    def sign_out(self, token: str) -> None:
        """End a session."""
        with self._lock:
            self._sessions.pop(token, None)


def _key(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(
        password.encode(errors="replace"), salt=salt, n=_N, r=_R, p=_P, maxmem=_MEMORY
    )


def _matches(held: str, password: str) -> bool:
    _, n, r, p, salt, key = held.split("$")
    if (int(n), int(r), int(p)) != (_N, _R, _P):
        return False
    return hmac.compare_digest(_key(password, bytes.fromhex(salt)), bytes.fromhex(key))


def _read(path: Path) -> dict[str, str]:
    shape = re.compile(rf"({_NAME.pattern}):(scrypt\$\d+\$\d+\$\d+\$[0-9a-f]+\$[0-9a-f]+)")
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} cannot be read: {error}.") from None
    found = {}
    for number, line in enumerate(lines, 1):
        if line.strip() and not line.startswith("#"):
            match = shape.fullmatch(line.strip())
            if match is None:
                raise SettingsError(
                    f"{path}, line {number}: no name with a hashed password.",
                    "Add people with: assistant user NAME --auth-file FILE.",
                )
            found[match[1]] = match[2]
    return found
