"""Telegram: customers who write to the shop's bot, by polling or by webhook, and post that goes to them there."""

CHANNEL = "telegram"
