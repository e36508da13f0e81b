"""What `ganbench new` writes: whole plugins, that the kit passes as they are."""
