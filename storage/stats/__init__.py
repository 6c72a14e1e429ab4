"""Figures over tickets: averages, rates and counts, by what tickets have in common."""
