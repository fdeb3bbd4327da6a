"""The catalog's record of folders and feeds that are followed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from assistant.archive.database import Database
from assistant.types import Followed, Skipped, SyncReport, from_dict, to_dict


@dataclass(frozen=True, slots=True)
class Seen:
    """A file of a folder, or an entry of a feed, as it was last read."""

    stamp: str
    """What changes with it."""
    articles: tuple[str, ...] = ()
    """Ids of the articles that it held."""
    faults: tuple[Skipped, ...] = ()
    """What of it could not be read."""


class FollowedPlaces:
    """What is followed, and what was seen there."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def followed(self) -> list[Followed]:
        """All places, in the order of their names."""
        rows = self._database.rows(
            "SELECT place, looked, fault, report FROM followed ORDER BY place"
        )
        return [
            Followed(place, datetime.fromisoformat(looked), fault,
                     from_dict(SyncReport, json.loads(report)))
            for place, looked, fault, report in rows
        ]  # fmt: skip

    def seen(self, place: str) -> dict[str, Seen]:
        """The files or entries of a place, by path or id."""
        rows = self._database.rows(
            "SELECT path, stamp, articles, faults FROM followed_file WHERE place = ?", (place,)
        )
        return {
            path: Seen(
                stamp,
                tuple(json.loads(articles)),
                tuple(Skipped(*fault) for fault in json.loads(faults)),
            )
            for path, stamp, articles, faults in rows
        }

    def elsewhere(self, place: str) -> set[str]:
        """The ids of articles that other places hold."""
        rows = self._database.rows("SELECT articles FROM followed_file WHERE place != ?", (place,))
        return {one for (articles,) in rows for one in json.loads(articles)}

    def report(self, place: str) -> SyncReport:
        """What became of a place when it was last looked at."""
        found = (one.report for one in self.followed() if one.place == place)
        return next(found, SyncReport())

    def fresh(self, place: str) -> dict[str, str]:
        """What tells the server of a feed which state of it is known."""
        row = self._database.row("SELECT fresh FROM followed WHERE place = ?", (place,))
        found: dict[str, str] = json.loads(row[0]) if row else {}
        return found

    def follow(self, place: str) -> None:
        """Begin to follow a place, unless it is followed already."""
        with self._database.transaction() as run:
            run(
                "INSERT OR IGNORE INTO followed VALUES (?, ?, '', ?, '{}')",
                (place, _now(), json.dumps(to_dict(SyncReport()))),
            )

    def unfollow(self, place: str) -> bool:
        """Forget a place, not its articles; whether it was followed."""
        with self._database.transaction() as run:
            return bool(run("DELETE FROM followed WHERE place = ?", (place,)).rowcount)

    def saw(self, place: str, files: Mapping[str, Seen], gone: Iterable[str] = ()) -> None:
        """Keep what files or entries were like when they were read, and forget those gone."""
        rows = [
            (place, path, one.stamp, json.dumps(one.articles),
             json.dumps([(fault.path, fault.reason) for fault in one.faults]))
            for path, one in files.items()
        ]  # fmt: skip
        with self._database.transaction() as run:
            for row in rows:
                run("INSERT OR REPLACE INTO followed_file VALUES (?, ?, ?, ?, ?)", row)
            for path in gone:
                run("DELETE FROM followed_file WHERE place = ? AND path = ?", (place, path))

    def looked(
        self,
        place: str,
        report: SyncReport,
        fault: str = "",
        fresh: Mapping[str, str] | None = None,
    ) -> None:
        """Keep how a look at a place went."""
        with self._database.transaction() as run:
            run(
                "UPDATE followed SET looked = ?, fault = ?, report = ? WHERE place = ?",
                (_now(), fault, json.dumps(to_dict(report)), place),
            )
            if fresh is not None:
                run("UPDATE followed SET fresh = ? WHERE place = ?", (json.dumps(fresh), place))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
