"""A shop: orders, reports and recommendations. What each line of its start costs is known."""
