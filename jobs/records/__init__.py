"""Source rows to records, signs and ties: a pure function on Arrow batches, driven by the contracts."""
