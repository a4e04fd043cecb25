import GRDB

/// The tables, version by version. A version that was released is never edited.
///
/// Every question that delivering or `status` asks has an index of just the rows that it is about, so that it costs the
/// same with a million deliveries done. `tally` counts them: what comes and goes by triggers, what moves by `Tally`.
enum Schema {
  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1") { database in
      try database.execute(
        sql: """
          CREATE TABLE publication (
            position INTEGER PRIMARY KEY, kind TEXT NOT NULL, "from" TEXT, "to" TEXT NOT NULL, settled TEXT NOT NULL,
            events INTEGER NOT NULL, recorded_at INTEGER NOT NULL);
          CREATE TABLE event (
            position INTEGER NOT NULL, number INTEGER NOT NULL, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
            kind TEXT NOT NULL, record_id INTEGER NOT NULL, subject TEXT NOT NULL, "commit" TEXT NOT NULL,
            timestamp INTEGER NOT NULL, PRIMARY KEY (position, number)) WITHOUT ROWID;
          CREATE TABLE delivery (
            id INTEGER PRIMARY KEY, target TEXT NOT NULL, event_id TEXT NOT NULL, position INTEGER NOT NULL,
            number INTEGER NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL, record_id INTEGER NOT NULL,
            subject TEXT NOT NULL, format TEXT NOT NULL, happened_at INTEGER NOT NULL,
            body BLOB NOT NULL, state TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
            step INTEGER NOT NULL DEFAULT 0, first_attempt_at INTEGER, next_attempt_at INTEGER NOT NULL,
            last_status INTEGER, last_error TEXT, finished_at INTEGER, UNIQUE (target, event_id));
          CREATE INDEX delivery_waiting ON delivery (target, position, number) WHERE state = 'pending';
          CREATE INDEX delivery_subject ON delivery (kind, record_id);
          CREATE TABLE attempt (
            delivery INTEGER NOT NULL REFERENCES delivery (id) ON DELETE CASCADE, at INTEGER NOT NULL,
            status INTEGER, error TEXT, milliseconds INTEGER NOT NULL);
          CREATE INDEX attempt_delivery ON attempt (delivery);
          CREATE TABLE endpoint (target TEXT PRIMARY KEY, disabled_reason TEXT, disabled_at INTEGER, url TEXT);
          CREATE TABLE export_run (
            id INTEGER PRIMARY KEY, target TEXT NOT NULL, position INTEGER NOT NULL, "commit" TEXT NOT NULL,
            as_of TEXT NOT NULL, at INTEGER NOT NULL, folder TEXT, files INTEGER, rows INTEGER, bytes INTEGER,
            milliseconds INTEGER NOT NULL, digest TEXT, error TEXT);
          CREATE INDEX export_run_target ON export_run (target, id);
          """)
    }
    migrator.registerMigration("2") { database in
      try database.execute(
        sql: """
          ALTER TABLE delivery ADD COLUMN part INTEGER NOT NULL DEFAULT 0;
          CREATE INDEX delivery_queue ON delivery (target, kind, record_id, position, number) WHERE state = 'pending';
          CREATE INDEX delivery_urgent ON delivery (target, position, number)
            WHERE state = 'pending' AND name = 'person.deactivated';
          CREATE INDEX delivery_unit ON delivery (target, position, part, number)
            WHERE state = 'pending' AND kind = 'unit';
          CREATE INDEX delivery_failing ON delivery (target, position, number)
            WHERE state = 'pending' AND last_error IS NOT NULL;
          CREATE INDEX delivery_dead ON delivery (target, position, number) WHERE state = 'dead';
          CREATE INDEX delivery_delivered ON delivery (target, position, number) WHERE state = 'delivered';
          CREATE INDEX delivery_finished ON delivery (finished_at) WHERE finished_at IS NOT NULL AND body <> x'';
          CREATE INDEX delivery_order ON delivery (position, number, target);

          CREATE TABLE tally (
            target TEXT NOT NULL, state TEXT NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (target, state)) WITHOUT ROWID;
          INSERT INTO tally SELECT target, state, count(*) FROM delivery GROUP BY target, state;
          CREATE TRIGGER delivery_added AFTER INSERT ON delivery BEGIN
            INSERT INTO tally VALUES (new.target, new.state, 1) ON CONFLICT (target, state) DO UPDATE SET count = count + 1;
          END;
          CREATE TRIGGER delivery_removed AFTER DELETE ON delivery BEGIN
            UPDATE tally SET count = count - 1 WHERE target = old.target AND state = old.state;
          END;

          CREATE TABLE replayed (
            target TEXT NOT NULL, event_id TEXT NOT NULL, PRIMARY KEY (target, event_id)) WITHOUT ROWID;
          CREATE TABLE alarm (
            key TEXT PRIMARY KEY, target TEXT, text TEXT NOT NULL, raised_at INTEGER NOT NULL, told_at INTEGER,
            cleared_at INTEGER);
          """)
    }
    migrator.registerMigration("3") { database in
      try database.execute(
        sql: """
          CREATE TABLE export_send (
            id INTEGER PRIMARY KEY, target TEXT NOT NULL, place TEXT NOT NULL, "set" TEXT NOT NULL, digest TEXT NOT NULL,
            position INTEGER NOT NULL, "commit" TEXT NOT NULL, as_of TEXT NOT NULL, queued_at INTEGER NOT NULL,
            state TEXT NOT NULL, is_forced INTEGER NOT NULL DEFAULT 0, attempts INTEGER NOT NULL DEFAULT 0,
            step INTEGER NOT NULL DEFAULT 0, last_attempt_at INTEGER, next_attempt_at INTEGER NOT NULL,
            failing_since INTEGER, bytes INTEGER, milliseconds INTEGER, error TEXT, finished_at INTEGER, folder TEXT);
          CREATE INDEX export_send_target ON export_send (target, id);
          CREATE INDEX export_send_waiting ON export_send (target) WHERE state = 'pending';
          """)
    }
    migrator.registerMigration("4") { database in
      try database.execute(sql: "ALTER TABLE export_run ADD COLUMN looked_at INTEGER")
    }
    return migrator
  }
}
