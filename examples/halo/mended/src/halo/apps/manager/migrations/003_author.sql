-- Apps that are there already came with halo.
ALTER TABLE installed_apps ADD COLUMN author TEXT NOT NULL DEFAULT 'halo';

-- down
ALTER TABLE installed_apps DROP COLUMN author;
