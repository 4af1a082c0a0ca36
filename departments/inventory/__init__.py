"""What departments emitted and absorbed: activity data times emission factor."""
