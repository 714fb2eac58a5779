"""The whole configuration: the sections, read from config.toml and from the environment, which goes before it.

Every key may be overridden by `STOREKEEPER__SECTION__KEY`; a secret may instead be read from the file that
`STOREKEEPER__SECTION__KEY_FILE` names. All faults are reported at once.
"""

import os
import tomllib
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from core.config.doors import Carriers, Slack, Telegram, Web
from core.config.planning import Backtest, Planning, Tables
from core.config.running import DatabaseSettings, LanguageModel, Logging, Mail, SchedulerSettings
from core.config.shop import Billing, Identity, Notifications, Orders, Returns, Service, Shop, Support, Uploads
from core.errors import ConfigError
from core.systems import (
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
