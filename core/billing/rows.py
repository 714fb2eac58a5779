"""Tables of invoices, credit notes and payments."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from core.accounts.rows import CustomerRow
from core.database.base import Base, JsonOrNull, Minor


class InvoiceRow(Base):
    """An invoice or credit note as issued; never changed, only corrected by a credit note."""

    __tablename__ = "invoices"

    invoice_number: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    order_number: Mapped[str | None] = mapped_column(index=True)
    customer_id: Mapped[str | None] = mapped_column(ForeignKey(CustomerRow.customer_id), index=True)
    issued_on: Mapped[date]
    due_on: Mapped[date | None]
    currency: Mapped[str]
    corrects: Mapped[str | None]
    bill_name: Mapped[str] = mapped_column(default="")
    bill_company: Mapped[str] = mapped_column(default="")
    bill_line1: Mapped[str] = mapped_column(default="")
    bill_line2: Mapped[str] = mapped_column(default="")
    bill_city: Mapped[str] = mapped_column(default="")
    bill_postcode: Mapped[str] = mapped_column(default="")
    bill_country: Mapped[str] = mapped_column(default="")
    bill_vat_number: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")
    seller: Mapped[dict[str, Any] | None] = mapped_column(JsonOrNull)


class InvoiceLineRow(Base):
    """One line of an invoice; quantities are positive on credit notes too."""

    __tablename__ = "invoice_lines"

    invoice_number: Mapped[str] = mapped_column(ForeignKey(InvoiceRow.invoice_number), primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True)
    sku: Mapped[str] = mapped_column(default="")
    description: Mapped[str]
    quantity: Mapped[int]
    unit_price: Mapped[int] = mapped_column(Minor)
    currency: Mapped[str]
    tax_rate: Mapped[float] = mapped_column(default=0.0)
    discount: Mapped[int] = mapped_column(Minor, default=0)


class PaymentRow(Base):
    """Money in (payment) or out (refund, of which payment where it is known); `amount` is positive either way."""

    __tablename__ = "payments"

    payment_id: Mapped[str] = mapped_column(primary_key=True)
    order_number: Mapped[str | None] = mapped_column(index=True)
    invoice_number: Mapped[str | None] = mapped_column(index=True)
    kind: Mapped[str]
    amount: Mapped[int] = mapped_column(Minor)
    currency: Mapped[str]
    method: Mapped[str]
    method_id: Mapped[str | None]
    of_payment: Mapped[str | None]
    paid_at: Mapped[datetime]


class PaymentMethodRow(Base):
    """A way of paying that a customer has on file; only gift cards have a balance."""

    __tablename__ = "payment_methods"
    __table_args__ = (CheckConstraint("balance IS NULL OR balance >= 0", name="balance_not_negative"),)

    method_id: Mapped[str] = mapped_column(primary_key=True)
    customer_id: Mapped[str] = mapped_column(ForeignKey(CustomerRow.customer_id), index=True)
    kind: Mapped[str]
    label: Mapped[str]
    balance: Mapped[int | None] = mapped_column(Minor)
    currency: Mapped[str]
