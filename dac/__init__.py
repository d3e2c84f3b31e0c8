"""What a dedicated AI cluster is, what it needs, what it costs and what is wrong with it."""
