"""Shows state and sends commands; must never decide a trade or open a database, a cache or a venue by itself."""
