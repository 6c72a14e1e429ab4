"""Vendor → mirror: backfill, increments, deletes, reconciliation, hints."""
