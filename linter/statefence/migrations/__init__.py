"""Migrations, read without being imported and run on databases in memory only: their sequences, schemas and faults.

`model` says what a sequence is, `read` makes it of files in whichever shape, `rehearse` and `verify` run it, `drift`
and `imports` compare types with what it makes. `files`, `lock` and `names` know no SQL, `bookkeeping` only what is in a
database: `state/` and the pytest plugin use them.
"""
