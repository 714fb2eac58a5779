"""What is said between a shop and its suppliers: orders out, acknowledgements in.

docs/schemas/ is written from here by `python -m integrations.suppliers.messages docs/schemas`.
"""

import json
import sys
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from core.conversation.understanding import storable
from core.errors import InvalidInput
from core.purchasing.changes import Confirmation

Amount = Annotated[str, Field(pattern=r"^\d{1,15}(\.\d{1,4})?$", description="in major units of the order's currency")]
Text = Annotated[str, Field(max_length=200), AfterValidator(storable)]


class _Message(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class OrderLine(_Message):
    """One line of a purchase order."""

    line: int = Field(ge=1)
    sku: str
    name: str
    quantity: int = Field(ge=1)
    unit_cost: Amount
    total: Amount
    packed: str = Field("", description="in which packs, where there are several sizes, as people say it")


class PurchaseOrder(_Message):
    """A purchase order, or a later revision that takes the place of those before."""

    type: Literal["purchase_order"]
    number: str
    revision: int = Field(ge=1)
    supplier: str = Field(description="the shop's code for the supplier")
    ordered_on: date
    expected_on: date
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    total: Amount
    buyer: list[str] = Field(description="name and address")
    deliver_to: list[str]
    contact: str = ""
    note: str = Field("", description="why there is a new revision")
    lines: list[OrderLine] = Field(description="none: nothing of the order is wanted any more")


class AcknowledgedLine(_Message):
    """How much of a line will come in all; lines that are not named come as ordered."""

    line: int = Field(ge=1)
    quantity: int = Field(ge=0, le=10_000_000)


class Acknowledgement(_Message):
    """What a supplier says to an order: confirmed (on another day, or less of it), or rejected as a whole."""

    type: Literal["order_acknowledgement"]
    number: Text
    revision: int | None = Field(None, ge=1, description="what it answers; refused where a newer one was sent")
    status: Literal["confirmed", "rejected"]
    expected_on: date | None = None
    reference: Text = Field("", description="what the supplier calls the order")
    lines: list[AcknowledgedLine] = Field(default=[], max_length=2_000)

    def confirmation(self) -> Confirmation:
        """The same in our words."""
        return Confirmation(self.expected_on, {one.line: one.quantity for one in self.lines}, self.reference)


def acknowledgement(raw: bytes) -> Acknowledgement:
    """An acknowledgement as it came.

    Raises:
        InvalidInput: it is none; the sentence names each fault.
    """
    try:
        return Acknowledgement.model_validate_json(raw)
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, one['loc'])) or 'body'}: {one['msg']}" for one in error.errors()[:5])
        raise InvalidInput(f"This is no order_acknowledgement: {faults}.") from error


SCHEMAS: dict[str, type[BaseModel]] = {"purchase-order": PurchaseOrder, "order-acknowledgement": Acknowledgement}


def schema(name: str) -> str:
    """The JSON schema of a message, as docs/schemas/ has it."""
    return json.dumps({"$schema": "https://json-schema.org/draft/2020-12/schema", **SCHEMAS[name].model_json_schema()},
                      indent=2, ensure_ascii=False) + "\n"  # fmt: skip


if __name__ == "__main__":
    for one in SCHEMAS:
        (Path(sys.argv[1]) / f"{one}.schema.json").write_text(schema(one), encoding="utf-8")
