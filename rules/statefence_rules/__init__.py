"""The rules that come with statefence: one per module, one package per family; see `rules/README.md` to add one."""
