"""What the bot shows, as Discord components. Pure: asks nothing and sends nothing.

``layout`` owns Discord's limits on a message; text becomes markdown in ``bot.markdown``, words in ``bot.language``.
"""
