"""A local Oracle control plane that the unchanged SDK, command line and Terraform talk to."""

from sandbox.oracle.app import make_app
from sandbox.oracle.config import Config, Key, Permission

__all__ = ["Config", "Key", "Permission", "make_app"]
