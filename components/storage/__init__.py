"""What is kept: of each region, not of a site, since a site may be lost."""
