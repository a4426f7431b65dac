"""The data pool and the state behind it: versions of tables, nights that pin them, snapshots that readers see."""
