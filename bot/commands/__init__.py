"""The commands, one file each: they ask the corpus and hand the answer to ``bot.render``. No SQL, no string surgery."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord

from bot.commands.about import about
from bot.commands.admin import Admin
from bot.commands.article import article
from bot.commands.defaults import defaults
from bot.commands.help import help_
from bot.commands.messages import of_messages
from bot.commands.search import search
from bot.commands.sources import sources
from bot.commands.trends import trends

if TYPE_CHECKING:
    from bot.tree import Tree


def load(tree: Tree, admin_guild: int | None) -> None:
    """Give the tree every command: ``/admin`` in the admins' server where there is one, all others everywhere."""
    tree.add_command(search)
    tree.add_command(article)
    tree.add_command(trends)
    tree.add_command(sources)
    tree.add_command(defaults)
    tree.add_command(help_)
    tree.add_command(about)
    for command in of_messages():
        tree.add_command(command)
    if admin_guild is None:
        tree.add_command(Admin())
    else:
        tree.add_command(Admin(), guild=discord.Object(admin_guild))
