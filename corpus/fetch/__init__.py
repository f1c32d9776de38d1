"""Getting something over HTTP: only what the operator allows, within limits, politely. Knows no archive and no form."""

from corpus.fetch.allowed import Fetching, parse_fetching
from corpus.fetch.fetcher import Fetched, Fetcher, Validators

__all__ = ["Fetched", "Fetcher", "Fetching", "Validators", "parse_fetching"]
