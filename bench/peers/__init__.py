"""What people would use instead, measured in the same run with the same workloads."""
