"""The engines that are measured, one module each, behind one protocol. A module is imported only by its own worker."""
