"""Full text over the copy: how text becomes tokens, how they are indexed, found again and shown."""
