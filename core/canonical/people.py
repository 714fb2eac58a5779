"""Tables of people: customers with what belongs to them, and those who work in the shop."""

from core.canonical.columns import CURRENCY, Table, amount, choice, must, text

CUSTOMERS: tuple[Table, ...] = (
    Table(
        "customers",
        ("customer_id",),
        (
            must("customer_id", "your own number for the customer"),
            must("name", "person to address"),
            must("email", "where codes and invoices go"),
            text("company", "company name, on invoices", default=""),
            text("phone", "with country code", default=""),
            text("language", "two letters", default="en"),
            must("country", "two letters, ISO 3166"),
            text("vat_number", "tax number of a business customer", default=""),
        ),
    ),
    Table(
        "addresses",
        ("customer_id", "kind"),
        (
            must("customer_id", "whose"),
            choice("kind", "what it is used for", "billing", "shipping"),
            must("line1", "street and number"),
            text("line2", "", default=""),
            must("city", ""),
            text("postcode", "", default=""),
            must("country", "two letters, ISO 3166"),
            text("region", "state or province, where the country writes one", default=""),
        ),
    ),
    Table(
        "account_people",
        ("customer_id", "email"),
        (
            must("customer_id", "the company account"),
            must("email", "where this person's codes go"),
            must("name", "person to address"),
            choice("role", "what the person may do; see [identity] of the configuration", "owner", "buyer", "accounts"),
        ),
    ),
    Table(
        "payment_methods",
        ("method_id",),
        (
            must("method_id", ""),
            must("customer_id", "whose"),
            choice("kind", "", "card", "paypal", "gift_card", "bank", "invoice"),
            must("label", "as the customer may read it, masked"),
            amount("balance", "what is left on a gift card; left out for others"),
            CURRENCY,
        ),
    ),
)

STAFF: tuple[Table, ...] = (
    Table(
        "staff",
        ("email",),
        (
            must("email", ""),
            must("name", ""),
            choice("role", "", "planner", "support", "admin"),
            amount("approval_limit", "largest purchase order this person may approve; left out for no limit"),
            CURRENCY,
        ),
    ),
)
