"""Rules about how well a record is written: warnings for a person to look at, who may accept them with a reason.

They ask for what readers lack (a name that tells, a source, a link that leads somewhere) and for what must not be on a
page (leftovers of copying, private numbers). They change nothing, read no file, and repeat no private number in full.
To import the room is to put its rules into the book.
"""

from generator.quality import consent, dates, duplicates, links, names, sources, texts

__all__ = ["consent", "dates", "duplicates", "links", "names", "sources", "texts"]
