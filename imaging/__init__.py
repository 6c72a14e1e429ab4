"""Pictures, files and markup on their way out: links of ours that expire, and HTML that can do no harm."""
