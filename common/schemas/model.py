"""The two bases of every schema: what all answers and all requests have in common on the wire."""

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class ApiModel(BaseModel):
    """camelCase outside, snake_case inside (and accepted on input); numbers are always finite."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        populate_by_name=True,
        serialize_by_alias=True,
        allow_inf_nan=False,
        hide_input_in_errors=True,
        # an answer holds every field, so its schema promises every field
        json_schema_serialization_defaults_required=True,
    )


class ApiRequest(ApiModel):
    """A field the service does not know is refused: a misspelt option must not be ignored silently."""

    # built at once also in a quick start: FastAPI checks them as parts of its own
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=False)
