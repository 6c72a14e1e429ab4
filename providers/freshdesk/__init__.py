"""Freshdesk: its API behind the Provider promise. README.md lists its quirks; docs/mapping/freshdesk.md the tables.

provider.py      composes; each method asks (client), maps (mapping_*) and returns
account.py       which account: its addresses, its credential, checked
client.py        calls, rows, the table of errors
routes.py        which call can answer a ticket query (list, search, or none)
lists.py merged.py chained.py search.py   the vendor's lists, as the walker wants them
lookups.py       agents, groups, fields, languages, folders: slow things, kept for minutes
reads_*.py       one file per family of reads; files.py, writes.py, health.py the rest
changes.py       the streams our copy is made from: changes_walk.py (pure) goes through a list, changes_lists.py makes
                 batches of it, rows.py reads row by row; a changes_*.py per family; webhooks.py what a message hints at
wire.py tables.py mapping_*.py drafts.py locate.py   pure: the vendor's shapes and words, and ours
"""
