"""What does staff decide? Approvals by two, recalls by one."""
