"""What a department sees and does for itself: pages, no tables."""
