"""Alembic's way in: runs the migrations in the unit of work that core/database/migrate.py opened."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], target_metadata=None)
with context.begin_transaction():
    context.run_migrations()
