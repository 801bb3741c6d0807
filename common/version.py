"""The service's version, as its answers give it. A test holds it equal to the package's."""

SERVICE = "Nutri ML Service"
VERSION = "1.0.0"

CONTRACT_VERSION = "1.1.0"
"""Of the HTTP contract, by semantic versioning; functions/CHANGELOG.md says what each brought."""

# Raise it whenever an engine rule changes what is found: cached and stored findings carry it. It stands here,
# so that it can be named without loading the engine, and with it scipy.
CORRELATION_VERSION = "14"
