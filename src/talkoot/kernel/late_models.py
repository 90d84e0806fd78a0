"""Models of the wire that are worked out when the first of their kind comes, not while the program starts."""

import warnings

from pydantic import BaseModel


def build_models_late() -> None:
    """Have every model that is defined from now on wait until it is needed; those of FastAPI are most."""
    BaseModel.model_config["defer_build"] = True
    # FastAPI keeps quiet what Pydantic says of its fields, but only while it makes them itself.
    warnings.filterwarnings("ignore", r"The '\w+' attribute with value .* was provided to the `Field\(\)`")
