"""A question's way through, one step a file: query -> rank -> passages -> excerpt."""
