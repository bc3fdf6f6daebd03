"""The resources, one file each; every file has a `router`."""
