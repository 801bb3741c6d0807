"""The insight explorer: a page over the public API for whoever develops on this machine. Never deployed."""

from functions.local.explorer.serving import PREFIX, Explorer

__all__ = ["PREFIX", "Explorer"]
