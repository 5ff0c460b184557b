ALTER TABLE installed_apps ADD COLUMN author TEXT NOT NULL;

-- down
ALTER TABLE installed_apps DROP COLUMN author;
