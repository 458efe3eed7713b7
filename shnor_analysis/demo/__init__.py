"""The invented region with known truth: a training ground for users and tests."""

from shnor_analysis.demo.files import DemoSummary, write_demo, write_region

__all__ = ["DemoSummary", "write_demo", "write_region"]
