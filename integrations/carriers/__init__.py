"""Carriers: what they and those who gather for them say of parcels, by webhook."""
