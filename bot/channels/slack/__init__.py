"""Slack: customers in direct messages, staff in the threads of their tickets, planners at their cards."""

CHANNEL = "slack"
