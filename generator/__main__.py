"""``python -m generator`` is the command ``kezhu``."""

from generator.cli import leave

if __name__ == "__main__":
    leave()
