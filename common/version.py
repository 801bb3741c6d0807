"""The service's version, as its answers give it. A test holds it equal to the package's."""

SERVICE = "Nutri ML Service"
VERSION = "1.0.0"
