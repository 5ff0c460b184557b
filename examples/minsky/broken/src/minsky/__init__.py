"""minsky: a workspace of its own for every task, and one database that knows them all."""
