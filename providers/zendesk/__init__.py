"""Zendesk as a Provider: Support API v2 and Help Center API. README.md lists the quirks and how each is met."""
