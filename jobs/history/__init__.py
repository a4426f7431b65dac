"""The population through time: what was published of whom, as of any business date and as known on any other."""
