"""What the shop decided: config.toml for what may be committed, the environment for secrets and overrides.

Every key may be overridden by `STOREKEEPER__SECTION__KEY`; a secret may instead be read from the file that
`STOREKEEPER__SECTION__KEY_FILE` names. All faults are reported at once.
"""

import os
import re
import tomllib
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from core.errors import ConfigError, InvalidInput
from core.money import exponent
from core.systems import (
    TIME_OF_DAY,
    Amazon,
    AmazonVendor,
    Connected,
    Mailbox,
    Odoo,
    Salesforce,
    Section,
    Shopify,
    Suppliers,
    Tracking,
    Walmart,
)

PREFIX = "STOREKEEPER__"
_FILE = "_FILE"
_SHORTEST_SECRET = 8


class Shop(Section):
    """Who sells, as invoices and sentences name them."""

    name: str = "Storekeeper demo shop"
    address: tuple[str, ...] = ()
    country: str = "GB"
    currency: str = "GBP"
    locale: str = "en_GB"
    time_zone: str = "Europe/London"
    vat_number: str = ""
    email: str = ""
    payment_terms: str = ""
    bank: tuple[str, ...] = ()
    invoice_font: Path | None = Field(None, description="a TrueType file for letters the fonts shipped do not have")
    return_days: int = Field(30, ge=0, le=3650)

    @field_validator("locale")
    @classmethod
    def _known_locale(cls, name: str) -> str:
        try:
            Locale.parse(name)
        except (ValueError, UnknownLocaleError) as error:
            raise ValueError(f"“{name}” is not a locale; write it like en_GB") from error
        return name

    @field_validator("currency")
    @classmethod
    def _known_currency(cls, code: str) -> str:
        try:
            exponent(code)
        except InvalidInput as error:
            raise ValueError(str(error)) from error
        return code

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError(f"“{name}” is not a time zone; write it like Europe/London") from error
        return name

    @property
    def zone(self) -> ZoneInfo:
        """The shop's time zone."""
        return ZoneInfo(self.time_zone)


class Delivery(Section):
    """One way a parcel may travel, as customers read it."""

    name: str
    price: float = Field(0.0, ge=0, description="in the shop's currency")
    days: tuple[int, int] = (1, 3)
    free_above: float | None = Field(None, ge=0)
    countries: tuple[str, ...] = ()


class Service(Section):
    """What the shop tells whoever asks: when it is open, how it delivers, how it may be paid."""

    hours: dict[str, str] = Field(
        default_factory=lambda: {"mon-fri": "09:00-17:30"},
        description="days (mon-fri, sat) to hours; others are closed",
    )
    closed_on: tuple[date, ...] = ()
    deliveries: tuple[Delivery, ...] = (
        Delivery(name="Standard", price=4.95, days=(2, 4), free_above=100),
        Delivery(name="Express", price=9.95, days=(1, 1)),
    )
    ships_to: tuple[str, ...] = Field((), description="countries by two letters; empty: everywhere")
    payment_options: tuple[str, ...] = ("Visa", "Mastercard", "PayPal", "bank transfer on account for businesses")
    cancellation_fee: float = Field(0.0, ge=0, description="what cancelling an open order costs")
    undo_minutes: int = Field(60, ge=0, le=1440, description="how long what was done in the chat can be taken back")
    promise_confidence: float = Field(
        0.9, ge=0.5, le=0.99, description="how sure the last day of a range has to be that somebody waits for"
    )
    alert_hours: int = Field(
        48, ge=1, le=8760, description="how long units are kept for whoever was told that they are back"
    )

    @field_validator("hours")
    @classmethod
    def _readable(cls, written: dict[str, str]) -> dict[str, str]:
        week = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
        for days, hours in written.items():
            first, _, last = days.partition("-")
            known = first in week and (not last or (last in week and week.index(first) <= week.index(last)))
            if not known or not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d", hours):
                raise ValueError(f'“{days} = {hours}” is not read; write it like mon-fri = "09:00-17:30"')
        return written

    def hours_by_day(self) -> dict[int, str]:
        """Hours by day of the week, Monday 0; closed days are missing."""
        week = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
        found: dict[int, str] = {}
        for days, hours in self.hours.items():
            first, _, last = days.partition("-")
            for day in range(week.index(first), week.index(last or first) + 1):
                found[day] = hours
        return found


class Orders(Section):
    """What may be done to an order after it was placed; every rule has an id that refusals name."""

    cancel_reasons: tuple[str, ...] = Field((), description="the reasons that count; empty: none is asked for")
    cancel_lines: bool = Field(True, description="single lines may be cancelled, not only the whole order")
    change_quantity: bool = True
    item_changes: int = Field(0, ge=0, description="how often the items of one order may be changed; 0: any number")
    closed_by_item_change: bool = Field(False, description="a changed order can be neither changed again nor cancelled")
    difference_anywhere: bool = Field(
        False, description="what a changed or exchanged item costs less may go to a way of paying that paid nothing"
    )
    refund_days: tuple[int, int] = Field((5, 7), description="how long money takes to be back, gift cards aside")


class Returns(Section):
    """What may come back; `shop.return_days` is the window for returns and exchanges."""

    asks_reason: bool = Field(True, description="a return asks why; a withdrawal never does")
    requests_per_order: int = Field(0, ge=0, description="how many returns and exchanges an order may have; 0: any")
    claims: bool = Field(True, description="what arrived damaged or wrong is a claim; false: a return like any other")
    claim_days: int = Field(730, ge=0, le=3650)
    withdrawal_days: int = Field(14, ge=0, le=365, description="statutory withdrawal of consumers; 0: there is none")
    photo_for: tuple[str, ...] = Field(("damaged",), description="reasons of a claim for which a photo is asked")
    photo_required: bool = Field(
        False, description="false: a claim may go on without the photo, and the shop sees that there is none"
    )
    gift_card_refund: bool = Field(
        True, description="money may go to a gift card on file instead of where it came from"
    )


class Support(Section):
    """How tickets are looked after."""

    reopen_days: int = Field(14, ge=0, le=365, description="how long a customer's word still reopens a closed ticket")


class Uploads(Section):
    """What customers may send as files."""

    largest_mb: int = Field(5, ge=1, le=50, description="of one file")
    per_message: int = Field(3, ge=1, le=10)
    per_day: int = Field(20, ge=1, le=1000, description="of one customer")
    most_megapixels: int = Field(50, ge=1, le=200, description="of one photo; unpacking takes three bytes a pixel")

    @property
    def largest_bytes(self) -> int:
        """The largest file in bytes."""
        return self.largest_mb * 1_000_000


Right = Literal["orders", "money", "account"]


class Identity(Section):
    """Who may do what for a company account, and how chats are linked from the portal."""

    roles: dict[str, tuple[Right, ...]] = Field(
        {"owner": ("orders", "money", "account"), "buyer": ("orders",), "accounts": ("money",)},
        description="what people of a company account may do; reading its orders goes with every role",
    )
    chat_links: dict[str, str] = Field(
        default_factory=dict, description="channels to addresses that open a chat there; {token} is filled in"
    )
    alarm_wrong_codes: int = Field(100, ge=1, description="wrong codes in an hour, by everybody, that staff is told of")

    @field_validator("chat_links")
    @classmethod
    def _has_a_blank(cls, links: dict[str, str]) -> dict[str, str]:
        for channel, address in links.items():
            if "{token}" not in address:
                raise ValueError(f"the address for {channel} has no {{token}} to fill in")
        return links


class DatabaseSettings(Section):
    """Where records live: `sqlite:///path` or `postgresql://user@host/name`."""

    url: str = "sqlite:///var/storekeeper.db"
    busy_timeout_s: float = Field(15.0, ge=1, le=600)


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


class SchedulerSettings(Section):
    """How often the clock rings."""

    plan_at: str = Field("02:30", pattern=TIME_OF_DAY)
    deliver_every_s: float = Field(2.0, ge=0.1, le=3600)
    announce_every_s: float = Field(30.0, ge=1, le=3600)
    housekeep_every_s: float = Field(600.0, ge=1, le=86400)


class Planning(Section):
    """Costs and limits the planner's numbers rest on."""

    holding_rate: float = Field(0.25, ge=0, le=5, description="a year, of unit cost")
    stockout_margin: float = Field(1.0, ge=0, le=100, description="cost of a unit short, in unit margins lost")
    history_weeks: int = Field(30, ge=4, le=520)
    season_weeks: int = Field(
        156, ge=0, le=520, description="how far back a season is looked for, with 60 of them at least; 0: none is"
    )
    budget: int = Field(0, ge=0, description="most to order in a month, in the shop's currency; 0: no limit")
    enquiries: bool = Field(True, description="who asks for an empty shelf counts as demand")
    enquiry_weight: float = Field(
        0.3, gt=0, le=2, description="the least units of demand that a unit asked for in vain stands for"
    )
    rest_days: int = Field(3, ge=0, le=90, description="how long what was rejected is not proposed again")
    proposal_days: int = Field(7, ge=1, le=90, description="how long a proposal may be approved")
    four_eyes_above: int = Field(0, ge=0, description="major units; 0: one approval is enough at any amount")
    overstock_days: int = Field(180, ge=1, le=3650, description="stock beyond what sells in so long is too much")
    dead_after_days: int = Field(90, ge=1, le=3650, description="what was not sold for so long is dead stock")
    limit_days: int = Field(
        14, ge=0, le=365, description="how long what a planner cut counts with what is proposed anew"
    )
    snooze_days: int = Field(30, ge=1, le=90, description="how long a proposal may be put off")
    move_days: int = Field(2, ge=0, le=60, description="days from one place to another; 0: nothing is moved")
    move_cost: float = Field(10.0, ge=0, le=1e6, description="of taking one product from one place to another")
    over_receipt: float = Field(0.05, ge=0, le=1, description="share of a line that may arrive beyond what was ordered")
    late_after_days: int = Field(1, ge=0, le=60, description="days behind the expected day from which an order is late")


class Backtest(Section):
    """How history is replayed."""

    learn_weeks: int = Field(52, ge=8, le=520, description="weeks that rules learn from before they are replayed")


class Tables(Section):
    """What plan-table and backtest take for granted where a table of items does not say, in its own money."""

    order_cost: float = Field(0.0, ge=0, description="of an order")
    line_cost: float = Field(2.0, ge=0, description="of a line of an order")
    stockout_share: float = Field(0.1, ge=0, le=100, description="cost of a unit short, in unit costs")
    review_days: float = Field(1.0, ge=0, le=364, description="days between two chances to order")
    lead_time_sd_days: float = Field(0.0, ge=0, le=364)


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


class Billing(Section):
    """What invoices are beside paper."""

    e_invoice: Literal["off", "factur-x", "xml"] = Field("off", description="EN 16931 inside the PDF, or beside it")


class Notifications(Section):
    """When nothing rings, how early a delay is told, and how long what was said is kept."""

    quiet: tuple[Annotated[str, Field(pattern=TIME_OF_DAY)], Annotated[str, Field(pattern=TIME_OF_DAY)]] | None = (
        "21:00",
        "08:00",
    )
    quiet_channels: tuple[str, ...] = Field(("telegram", "slack"), description="channels on which a notice rings")
    letters_days: int = Field(90, ge=2, le=3650, description="how long letters are kept after they were settled")
    transcripts_days: int = Field(365, ge=7, le=3650, description="how long is kept what was said in chats")


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


class Config(BaseSettings):
    """The whole configuration; see config.toml for every key with its meaning."""

    model_config = SettingsConfigDict(
        extra="forbid", frozen=True, env_prefix=PREFIX, env_nested_delimiter="__", case_sensitive=False
    )

    shop: Shop = Shop()
    service: Service = Service()
    orders: Orders = Orders()
    returns: Returns = Returns()
    support: Support = Support()
    uploads: Uploads = Uploads()
    identity: Identity = Identity()
    database: DatabaseSettings = DatabaseSettings()
    web: Web = Web()
    scheduler: SchedulerSettings = SchedulerSettings()
    planning: Planning = Planning()
    backtest: Backtest = Backtest()
    tables: Tables = Tables()
    mail: Mail = Mail()
    mailbox: Mailbox = Mailbox()
    billing: Billing = Billing()
    notifications: Notifications = Notifications()
    logging: Logging = Logging()
    language_model: LanguageModel = LanguageModel()
    slack: Slack = Slack()
    telegram: Telegram = Telegram()
    carriers: Carriers = Carriers()
    shopify: Shopify = Shopify()
    salesforce: Salesforce = Salesforce()
    walmart: Walmart = Walmart()
    amazon: Amazon = Amazon()
    odoo: Odoo = Odoo()
    amazon_vendor: AmazonVendor = AmazonVendor()
    tracking: Tracking = Tracking()
    suppliers: Suppliers = Suppliers()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 the library fixes these names
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment goes before the file; names of secret files are no keys and have been read already."""
        if isinstance(env_settings, EnvSettingsSource):
            kept = {name: value for name, value in env_settings.env_vars.items() if not _names_a_file(name)}
            env_settings.env_vars = kept
        return env_settings, init_settings

    @property
    def connected(self) -> dict[str, Connected]:
        """The systems that are switched on, by their names."""
        sections = {name: getattr(self, name) for name in type(self).model_fields}
        return {name: one for name, one in sections.items() if isinstance(one, Connected) and one.on}

    def staff_named(self, channel: str) -> dict[str, str]:
        """Users of a channel that the configuration says are people of the shop, with their addresses."""
        return self.slack.staff if channel == "slack" else {}

    def under(self, policy: dict[str, dict[str, Any]]) -> "Config":
        """The same configuration with what a policy says in its place, section by section.

        Raises:
            ConfigError: the policy names a section or a key there is none of, or a value that is wrong.
        """
        sections = {}
        for name, said in policy.items():
            section = getattr(self, name, None)
            if not isinstance(section, Section):
                raise ConfigError(f"The policy has a section “{name}”, which the configuration does not have.")
            try:
                sections[name] = type(section)(**{**dict(section), **said})
            except ValidationError as error:
                faults = "; ".join(f"{name}.{fault['loc'][0]}: {_said(fault)}" for fault in error.errors())
                raise ConfigError(f"The policy cannot be followed: {faults}.") from error
        return self.model_copy(update=sections)


def load(path: Path | None = None) -> Config:
    """The configuration of `path` (config.toml of the working folder where there is one), then of the environment.

    Raises:
        ConfigError: the file cannot be read, or any key is unknown or wrong; the text lists every fault.
    """
    chosen = path or (Path("config.toml") if Path("config.toml").is_file() else None)
    _refuse_unknown_sections()
    written = _with_secrets(_read(chosen) if chosen else {})
    try:
        return Config(**written)
    except ValidationError as error:
        where = str(chosen) if chosen else "the environment"
        faults = [f"  {'.'.join(str(part) for part in fault['loc'])}: {_said(fault)}" for fault in error.errors()]
        count = "a fault" if len(faults) == 1 else f"{len(faults)} faults"
        raise ConfigError(f"The configuration ({where}) has {count}:\n" + "\n".join(faults)) from error


def _said(fault: Any) -> str:
    if fault["type"] == "extra_forbidden":
        return "unknown key; see config.toml for the keys there are"
    if fault["type"] == "string_pattern_mismatch":
        return "write a time of day like 02:30"
    return str(fault["msg"]).removeprefix("Value error, ")


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}.") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} is not valid TOML: {error}.") from error


def _refuse_unknown_sections() -> None:
    """A section that does not exist would be passed over in silence."""
    for name in sorted(os.environ):
        if name.upper().startswith(PREFIX):
            section = name.upper().removeprefix(PREFIX).partition("__")[0].lower()
            if section not in Config.model_fields:
                known = ", ".join(Config.model_fields)
                raise ConfigError(f"{name} names no section of the configuration; there are: {known}.")


def _names_a_file(name: str) -> bool:
    return name.upper().startswith(PREFIX) and name.upper().endswith(_FILE)


def _with_secrets(written: dict[str, Any]) -> dict[str, Any]:
    """What is written, and what stands in the files that the environment names."""
    for name in filter(_names_a_file, os.environ):
        section, _, key = name.upper().removeprefix(PREFIX).removesuffix(_FILE).lower().partition("__")
        try:
            secret = Path(os.environ[name]).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"{name} names a file that cannot be read: {error}.") from error
        written[section] = {**written.get(section, {}), key: secret}
    return written
