"""How the program runs: its records, its clock, its mail, its log, and a language model it may ask."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr

from core.systems import TIME_OF_DAY, Section


class DatabaseSettings(Section):
    """Where records live: `sqlite:///path` or `postgresql://user@host/name`."""

    url: str = "sqlite:///var/storekeeper.db"
    busy_timeout_s: float = Field(15.0, ge=1, le=600)


class SchedulerSettings(Section):
    """How often the clock rings."""

    plan_at: str = Field("02:30", pattern=TIME_OF_DAY)
    deliver_every_s: float = Field(2.0, ge=0.1, le=3600)
    announce_every_s: float = Field(30.0, ge=1, le=3600)
    housekeep_every_s: float = Field(600.0, ge=1, le=86400)


class Mail(Section):
    """How mail leaves: `outbox` keeps it on a page (demo), `smtp` sends it."""

    transport: Literal["outbox", "smtp"] = "outbox"
    sender: str = "shop@example.org"
    host: str = "localhost"
    port: int = Field(25, ge=1, le=65535)
    user: str = ""
    password: SecretStr = SecretStr("")
    starttls: bool = True
    authority: Path | None = Field(None, description="certificate of the authority of one's own mail server")
    bounces: Path | None = Field(None, description="the Maildir that letters which came back are put into")


class Logging(Section):
    """How the program writes down what it does: lines for people, or a JSON object a line."""

    format: Literal["text", "json"] = "text"
    level: Literal["debug", "info", "warning", "error"] = "info"
    traces: str = Field("", pattern=r"^(https?://[^\s/]+\S*)?$", description="an OpenTelemetry collector's address")
    traces_share: float = Field(1.0, gt=0, le=1, description="of all that comes in, how much is traced")


class LanguageModel(Section):
    """A language model that may be asked what a message means that was not understood; without `url` there is none."""

    url: str = Field("", pattern=r"^(https?://[^\s/]+\S*)?$", description="what stands before /chat/completions")
    model: str = ""
    key: SecretStr = SecretStr("")
    timeout_s: float = Field(2.0, ge=0.1, le=30)
