CREATE TABLE installed_apps (
    id TEXT PRIMARY KEY,
    space_id TEXT NOT NULL,
    spec_json TEXT NOT NULL,
    status TEXT NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'paused', 'waiting', 'broken')),
    user_config_json TEXT
);
CREATE INDEX idx_installed_apps_space_id ON installed_apps (space_id);

-- down
DROP TABLE installed_apps;
