"""The folder that `make app` builds, used as a trader uses it."""
