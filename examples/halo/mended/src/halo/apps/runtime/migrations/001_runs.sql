CREATE TABLE automation_runs (
    id TEXT PRIMARY KEY,
    app_id TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('running', 'done', 'failed')),
    started_at REAL NOT NULL,
    ended_at REAL,
    error TEXT
);
CREATE INDEX idx_automation_runs_app_id ON automation_runs (app_id, started_at);

-- down
DROP TABLE automation_runs;
