"""The images that are deployed: what they install, how they are built, and a base to prove them on."""
