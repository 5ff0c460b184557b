ALTER TABLE scheduler_jobs ADD COLUMN priority INTEGER NOT NULL DEFAULT 0;

-- down
ALTER TABLE scheduler_jobs DROP COLUMN priority;
