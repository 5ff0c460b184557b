-- What the list of apps shows without asking the runtime.
ALTER TABLE installed_apps ADD COLUMN last_run_at REAL;
ALTER TABLE installed_apps ADD COLUMN last_outcome TEXT;

-- down
ALTER TABLE installed_apps DROP COLUMN last_outcome;
ALTER TABLE installed_apps DROP COLUMN last_run_at;
