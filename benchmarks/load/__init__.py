"""The bot under load: the real process on a lean loopback Discord, asked by many at once, for a minute or for hours."""
