"""Getting something over HTTP: only what the operator allows, within limits, politely. Knows no archive and no form.

``Fetcher``, in ``fetcher``, is imported where something is fetched: aiohttp takes longer than a search does.
"""

from corpus.fetch.allowed import Fetching, parse_fetching
from corpus.fetch.answer import Fetched, Validators

__all__ = ["Fetched", "Fetching", "Validators", "parse_fetching"]
