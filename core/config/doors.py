"""The doors people and carriers come in by: each is shut until it can tell friend from foe."""

import re
from typing import Literal

from pydantic import Field, SecretStr, field_validator, model_validator

from core.systems import Section

_SHORTEST_SECRET = 8


class Web(Section):
    """The address the web door listens on and the one people see."""

    host: str = "127.0.0.1"
    port: int = Field(8000, ge=1, le=65535)
    public_url: str = ""
    secret: SecretStr = SecretStr("")
    previous_secret: SecretStr = SecretStr("")
    metrics_token: SecretStr = SecretStr("")

    @property
    def base_url(self) -> str:
        """What links start with."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")


class Slack(Section):
    """The app in the shop's Slack workspace: `socket` needs no public address, `http` is called at /slack/events."""

    mode: Literal["off", "socket", "http"] = "off"
    token: SecretStr = Field(SecretStr(""), description="of the bot, xoxb-…")
    app_token: SecretStr = Field(SecretStr(""), description="of the app, xapp-…; for socket")
    signing_secret: SecretStr = Field(SecretStr(""), description="for http")
    previous_signing_secret: SecretStr = Field(SecretStr(""), description="still good while the secret is changed")
    api_url: str = "https://slack.com/api/"
    app_id: str = Field("", description="A…; what comes for another app is not let in")
    teams: tuple[str, ...] = Field((), description="workspaces (T…) whose people are let in")
    staff: dict[str, str] = Field(
        default_factory=dict, description="Slack users (U…) to addresses of people of the shop"
    )
    staff_channel: str = Field("", description="C…, where tickets get their threads")
    planner_channel: str = Field("", description="C…, where proposals get their cards")

    @field_validator("api_url")
    @classmethod
    def _an_address(cls, address: str) -> str:
        if not re.fullmatch(r"https?://[^\s/]+(/\S*)?", address):
            raise ValueError(f"“{address}” is no address; write it like https://slack.com/api/")
        return address.rstrip("/") + "/"

    @model_validator(mode="after")
    def _can_be_served(self) -> "Slack":
        """Refuse a door that could not tell friend from foe."""
        wanted = {"off": (), "socket": ("token", "app_token"), "http": ("token", "signing_secret")}[self.mode]
        missing = [name for name in wanted if not getattr(self, name).get_secret_value().strip()]
        missing += ["teams"] if self.mode != "off" and not self.teams else []
        if missing:
            raise ValueError(f"mode “{self.mode}” needs {', '.join(missing)}")
        return self


class Telegram(Section):
    """The shop's bot on Telegram: `polling` needs no public address, `webhook` is called at /telegram/webhook."""

    mode: Literal["off", "polling", "webhook"] = "off"
    token: SecretStr = Field(SecretStr(""), description="of the bot, from @BotFather")
    webhook_secret: SecretStr = Field(SecretStr(""), description="that Telegram shows when it calls; for webhook")
    previous_webhook_secret: SecretStr = Field(SecretStr(""), description="still good while the secret is changed")
    api_url: str = "https://api.telegram.org"
    poll_s: int = Field(25, ge=1, le=50, description="how long one question for updates may wait")
    timeout_s: float = Field(10.0, ge=0.1, le=60, description="how long a call may take")

    @field_validator("api_url")
    @classmethod
    def _an_address(cls, address: str) -> str:
        if not re.fullmatch(r"https?://[^\s/]+(/\S*)?", address):
            raise ValueError(f"“{address}” is no address; write it like https://api.telegram.org")
        return address.rstrip("/")

    @field_validator("webhook_secret", "previous_webhook_secret")
    @classmethod
    def _as_telegram_takes_it(cls, secret: SecretStr) -> SecretStr:
        if secret.get_secret_value() and not re.fullmatch(r"[\w-]{16,256}", secret.get_secret_value(), re.ASCII):
            raise ValueError("it must be 16 to 256 letters, digits, “_” or “-”")
        return secret

    @model_validator(mode="after")
    def _can_be_served(self) -> "Telegram":
        """Refuse a door that anybody could talk through."""
        wanted = {"off": (), "polling": ("token",), "webhook": ("token", "webhook_secret")}[self.mode]
        missing = [name for name in wanted if not getattr(self, name).get_secret_value().strip()]
        if missing:
            raise ValueError(f"mode “{self.mode}” needs {', '.join(missing)}")
        return self


class Carriers(Section):
    """Who may tell of parcels at /webhooks/carriers/…: whoever has a secret here."""

    easypost_secret: SecretStr = Field(SecretStr(""), description="of the webhook at EasyPost")
    previous_easypost_secret: SecretStr = Field(SecretStr(""), description="still good while the secret is changed")
    aftership_secret: SecretStr = Field(SecretStr(""), description="of the webhooks at AfterShip")
    previous_aftership_secret: SecretStr = Field(SecretStr(""), description="still good while the secret is changed")
    signing_secret: SecretStr = Field(SecretStr(""), description="whsec_…, of all others, by Standard Webhooks")
    previous_signing_secret: SecretStr = Field(SecretStr(""), description="still good while the secret is changed")

    @field_validator("easypost_secret", "previous_easypost_secret", "aftership_secret", "previous_aftership_secret")
    @classmethod
    def _long_enough(cls, secret: SecretStr) -> SecretStr:
        if secret.get_secret_value() and len(secret.get_secret_value()) < _SHORTEST_SECRET:
            raise ValueError(f"it must have at least {_SHORTEST_SECRET} characters")
        return secret

    @field_validator("signing_secret", "previous_signing_secret")
    @classmethod
    def _as_standard_webhooks_has_it(cls, secret: SecretStr) -> SecretStr:
        said = secret.get_secret_value()
        if said and not re.fullmatch(r"whsec_([A-Za-z0-9+/]{4}){8,21}([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?", said):
            raise ValueError("it must be whsec_ and 24 to 64 random bytes in base64")
        return secret

    @property
    def is_open(self) -> bool:
        """Whether anybody may tell of parcels."""
        return any(getattr(self, name).get_secret_value() for name in type(self).model_fields)
