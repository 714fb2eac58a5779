"""Sections of the configuration for connected systems: each is off until it has what it needs to be called."""

import re
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

_ADDRESS = r"https://[^\s]+$|http://(127\.0\.0\.1|localhost)(:\d+)?(/|$)"
TIME_OF_DAY = r"^([01]\d|2[0-3]):[0-5]\d$"


class Section(BaseModel):
    """A table of config.toml; a key nobody reads is a fault, not a shrug."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Connected(Section):
    """What all connected systems have: whether they are on, how often they are read, and when all is compared."""

    on: bool = False
    every_s: float = Field(300.0, ge=5, le=86400, description="how often is read what changed")
    compare_at: str = Field("03:30", pattern=TIME_OF_DAY, description="daily, in the shop's time zone")
    timeout_s: float = Field(20.0, ge=0.1, le=300, description="how long an answer may keep us waiting")

    def missing(self, *names: str) -> None:
        """Refuse to be on without what is needed."""
        values = {name: getattr(self, name) for name in names}
        told = {name: one.get_secret_value() if isinstance(one, SecretStr) else one for name, one in values.items()}
        lacking = [name for name in names if self.on and not str(told[name]).strip()]
        if lacking:
            raise ValueError(f"it is on and needs {', '.join(lacking)}")


class Selling(Connected):
    """What systems have that sell from shelves of ours."""

    tell_stock: bool = Field(False, description="whether it is told how many units it may sell, and counts none itself")
    safety_stock: int = Field(0, ge=0, description="units of each product, at each place, that it is not told of")

    def told_of(self, places: dict[str, str], name: str) -> None:
        """Refuse to tell of stock at places that have no name there, or of one place twice."""
        if self.tell_stock and not places:
            raise ValueError(f"tell_stock needs {name}: which places of ours it sells from")
        if self.tell_stock and len(set(places.values())) < len(places):
            raise ValueError(f"{name} has a location of ours twice; its stock would be for sale twice")


class Shopify(Selling):
    """A Shopify shop, by its Admin API; see docs/shopify.md."""

    shop: str = Field("", description="such as lantern-and-lace.myshopify.com")
    token: SecretStr = Field(SecretStr(""), description="of the app in the shop, shpat_…")
    client_secret: SecretStr = Field(SecretStr(""), description="of the app; signs what it delivers")
    previous_client_secret: SecretStr = Field(SecretStr(""), description="still good while the secret is changed")
    url: str = Field("", description="another address of the Admin API, for a proxy or a test")
    locations: dict[str, str] = Field(
        default_factory=dict, description="our locations by their numbers in Shopify; others are called shopify-NUMBER"
    )
    main_location: str = Field("main", description="where orders are served from that do not say")

    @field_validator("shop")
    @classmethod
    def _a_shop(cls, name: str) -> str:
        if name and not re.fullmatch(r"[a-z0-9][a-z0-9-]*\.myshopify\.com", name):
            raise ValueError(f"“{name}” is no shop; write it like name.myshopify.com")
        return name

    @model_validator(mode="after")
    def _can_be_called(self) -> "Shopify":
        self.missing("shop", "token")
        self.told_of(self.locations, "locations")
        return self


class Walmart(Selling):
    """A seller's account at Walmart's marketplace, by its API; see docs/walmart.md."""

    client_id: str = Field("", description="of the API key of the seller's account")
    client_secret: SecretStr = Field(SecretStr(""), description="of that key")
    url: str = Field(
        "https://marketplace.walmartapis.com", description="the sandbox is https://sandbox.walmartapis.com"
    )
    label: str = Field("Walmart", description="how customers know it")
    history_days: int = Field(180, ge=1, le=180, description="how far back is read at first; Walmart shows no more")
    takes_items: bool = Field(True, description="whether products come from there; off where they come from elsewhere")
    acknowledges: bool = Field(False, description="whether new orders are acknowledged as soon as they are kept")
    cancels_as_asked: bool = Field(
        False,
        description="whether what customers asked Walmart to cancel is cancelled, unless it was sent",
    )
    webhook_secret: SecretStr = Field(SecretStr(""), description="of the subscriptions; signs what is notified")
    previous_webhook_secret: SecretStr = Field(SecretStr(""), description="still good while the secret is changed")
    webhook_header: str = Field("X-Walmart-Signature", description="authHeaderName of the subscriptions")
    ship_nodes: dict[str, str] = Field(
        default_factory=dict, description="our locations by Walmart's numbers of ship nodes, for tell_stock"
    )
    tracking_addresses: dict[str, str] = Field(
        default_factory=dict, description="where parcels of carriers Walmart has no word for are followed; {number}"
    )

    @model_validator(mode="after")
    def _can_be_called(self) -> "Walmart":
        self.missing("client_id", "client_secret")
        self.told_of(self.ship_nodes, "ship_nodes")
        return self


class SellingPartner(Connected):
    """A selling partner's account at Amazon, by its API."""

    client_id: str = Field("", description="of the app, amzn1.application-oa2-client.…")
    client_secret: SecretStr = Field(SecretStr(""), description="of the app")
    refresh_token: SecretStr = Field(SecretStr(""), description="from authorising the app, Atzr|…")
    url: str = Field("https://sellingpartnerapi-eu.amazon.com", description="of the region; -na and -fe are the others")
    login_url: str = "https://api.amazon.com/auth/o2/token"


class Amazon(SellingPartner):
    """A seller's account at Amazon's marketplaces; see docs/amazon.md."""

    marketplaces: tuple[str, ...] = Field(
        ("A1F83G8C2ARO7P",), min_length=1, description="their ids; this one is the UK"
    )
    storefront: str = Field("https://www.amazon.co.uk", description="where customers see their orders")
    label: str = Field("Amazon", description="how customers know it")
    history_days: int = Field(90, ge=1, le=730, description="how far back is read at first")
    takes_items: bool = Field(True, description="whether products come from orders; off where they come from elsewhere")
    reads_stock: bool = Field(True, description="whether stock in Amazon's warehouses is read")
    reads_returns: bool = Field(False, description="returns of external fulfilment, which few sellers have")
    reads_addresses: bool = Field(
        True, description="whether buyers and addresses are asked for that orders to be sent from here lack"
    )
    carriers: dict[str, str] = Field(
        default_factory=dict, description="Amazon's codes of carriers by our names of them, where they differ"
    )
    reads_tracking: bool = Field(False, description="whether it is asked about parcels of its labels and deliveries")
    shipping_carriers: dict[str, str] = Field(
        default_factory=lambda: {"Amazon Shipping": "AMZN_UK"},
        description="its ids of carriers whose labels are bought from it, by our names of them",
    )
    shipping_business: str = Field(
        "AmazonShipping_UK", pattern=r"^AmazonShipping_[A-Z]{2,3}$", description="whose labels these are"
    )

    @model_validator(mode="after")
    def _can_be_called(self) -> "Amazon":
        self.missing("client_id", "client_secret", "refresh_token")
        return self


class Salesforce(Connected):
    """A Salesforce org, by its REST and Bulk APIs; see docs/salesforce.md."""

    url: str = Field("", description="the org's My Domain, such as https://lantern.my.salesforce.com")
    login_url: str = Field("https://login.salesforce.com", description="of a sandbox https://test.salesforce.com")
    client_id: str = Field("", description="consumer key of the connected app")
    username: str = Field("", description="of the user who reads and writes for us")
    private_key: SecretStr = Field(SecretStr(""), description="PEM; its certificate is in the connected app")
    key_field: str = Field(
        "StorekeeperKey__c", pattern=r"^[A-Za-z]\w*$", description="our own field of cases and return orders"
    )
    price_book: str = Field("", description="id of the price book whose prices count; the standard one where left out")
    tax_rate: float = Field(0.0, ge=0, le=1, description="tax on top of its prices; its orders tell none")
    location: str = Field("main", description="where its orders are served from")
    statuses: dict[str, Literal["open", "packed", "shipped", "delivered", "cancelled"]] = Field(
        default_factory=dict, description="what its words for the status of an order mean, beside those that are known"
    )
    cancelled_status: str = Field("Cancelled", description="the status of an order that is cancelled; empty: not there")
    return_status: str = Field("Draft", description="the status a return asked for in the chat begins with")
    return_cancelled_status: str = Field("Canceled", description="the status of a return that is called off")
    case_origin: str = Field("Web", description="the origin of cases opened here")
    case_open_status: str = Field("New", description="the status of a case that is open again")
    case_closed_status: str = Field("Closed", description="the status of a case that is closed here")
    keeps_tickets: bool = Field(True, description="whether tickets become cases, and cases tickets")
    reading_share: float = Field(0.9, gt=0, le=1, description="how much of the org's daily calls reading may use up")

    @field_validator("url", "login_url")
    @classmethod
    def _is_encrypted(cls, url: str) -> str:
        if url and not re.match(r"https://[^\s/]+$|http://(127\.0\.0\.1|localhost)(:\d+)?$", url):
            raise ValueError(f"“{url}” is no https:// address without a path")
        return url

    @model_validator(mode="after")
    def _can_be_called(self) -> "Salesforce":
        self.missing("url", "client_id", "username", "private_key")
        return self


class Odoo(Connected):
    """An Odoo ERP, by its external API; see docs/odoo.md."""

    url: str = Field("", description="such as https://lantern.odoo.com")
    database: str = Field("", description="its name; of odoo.com the part before .odoo.com")
    user: str = Field("", description="log-in of the user that the key belongs to")
    key: SecretStr = Field(SecretStr(""), description="API key of that user")
    api: Literal["json-rpc", "json-2"] = Field("json-rpc", description="json-2 is there from Odoo 19 on")
    label: str = Field("Odoo", description="how customers know it")
    language: str = Field("", description="of product names, such as de_DE; left out: as they were entered")
    locations: dict[str, str] = Field(
        default_factory=dict, description="our locations by the short names of warehouses there; others keep theirs"
    )
    history_days: int = Field(730, ge=1, le=7300, description="how far back orders are read at first")
    takes_items: bool = Field(True, description="whether products come from there; off where they come from elsewhere")
    takes_sales: bool = Field(True, description="whether customers and their orders come from there; likewise")
    takes_invoices: bool = Field(
        False, description="whether invoices, credit notes and what was paid of them come from there, to be handed out"
    )
    takes_changes: bool = Field(True, description="whether customers cancel and move their orders there from here")
    reads_stock: bool = Field(True, description="whether stock is counted there; likewise")
    takes_orders: bool = Field(True, description="whether our orders to vendors from there are kept there")
    tells_vendors: bool = Field(False, description="whether vendors hear of orders from there, not from us")

    @field_validator("url")
    @classmethod
    def _is_encrypted(cls, url: str) -> str:
        if url and not re.match(_ADDRESS, url):
            raise ValueError(f"“{url}” is no https:// address")
        return url.rstrip("/")

    @model_validator(mode="after")
    def _can_be_called(self) -> "Odoo":
        self.missing("url", "database", "key", *(("user",) if self.api == "json-rpc" else ()))
        if self.tells_vendors and not self.takes_orders:
            raise ValueError("tells_vendors needs takes_orders: it can only tell of orders that it has")
        return self


class AmazonVendor(SellingPartner):
    """A vendor's account at Amazon, who buys as a retailer; see docs/amazon-vendor.md."""

    email: str = Field("", description="where the retailer hears of its orders")
    country: str = Field("GB", pattern=r"^[A-Z]{2}$", description="where the retailer is, where an order does not say")
    label: str = Field("Amazon Vendor", description="how the shop's people know it")
    history_days: int = Field(30, ge=1, le=730, description="how far back is read at first")
    warehouse: str = Field("", description="Amazon's code of the warehouse that is sent from; left out: the vendor's")
    carriers: dict[str, str] = Field(
        default_factory=dict, description="Standard Carrier Alpha Codes by our names of carriers, such as UPSN"
    )

    @model_validator(mode="after")
    def _can_be_called(self) -> "AmazonVendor":
        self.missing("client_id", "client_secret", "refresh_token", "email")
        return self


class Suppliers(Section):
    """Suppliers who are posted their orders, and answer them, as JSON; see docs/supplier-orders.md."""

    addresses: dict[str, str] = Field({}, description="where orders are posted to, by the supplier's code")
    secrets: dict[str, SecretStr] = Field({}, description="whsec_…, by code: signs what is posted, and their answers")
    previous_secrets: dict[str, SecretStr] = Field({}, description="still good for answers while a secret is changed")

    @field_validator("addresses")
    @classmethod
    def _are_encrypted(cls, addresses: dict[str, str]) -> dict[str, str]:
        for code, url in addresses.items():
            if not re.match(_ADDRESS, url):
                raise ValueError(f"“{code}” has no https:// address")
        return addresses

    @field_validator("secrets", "previous_secrets")
    @classmethod
    def _as_standard_webhooks_has_it(cls, secrets: dict[str, SecretStr]) -> dict[str, SecretStr]:
        for code, secret in secrets.items():
            if not re.fullmatch(r"whsec_[A-Za-z0-9+/]{32,88}={0,2}", secret.get_secret_value()):
                raise ValueError(f"that of “{code}” must be whsec_ and 24 to 64 random bytes in base64")
        return secrets

    def known(self, supplier: str) -> tuple[str, ...]:
        """The secrets a supplier's answers may be signed by."""
        kept = (self.secrets.get(supplier), self.previous_secrets.get(supplier))
        return tuple(secret.get_secret_value() for secret in kept if secret is not None)


class Mailbox(Section):
    """The mailbox that letters which came back lie in, read by IMAP where it has a host; see docs/notifications.md."""

    host: str = ""
    port: int = Field(993, ge=1, le=65535)
    user: str = ""
    password: SecretStr = SecretStr("")
    folder: str = Field("INBOX", pattern=r"^[^\x00-\x1f\x7f]+$")
    security: Literal["tls", "starttls", "none"] = Field("tls", description="none: on this machine alone")
    authority: Path | None = Field(None, description="certificate of the authority of one's own mail server")

    @model_validator(mode="after")
    def _can_be_opened(self) -> "Mailbox":
        if self.host and not (self.user and self.password.get_secret_value()):
            raise ValueError("it has a host and needs user and password")
        if self.security == "none" and self.host not in {"", "localhost", "127.0.0.1", "::1"}:
            raise ValueError(f"the password would go to {self.host} for all to read; set security to tls or starttls")
        return self

    @property
    def name(self) -> str:
        """Which one it is, to know another from."""
        return f"{self.user}@{self.host}/{self.folder}"


class Tracking(Section):
    """Carriers that are asked where parcels are: those whose credentials are here."""

    ups_id: str = Field("", description="client id of the app at UPS")
    ups_secret: SecretStr = SecretStr("")
    fedex_id: str = Field("", description="API key of the project at FedEx")
    fedex_secret: SecretStr = SecretStr("")
    usps_id: str = Field("", description="consumer key of the app at USPS")
    usps_secret: SecretStr = SecretStr("")
    gls_id: str = Field("", description="client id of the app at GLS")
    gls_secret: SecretStr = SecretStr("")
    dhl_key: SecretStr = Field(SecretStr(""), description="API key of DHL's unified tracking")
    dpd_id: str = Field("", description="DELIS id at DPD")
    dpd_secret: SecretStr = Field(SecretStr(""), description="its password")
    easypost_key: SecretStr = Field(SecretStr(""), description="of any carrier; each new parcel costs a tracker")
    aftership_key: SecretStr = Field(SecretStr(""), description="for parcels of any carrier")
    addresses: dict[str, str] = Field({}, description="of sandboxes, by carrier")

    @model_validator(mode="after")
    def _whole(self) -> "Tracking":
        for name in ("ups", "fedex", "usps", "gls", "dpd"):
            if bool(getattr(self, f"{name}_id")) != bool(getattr(self, f"{name}_secret").get_secret_value()):
                raise ValueError(f"{name}_id and {name}_secret belong together; one of them is missing")
        return self

    def credentials(self, name: str) -> tuple[str, str]:
        """Who we are to a carrier, and the secret that shows it; empty where there is none."""
        kind = "secret" if f"{name}_secret" in type(self).model_fields else "key"
        secret: SecretStr = getattr(self, f"{name}_{kind}")
        return getattr(self, f"{name}_id", ""), secret.get_secret_value()

    @property
    def is_on(self) -> bool:
        """Whether anybody is asked."""
        secrets = (getattr(self, name) for name in type(self).model_fields)
        return any(isinstance(one, SecretStr) and one.get_secret_value() for one in secrets)
