"""The workloads; each gives samples: plain dictionaries with `case`, `repeat` and what was measured."""
