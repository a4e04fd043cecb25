"""The feed for applications: everybody's record as JSON, as one JSON document a line, or as CSV."""

JUDGES = {}
