"""The entry point of the insights function: function-URL events in, responses out."""

from common.http import create_handler
from functions.insights.app import app

handler = create_handler(app)
