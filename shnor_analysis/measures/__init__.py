"""Indicators: cells become values with intervals; no thresholds, no verdicts."""
