"""Statistics on arrays: arrays in, arrays out; no labels, no rounding, no Russian."""
