"""The ceiling to compare with: one insert in one transaction per request, on the same framework and database layer."""

import os

from fastapi import FastAPI
from sqlalchemy import text

from core.database.engine import Database


def app() -> FastAPI:
    """One route that inserts a row and commits."""
    database = Database(os.environ["BENCH_DATABASE"])
    with database.unit_of_work() as session:
        session.execute(text("CREATE TABLE IF NOT EXISTS bare (content TEXT)"))
    served = FastAPI()

    @served.post("/insert")
    def insert() -> dict[str, bool]:
        with database.unit_of_work() as session:
            session.execute(text("INSERT INTO bare (content) VALUES ('where is my last order?')"))
        return {"done": True}

    return served
