"""What all functions have in common as HTTP services. A function adds its routes, and nothing else.

`app` puts an application together, `gate` is what each request passes, `problems` the one shape of errors,
`function_url` the way in from the platform. Computes nothing and knows no group.
"""

from common.http.answers import answer_response
from common.http.app import create_app
from common.http.callers import SERVICE_ONLY, CallerDep, VisibleUser, admit_exploration, costing
from common.http.deprecation import deprecating
from common.http.docs import documented
from common.http.function_url import create_handler
from common.http.problems import ProblemDetails

__all__ = [
    "SERVICE_ONLY",
    "CallerDep",
    "ProblemDetails",
    "VisibleUser",
    "admit_exploration",
    "answer_response",
    "costing",
    "create_app",
    "create_handler",
    "deprecating",
    "documented",
]
