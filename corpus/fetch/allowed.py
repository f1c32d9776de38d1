"""What may be fetched: hosts that the operator names, at addresses that are public. Decides; opens nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from yarl import URL

from corpus.errors import UnusableFetching
from corpus.told import Told

_PORTS = {"http": 80, "https": 443}
_NAT64 = ip_network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an address of IPv4
_HIDDEN = (ip_network("168.63.129.16/32"), ip_network("192.0.0.0/24"))
"""Public by their numbers, and yet the inside of a cloud (Azure; Oracle's metadata are at 192.0.0.192)."""

_LONGEST = 2_000  # characters of an address


@dataclass(frozen=True, slots=True)
class Fetching:
    """What the operator lets be fetched, and how.

    ``hosts`` are names: ``news.example`` at the usual ports, ``*.news.example`` for all below it, ``news.example:8080``
    at one port. ``networks`` are in CIDR notation, and allowed although their addresses are not public. ``most_bytes``
    bounds an answer after it was unpacked, ``seconds`` the time for all of it; ``pause`` is between two requests to one
    host, in seconds.
    """

    hosts: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    most_bytes: int = 32 * 2**20
    seconds: float = 30.0
    pause: float = 1.0

    def also(self, urls: Iterable[str]) -> Fetching:
        """With the hosts of these addresses, which the operator has named by them."""
        named = tuple(f"{url.raw_host}:{url.port}" for url in map(_parsed, urls) if url is not None)
        return replace(self, hosts=(*self.hosts, *named))

    def refusal(self, address: str) -> str | None:
        """Why this address may not be fetched, or None; whether it is public is known only when it is dialled."""
        url = _parsed(address)
        if url is None:
            return "it is no address that begins with http:// or https://"
        if url.user is not None or url.password is not None:
            return "it holds a name or a password"
        if not any(_named(url, pattern) for pattern in self.hosts):
            return f"{url.raw_host} is not among the hosts that may be asked (FETCH_HOSTS)"
        return None

    def lets_dial(self, address: str) -> bool:
        """Whether a connection to this numeric address may be made: it is public, or in one of ``networks``."""
        ip = ip_address(address.partition("%")[0])
        inner = _inner(ip)
        if inner is not None:
            return self.lets_dial(str(inner))
        if any(ip in ip_network(network) for network in self.networks):
            return True
        site_local = isinstance(ip, IPv6Address) and ip.is_site_local
        hidden = any(ip in network for network in _HIDDEN)
        return ip.is_global and not (ip.is_multicast or ip.is_reserved or site_local or hidden)


def parse_fetching(hosts: str, networks: str) -> Fetching:
    """Read hosts and networks, each separated by spaces or commas.

    Raises:
        UnusableFetching: one of them cannot be a host or a network.
    """
    named = tuple(hosts.replace(",", " ").lower().split())
    for host in named:
        if _parsed(f"http://{host.removeprefix('*.')}/") is None or "/" in host or "@" in host:
            raise UnusableFetching(Told("“{host}” is no host: write news.example or *.news.example.", host=host))
    allowed = tuple(networks.replace(",", " ").split())
    for network in allowed:
        try:
            ip_network(network)
        except ValueError as error:
            raise UnusableFetching(
                Told("“{network}” is no network: write it like 10.1.0.0/16.", network=network)
            ) from error
    return Fetching(named, allowed)


def _parsed(address: str) -> URL | None:
    """An address of the web, its host as DNS knows it; None where it is none."""
    if len(address) > _LONGEST or not address.isprintable():
        return None
    try:
        url = URL(address)
        known = url.scheme in _PORTS and url.raw_host and url.port
    except ValueError:
        return None
    return url if known else None


def _named(url: URL, pattern: str) -> bool:
    host = (url.raw_host or "").rstrip(".")
    named, _, port = pattern.rpartition(":") if pattern.rpartition(":")[2].isdecimal() else (pattern, "", "")
    named = named.strip("[]").rstrip(".")
    if url.port != (int(port) if port else _PORTS[url.scheme]):
        return False
    if named.startswith("*."):
        return host.endswith(named[1:])
    return host == named


def _inner(ip: IPv4Address | IPv6Address) -> IPv4Address | None:
    """The address of IPv4 that one of IPv6 leads to, by whichever of the ways there are."""
    if isinstance(ip, IPv4Address):
        return None
    if ip in _NAT64:
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
