"""What the shop decided: config.toml for what may be committed, the environment for secrets and overrides."""

from core.config.doors import Carriers, Slack, Telegram, Web
from core.config.loading import PREFIX, Config, load
from core.config.planning import Planning, Tables
from core.config.running import DatabaseSettings, Logging, Mail, SchedulerSettings
from core.config.shop import Billing, Orders, Returns, Shop, Uploads

__all__ = [
    "PREFIX",
    "Billing",
    "Carriers",
    "Config",
    "DatabaseSettings",
    "Logging",
    "Mail",
    "Orders",
    "Planning",
    "Returns",
    "SchedulerSettings",
    "Shop",
    "Slack",
    "Tables",
    "Telegram",
    "Uploads",
    "Web",
    "load",
]
