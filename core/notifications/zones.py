"""The time zone somebody lives in, as far as a country and a state tell it."""

from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from babel.core import get_global

_LARGEST = {
    "AR": "America/Argentina/Buenos_Aires", "AU": "Australia/Sydney", "BR": "America/Sao_Paulo",
    "CA": "America/Toronto",
    "CL": "America/Santiago", "CN": "Asia/Shanghai", "CY": "Asia/Nicosia", "DE": "Europe/Berlin",
    "EC": "America/Guayaquil", "ES": "Europe/Madrid", "ID": "Asia/Jakarta", "KZ": "Asia/Almaty",
    "MX": "America/Mexico_City", "MY": "Asia/Kuala_Lumpur", "NZ": "Pacific/Auckland", "PT": "Europe/Lisbon",
    "RU": "Europe/Moscow", "UA": "Europe/Kyiv", "US": "America/New_York", "UZ": "Asia/Tashkent",
}  # fmt: skip
_OF_STATES = {
    "US": {
        "America/New_York": "CT DC DE FL GA IN KY MA MD ME MI NC NH NJ NY OH PA RI SC VA VT WV",
        "America/Chicago": "AL AR IA IL KS LA MN MO MS ND NE OK SD TN TX WI",
        "America/Denver": "CO ID MT NM UT WY", "America/Phoenix": "AZ",
        "America/Los_Angeles": "CA NV OR WA", "America/Anchorage": "AK", "Pacific/Honolulu": "HI",
    },
    "CA": {
        "America/Toronto": "ON QC", "America/Vancouver": "BC", "America/Edmonton": "AB NT", "America/Regina": "SK",
        "America/Winnipeg": "MB", "America/Halifax": "NS NB PE", "America/St_Johns": "NL",
        "America/Whitehorse": "YT", "America/Iqaluit": "NU",
    },
    "AU": {
        "Australia/Sydney": "NSW ACT", "Australia/Melbourne": "VIC", "Australia/Brisbane": "QLD",
        "Australia/Adelaide": "SA", "Australia/Perth": "WA", "Australia/Hobart": "TAS", "Australia/Darwin": "NT",
    },
}  # fmt: skip


def zone_of(country: str, region: str = "") -> ZoneInfo | None:
    """The zone of a country (two letters), of a state where the country has several; None where that is not known.

    >>> zone_of("DE"), zone_of("US", "ca"), zone_of("??")
    (zoneinfo.ZoneInfo(key='Europe/Berlin'), zoneinfo.ZoneInfo(key='America/Los_Angeles'), None)
    """
    country, region = country.strip().upper(), region.strip().upper()
    for name, states in _OF_STATES.get(country, {}).items():
        if region in states.split():
            return ZoneInfo(name)
    zones = get_global("territory_zones").get(country, [])
    name = _LARGEST.get(country) or (zones[0] if len(zones) == 1 else "")
    return ZoneInfo(name) if is_zone(name) else None


@cache
def _known() -> frozenset[str]:
    return frozenset(available_timezones())


def is_zone(name: str) -> bool:
    """Whether that is the name of a time zone."""
    return name in _known()
