"""The layout of the approvals' tables, one step after the other."""

from __future__ import annotations

from sqlite_utils import Database, Migrations

from approvals.states import State

approvals = Migrations("approvals")


@approvals()
def requests_and_events(db: Database) -> None:
    states = ", ".join(f"'{state}'" for state in State)
    db.execute(
        f"""
        CREATE TABLE requests (
            id INTEGER PRIMARY KEY,
            version INTEGER NOT NULL,
            state TEXT NOT NULL CHECK (state IN ({states})),
            cluster_id TEXT NOT NULL,
            requester TEXT NOT NULL,
            expires_at TEXT NOT NULL,
            delivery TEXT NOT NULL UNIQUE,
            body TEXT NOT NULL
        )
        """
    )
    db.execute("CREATE INDEX requests_by_state ON requests (state, expires_at)")
    # One change at a time on a cluster, whatever any process believes.
    db.execute("CREATE UNIQUE INDEX one_applying_per_cluster ON requests (cluster_id) WHERE state = 'applying'")
    db.execute(
        """
        CREATE TABLE events (
            seq INTEGER PRIMARY KEY,
            request_id INTEGER NOT NULL REFERENCES requests (id),
            at TEXT NOT NULL,
            actor TEXT NOT NULL,
            action TEXT NOT NULL,
            body TEXT NOT NULL,
            hash TEXT NOT NULL
        )
        """
    )
    db.execute("CREATE INDEX events_of_request ON events (request_id, seq)")
    for verb in ("UPDATE", "DELETE"):
        db.execute(
            f"CREATE TRIGGER events_are_append_only_{verb.lower()} BEFORE {verb} ON events "
            "BEGIN SELECT RAISE(ABORT, 'events are append-only'); END"
        )
