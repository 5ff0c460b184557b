CREATE TABLE activity_entries (
    id INTEGER PRIMARY KEY,
    run_id TEXT NOT NULL REFERENCES automation_runs (id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('note', 'question', 'result')),
    text TEXT NOT NULL,
    response TEXT,
    made_at REAL NOT NULL
);

-- down
DROP TABLE activity_entries;
