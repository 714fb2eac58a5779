"""What the planner's numbers rest on, and what tables and replays take for granted."""

from pydantic import Field

from core.systems import Section


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
