"""Our copy of the helpdesks as something to read: lists over several helpdesks by one statement, and a Source for each.

A question goes through these, each a module or two:
conditions → `lowering` (SQL tests, index legs, checks on the record) → `planning` (which index) → `building` (SQL, kept
by shape) → `walking` or `collecting` (rows in order) → records and places.
"""
