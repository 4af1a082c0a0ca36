"""What the first page of the administration shows: readers, one question a file."""
