"""Models of the wire that are worked out when the first of their kind comes, not while the program starts."""

from pydantic import BaseModel


def build_models_late() -> None:
    """Have every model that is defined from now on wait until it is needed; those of FastAPI are most."""
    BaseModel.model_config["defer_build"] = True
