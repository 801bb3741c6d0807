"""PostgreSQL and Valkey from wheels, and the database a command works on."""
