"""What the browser tests share, and the measuring of the search with them: a browser and a folder served for it.

`chromium()` gives a started browser; `serve(folder)` the address of a folder, with the content policy that the portal
is meant to run under.
"""

from generator.evaluate import Quiet as Handler
from generator.evaluate import chromium, serve

__all__ = ["Handler", "chromium", "serve"]
