"""Who asks, from where, and what of it a gateway sends. Knows nothing of sockets, of times or of answers."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from discord_double import Channel, Person, payloads
from discord_double.commands import Commands
from discord_double.world import World

Json = dict[str, Any]

TOKEN = "MTk4NjIyNDgzNDcxOTI1MjQ4.loopback.no-real-token"  # noqa: S105  # nobody's
COMMAND, COMPONENT, AUTOCOMPLETE = 2, 3, 4  # types of interactions, Discord's API reference


@dataclass(frozen=True, slots=True)
class Event:
    """An interaction as it happens: its token, who acts where, and the data of INTERACTION_CREATE."""

    token: str
    person: Person
    place: Channel
    data: Json


class People:
    """So many people in so many servers, and the owner of the application."""

    def __init__(self, people: int, servers: int, *, chance: random.Random) -> None:
        self.world = World(TOKEN)
        self.commands = Commands(self.world.ids, self.world.application.id)
        self._chance = chance
        self._servers = [self.world.add_guild(f"Server {n}", locale="en-US", holds_bot=True) for n in range(servers)]
        self._people = [self.world.add_person(Person(self.world.ids.fixed(), f"reader{n}")) for n in range(people)]

    def one(self) -> tuple[Person, Channel]:
        """Anybody, in the channel of any server."""
        return self._chance.choice(self._people), self._chance.choice(self._servers).channels[0]

    def owner(self) -> tuple[Person, Channel]:
        """The owner of the application, in the first server."""
        return self.world.application.owner, self._servers[0].channels[0]

    def command(self, who: tuple[Person, Channel], name: str, options: list[Json], *, typing: bool = False) -> Event:
        """A slash command, sent off, or still being typed."""
        (registered,) = (each for each in self.commands.listed() if each["name"] == name and each["type"] == 1)
        data = {"id": registered["id"], "name": name, "type": 1, "options": options}
        return self._event(AUTOCOMPLETE if typing else COMMAND, who, data)

    def press(self, who: tuple[Person, Channel], custom_id: str, message: Json) -> Event:
        """A button below a message."""
        data = {"component_type": 2, "custom_id": custom_id, "id": 1}
        return self._event(COMPONENT, who, data, message=message)

    def _event(self, kind: int, who: tuple[Person, Channel], data: Json, **more: Json) -> Event:
        person, place = who
        key = self.world.ids.fresh()
        event = {
            "id": str(key),
            "application_id": str(self.world.application.id),
            "type": kind,
            "token": f"interaction-token-{key}",
            "version": 1,
            "data": data,
            **payloads.place_of_interaction(place, person, installed_in_guild=True),
            **more,
        }
        return Event(event["token"], person, place, event)


def option(name: str, value: str = "", *, switched_on: bool = False, focused: bool = False) -> Json:
    """An option of a command as it was filled in; ``focused`` while one types in it, ``switched_on`` a yes."""
    if switched_on:
        return {"name": name, "type": 5, "value": True}
    return {"name": name, "type": 3, "value": value, **({"focused": True} if focused else {})}
