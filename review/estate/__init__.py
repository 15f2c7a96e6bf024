"""What stands before and after a change: sites with their capacity, and values out of resources."""
