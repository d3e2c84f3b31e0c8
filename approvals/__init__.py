"""Who must agree, what has been agreed, and what has been done."""
