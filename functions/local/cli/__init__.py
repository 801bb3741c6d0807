"""The `nutri` command: `app` is the entry point, each other module a command."""
