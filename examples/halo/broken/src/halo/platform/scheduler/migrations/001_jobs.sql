-- What is to be run, and when next.
CREATE TABLE scheduler_jobs (
    id TEXT PRIMARY KEY,
    app_id TEXT NOT NULL,
    every_seconds REAL NOT NULL CHECK (every_seconds > 0),
    next_run_at REAL NOT NULL,
    enabled INTEGER NOT NULL DEFAULT 1,
    priority INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX idx_scheduler_jobs_next_run_at ON scheduler_jobs (next_run_at);

-- down
DROP TABLE scheduler_jobs;
