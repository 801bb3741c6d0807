"""The entry point of the features function: function-URL events in, responses out."""

from common.startup import quick_start

with quick_start():
    from common.http import create_handler
    from functions.features.app import app

    handler = create_handler(app)
