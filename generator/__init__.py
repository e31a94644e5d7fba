"""Kezhu turns a folder of records into a searchable static portal, and checks them first."""

__version__ = "0.1.0"
