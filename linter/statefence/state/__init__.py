"""State on disk: what a state directory holds, what is wrong in it, and how it is put right. See DESIGN, section 8.

Nothing here may run in a process that has one of the databases open: see `statefence.copies`.
"""
