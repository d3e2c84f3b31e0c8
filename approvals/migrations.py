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
            asked_at TEXT NOT NULL,
            decided_at TEXT,
            due_at TEXT,
            lease_ends_at TEXT,
            review_owed INTEGER,
            delivery TEXT NOT NULL UNIQUE,
            body TEXT NOT NULL
        )
        """
    )
    db.execute("CREATE INDEX requests_by_state ON requests (state, id)")
    db.execute("CREATE INDEX requests_by_requester ON requests (requester, id)")
    db.execute("CREATE INDEX requests_by_decision ON requests (decided_at) WHERE decided_at IS NOT NULL")
    db.execute("CREATE INDEX requests_due ON requests (due_at) WHERE due_at IS NOT NULL")
    db.execute("CREATE INDEX requests_leased ON requests (lease_ends_at) WHERE lease_ends_at IS NOT NULL")
    db.execute("CREATE INDEX requests_to_review ON requests (review_owed, id) WHERE review_owed IS NOT NULL")
    # One change at a time on a cluster, whatever any process believes.
    db.execute("CREATE UNIQUE INDEX one_applying_per_cluster ON requests (cluster_id) WHERE state = 'applying'")
    db.execute(
        """
        CREATE TABLE events (
            seq INTEGER PRIMARY KEY,
            request_id INTEGER REFERENCES requests (id),
            at TEXT NOT NULL,
            actor TEXT NOT NULL,
            action TEXT NOT NULL,
            before TEXT NOT NULL,
            after TEXT NOT NULL,
            delivery TEXT,
            body TEXT NOT NULL,
            hash TEXT NOT NULL
        )
        """
    )
    db.execute("CREATE INDEX events_of_request ON events (request_id, seq)")
    db.execute("CREATE INDEX events_by_delivery ON events (delivery) WHERE delivery IS NOT NULL")
    db.execute("CREATE INDEX events_by_time ON events (at)")
    db.execute("CREATE INDEX notes ON events (action, seq) WHERE request_id IS NULL")
    # What has changed and not yet been shown to people.
    db.execute("CREATE TABLE unseen (request_id INTEGER PRIMARY KEY, version INTEGER NOT NULL)")
    for verb in ("UPDATE", "DELETE"):
        db.execute(
            f"CREATE TRIGGER events_are_append_only_{verb.lower()} BEFORE {verb} ON events "
            "BEGIN SELECT RAISE(ABORT, 'events are append-only'); END"
        )


@approvals()
def what_is_held(db: Database) -> None:
    """A request may change several clusters, and give names to new ones: each is held by one request at a time."""
    db.execute("CREATE TABLE held (thing TEXT PRIMARY KEY, request_id INTEGER NOT NULL REFERENCES requests (id))")
    db.execute("CREATE INDEX held_by_request ON held (request_id)")
    db.execute("INSERT INTO held SELECT cluster_id, id FROM requests WHERE state = 'applying'")
    db.execute("DROP INDEX one_applying_per_cluster")


@approvals()
def what_is_watched(db: Database) -> None:
    """A fine-tune leaves its cluster, which costs: since when, for as long as somebody must see to it."""
    db.execute("ALTER TABLE requests ADD COLUMN watched_since TEXT")
    db.execute("CREATE INDEX requests_watched ON requests (watched_since) WHERE watched_since IS NOT NULL")
