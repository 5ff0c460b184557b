-- How each run went.
CREATE TABLE scheduler_run_log (
    id INTEGER PRIMARY KEY,
    job_id TEXT NOT NULL REFERENCES scheduler_jobs (id) ON DELETE CASCADE,
    started_at REAL NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('done', 'failed', 'skipped'))
);
CREATE INDEX idx_scheduler_run_log_job_id ON scheduler_run_log (job_id, started_at);

-- down
DROP TABLE scheduler_run_log;
