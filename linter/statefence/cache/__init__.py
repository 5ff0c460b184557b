"""What a run said, kept for the next one: as long as nothing it depends on has changed, it is said again.

The way of a run that finds its report is all there is to it: it imports little, asks the system for the stamp of each
file, and writes. So this package imports nothing at its top that a cold run would not need.
"""
